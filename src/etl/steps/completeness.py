"""Calendar + submissions → what became of each expected (unit, form, period)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol

from etl.model.findings import HELD, REJECTED
from etl.model.periods import Period
from etl.model.reference import Expected
from etl.model.releases import MISSING, StatusRow
from etl.model.units import Units


class Standing(Protocol):
    """A submission as the ledger tells it."""

    @property
    def submission(self) -> str: ...
    @property
    def form(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def period(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def revision(self) -> int: ...
    @property
    def nil(self) -> bool: ...
    @property
    def file(self) -> str: ...
    @property
    def received_at(self) -> datetime: ...


#: of several submissions for one triple the one that says most about it is shown
_RANK = {"accepted": 0, "accepted_with_warnings": 0, "held": 1, "rejected": 2, "withdrawn": 3, "superseded": 4}


def completeness(
    calendar: Iterable[Expected], units: Units, submissions: Iterable[Standing], within: Period
) -> list[StatusRow]:
    """One row for each triple of the calendar inside a period; sorted by period, form, unit."""
    standing: dict[tuple[str, str, str], list[Standing]] = {}
    for one in submissions:
        standing.setdefault((one.unit, one.form, one.period), []).append(one)
    rows: dict[tuple[str, str, str], StatusRow] = {}
    for expected in calendar:
        if not within.contains(expected.period):
            continue
        for unit in expected.senders(units):
            key = (unit, expected.form, expected.period.code)
            if key not in rows or rows[key].role != "expected":
                rows[key] = _row(key, expected.role, standing.get(key, ()), expected.deadline)
    return sorted(rows.values(), key=lambda r: (r.period, r.form, r.unit))


def _row(key: tuple[str, str, str], role: str, submissions: Sequence[Standing], deadline: date | None) -> StatusRow:
    unit, form, period = key
    if not submissions:
        return StatusRow(unit, form, period, role, MISSING, deadline=deadline)
    best = min(submissions, key=lambda s: (_RANK.get(s.state, 9), -s.revision))
    return StatusRow(
        unit, form, period, role, best.state, best.file, best.revision, best.received_at,
        is_late(best.received_at, deadline), best.nil, best.submission, deadline,
    )  # fmt: skip


def is_late(received_at: datetime, deadline: date | None) -> bool:
    """After the end of the deadline's day, in the province's time."""
    return deadline is not None and received_at > datetime.combine(deadline, time.max, received_at.tzinfo)


#: (unit, form, period)
Triple = tuple[str, str, str]
AXES = ("unit", "form", "period")


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the expected triples of one unit, form or period: counts are lengths, so each one has its names.

    on_time, late: of those that arrived at all, whatever became of them. reported: accepted, declared nil among them.
    missing: nothing arrived that still stands (nothing came, or it was withdrawn).
    """

    expected: tuple[Triple, ...]
    received: tuple[Triple, ...]
    reported: tuple[Triple, ...]
    on_time: tuple[Triple, ...]
    late: tuple[Triple, ...]
    held: tuple[Triple, ...]
    rejected: tuple[Triple, ...]
    nil: tuple[Triple, ...]
    missing: tuple[Triple, ...]

    @property
    def timeliness(self) -> tuple[int, int]:
        """n of N expected that arrived by their deadline; parts, so that nothing is rounded on the way."""
        return len(self.on_time), len(self.expected)


def tally(rows: Iterable[StatusRow], by: str | None = None) -> dict[str, Tally]:
    """Tallies by `unit`, `form` or `period`; one under "" without an axis. Only what is expected counts."""
    groups: dict[str, list[StatusRow]] = {}
    for row in sorted(rows, key=lambda r: (r.period, r.form, r.unit)):
        if row.role == "expected":
            groups.setdefault(getattr(row, by) if by else "", []).append(row)
    return {key: _tally(group) for key, group in sorted(groups.items())}


def _tally(rows: Sequence[StatusRow]) -> Tally:
    came = [r for r in rows if r.state not in _ABSENT]
    return Tally(
        expected=_triples(rows), received=_triples(came), reported=_triples(r for r in rows if r.reported),
        on_time=_triples(r for r in came if not r.late), late=_triples(r for r in came if r.late),
        held=_triples(r for r in rows if r.state == HELD), rejected=_triples(r for r in rows if r.state == REJECTED),
        nil=_triples(r for r in rows if r.nil and r.reported),
        missing=_triples(r for r in rows if r.state in _ABSENT),
    )  # fmt: skip


_ABSENT = frozenset((MISSING, "withdrawn"))


def _triples(rows: Iterable[StatusRow]) -> tuple[Triple, ...]:
    return tuple((r.unit, r.form, r.period) for r in rows)
