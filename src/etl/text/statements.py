"""What a title block or a file name states in words: the reporting period, the day of signing, the revision."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from etl.text.days import DAY_PATTERN, day_of, parse_date, plain
from etl.text.marks import nfc

_MANY = 1 << 12  # texts remembered: the same titles stand on every sheet
# Patterns of period and signature meet text as `plain` gives it: '>' is đến.
_YEAR = "((?:19|20)[0-9]{2})(?![0-9])"
_OF_YEAR = f"(?:,? nam | ?[/-] ?){_YEAR}"
_START = "(?<![0-9a-z])"
_RANGE = re.compile(f"{_START}(?:ngay )?({DAY_PATTERN}|[0-9]{{1,2}}[/.-][0-9]{{1,2}}) ?[>-] ?(?:ngay )?({DAY_PATTERN})")
_SIGNED = re.compile(f"([^:;()0-9]{{2,80}}, ?)?ngay ({DAY_PATTERN})(?! ?[>-])")
_LONE_YEAR = re.compile("(?<![0-9])(20[0-9]{2})(?![0-9])")
_TRAILING_YEAR = re.compile(" năm$", re.IGNORECASE)
_NAMED_YEAR = re.compile(f"{_START}nam:? {_YEAR}(?! ?>| tro di)")
#: dates behind these words belong to a legal act or to the receipt, not to the report
_NOT_OURS = re.compile("nhan bao cao|ban hanh|cong van|thong tu|nghi dinh|nghi quyet|quyet dinh")


def find_period(text: str) -> tuple[str | None, date | None, date | None]:
    """The reporting period that a title states: its code, and the first and last day where they are spelt out.

    'Kỳ báo cáo: Năm 2021 (từ 01/01/2021 đến 31/12/2021)' → ('2021', 2021-01-01, 2021-12-31); the codes are those of
    `etl.model.periods`. What follows 'Kỳ báo cáo' goes first, and only there a bare '2021' or '22/01/2022' is enough.
    Passed over: days of receipt, of a legal act and of the signature, ends without a beginning ('đến năm 2025'),
    and several years of which none is marked as the period.
    """
    scope, labelled = _scope(text)
    first, last = None, None
    if found := _RANGE.search(scope):
        last = parse_date(found[2])
        first = parse_date(found[1]) or (parse_date(f"{found[1]}/{last.year}") if last else None)
        scope = f"{scope[: found.start()]};{scope[found.end() :]}"
    code = _stated_code(scope, labelled)
    if first is None or last is None:
        return code, None, None
    return code or _code_of(first, last), first, last


def period_named(name: str, within: str | None = None) -> str | None:
    """The one period that a short text names: of a sheet or file, at the head of a column, at the left of a row.

    'Quý I 2021', 'T6-2021', a single year anywhere in it. within: the code of a period whose year is meant where the
    text names none, so that 'Quý I' is '2021-Q1'.
    """
    text = " ".join(name.split())
    if (code := find_period(f"Kỳ báo cáo: {text}")[0]) is not None:
        return code
    if years := set(_LONE_YEAR.findall(text)):
        return years.pop() if len(years) == 1 else None
    year = (within or "")[:4]
    code = find_period(f"Kỳ báo cáo: {_TRAILING_YEAR.sub('', text)} năm {year}")[0] if year else None
    return code if code != year else None  # the bare year says nothing that the text did not


def find_signed(text: str) -> date | None:
    """The day of signing: a line that begins 'Tam Đường, ngày 05 tháng 01 năm 2022'; the place may be missing."""
    for line in map(plain, text.splitlines()):
        if (found := _SIGNED.match(line)) and not _NOT_OURS.search(line):
            return parse_date(found[2])
    return None


def _scope(text: str) -> tuple[str, bool]:
    """The part of a title that may state the period, and whether 'kỳ báo cáo' announced it."""
    lines = [_NOT_OURS.split(line)[0] for line in map(plain, text.splitlines())]
    _, label, after = " ".join(lines).partition("ky bao cao")
    if label:
        return after.lstrip(" :"), True
    return " ".join(line for line in lines if not ((found := _SIGNED.match(line)) and found[1])), False


def _stated_code(scope: str, labelled: bool) -> str | None:
    """The code of the first rule that holds. What one rule refuses no later rule may read: 'đến tháng 6 năm 2021'."""
    for pattern, code in (*_RULES, *(_LABELLED_RULES if labelled else ())):
        for found in pattern.finditer(scope):
            made = None if scope[: found.start()].endswith("> ") else code(found)
            if made is not None:
                return made
            scope = f"{scope[: found.start()]}{'~' * len(found[0])}{scope[found.end() :]}"
    years = [found[1] for found in _NAMED_YEAR.finditer(scope) if not scope[: found.start()].endswith("> ")]
    return years[0] if years and (labelled or len(set(years)) == 1) else None


def _part_code(found: re.Match[str]) -> str | None:
    """'6 tháng đầu năm 2021'; nine months are three quarters, other stretches have no code."""
    part = _PARTS.get((found[1], found[2]))
    return part.format(year=found[3]) if part else None


def _quarter_code(found: re.Match[str]) -> str:
    return f"{found[2]}-Q{_QUARTERS[found[1]]}"


def _months_code(found: re.Match[str]) -> str | None:
    """'từ tháng 1 đến tháng 6 năm 2021' is 2021-H1; months that make no period have no code."""
    first, last = day_of(found[3], found[1]), day_of(found[3], found[2])
    if first is None or last is None:
        return None
    return _code_of(first, last.replace(day=monthrange(last.year, last.month)[1]))


def _month_code(found: re.Match[str]) -> str | None:
    month = day_of(found[2], found[1])
    return f"{month:%Y-%m}" if month else None


def _day_code(found: re.Match[str]) -> str | None:
    day = parse_date(found[1])
    return day.isoformat() if day else None


def _span_code(found: re.Match[str]) -> str | None:
    """'2013 đến 2016' and '2020-2021', but 'năm 2020 và 2021' only for neighbours."""
    first, link, last = found.groups()
    holds = int(first) < int(last) if link != "va" else int(first) + 1 == int(last)
    return f"{first}..{last}" if holds else None


def _code_of(first: date, last: date) -> str | None:
    """The code of exactly these days: a day, month, quarter, half or whole years; None for any other stretch."""
    if first == last:
        return first.isoformat()
    if first > last or first.day != 1 or last.day != monthrange(last.year, last.month)[1]:
        return None
    if (first.month, last.month) == (1, 12):
        return str(first.year) if first.year == last.year else f"{first.year}..{last.year}"
    months = last.month - first.month + 1
    if first.year != last.year or months not in _PART_OF_MONTHS or (first.month - 1) % months:
        return None
    return f"{first.year}-{_PART_OF_MONTHS[months]}".format((first.month - 1) // months + 1)


_PART_OF_MONTHS = {1: "{:02}", 3: "Q{}", 6: "H{}"}
_PARTS = {
    ("3", "dau"): "{year}-Q1", ("ba", "dau"): "{year}-Q1", ("3", "cuoi"): "{year}-Q4", ("ba", "cuoi"): "{year}-Q4",
    ("6", "dau"): "{year}-H1", ("sau", "dau"): "{year}-H1", ("6", "cuoi"): "{year}-H2", ("sau", "cuoi"): "{year}-H2",
    ("9", "dau"): "{year}-Q1..{year}-Q3", ("chin", "dau"): "{year}-Q1..{year}-Q3",
}  # fmt: skip
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}

_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]]
#: in this order, since 'tháng 6 năm 2021' also holds 'năm 2021'
_RULES: tuple[_Rule, ...] = (
    (re.compile(f"{_START}([0-9]{{1,2}}|ba|sau|chin) thang (dau|cuoi)(?: cua)? nam {_YEAR}"), _part_code),
    (re.compile(f"{_START}(?:quy |q)(iv|i{{1,3}}|[1-4])(?:,? nam | ?[/-] ?| ){_YEAR}"), _quarter_code),
    (re.compile(f"{_START}thang ([0-9]{{1,2}}) ?[>-] ?(?:thang )?([0-9]{{1,2}}){_OF_YEAR}"), _months_code),
    (re.compile(f"{_START}ngay ({DAY_PATTERN})"), _day_code),
    (re.compile(f"{_START}(?:thang |t\\.? ?)([0-9]{{1,2}}){_OF_YEAR}"), _month_code),
    (re.compile(f"{_START}(?:cac nam|nam|giai doan|thoi ky)(?: nam)? {_YEAR} ?(>|-|va) ?(?:nam )?{_YEAR}"), _span_code),
)
#: right behind 'kỳ báo cáo'
_LABELLED_RULES: tuple[_Rule, ...] = (
    (re.compile(f"^({DAY_PATTERN})"), _day_code),
    (re.compile(f"^([0-9]{{1,2}}) ?[/-] ?{_YEAR}"), _month_code),
    (re.compile(f"^{_YEAR} ?(>|-) ?{_YEAR}"), _span_code),
    (re.compile(f"^{_YEAR}(?! ?[/.-])"), lambda found: found[1]),
)

# Revisions are read from marked text: 'lần' is a time, 'Lan' an orchid, 'sữa' is milk.
_CHANGE = "(?:sửa|sua|bổ sung|bo sung|điều chỉnh|dieu chinh|đính chính|dinh chinh|thay thế|thay the)"
_SENT = "(?:báo cáo|bao cao|bc|bản|ban|nộp|nop|gửi|gui)"
_TIMES = "(?:lần|lan)(?: thứ| thu)? ?([0-9]{1,2}|nhất|nhat|hai|ba|tư|bốn|bon)(?![0-9])"
_NUMBERED = (
    re.compile(f"\\b(?:{_CHANGE}|{_SENT})(?:,? (?:đổi|doi|lại|lai|{_CHANGE})){{0,4}} {_TIMES}"),
    re.compile("(?:^|[(\\[]|[0-9]{4} |- )lần (?:thứ )?([0-9]{1,2})(?=$|[)\\],.; ])"),
    re.compile("[(\\[]lan ?([0-9]{1,2})[)\\]]"),
)
_UNNUMBERED = re.compile(
    "\\b(?:sửa|sua) (?:lại|lai)\\b|[(\\[](?:đã |da )?(?:sửa|sua)(?: đổi| doi)?[)\\]]"
    "|\\b(?:báo cáo|bao cao|bản|bc) (?:đã |da )?"
    "(?:sửa|sua|thay thế|thay the|đính chính|dinh chinh|điều chỉnh|dieu chinh)\\b"
    "|\\b(?:thay thế|thay the) (?:báo cáo|bao cao)\\b"
)
_ORDINALS = {"nhất": 1, "nhat": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "bon": 4}


@lru_cache(maxsize=_MANY)
def find_revision(text: str) -> int:
    """The revision that a title or file name states: 'sửa lần 2' is 2, 'sửa lại' without a number 1, none 0.

    The '(1)' that a browser adds to a copy says nothing, nor do 'hai lần' and 'Lan 2' (an orchid).
    """
    shown = " ".join(nfc(text).casefold().replace("_", " ").split())
    for pattern in _NUMBERED:
        if found := pattern.search(shown):
            return _ORDINALS.get(found[1]) or int(found[1])
    return 1 if _UNNUMBERED.search(shown) else 0
