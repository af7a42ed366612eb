"""Whether a cell that we read is what Excel shows: numbers to the shown decimals, days in any order, the rest exactly.

What Excel shows is less than what it holds: 0.125 under the format 0% is '13%'. So a shown number agrees when ours
rounds to it, a shown day when ours is that day; whatever else differs is counted under the name of its kind.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from itertools import product
from math import isfinite

from etl.model.grids import At, Grid

SAME = "same"
#: rows and columns that an export may leave out above and before the first filled cell
_FURTHEST = 60
_NUMBER = re.compile(r"-?(?:\d[\d,]*)?\.?\d+(?:E[+-]?\d+)?")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_EPOCH = datetime(1899, 12, 30)


def judge(grid: Grid, at: At, shown: str) -> str:
    """SAME, or the kind of difference between our cell and the text that Excel exported."""
    cell = grid.at(*at)
    if at in grid.errors:
        return SAME if shown == grid.errors[at] else "another error"
    if at in grid.no_value:
        return SAME if not shown else "formula without a saved value"
    if isinstance(cell, bool):
        return SAME if shown == str(cell).upper() else "boolean shown otherwise"
    if isinstance(cell, (int, float)):
        return _judge_number(cell, shown)
    if isinstance(cell, (date, time, timedelta)):
        return _judge_day(cell, shown)
    return _judge_text(cell, shown)


def compare(grid: Grid, rows: list[list[str]]) -> Counter[str]:
    """How many cells of a sheet are judged how; a cell that both leave empty is not counted.

    The export begins at the sheet's used range, which a format alone can widen: it is laid where most cells agree.
    """
    filled = [(i, j) for i, row in enumerate(grid.rows) for j, cell in enumerate(row) if cell != ""]
    top = grid.top + min((i for i, _ in filled), default=0)
    left = grid.left + min((j for _, j in filled), default=0)
    places = product(range(min(top, _FURTHEST) + 1), range(min(left, _FURTHEST) + 1))
    best = max(places, key=lambda place: _likeness(grid, rows, place))
    return _counted(grid, rows, best)


def _likeness(grid: Grid, rows: list[list[str]], place: At) -> int:
    cells = ((i, j, shown) for i, row in enumerate(rows[:60]) for j, shown in enumerate(row[:40]) if shown)
    return sum(judge(grid, (i + place[0], j + place[1]), shown) == SAME for i, j, shown in cells)


def _counted(grid: Grid, rows: list[list[str]], place: At) -> Counter[str]:
    shown = {(i + place[0], j + place[1]): text for i, row in enumerate(rows) for j, text in enumerate(row) if text}
    ours = {
        (grid.top + i, grid.left + j) for i, row in enumerate(grid.rows) for j, cell in enumerate(row) if cell != ""
    }
    return Counter(judge(grid, at, shown.get(at, "")) for at in shown.keys() | ours | grid.errors.keys())


def _judge_text(cell: str, shown: str) -> str:
    if cell == shown:
        return SAME
    ours, theirs = (" ".join(text.replace("_x000D_", "").split()) for text in (cell, shown))
    if ours == theirs:
        return "white space"
    if any(re.sub(r"[^\x00-\x7f]", mark, ours) == re.sub(r"[^\x00-\x7f]", mark, theirs) for mark in "?_"):
        return "letters that Windows-1252 lacks"
    if not cell:
        return "read as empty"
    return "text shown as empty" if not shown else "other text"


def _judge_number(cell: float, shown: str) -> str:
    if not shown:
        return "number hidden by its format"
    if set(shown) <= {"#"}:
        return "column too narrow (####)"
    if any(agrees(cell, number, decimals) for number, decimals in readings(shown)):
        return SAME
    if _judge_day(_EPOCH + timedelta(days=cell), shown) == SAME if 0 <= cell < 2_958_466 else False:
        return "day read as a number"
    return "number under a format of its own"


def agrees(cell: float, number: Decimal, decimals: int) -> bool:
    """Ours rounds to the shown number, halves either way."""
    if not isfinite(cell):
        return False
    slack = Decimal(5).scaleb(-decimals - 1) + abs(number) * Decimal("1e-9")
    return abs(Decimal(repr(float(cell))) - number) <= slack


def readings(shown: str) -> list[tuple[Decimal, int]]:
    """The numbers that a shown text can be, with how many decimals it shows."""
    text = shown.strip().replace("\xa0", " ")
    negative = text.startswith(("(", "-", "$(", "-$")) or text.endswith("-")
    found = _NUMBER.findall(text.replace("(", "").replace(")", "").lstrip("-$€£¥ ").replace(" ", ""))
    if len(found) != 1:
        return _fraction(text)
    try:
        number = Decimal(found[0].replace(",", ""))
    except InvalidOperation:
        return []
    exponent = number.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) else 0
    if "%" in text:
        number, decimals = number / 100, decimals + 2
    return [(-abs(number) if negative else number, decimals)]


def _fraction(text: str) -> list[tuple[Decimal, int]]:
    """'2 1/4', to the denominator shown."""
    found = re.fullmatch(r"(-?)(?:(\d+) +)?(\d+)/(\d+)", text.strip())
    if found is None or not int(found[4]):
        return []
    number = Decimal(found[2] or 0) + Decimal(found[3]) / Decimal(found[4])
    return [(-number if found[1] else number, len(found[4]))]


def _judge_day(cell: date | time | timedelta, shown: str) -> str:
    if not shown:
        return "day hidden by its format"
    if set(shown) <= {"#"}:
        return "column too narrow (####)"
    moment = _moment(cell)
    days = (moment - _EPOCH) / timedelta(days=1)
    if any(agrees(days, number, decimals) for number, decimals in readings(shown)):
        return SAME
    words = [w for w in re.split(r"[^0-9A-Za-z.]+", shown.lower()) if w]
    return SAME if words and all(_part_of(word, moment) for word in words) else "day under a format of its own"


def _moment(cell: date | time | timedelta) -> datetime:
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, time):
        return datetime.combine(_EPOCH, cell)
    return _EPOCH + cell


def _part_of(word: str, moment: datetime) -> bool:
    """Whether a word of a shown date is its year, month, day, hour, minute, second or their names."""
    hours = (moment - _EPOCH) // timedelta(hours=1)
    parts = {
        moment.year, moment.year % 100, moment.month, moment.day, moment.hour, moment.hour % 12 or 12, moment.minute,
        moment.second, hours, hours * 60 + moment.minute, moment.second + (moment.microsecond >= 500_000),
    }  # fmt: skip
    if word.isdigit():
        return int(word) in parts
    whole, point, fraction = word.partition(".")
    if point and whole.isdigit() and fraction.isdigit():
        return int(whole) in parts
    names = {
        _MONTHS[moment.month - 1],
        moment.strftime("%A").lower(),
        moment.strftime("%B").lower(),
        "am",
        "pm",
        "a",
        "p",
    }
    return word in names | {name[:3] for name in names} | {"t", "z"} or _glued(word, moment)


def _glued(word: str, moment: datetime) -> bool:
    """'12mar', '5pm', '2012t'."""
    found = re.fullmatch(r"(\d+)([a-z]+)(\d*)", word)
    return bool(found) and all(_part_of(part, moment) for part in found.groups() if part)
