"""The ledger as it was at a position: which deliveries it knew, which readings were in force, what counted, what was told.

Nothing is taken from the tables' present state: every delivery, reading and finding says from which event to which it
holds, and which of the rivals counted follows from them as it did then (`settling.judged`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, or_, select, true

from etl.model.findings import REJECTED, Finding
from etl.store.ledger.queries import by_key, lake_by_batch
from etl.store.ledger.recording import DUPLICATE, RECOGNISED, UNRECOGNISED
from etl.store.ledger.rows import current_value, delivery_value, finding_value
from etl.store.ledger.schema import deliveries, events, findings, readings, submissions
from etl.store.ledger.settling import CONFIRMED, SAME_RANK, Known, judged
from etl.store.ledger.shapes import clean
from etl.store.ledger.standing import COUNTING, Candidate
from etl.store.ledger.values import CurrentSubmission, DeliveryRecord, SubmissionRecord


@dataclass(frozen=True, slots=True)
class _First:
    """The earliest delivery of some bytes, as far as it was known."""

    name: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class _Then:
    """A submission as it stood, the row of its reading, and what was told of it beside its rivals."""

    record: SubmissionRecord
    row: Row[Any]
    told: Finding | None


def all_deliveries(connection: Connection, until: int) -> list[DeliveryRecord]:
    """Every file that had arrived, in the order of arrival."""
    given = {row.sha256 for row in connection.execute(_readings(until)) if row.gone is None or row.gone > until}
    found = []
    for row in connection.execute(select(deliveries).where(deliveries.c.position <= until)):
        state = row.state
        if state != DUPLICATE:
            state = RECOGNISED if row.sha256 in given else UNRECOGNISED
        found.append(delivery_value(row, state))
    return sorted(found, key=lambda d: (d.received_at, d.name, d.sha256))


def all_submissions(
    connection: Connection, until: int, form: str | None = None, periods: Collection[str] | None = None
) -> list[SubmissionRecord]:
    """Every submission as it stood, sorted by form, unit, period and revision."""
    return sorted((then.record for then in _then(connection, until, form, periods)), key=by_key)


def current(
    connection: Connection,
    until: int,
    form: str | None = None,
    periods: Collection[str] | None = None,
    superseded: bool = False,
) -> list[CurrentSubmission]:
    """The submissions that counted; superseded: with those that had counted until a later revision came."""
    states = {*COUNTING, "superseded"} if superseded else {*COUNTING}
    counted = [then for then in _then(connection, until, form, periods) if then.record.state in states]
    lake = lake_by_batch(connection, {then.record.batch for then in counted})
    found = [current_value(then.record, then.row, lake[then.record.batch]) for then in counted]
    return sorted(found, key=by_key)


def all_findings(
    connection: Connection,
    until: int,
    submission: str | None = None,
    severity: str | None = None,
    file: str | None = None,
) -> list[Finding]:
    """What was told then, under every name that the bytes had come under; sorted as `queries.all_findings` sorts."""
    names: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(select(deliveries).where(deliveries.c.position <= until)):
        names[row.sha256].append(row.name)
    told = [*_of_submissions(connection, until, names), *_of_deliveries(connection, until)]
    wanted = [
        (place, finding)
        for place, finding in told
        if (submission is None or finding.submission == submission)
        and (severity is None or finding.severity == severity)
        and (file is None or finding.file == clean(file))
    ]
    return [finding for _, finding in sorted(wanted, key=lambda item: item[0])]


#: file, submission, ordinal, order of recording: the order in which findings are told
_Place = tuple[str, str, int, int]


def _of_submissions(connection: Connection, until: int, names: Mapping[str, list[str]]) -> list[tuple[_Place, Finding]]:
    found: list[tuple[_Place, Finding]] = []
    then = {one.record.reading: one for one in _then(connection, until)}
    s, r, f = submissions.c, readings.c, findings.c
    own = (
        select(findings, s.sha256)
        .join(readings, r.id == f.reading)
        .join(submissions, s.id == r.submission)
        .where(_in_force(until), f.code.not_in((CONFIRMED, SAME_RANK)))
    )
    for row in connection.execute(own):
        for name in names[row.sha256]:
            found.append(((name, row.submission or "", row.ordinal, row.pk), finding_value(row, name)))
    for one in then.values():
        if one.told is not None:
            for name in names[one.record.sha256]:
                found.append(((name, one.record.submission, -1, 0), one.told.about(file=name)))
    return found


def _of_deliveries(connection: Connection, until: int) -> list[tuple[_Place, Finding]]:
    d, f = deliveries.c, findings.c
    query = (
        select(findings, d.name.label("told_under"))
        .join(deliveries, d.id == f.delivery)
        .where(d.position <= until, f.position <= until, or_(f.ended.is_(None), f.ended > until))
    )
    return [
        ((row.told_under, row.submission or "", row.ordinal, row.pk), finding_value(row, row.told_under))
        for row in connection.execute(query)
    ]


def _then(
    connection: Connection, until: int, form: str | None = None, periods: Collection[str] | None = None
) -> list[_Then]:
    first, withdrawn = _first_deliveries(connection, until), _withdrawn(connection, until)
    rows = connection.execute(_readings(until).where(_asked(form, periods))).all()
    known = {row.submission: _known(row, first[row.sha256], row.submission in withdrawn) for row in rows}
    standing, told = judged(known)
    return [
        _Then(
            _record(row, first[row.sha256], standing[row.submission].state),
            row,
            told.get(known[row.submission].reading),
        )
        for row in rows
    ]


def _readings(until: int) -> Any:
    """Submissions with the reading that was in force; what a later reading says otherwise is taken from the reading."""
    s, r = submissions.c, readings.c
    refused = case((or_(r.gone.is_(None), r.gone > until), r.verdict), else_=REJECTED)
    return (
        select(
            s.id.label("submission"),
            r.id.label("reading"),
            *(s.form, s.unit, s.period, s.revision, s.sha256),
            *(r.stated_revision, r.signed, r.content, r.nil, r.batch, r.layout, r.row_counts, r.gone),
            refused.label("verdict"),
        )
        .join(readings, r.submission == s.id)
        .where(_in_force(until))
    )


def _in_force(until: int) -> ColumnElement[bool]:
    r = readings.c
    return (r.position <= until) & or_(r.ended.is_(None), r.ended > until)


def _asked(form: str | None, periods: Collection[str] | None) -> ColumnElement[bool]:
    wanted: ColumnElement[bool] = true()
    if form is not None:
        wanted &= submissions.c.form == form
    if periods is not None:
        wanted &= submissions.c.period.in_(sorted(periods))
    return wanted


def _first_deliveries(connection: Connection, until: int) -> dict[str, _First]:
    """Bytes → the delivery that decides their rank; of two at one moment the one that was recorded first."""
    rows = connection.execute(select(deliveries).where(deliveries.c.position <= until)).all()
    ordered = sorted(rows, key=lambda d: (d.received_at, d.position, d.state == DUPLICATE, d.name))
    return {row.sha256: _First(row.name, row.received_at) for row in reversed(ordered)}


def _withdrawn(connection: Connection, until: int) -> set[str]:
    e = events.c
    query = select(e.kind, e.subject).where(e.position <= until, e.kind.in_(("withdraw", "reinstate")))
    found: set[str] = set()
    for kind, subject in connection.execute(query.order_by(e.position)):
        (found.add if kind == "withdraw" else found.discard)(subject)
    return found


def _known(row: Row[Any], first: _First, withdrawn: bool) -> Known:
    candidate = Candidate(
        row.submission, row.verdict, withdrawn, row.stated_revision, first.received_at, row.signed, row.content
    )
    return Known(candidate, (row.form, row.unit, row.period), "", row.reading, first.name)


_AS_READ = (
    *("submission", "reading", "form", "unit", "period", "revision", "stated_revision"),
    *("verdict", "nil", "sha256", "signed", "content", "batch"),
)


def _record(row: Row[Any], first: _First, state: str) -> SubmissionRecord:
    values = {name: getattr(row, name) for name in _AS_READ}
    return SubmissionRecord(**values, state=state, file=first.name, received_at=first.received_at)
