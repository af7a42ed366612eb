"""What the ledger is asked: each a function of one connection, so that several can share one consistent view."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select, true

from etl.errors import UsageError
from etl.model.findings import Finding
from etl.model.submissions import Evidence, Layout, TypedTotal
from etl.store.ledger.rows import (
    chunks,
    current_value,
    delivery_value,
    finding_value,
    release_value,
    submission_value,
    verdict_now,
)
from etl.store.ledger.schema import deliveries, findings, lake_files, readings, releases, submissions
from etl.store.ledger.schema import leases as held
from etl.store.ledger.shapes import clean, evidence_from_json, layouts_from_json, totals_from_json
from etl.store.ledger.standing import COUNTING
from etl.store.ledger.values import (
    CurrentSubmission,
    DeliveryRecord,
    KnownLakeFile,
    ReleaseRecord,
    Stamp,
    SubmissionRecord,
)


def known(connection: Connection, sha256s: Iterable[str]) -> set[str]:
    """Those of these bytes that were taken in: their whole batch was recorded."""
    found: set[str] = set()
    for some in chunks(sorted(set(sha256s))):
        found |= set(connection.scalars(select(deliveries.c.sha256).where(deliveries.c.sha256.in_(some))))
    return found


def all_deliveries(connection: Connection) -> list[DeliveryRecord]:
    """Every file as it arrived, in the order of arrival."""
    return sorted((delivery_value(row) for row in connection.execute(select(deliveries))), key=by_arrival)


def all_submissions(
    connection: Connection, form: str | None = None, periods: Collection[str] | None = None
) -> list[SubmissionRecord]:
    """Every submission whatever its state, sorted by form, unit, period and revision."""
    rows = connection.execute(submissions_now().where(_asked(form, periods)))
    return sorted((submission_value(row) for row in rows), key=by_key)


def current(
    connection: Connection,
    form: str | None = None,
    periods: Collection[str] | None = None,
    superseded: bool = False,
) -> list[CurrentSubmission]:
    """The submissions that count, at most one for each form, unit and period; sorted by these.

    superseded: with those that counted until a later revision came.
    """
    states = [*COUNTING, "superseded"] if superseded else [*COUNTING]
    query = submissions_now(readings.c.layout, readings.c.row_counts)
    rows = connection.execute(query.where(_asked(form, periods), submissions.c.state.in_(states))).all()
    lake = lake_by_batch(connection, {row.batch for row in rows})
    return sorted((current_value(submission_value(row), row, lake[row.batch]) for row in rows), key=by_key)


def all_findings(
    connection: Connection, submission: str | None = None, severity: str | None = None, file: str | None = None
) -> list[Finding]:
    """Findings of current readings and of deliveries, told under every name that their bytes came under.

    Sorted by file, submission and the order in which they were found.
    """
    wanted: ColumnElement[bool] = true()
    if submission is not None:
        wanted &= findings.c.submission == submission
    if severity is not None:
        wanted &= findings.c.severity == severity
    if file is not None:
        wanted &= deliveries.c.name == clean(file)
    return told(row for query in (of_readings(), of_deliveries()) for row in connection.execute(query.where(wanted)))


def told(rows: Iterable[Row[Any]]) -> list[Finding]:
    """Rows of findings in the order in which they are told, each under the name that its row says."""
    ordered = sorted(rows, key=lambda row: (row.told_under, row.submission or "", row.ordinal, row.pk))
    return [finding_value(row, row.told_under) for row in ordered]


def delivery_findings(connection: Connection, sha256s: Collection[str]) -> dict[str, list[Finding]]:
    """What was found about the files themselves, by sha256, as it was told under the name they first came under."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for some in chunks(sorted(sha256s)):
        first = (deliveries.c.sha256.in_(some)) & (deliveries.c.state != "duplicate")
        for row in connection.execute(of_deliveries().where(first).order_by(findings.c.ordinal)):
            found[row.sha256].append(finding_value(row, row.told_under))
    return found


def layout(connection: Connection, reading: str) -> dict[str, Layout]:
    return layouts_from_json(_reading(connection, reading).layout)


def evidence(connection: Connection, reading: str) -> list[Evidence]:
    return evidence_from_json(_reading(connection, reading).evidence)


def totals(connection: Connection, reading: str) -> list[TypedTotal]:
    return totals_from_json(_reading(connection, reading).totals)


def all_lake_files(connection: Connection) -> list[KnownLakeFile]:
    """Every Parquet file that counts, sorted by path."""
    found = [
        KnownLakeFile(row.table_id, row.path, row.sha256, row.rows, row.bytes, row.batch)
        for row in connection.execute(select(lake_files))
    ]
    return sorted(found, key=lambda file: file.path)


def leases(connection: Connection, at: datetime) -> dict[str, str]:
    """The batches that somebody is working on, and who."""
    return {row.batch: row.holder for row in connection.execute(select(held).where(held.c.until > at))}


def all_releases(connection: Connection) -> list[ReleaseRecord]:
    return [release_value(row) for row in connection.execute(select(releases).order_by(releases.c.number))]


def release(connection: Connection, number: int) -> ReleaseRecord:
    """One release. Raises UsageError where there is none of this number."""
    row = connection.execute(select(releases).where(releases.c.number == number)).first()
    if row is None:
        raise UsageError(f"Không có bản công bố này / there is no such release: {number}")
    return release_value(row)


def stamp(connection: Connection, batch: str) -> Stamp | None:
    """What the readings of a batch rest on; None where it gave none."""
    row = connection.execute(select(readings).where(readings.c.batch == batch).limit(1)).first()
    return None if row is None else Stamp(row.reference_hash, row.suite_hash, row.version, row.knowledge)


def submissions_now(*more: ColumnElement[Any]) -> Select[Any]:
    """Submissions with their current reading and the name of their file; labels are the fields of SubmissionRecord.

    more: further columns of the reading; its long texts are only fetched where they are asked for.
    """
    s, r = submissions.c, readings.c
    return (
        select(
            s.id.label("submission"),
            r.id.label("reading"),
            *(s.form, s.unit, s.period, s.revision, s.stated_revision, s.state, s.nil, s.sha256),
            *(s.received_at, s.signed, s.content, verdict_now(), r.batch, *more),
            deliveries.c.name.label("file"),
        )
        .join(readings, (r.submission == s.id) & r.current)
        .join(deliveries, deliveries.c.id == s.delivery)
    )


def _asked(form: str | None, periods: Collection[str] | None) -> ColumnElement[bool]:
    wanted: ColumnElement[bool] = true()
    if form is not None:
        wanted &= submissions.c.form == form
    if periods is not None:
        wanted &= submissions.c.period.in_(sorted(periods))
    return wanted


def by_arrival(item: DeliveryRecord) -> tuple[datetime, str, str]:
    """A total order of deliveries."""
    return (item.received_at, item.name, item.sha256)


def by_key(item: SubmissionRecord) -> tuple[str, str, str, int]:
    """A total order of submissions."""
    return (item.form, item.unit, item.period, item.revision)


def of_readings() -> Select[Any]:
    """Findings of current readings. A file's submissions are found by its bytes, so that every name of them is told."""
    return (
        select(findings, deliveries.c.name.label("told_under"))
        .join(readings, (readings.c.id == findings.c.reading) & readings.c.current)
        .join(submissions, submissions.c.id == readings.c.submission)
        .join(deliveries, deliveries.c.sha256 == submissions.c.sha256)
    )


def of_deliveries() -> Select[Any]:
    """Findings of files that belong to no reading."""
    return (
        select(findings, deliveries.c.name.label("told_under"), deliveries.c.sha256)
        .join(deliveries, deliveries.c.id == findings.c.delivery)
        .where(findings.c.ended.is_(None))
    )


def lake_by_batch(connection: Connection, batches: Collection[str]) -> dict[str, dict[str, str]]:
    """Batch → table → path."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for some in chunks(sorted(batches)):
        for row in connection.execute(select(lake_files).where(lake_files.c.batch.in_(some))):
            found[row.batch][row.table_id] = row.path
    return found


def _reading(connection: Connection, reading: str) -> Row[Any]:
    row = connection.execute(select(readings).where(readings.c.id == reading)).first()
    if row is None:
        raise UsageError(f"Không có lần đọc này / there is no such reading: {reading}")
    return row
