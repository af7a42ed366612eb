"""Lines of calendar.csv that go on: `2026..` is every period of the form from 2026, for as long as form and senders last."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from etl.model.forms import Form
from etl.model.periods import Period, months_of, parse_period
from etl.model.reference import Expected
from etl.model.units import Units

MARK = ".."

#: far enough that nobody has to think of it, near enough to be written out
_LAST = date(2099, 12, 31)


def written_out(first: Expected, form: Form, units: Units) -> Iterator[Expected]:
    """The line for its first period and each one after it; opens and deadline move on with the period.

    A period for which there is no such sender any more, or not yet, is left out.
    """
    for period, months in _periods(first.period):
        if not form.valid_on(period.end):
            return
        line = replace(first, period=period, opens=_later(first.opens, months), deadline=_later(first.deadline, months))
        code = first.unit
        if line.senders(units) if code.startswith("level:") else units.get(code, period.end):
            yield line


def _periods(first: Period) -> Iterator[tuple[Period, int]]:
    """Each period with the months that have passed since the first."""
    step = months_of(first.kind)
    passed = 0
    while True:
        years, month = divmod(first.start.month - 1 + passed, 12)
        period = parse_period(_code(first.kind, first.start.year + years, month + 1))
        if period.end > _LAST:
            return
        yield period, passed
        passed += step


def _code(kind: str, year: int, month: int) -> str:
    """'2026-Q3' of a quarter that begins in July."""
    parts = {"year": "", "half": f"-H{(month + 5) // 6}", "quarter": f"-Q{(month + 2) // 3}", "month": f"-{month:02}"}
    return f"{year}{parts[kind]}"


def _later(day: date | None, months: int) -> date | None:
    """The same day of a later month; its last day where it has none so high."""
    if day is None:
        return None
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
