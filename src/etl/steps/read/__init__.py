"""Bytes → a `Grid` per sheet: typed cells, no meaning yet. Runs inside a worker process (steps/isolate)."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, replace

from etl.errors import WorkbookUnreadable
from etl.model.grids import Grid
from etl.steps.read.csv_text import read_csv
from etl.steps.read.guard import kind_of, refuse
from etl.steps.read.second import beside_xlrd, with_openpyxl
from etl.steps.read.sheets_xml import odd_cells, ods_merges, sheet_parts

__all__ = ["Workbook", "read", "refuse"]


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
    kind = kind_of(name, data)
    if kind == "csv":
        grid, encoding = read_csv(name, data)
        return Workbook(kind, (grid,), encoding)
    try:
        grids = _with_calamine(name, data)
    except WorkbookUnreadable as error:
        return Workbook(kind, _otherwise(error, kind, data))
    if kind == "xls":
        grids = beside_xlrd(data, grids)
    elif kind == "xlsx":
        grids = _with_odd_cells(data, grids)
    elif kind == "ods":
        grids = _with_ods_merges(data, grids)
    return Workbook(kind, grids)


def _with_calamine(name: str, data: bytes) -> tuple[Grid, ...]:
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = {sheet.name: sheet.visible == calamine.SheetVisibleEnum.Visible for sheet in book.sheets_metadata}
        kinds = {sheet.name: sheet.typ for sheet in book.sheets_metadata}
        sheets = [n for n in book.sheet_names if kinds[n] == calamine.SheetTypeEnum.WorkSheet]
        return tuple(_grid(book.get_sheet_by_name(n), n, visible[n]) for n in sheets)
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


def _otherwise(error: WorkbookUnreadable, kind: str, data: bytes) -> tuple[Grid, ...]:
    """What calamine refuses may be read by openpyxl; if not, calamine's reason stands."""
    if kind != "xlsx" or error.code == "password":
        raise error
    try:
        return with_openpyxl(data)
    except MemoryError:
        raise
    except Exception as second:
        raise error from second


def _grid(sheet: object, name: str, visible: bool) -> Grid:
    start = sheet.start or (0, 0)  # type: ignore[attr-defined]  # python-calamine ships no stubs for it
    rows = sheet.to_python(skip_empty_area=True)  # type: ignore[attr-defined]
    merges = tuple((a[0], a[1], b[0], b[1]) for a, b in sheet.merged_cell_ranges or ())  # type: ignore[attr-defined]
    return Grid(sheet=name, rows=rows, top=start[0], left=start[1], visible=visible, merges=merges)


def _with_odd_cells(data: bytes, grids: tuple[Grid, ...]) -> tuple[Grid, ...]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = sheet_parts(archive)
        return tuple(_told(archive, parts.get(grid.sheet), grid) for grid in grids)


def _told(archive: zipfile.ZipFile, part: str | None, grid: Grid) -> Grid:
    try:
        xml = archive.read(part) if part else b""
    except (KeyError, zipfile.BadZipFile):
        return grid
    errors, no_value, hidden = odd_cells(xml)
    return replace(grid, errors=errors, no_value=no_value, hidden_rows=hidden)


def _with_ods_merges(data: bytes, grids: tuple[Grid, ...]) -> tuple[Grid, ...]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        merges = ods_merges(archive)
    return tuple(replace(grid, merges=merges.get(grid.sheet, ())) for grid in grids)
