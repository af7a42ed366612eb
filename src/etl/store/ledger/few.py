"""What is asked of a few of many: each statement looks at these alone, however many years are kept.

What comes out is what the whole questions (`queries`) give for the same ones, in the same order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Connection, select

from etl.model.findings import HOLD, Finding
from etl.store.ledger.queries import by_arrival, by_key, of_deliveries, of_readings, submissions_now, told
from etl.store.ledger.recording import DUPLICATE
from etl.store.ledger.rows import chunks, delivery_value, submission_value
from etl.store.ledger.schema import deliveries, findings, lake_files, submissions
from etl.store.ledger.shapes import clean
from etl.store.ledger.values import DeliveryRecord, SubmissionRecord


def submissions_named(connection: Connection, names: Collection[str]) -> list[SubmissionRecord]:
    """Submissions of these ids, sorted by form, unit, period and revision."""
    return _submissions(connection, submissions.c.id, names)


def submissions_of(connection: Connection, sha256s: Collection[str]) -> list[SubmissionRecord]:
    """Submissions of files with these bytes, sorted likewise."""
    return _submissions(connection, submissions.c.sha256, sha256s)


def _submissions(connection: Connection, column: ColumnElement[str], among: Collection[str]) -> list[SubmissionRecord]:
    found = [
        submission_value(row)
        for some in chunks(sorted(set(among)))
        for row in connection.execute(submissions_now().where(column.in_(some)))
    ]
    return sorted(found, key=by_key)


def senders(connection: Connection, names: Collection[str]) -> dict[str, set[tuple[str, str]]]:
    """File name → (unit, period) of each submission that its bytes gave."""
    query = select(deliveries.c.name, submissions.c.unit, submissions.c.period).join(
        submissions, submissions.c.sha256 == deliveries.c.sha256
    )
    found: dict[str, set[tuple[str, str]]] = {}
    for some in chunks(sorted({clean(name) for name in names})):
        for name, unit, period in connection.execute(query.where(deliveries.c.name.in_(some))):
            found.setdefault(name, set()).add((unit, period))
    return found


def names(connection: Connection) -> dict[str, list[str]]:
    """The first name of bytes that came under several → every name, that one first, then in the order of arrival."""
    again = set(connection.scalars(select(deliveries.c.sha256).where(deliveries.c.state == DUPLICATE)))
    found: dict[str, list[str]] = {}
    for one in sorted(deliveries_of(connection, sha256s=again), key=lambda d: d.state == DUPLICATE):
        found.setdefault(one.sha256, []).append(one.name)
    return {own[0]: own for own in found.values() if len(own) > 1}


def deliveries_of(
    connection: Connection, ids: Collection[str] = (), sha256s: Collection[str] = (), batches: Collection[str] = (),
    names: Collection[str] = (),
) -> list[DeliveryRecord]:  # fmt: skip
    """The files of these ids, of these bytes, of these batches and of these names, in the order of arrival."""
    d = deliveries.c
    found = {
        row.id: delivery_value(row)
        for column, among in ((d.id, ids), (d.sha256, sha256s), (d.batch, batches), (d.name, names))
        for some in chunks(sorted(set(among)))
        for row in connection.execute(select(deliveries).where(column.in_(some)))
    }
    return sorted(found.values(), key=by_arrival)


def delivered(connection: Connection, files: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these (sha256, name) that were taken in."""
    wanted = {(sha256, clean(name)): (sha256, name) for sha256, name in files}
    d = deliveries.c
    found: set[tuple[str, str]] = set()
    for some in chunks(sorted({sha256 for sha256, _ in wanted})):
        for sha256, name in connection.execute(select(d.sha256, d.name).where(d.sha256.in_(some))):
            if (sha256, name) in wanted:
                found.add(wanted[sha256, name])
    return found


def findings_of(connection: Connection, sha256s: Collection[str]) -> list[Finding]:
    """Findings of files with these bytes, under every name."""
    queries = (of_readings(), of_deliveries())
    return told(
        row
        for some in chunks(sorted(set(sha256s)))
        for query in queries
        for row in connection.execute(query.where(deliveries.c.sha256.in_(some)))
    )


def findings_for(connection: Connection, about: Collection[str]) -> list[Finding]:
    """Findings of these submissions, those that belong to none, and every hold."""
    f = findings.c
    wanted = [f.submission.is_(None), f.severity == HOLD, *(f.submission.in_(some) for some in chunks(sorted(about)))]
    rows = {
        (row.pk, row.told_under): row
        for query in (of_readings(), of_deliveries())
        for where in wanted
        for row in connection.execute(query.where(where))
    }
    return told(rows.values())


def lake_paths(connection: Connection) -> list[str]:
    """The path of every Parquet file that counts, sorted."""
    return sorted(connection.scalars(select(lake_files.c.path)))
