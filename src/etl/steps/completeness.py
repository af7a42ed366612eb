"""Calendar + submissions → what became of each expected (unit, form, period)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Protocol

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
    """One row for each triple of the calendar inside a period, and for what came unasked; sorted by period, form, unit."""
    standing: dict[tuple[str, str, str], list[Standing]] = {}
    for one in submissions:
        standing.setdefault((one.unit, one.form, one.period), []).append(one)
    rows: dict[tuple[str, str, str], StatusRow] = {}
    for expected in calendar:
        if not within.contains(expected.period):
            continue
        for unit in senders(expected, units):
            key = (unit, expected.form, expected.period.code)
            if key not in rows or rows[key].role != "expected":
                rows[key] = _row(key, expected.role, standing.get(key, ()), expected.deadline)
    return sorted(rows.values(), key=lambda r: (r.period, r.form, r.unit))


def senders(expected: Expected, units: Units) -> list[str]:
    """The unit codes that one calendar line means at its period's end."""
    if expected.unit.startswith("level:"):
        return sorted(u.code for u in units.at_level(expected.unit.removeprefix("level:"), expected.period.end))
    return [expected.unit]


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
