"""Recording new readings of submissions that are kept: after a decision, or under changed rules. Never a new revision."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from etl.model.submissions import Delivery, FileReading, Reading
from etl.store.ledger import chain
from etl.store.ledger.recording import (
    RECOGNISED,
    UNRECOGNISED,
    lake_rows,
    next_revisions,
    placed,
    read_of,
    rows_about,
)
from etl.store.ledger.rows import delivery_id, finding_row, reading_row, submission_row
from etl.store.ledger.schema import deliveries, findings, lake_files, readings, submissions
from etl.store.ledger.settling import Key, settle
from etl.store.ledger.values import FileOutcome, LakeEntry, Stamp


def reread(
    connection: Connection,
    batch: str,
    outcomes: Sequence[FileOutcome],
    files: Sequence[LakeEntry],
    at: datetime,
    stamp: Stamp,
    by: str,
) -> Mapping[str, str]:
    """Put new readings in the place of the current ones, inside the caller's writing transaction.

    A submission that a file no longer gives counts no more, and comes back when it gives it again. Recording the same
    batch twice changes nothing. Returns what changed: submission → state.
    """
    if connection.execute(select(readings.c.id).where(readings.c.batch == batch)).first() is not None:
        return {}
    here = _Here(batch, at, stamp, chain.position(connection) + 1)
    touched: set[Key] = set()
    made: dict[str, str] = {}
    for outcome in outcomes:
        touched |= _file(connection, outcome.delivery, outcome.reading, here, made)
    lake = lake_rows(connection, files, batch, at)
    if lake:
        connection.execute(lake_files.insert(), lake)
    changed = settle(connection, touched)
    payload = {
        "batch": batch,
        "states": changed,
        "files": len(outcomes),
        "readings": made,
        "read": read_of(outcomes),
        "lake": {row["path"]: row["sha256"] for row in lake},
    }
    chain.append(connection, "recheck", by, batch, payload, at)
    return changed


@dataclass(frozen=True, slots=True)
class _Here:
    """The batch being recorded, and the position of its event."""

    batch: str
    at: datetime
    stamp: Stamp
    position: int


def _file(connection: Connection, delivery: Delivery, file: FileReading, here: _Here, made: dict[str, str]) -> set[Key]:
    s = submissions.c
    known = {row.id: row for row in connection.execute(select(submissions).where(s.sha256 == delivery.sha256))}
    touched = {(row.form, row.unit, row.period) for row in known.values()}
    for reading in sorted(file.readings, key=lambda r: r.submission):
        key = (reading.form, reading.unit, reading.period)
        if reading.submission in known:
            _update(connection, reading)
        else:
            revision = next_revisions(connection, {key})[key] + 1
            connection.execute(submissions.insert().values(submission_row(reading, delivery, revision)))
        touched.add(key)
        made[reading.submission] = _new_reading(connection, reading, delivery, here)
    _gone(connection, set(known) - {reading.submission for reading in file.readings}, here.position)
    _about_file(connection, delivery, file, here.position)
    return touched


def _update(connection: Connection, reading: Reading) -> None:
    values = {name: getattr(reading, name) for name in ("stated_revision", "signed", "content", "nil")}
    where = submissions.c.id == reading.submission
    connection.execute(update(submissions).where(where).values(**values))


def _new_reading(connection: Connection, reading: Reading, delivery: Delivery, here: _Here) -> str:
    """Put a reading in the place of the current one, which ends here; returns its id."""
    r = readings.c
    last = connection.scalar(select(func.max(r.number)).where(r.submission == reading.submission)) or 0
    before = (r.submission == reading.submission) & r.current
    connection.execute(update(readings).where(before).values(current=False, ended=here.position))
    row = reading_row(reading, here.batch, here.stamp, here.at, here.position) | {"number": last + 1}
    connection.execute(readings.insert().values(row))
    told: list[dict[str, Any]] = [
        finding_row(placed(finding, reading, delivery), ordinal=ordinal, reading=row["id"])
        for ordinal, finding in enumerate(reading.findings)
    ]
    if told:
        connection.execute(findings.insert(), told)
    return str(row["id"])


def _gone(connection: Connection, names: Collection[str], position: int) -> None:
    """What the file no longer gives does not count: its last reading stays for the record, as refused."""
    r = readings.c
    if names:
        where = r.submission.in_(sorted(names)) & r.current & r.gone.is_(None)
        connection.execute(update(readings).where(where).values(gone=position))


def _about_file(connection: Connection, delivery: Delivery, file: FileReading, position: int) -> None:
    """Findings that belong to no submission are told anew, under each name of the bytes; the old ones end here."""
    d, f = deliveries.c, findings.c
    for row in connection.execute(select(deliveries).where(d.sha256 == delivery.sha256)).all():
        name = Delivery(row.name, row.sha256, row.size, row.received_at, row.sender)
        where = (f.delivery == delivery_id(name)) & f.ended.is_(None)
        connection.execute(update(findings).where(where).values(ended=position))
        told = rows_about(name, file.findings, position)
        if told:
            connection.execute(findings.insert(), told)
    state = RECOGNISED if file.readings else UNRECOGNISED
    where = (d.sha256 == delivery.sha256) & d.state.in_((RECOGNISED, UNRECOGNISED))
    connection.execute(update(deliveries).where(where).values(state=state))
