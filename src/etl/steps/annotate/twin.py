"""Grids → a workbook that looks like what was sent: for xls, ods and csv, which are not written back as they came."""

from __future__ import annotations

import re
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from etl.model.grids import Grid

_WIDEST = 44
_HAIR = Side(style="hair", color="999999")
_EDGE = Border(left=_HAIR, right=_HAIR, top=_HAIR, bottom=_HAIR)
_FORBIDDEN = re.compile(r"[\\/*?:\[\]\x00-\x1f]")


def twin(grids: Sequence[Grid], stem: str) -> Workbook:
    """Every sheet with its values, merged cells and visibility; formulas are not known, their values are kept."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for grid in grids:
        sheet = book.create_sheet(grid.sheet or _FORBIDDEN.sub(" ", stem)[:31])
        _fill(sheet, grid)
        sheet.sheet_state = "visible" if grid.visible else "hidden"
    return book


def _fill(sheet: Worksheet, grid: Grid) -> None:
    widths: dict[int, int] = {}
    for i, row in enumerate(grid.rows):
        filled = sum(value != "" for value in row)
        for j, value in enumerate(row):
            at = (grid.top + i, grid.left + j)
            value = grid.errors.get(at, value)
            if value == "":
                continue
            cell = sheet.cell(at[0] + 1, at[1] + 1)
            cell.value = _clean(value) if isinstance(value, str) else value
            if isinstance(value, str):
                cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if filled > 3:  # a row of the table, not of its title
                cell.border = _EDGE
                widths[at[1]] = min(_WIDEST, max(widths.get(at[1], 8), len(str(value)) + 2))
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column + 1)].width = width
    for row0, column0, row1, column1 in grid.merges:
        sheet.merge_cells(start_row=row0 + 1, start_column=column0 + 1, end_row=row1 + 1, end_column=column1 + 1)
    for hidden in grid.hidden_rows:
        sheet.row_dimensions[hidden + 1].hidden = True


def _clean(text: str) -> str:
    return "".join(c if c >= " " or c in "\n\t" else " " for c in text)[:32_000]
