"""Bytes → a `Grid` per sheet: typed cells, no meaning yet. Runs inside a worker process (steps/isolate)."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

from etl.errors import WorkbookUnreadable
from etl.model.grids import Grid
from etl.steps.read.csv_text import read_csv
from etl.steps.read.guard import OLE, kind_of, refuse
from etl.steps.read.package import Package
from etl.steps.read.protected import is_encrypted, opened
from etl.steps.read.second import beside_openpyxl, beside_xlrd, with_openpyxl, with_xlrd
from etl.steps.read.sheets_ods import OdsSheet, ods_sheets
from etl.steps.read.sheets_xlsb import xlsb_errors, xlsb_from_1904
from etl.steps.read.sheets_xml import DAMAGE, counts_from_1904, odd_cells, percent_styles, sheet_parts

__all__ = ["Workbook", "read", "refuse"]


#: above so many cells empty rows are kept as such: a stray cell far away makes millions of empty cells
MANY_CELLS = 200_000


@dataclass(frozen=True, slots=True)
class Workbook:
    """All sheets of one file. kind: xlsx | xlsb | xls | ods | csv; encoding: of a csv's bytes, else ''."""

    kind: str
    grids: tuple[Grid, ...]
    encoding: str = ""


def read(name: str, data: bytes) -> Workbook:
    """Read every sheet by content, whatever the file's name says.

    Raises WorkbookUnreadable (password, damaged, not a workbook, unpacks too large, …), naming what to do.
    """
    try:
        return _read(name, data)
    except (WorkbookUnreadable, MemoryError):
        raise
    except Exception as error:  # what nobody foresaw in hostile bytes is this file's end, not the run's
        raise refuse(name, "reader_died", type(error).__name__) from error


def _read(name: str, data: bytes, locked: bool = True) -> Workbook:
    """locked: the bytes may be encrypted; what was decrypted once is not decrypted again."""
    try:
        kind, package = kind_of(name, data)
        if kind == "csv":
            grid, encoding = read_csv(name, data)
            return Workbook(kind, (grid,), encoding)
        grids = _with_calamine(name, data if package is None else package.unpacked())
    except WorkbookUnreadable as error:
        return _otherwise(name, data, error, locked)
    if package is None:
        return Workbook(kind, beside_xlrd(data, grids))
    return Workbook(kind, _LOOK_AGAIN[kind](data, package, grids))


def _otherwise(name: str, data: bytes, error: WorkbookUnreadable, locked: bool) -> Workbook:
    """What is refused may only be encrypted with Excel's own password, or be read by the second engine.

    If not, the first reason stands, but for an old xls whose encryption calamine takes for damage.
    """
    if locked and data[:8] == OLE and (error.code == "password" or is_encrypted(data)):
        if (plain := opened(data)) is None:
            raise refuse(name, "password") from error
        return _read(name, plain, locked=False)
    if error.code not in ("damaged", "reader_died"):
        raise error
    try:
        if data[:2] == b"PK":
            return Workbook("xlsx", _looked_into(Package(data), with_openpyxl(data)))
        return Workbook("xls", with_xlrd(data))
    except MemoryError:
        raise
    except Exception as second:
        raise (refuse(name, "password") if "is encrypted" in str(second) else error) from second


def _with_calamine(name: str, data: bytes) -> tuple[Grid, ...]:
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        told = {sheet.name: sheet for sheet in book.sheets_metadata}
        sheets = [n for n in book.sheet_names if told[n].typ == calamine.SheetTypeEnum.WorkSheet]
        shown = calamine.SheetVisibleEnum.Visible
        return tuple(_grid(book.get_sheet_by_name(n), n, told[n].visible == shown) for n in sheets)
    except calamine.PasswordError as error:
        raise refuse(name, "password") from error
    except calamine.CalamineError as error:
        raise refuse(name, "damaged", str(error)[:120]) from error
    except WorkbookUnreadable:
        raise
    except BaseException as error:  # a Rust panic is no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        raise refuse(name, "reader_died", type(error).__name__) from error


def _grid(sheet: object, name: str, visible: bool) -> Grid:
    start = sheet.start or (0, 0)  # type: ignore[attr-defined]  # python-calamine ships no stubs for it
    rows = sheet.to_python(skip_empty_area=True)  # type: ignore[attr-defined]  # no stubs
    if rows and len(rows) * len(rows[0]) > MANY_CELLS:
        rows = [row if row.count("") < len(row) else [] for row in rows]
    merges = tuple((a[0], a[1], b[0], b[1]) for a, b in sheet.merged_cell_ranges or ())  # type: ignore[attr-defined]  # no stubs
    return Grid(sheet=name, rows=rows, top=start[0], left=start[1], visible=visible, merges=merges)


def _with_odd_cells(data: bytes, package: Package, grids: tuple[Grid, ...]) -> tuple[Grid, ...]:
    told = _looked_into(package, grids)
    doubtful = any(grid.errors or grid.no_value for grid in told)
    return beside_openpyxl(data, told) if doubtful else told


def _looked_into(package: Package, grids: tuple[Grid, ...]) -> tuple[Grid, ...]:
    parts, percent = sheet_parts(package, "workbook.xml"), percent_styles(package)
    if counts_from_1904(package):
        grids = tuple(replace(grid, from_1904=True) for grid in grids)
    return tuple(_told(package, parts.get(grid.sheet), percent, grid) for grid in grids)


def _told(archive: Package, part: str | None, percent: frozenset[bytes], grid: Grid) -> Grid:
    try:
        odd = odd_cells(archive.read(part) if part else b"", percent, merges=not grid.merges)
    except DAMAGE:
        return grid
    return replace(
        grid, errors=odd.errors, no_value=odd.no_value, percent_cells=odd.percent, hidden_rows=odd.hidden_rows,
        merges=grid.merges or odd.merges,
    )  # fmt: skip


def _with_ods(_: bytes, package: Package, grids: tuple[Grid, ...]) -> tuple[Grid, ...]:
    try:
        sheets = ods_sheets(package)
    except DAMAGE:
        return grids
    return tuple(_told_of_ods(grid, sheets.get(grid.sheet, OdsSheet())) for grid in grids)


def _told_of_ods(grid: Grid, odd: OdsSheet) -> Grid:
    """An error that Excel saved as the number 0 becomes an empty cell, as it is in the other formats."""
    rows = [list(row) for row in grid.rows] if odd.errors else grid.rows
    for row, column in odd.errors:
        i, j = row - grid.top, column - grid.left
        if 0 <= i < len(rows) and 0 <= j < len(rows[i]):
            rows[i][j] = ""  # type: ignore[index]  # lists, since there are errors
    return replace(
        grid, rows=rows, merges=tuple(odd.merges), errors=odd.errors, no_value=frozenset(odd.no_value),
        percent_cells=frozenset(odd.percent), hidden_rows=frozenset(odd.hidden_rows),
    )  # fmt: skip


def _with_xlsb(_: bytes, package: Package, grids: tuple[Grid, ...]) -> tuple[Grid, ...]:
    try:
        errors, from_1904 = xlsb_errors(package), xlsb_from_1904(package)
    except DAMAGE:
        return grids
    return tuple(replace(grid, errors=errors.get(grid.sheet, {}), from_1904=from_1904) for grid in grids)


#: what calamine leaves untold, by kind of package
_LOOK_AGAIN = {"xlsx": _with_odd_cells, "ods": _with_ods, "xlsb": _with_xlsb}
