"""What names a member across the top, or a row at the left: a text, and where time runs along also a year or a day."""

from __future__ import annotations

from datetime import date, datetime

from etl.model.forms import TableSpec
from etl.model.grids import Cell

_OF_TIME = frozenset({"period", "month", "date"})
_YEARS = range(1900, 2101)


def may_name(table: TableSpec, cell: Cell) -> bool:
    """Whether a cell may be the name of a member of the crosstab; a number only where it can be a year."""
    if type(cell) is str:
        return True
    if not table.across or table[table.across["field"]].type not in _OF_TIME:
        return False
    return isinstance(cell, date) or (type(cell) in (int, float) and cell in _YEARS)


def name_of(cell: Cell) -> str:
    """A naming cell in words: 2021.0 is '2021'; what Excel made a day of is '01/2021' again, or '22/01/2021'."""
    if isinstance(cell, (date, datetime)):
        return f"{cell:%m/%Y}" if cell.day == 1 else f"{cell:%d/%m/%Y}"
    return str(int(cell)) if type(cell) is float and cell.is_integer() else str(cell)
