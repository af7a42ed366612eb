"""The second engine: openpyxl for what calamine refuses, xlrd beside calamine for old xls.

openpyxl reads some workbooks that calamine does not; it reads values only, never formulas, and follows nothing.
Old xls can come back wrong from either reader: both are asked, and where they disagree a person decides.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from etl.model.grids import At, Cell, Grid

#: a sheet larger than this is not asked of the second engine
MAX_CELLS = 2_000_000


def with_openpyxl(data: bytes) -> tuple[Grid, ...]:
    """Every worksheet by openpyxl's values. Raises whatever openpyxl raises."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    grids = []
    for sheet in book.worksheets:
        rows: list[list[Cell]] = []
        errors: dict[At, str] = {}
        cells = 0
        for i, row in enumerate(sheet.iter_rows(values_only=True)):
            cells += len(row)
            if cells > MAX_CELLS:
                raise MemoryError
            rows.append([_plain(value, (i, j), errors) for j, value in enumerate(row)])
        grids.append(Grid(sheet.title, _trimmed(rows), visible=sheet.sheet_state == "visible", errors=errors))
    return tuple(grids)


def _plain(value: object, at: At, errors: dict[At, str]) -> Cell:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith("#") and value in _ERRORS:
        errors[at] = value
        return ""
    if isinstance(value, datetime) and (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
        return value.date()
    if isinstance(value, (str, int, float, bool, date, datetime, time, timedelta)):
        return value
    return str(value)


_ERRORS = frozenset(("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"))


def _trimmed(rows: list[list[Cell]]) -> list[list[Cell]]:
    while rows and all(cell == "" for cell in rows[-1]):
        rows.pop()
    return rows


def beside_xlrd(data: bytes, grids: Sequence[Grid]) -> tuple[Grid, ...]:
    """The same grids with xls error cells, and the cells on which xlrd reads another value.

    A workbook that xlrd does not read is left as calamine gave it.
    """
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, on_demand=True, logfile=io.StringIO())
        return tuple(_compared(grid, book, i) for i, grid in enumerate(grids))
    except Exception:  # xlrd raises anything on damaged files; calamine has read it
        return tuple(grids)


def _compared(grid: Grid, book: object, index: int) -> Grid:
    import xlrd

    names = book.sheet_names()  # type: ignore[attr-defined]  # xlrd has no types
    if grid.sheet not in names:
        return grid
    sheet = book.sheet_by_name(grid.sheet)  # type: ignore[attr-defined]
    if sheet.nrows * max(sheet.ncols, 1) > MAX_CELLS:
        return grid
    errors: dict[At, str] = {}
    doubts: dict[At, tuple[str, str]] = {}
    for row in range(sheet.nrows):
        kinds, values = sheet.row_types(row), sheet.row_values(row)
        for column, (kind, value) in enumerate(zip(kinds, values, strict=True)):
            if kind == xlrd.XL_CELL_ERROR:
                errors[row, column] = xlrd.error_text_from_code.get(value, "#ERROR!")
            elif kind == xlrd.XL_CELL_NUMBER and _differs(grid.at(row, column), value):
                doubts[row, column] = ("xlrd", repr(value))
    return replace(grid, errors=errors, doubts=doubts)


def _differs(mine: Cell, other: float) -> bool:
    """Another number, or none: a date is the same number under another format."""
    if isinstance(mine, bool) or not isinstance(mine, (int, float)):
        return not isinstance(mine, (date, datetime, time, timedelta, bool))
    return abs(mine - other) > 1e-9 * max(1.0, abs(other))
