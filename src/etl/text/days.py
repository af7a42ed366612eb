"""Days and months as districts write them, with or without diacritics.

The day stands before the month, always: an English Excel that swapped them cannot be told by the text
(`is_ambiguous_day_month` says where that may have happened).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from etl.text.marks import INVISIBLE, SOFT_HYPHEN, nfc, without_marks

_SERIALS = (20_000, 60_000)  # 1954 to 2064: a smaller or larger number is a quantity
_SERIAL_ZERO = date(1899, 12, 30)
_YEARS = range(1900, 2100)

# Patterns meet text as `plain` gives it.
_DAY_MONTH_YEAR = re.compile(r"(?:ngay )?([0-9]{1,2}) ?([/.-]) ?([0-9]{1,2}) ?\2 ?([0-9]{4}|[0-9]{2})")
_YEAR_MONTH_DAY = re.compile(r"([0-9]{4})([/.-])([0-9]{1,2})\2([0-9]{1,2})")
_DAY_IN_WORDS = re.compile(r"(?:ngay )?([0-9]{1,2}),? thang ([0-9]{1,2}),?(?: nam |/| )([0-9]{4})")
_TIME = re.compile(r"(?<=[0-9])[t ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?$")
_MONTH_YEAR = re.compile(r"(?:thang |t\.? ?)?([0-9]{1,2}) ?[/.-] ?([0-9]{4})|thang ([0-9]{1,2}),? nam ([0-9]{4})")
_MONTH_SHORT_YEAR = re.compile(r"(?:thang |t\.? ?)([0-9]{1,2}) ?[/.-] ?([0-9]{2})")
_YEAR_MONTH = re.compile(r"([0-9]{4})[/.-]([0-9]{1,2})")

_MANY = 1 << 12  # lines remembered: the same titles stand on every sheet

#: a day inside a longer text, for other modules' patterns; what it matches is for `parse_date`
DAY_PATTERN = (
    "(?:[0-9]{1,2},? thang [0-9]{1,2},?(?: nam |/| )[0-9]{4}"
    "|[0-9]{1,2} ?[/.-] ?[0-9]{1,2} ?[/.-] ?(?:[0-9]{4}|[0-9]{2}))(?![0-9])"
)


@lru_cache(maxsize=_MANY)
def plain(text: str) -> str:
    """Small letters without marks on one line, every dash '-'; '>' stands for đến.

    So 'từ 01/01 đến hết 31/12' is 'tu 01/01 > 31/12', while 'gà đen năm 2021' ends no period.
    """
    marked = nfc(text.translate(INVISIBLE).replace(SOFT_HYPHEN, "")).casefold()
    marked = re.sub("[‐‑‒–—−]", "-", marked)
    until = r"\bden\b(?: het\b)?" if marked.isascii() else r"\b(?:đến|tới)\b(?: hết\b)?"
    return " ".join(without_marks(re.sub(until, ">", marked)).split())


def day_of(year: str, month: str, day: str = "1") -> date | None:
    """The day of these digits, None where there is none. Two digits of a year: 00 to 49 are 20xx, others 19xx."""
    full = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 50 else 1900)
    try:
        return date(full, int(month), int(day)) if full in _YEARS else None
    except ValueError:
        return None


def parse_date(text: str) -> date | None:
    """The day of '05/02/2022', '5-2-22', 'ngày 05 tháng 02 năm 2022' or '2022-02-05', with or without a time.

    None for what is no day, for an impossible one, and outside 1900 to 2099.
    """
    shown = _TIME.sub("", plain(text))
    if found := _DAY_MONTH_YEAR.fullmatch(shown):
        return day_of(found[4], found[3], found[1])
    if found := _YEAR_MONTH_DAY.fullmatch(shown):
        return day_of(found[1], found[3], found[4])
    if found := _DAY_IN_WORDS.fullmatch(shown):
        return day_of(found[3], found[2], found[1])
    return None


def parse_month(text: str) -> date | None:
    """First day of the month of '03/2018', 'T6/2021', 'tháng 2 năm 2019', '2019-02' or of a full date; else None."""
    shown = plain(text)
    if found := _MONTH_YEAR.fullmatch(shown):
        return day_of(found[2] or found[4], found[1] or found[3])
    if found := _MONTH_SHORT_YEAR.fullmatch(shown):
        return day_of(found[2], found[1])
    if found := _YEAR_MONTH.fullmatch(shown):
        return day_of(found[1], found[2])
    day = parse_date(text)
    return day.replace(day=1) if day else None


def is_ambiguous_day_month(text: str) -> bool:
    """Whether a numeric date would be another day with day and month swapped: '05/02/2022', not '05/05/2022'."""
    found = _DAY_MONTH_YEAR.fullmatch(_TIME.sub("", plain(text)))
    if found is None or parse_date(text) is None:
        return False
    return int(found[1]) <= 12 and int(found[1]) != int(found[3])


def from_serial(number: float) -> date | None:
    """The day of an Excel serial number (1900 system), the time dropped; None outside 20000 to 60000."""
    low, high = _SERIALS
    return _SERIAL_ZERO + timedelta(days=int(number)) if low <= number <= high else None
