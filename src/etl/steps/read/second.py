"""The second engine: openpyxl and xlrd for what calamine refuses, and beside calamine where its answer is doubtful.

They read some workbooks that calamine does not; values only, never formulas, and nothing is followed.
Doubtful is every old xls, and an xlsx with error cells or formulas saved without a value: both engines are asked,
and where they disagree a person decides.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from etl.model.grids import At, Cell, Grid

#: a sheet larger than this is not asked of the second engine
MAX_CELLS = 2_000_000
#: openpyxl takes some 10 µs a cell: a larger workbook is not compared with it, or it alone would use up the file's time
MAX_COMPARED = 300_000


def with_openpyxl(data: bytes) -> tuple[Grid, ...]:
    """Every worksheet by openpyxl's values. Raises whatever openpyxl raises."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of styles and extensions, which are not read
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


def with_xlrd(data: bytes) -> tuple[Grid, ...]:
    """Every worksheet of an old xls by xlrd. Raises whatever xlrd raises."""
    import xlrd

    book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO())
    grids = []
    for sheet in book.sheets():
        if sheet.nrows * max(sheet.ncols, 1) > MAX_CELLS:
            raise MemoryError
        errors: dict[At, str] = {}
        rows = [
            [_of_xlrd(kind, value, (i, j), errors, book.datemode) for j, (kind, value) in enumerate(cells)]
            for i, cells in enumerate(
                zip(sheet.row_types(r), sheet.row_values(r), strict=True) for r in range(sheet.nrows)
            )
        ]
        grids.append(Grid(sheet.name, _trimmed(rows), visible=sheet.visibility == 0, errors=errors))
    return tuple(grids)


def _of_xlrd(kind: int, value: Any, at: At, errors: dict[At, str], datemode: int) -> Cell:
    import xlrd

    if kind == xlrd.XL_CELL_ERROR:
        errors[at] = xlrd.error_text_from_code.get(value, "#ERROR!")
        return ""
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_DATE:
        return _plain(xlrd.xldate_as_datetime(value, datemode), at, errors)
    return value if isinstance(value, str) else _plain(value, at, errors)


def beside_xlrd(data: bytes, grids: Sequence[Grid]) -> tuple[Grid, ...]:
    """The same grids with xls error cells and percents, and the cells that xlrd reads otherwise.

    A workbook that xlrd does not read is left as calamine gave it.
    """
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    except Exception:  # xlrd raises anything on damaged files; calamine has read it
        return tuple(grids)
    styles = _percent_styles(book)
    sheets = {sheet.name: sheet for sheet in book.sheets()}
    return tuple(_compared(g, sheets[g.sheet], styles) if g.sheet in sheets else g for g in grids)


def beside_openpyxl(data: bytes, grids: Sequence[Grid]) -> tuple[Grid, ...]:
    """The same grids with the cells that openpyxl reads otherwise.

    A workbook that openpyxl does not read, or that is too large for it, is left as calamine gave it.
    """
    if sum(len(row) for grid in grids for row in grid.rows) > MAX_COMPARED:
        return tuple(grids)
    try:
        others = {grid.sheet: grid for grid in with_openpyxl(data)}
    except Exception:  # openpyxl raises anything on unusual files; calamine has read it
        return tuple(grids)
    return tuple(_doubted(grid, others[grid.sheet]) if grid.sheet in others else grid for grid in grids)


def _doubted(grid: Grid, other: Grid) -> Grid:
    doubts: dict[At, tuple[str, str]] = {}
    for i, row in enumerate(other.rows):
        for j, cell in enumerate(row):
            if cell != "" and not _same(grid.at(i, j), cell):
                doubts[i, j] = ("openpyxl", cell if isinstance(cell, str) else repr(cell))
    return replace(grid, doubts=doubts) if doubts else grid


def _compared(grid: Grid, sheet: Any, styles: frozenset[int]) -> Grid:
    import xlrd

    if sheet.nrows * max(sheet.ncols, 1) > MAX_CELLS:
        return grid
    errors: dict[At, str] = {}
    doubts: dict[At, tuple[str, str]] = {}
    percent: set[At] = set()
    for row in range(sheet.nrows):
        for column, (kind, value) in enumerate(zip(sheet.row_types(row), sheet.row_values(row), strict=True)):
            at = row, column
            if kind == xlrd.XL_CELL_ERROR:
                errors[at] = xlrd.error_text_from_code.get(value, "#ERROR!")
            elif kind not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) and not _same(grid.at(row, column), value):
                doubts[at] = ("xlrd", value if isinstance(value, str) else repr(value))
            if kind == xlrd.XL_CELL_NUMBER and styles and sheet.cell_xf_index(row, column) in styles:
                percent.add(at)
    hidden = frozenset(row for row, told in sheet.rowinfo_map.items() if told.hidden)
    return replace(
        grid, errors=errors, doubts=doubts, percent_cells=frozenset(percent), hidden_rows=hidden,
        from_1904=bool(sheet.book.datemode),
    )  # fmt: skip


def _percent_styles(book: Any) -> frozenset[int]:
    """The numbers of the cell styles that show percents."""
    quoted = re.compile(r'"[^"]*"|\\.')
    formats = {key for key, form in book.format_map.items() if "%" in quoted.sub("", form.format_str or "")}
    return frozenset(i for i, xf in enumerate(book.xf_list) if xf.format_key in formats)


def _same(mine: Cell, other: Cell) -> bool:
    """Whether calamine's cell says what the other's does: a date is the same number under another format.

    The engines write a text's line ends and outer blanks each in its own way.
    """
    if isinstance(other, str):
        return isinstance(mine, str) and _plain_text(mine) == _plain_text(other)
    if isinstance(mine, _DAYS) or isinstance(other, _DAYS):
        return isinstance(mine, (*_DAYS, int, float))
    return isinstance(mine, (int, float)) and abs(mine - other) <= 1e-9 * max(1.0, abs(other))


_DAYS = (date, time, timedelta)
#: how openpyxl leaves a carriage return that the format writes as an escape
_ESCAPED = re.compile("_x000D_", re.I)


def _plain_text(text: str) -> str:
    return " ".join(_ESCAPED.sub(" ", text).split())
