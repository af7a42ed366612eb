"""Reporting periods: a code, and always the two dates that it means.

`2021` · `2021-H1` · `2021-Q1` · `2021-06` · `2022-01-22` (an event) · `2020..2021` (a span of whole periods).
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from etl.errors import UsageError

CALENDAR_YEAR = "calendar-year"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A reporting period. `start` and `end` are inclusive days; two calendars may give one code other days."""

    start: date
    end: date
    code: str
    calendar: str = CALENDAR_YEAR

    @property
    def is_event(self) -> bool:
        return self.start == self.end

    @property
    def kind(self) -> str:
        """year | half | quarter | month | event | span"""
        if ".." in self.code:
            return "span"
        for kind, pattern in _PATTERNS.items():
            if pattern.fullmatch(self.code):
                return kind
        raise UsageError(f"Kỳ không hợp lệ / not a period: {self.code!r}")

    def contains(self, other: Period) -> bool:
        return self.start <= other.start and other.end <= self.end


_PATTERNS = {
    "year": re.compile(r"(\d{4})"),
    "half": re.compile(r"(\d{4})-H([12])"),
    "quarter": re.compile(r"(\d{4})-Q([1-4])"),
    "month": re.compile(r"(\d{4})-(0[1-9]|1[0-2])"),
    "event": re.compile(r"(\d{4})-(0[1-9]|1[0-2])-(\d{2})"),
}
_MONTHS = {"year": 12, "half": 6, "quarter": 3, "month": 1}


@lru_cache(4096)
def parse_period(code: str) -> Period:
    """The period that a code means. Raises UsageError, naming the accepted spellings, where it means none."""
    code = code.strip()
    if ".." in code:
        first, _, last = code.partition("..")
        a, b = parse_period(first), parse_period(last)
        if b.start < a.start:
            raise UsageError(f"Kỳ đảo ngược / the span runs backwards: {code!r}")
        return Period(a.start, b.end, code)
    for kind, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(code):
            return _single(kind, code, [int(part) for part in found.groups()])
    raise UsageError(
        f"Kỳ không hợp lệ / not a period: {code!r} (2021, 2021-H1, 2021-Q1, 2021-06, 2022-01-22, 2020..2021)"
    )


def _single(kind: str, code: str, parts: list[int]) -> Period:
    if kind == "event":
        try:
            day = date(*parts)
        except ValueError as error:
            raise UsageError(f"Ngày không có thật / no such day: {code!r}") from error
        return Period(day, day, code)
    months = _MONTHS[kind]
    first = 1 if kind == "year" else (parts[1] - 1) * months + 1
    last = first + months - 1
    return Period(date(parts[0], first, 1), date(parts[0], last, monthrange(parts[0], last)[1]), code)


def months_of(kind: str) -> int:
    """Length in months of a period kind: year 12, half 6, quarter 3, month 1."""
    return _MONTHS[kind]
