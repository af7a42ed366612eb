"""Recording a batch: everything that its files gave, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select, update

from etl.errors import StoreError
from etl.model.findings import Finding
from etl.model.submissions import Delivery, FileReading, Reading
from etl.store.ledger import chain, queries
from etl.store.ledger.rows import (
    chunks,
    delivery_id,
    delivery_row,
    finding_row,
    of_keys,
    reading_row,
    submission_row,
)
from etl.store.ledger.schema import deliveries, findings, lake_files, leases, readings, submissions
from etl.store.ledger.settling import Key, settle
from etl.store.ledger.shapes import clean
from etl.store.ledger.values import BatchRecord, FileOutcome, LakeEntry, Stamp

#: what became of a delivery: it gave submissions; it gave none (findings say why); its bytes came under another name
RECOGNISED, UNRECOGNISED, DUPLICATE = "recognised", "unrecognised", "duplicate"


@dataclass(slots=True)
class _Rows:
    """What a batch adds, gathered before anything is written."""

    deliveries: list[dict[str, Any]] = field(default_factory=list)
    submissions: list[dict[str, Any]] = field(default_factory=list)
    readings: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    lake_files: list[dict[str, Any]] = field(default_factory=list)

    @property
    def keys(self) -> set[Key]:
        return {(row["form"], row["unit"], row["period"]) for row in self.submissions}

    def insert(self, connection: Connection) -> None:
        tables: list[tuple[Table, list[dict[str, Any]]]] = [
            (deliveries, self.deliveries),
            (submissions, self.submissions),
            (readings, self.readings),
            (findings, self.findings),
            (lake_files, self.lake_files),
        ]
        for table, rows in tables:
            if rows:
                connection.execute(table.insert(), rows)


def record(
    connection: Connection,
    batch: str,
    outcomes: Sequence[FileOutcome],
    files: Sequence[LakeEntry],
    at: datetime,
    stamp: Stamp,
) -> BatchRecord:
    """Record a batch inside the caller's writing transaction. What is known already stays as it is."""
    connection.execute(delete(leases).where(leases.c.batch == batch))
    fresh = _unknown(connection, [_cleaned(outcome) for outcome in outcomes])
    originals, copies = _apart(connection, fresh)
    changed: dict[str, str] = {}
    position = None
    if fresh:
        position = chain.position(connection) + 1
        rows = _gathered(connection, originals, copies, batch, at, stamp, position)
        if rows.readings:
            rows.lake_files = lake_rows(connection, files, batch, at)
        rows.insert(connection)
        changed = settle(connection, rows.keys | _moved_earlier(connection, copies))
        chain.append(connection, "batch", chain.PROGRAM, batch, _payload(rows, changed, read_of(outcomes)), at)
    states = _states(connection, {outcome.delivery.sha256 for outcome in outcomes})
    return BatchRecord(batch, len(originals), len(copies), len(outcomes) - len(fresh), states, changed, position)


def _cleaned(outcome: FileOutcome) -> FileOutcome:
    """A file's name may be no text at all on the disk of a sender."""
    sent = outcome.delivery
    told = replace(sent, name=clean(sent.name), sender=clean(sent.sender), subject=clean(sent.subject))
    return replace(outcome, delivery=told)


def _unknown(connection: Connection, outcomes: Sequence[FileOutcome]) -> list[FileOutcome]:
    """Those whose bytes and name were not delivered before, the earliest first, else in the order given; once each."""
    by_id = {delivery_id(outcome.delivery): outcome for outcome in outcomes}
    known: set[str] = set()
    for some in chunks(sorted(by_id)):
        known |= set(connection.scalars(select(deliveries.c.id).where(deliveries.c.id.in_(some))))
    fresh = [outcome for name, outcome in by_id.items() if name not in known]
    return sorted(fresh, key=lambda o: o.delivery.received_at)


def _apart(connection: Connection, fresh: Iterable[FileOutcome]) -> tuple[list[FileOutcome], list[FileOutcome]]:
    """Files with new bytes, and those whose bytes came before: in the ledger, or earlier in this batch.

    Bytes that came under two names may have been read for one of them only: the reading goes with the first name.
    """
    outcomes = list(fresh)
    read: dict[str, FileReading] = {}
    for outcome in sorted(outcomes, key=lambda o: (len(o.reading.readings), len(o.reading.findings))):
        read[outcome.delivery.sha256] = outcome.reading
    seen: set[str] = set()
    for some in chunks(sorted({outcome.delivery.sha256 for outcome in outcomes})):
        seen |= set(connection.scalars(select(deliveries.c.sha256).where(deliveries.c.sha256.in_(some))))
    originals: list[FileOutcome] = []
    copies: list[FileOutcome] = []
    for outcome in outcomes:
        sha256 = outcome.delivery.sha256
        (copies if sha256 in seen else originals).append(replace(outcome, reading=read[sha256]))
        seen.add(sha256)
    return originals, copies


def _gathered(
    connection: Connection,
    originals: Sequence[FileOutcome],
    copies: Sequence[FileOutcome],
    batch: str,
    at: datetime,
    stamp: Stamp,
    position: int,
) -> _Rows:
    rows = _Rows()
    arrived = [(outcome.delivery, reading) for outcome in originals for reading in outcome.reading.readings]
    _refuse_taken(connection, [reading for _, reading in arrived])
    about = {outcome.delivery.sha256: outcome.reading.findings for outcome in originals}
    about |= queries.delivery_findings(connection, {o.delivery.sha256 for o in copies} - set(about))
    for outcome in originals:
        state = RECOGNISED if outcome.reading.readings else UNRECOGNISED
        rows.deliveries.append(delivery_row(outcome.delivery, batch, state, at, position))
    rows.deliveries += [delivery_row(outcome.delivery, batch, DUPLICATE, at, position) for outcome in copies]
    for outcome in (*originals, *copies):
        rows.findings += rows_about(outcome.delivery, about.get(outcome.delivery.sha256, []), position)
    revisions = next_revisions(connection, {_key(reading) for _, reading in arrived})
    for delivery, reading in sorted(arrived, key=_arrival):
        revisions[_key(reading)] += 1
        rows.submissions.append(submission_row(reading, delivery, revisions[_key(reading)]))
        row = reading_row(reading, batch, stamp, at, position)
        rows.readings.append(row)
        for ordinal, finding in enumerate(reading.findings):
            rows.findings.append(finding_row(placed(finding, reading, delivery), ordinal=ordinal, reading=row["id"]))
    return rows


def _refuse_taken(connection: Connection, arrived: Sequence[Reading]) -> None:
    """A submission's id names form, unit, period and bytes; two of one id would be counted as one."""
    names = sorted(reading.submission for reading in arrived)
    taken = {name for name, following in pairwise(names) if name == following}
    for some in chunks(names):
        taken |= set(connection.scalars(select(submissions.c.id).where(submissions.c.id.in_(some))))
    if taken:
        raise StoreError(
            f"Mã bài nộp đã có, không ghi gì / the submission's id is taken, nothing was recorded: "
            f"{', '.join(sorted(taken))}"
        )


def read_of(outcomes: Iterable[FileOutcome]) -> dict[str, str]:
    """The bytes whose rows lie in the batch's Parquet files, and the delivery under whose name they were read.

    It is what must be read to make these files again.
    """
    return {r.sha256: delivery_id(outcome.delivery) for outcome in outcomes for r in outcome.reading.readings}


def rows_about(delivery: Delivery, about: Iterable[Finding], position: int) -> list[dict[str, Any]]:
    owner = delivery_id(delivery)
    return [
        finding_row(finding.about(file=delivery.name), ordinal=ordinal, position=position, delivery=owner)
        for ordinal, finding in enumerate(about)
    ]


def placed(finding: Finding, reading: Reading, delivery: Delivery) -> Finding:
    """A finding of a reading always says whose it is."""
    return finding.about(
        file=delivery.name,
        submission=reading.submission,
        form=finding.form or reading.form,
        unit=finding.unit or reading.unit,
        period=finding.period or reading.period,
    )


def _key(reading: Reading) -> Key:
    return (reading.form, reading.unit, reading.period)


def _arrival(arrived: tuple[Delivery, Reading]) -> tuple[Any, ...]:
    """Revisions are numbered in this order inside a batch, whatever order its files were read in."""
    delivery, reading = arrived
    return (*_key(reading), reading.stated_revision, delivery.received_at, reading.submission)


def next_revisions(connection: Connection, keys: Collection[Key]) -> dict[Key, int]:
    s = submissions.c
    found = dict.fromkeys(keys, 0)
    last = select(s.form, s.unit, s.period, func.max(s.revision)).group_by(s.form, s.unit, s.period)
    for own in of_keys(keys):
        for form, unit, period, revision in connection.execute(last.where(own)):
            found[(form, unit, period)] = revision
    return found


def lake_rows(connection: Connection, files: Sequence[LakeEntry], batch: str, at: datetime) -> list[dict[str, Any]]:
    known = set(connection.scalars(select(lake_files.c.path).where(lake_files.c.batch == batch)))
    return [
        {
            "path": file.path,
            "table_id": file.table,
            "batch": batch,
            "sha256": file.sha256,
            "rows": file.rows,
            "bytes": file.size,
            "recorded_at": at,
        }
        for file in files
        if file.path not in known
    ]


def _moved_earlier(connection: Connection, copies: Iterable[FileOutcome]) -> set[Key]:
    """Bytes that turn out to have come earlier than was known: their submissions' rank falls. Returns the keys."""
    s = submissions.c
    moved: set[Key] = set()
    for outcome in sorted(copies, key=lambda o: (o.delivery.received_at, o.delivery.name)):
        delivery = outcome.delivery
        later = (s.sha256 == delivery.sha256) & (s.received_at > delivery.received_at)
        touched = [tuple(row) for row in connection.execute(select(s.form, s.unit, s.period).where(later))]
        if touched:
            earliest = {"received_at": delivery.received_at, "delivery": delivery_id(delivery)}
            connection.execute(update(submissions).where(later).values(earliest))
            moved |= {(form, unit, period) for form, unit, period in touched}
    return moved


def _payload(rows: _Rows, changed: dict[str, str], read: dict[str, str]) -> dict[str, Any]:
    """What the audit log keeps of a batch: enough to say later what counted at this position. No names of files."""
    return {
        "deliveries": {row["id"]: row["state"] for row in rows.deliveries},
        "readings": {row["submission"]: row["id"] for row in rows.readings},
        "states": changed,
        "read": read,
        "lake": {row["path"]: row["sha256"] for row in rows.lake_files},
    }


def _states(connection: Connection, sha256s: Collection[str]) -> dict[str, str]:
    s = submissions.c
    found: dict[str, str] = {}
    for some in chunks(sorted(sha256s)):
        found |= {row.id: row.state for row in connection.execute(select(s.id, s.state).where(s.sha256.in_(some)))}
    return dict(sorted(found.items()))
