"""Rows one under the other, as their numbers tell: I, 1, 1.1, a. Rows with rows under them are sub-totals."""

from __future__ import annotations

import re

from etl.model.forms import TableSpec
from etl.model.grids import Cell
from etl.model.submissions import Line
from etl.steps.recognise.extent import Extent
from etl.steps.recognise.headings import Header
from etl.steps.recognise.members import name_of
from etl.steps.recognise.sheets import Sheet

_STYLES = (
    ("roman", re.compile(r"[IVX]+")), ("letter", re.compile(r"[A-ZĐ]")), ("small letter", re.compile(r"[a-zđ]")),
    ("sign", re.compile(r"[-–+*•]")), ("none", re.compile("")),
)  # fmt: skip
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)*")


def put_in_order(sheet: Sheet, table: TableSpec, header: Header, extent: Extent) -> Extent:
    """The extent with its lines under each other where the form says that they stand so; unchanged otherwise.

    Rows deeper than the form's levels are told and not counted; a heading without figures and rows is no row.
    """
    numbers = next((m.column for m in header.matches.values() if table[m.field].type == "ordinal"), None)
    if table.hierarchy is None or numbers is None:
        return extent
    deepest = len(table.hierarchy.levels)
    above = _above([(line.row, _style(sheet.grid.at(line.row, numbers))) for line in extent.lines])
    parents = {rows[-1] for rows in above.values() if 0 < len(rows) <= deepest}
    filled = {m.column for m in header.matches.values() if table[m.field].numeric} | set(header.members)
    lines: list[Line] = []
    for line in extent.lines:
        rows = above[line.row]
        has_figures = any(column in filled for column, _ in sheet.row(line.row))
        if len(rows) > deepest:
            extent.unknown_rows.append(line.row)
        elif line.row in parents:
            extent.totals.append(line._replace(above=rows))
            extent.subtotals += [line.row] if has_figures else []
        elif has_figures or len(rows) == deepest:
            lines.append(line._replace(above=rows))
    extent.lines = lines
    return extent


def _above(styles: list[tuple[int, str]]) -> dict[int, tuple[int, ...]]:
    """Row → the rows under which it stands. A style met before goes back to its level; a new one is one level down."""
    open_rows: list[tuple[int, str]] = []
    found: dict[int, tuple[int, ...]] = {}
    for row, style in styles:
        known = [known for _, known in open_rows]
        if style in known:
            del open_rows[known.index(style) :]
        found[row] = tuple(one for one, _ in open_rows)
        open_rows.append((row, style))
    return found


def _style(cell: Cell) -> str:
    """How a row is numbered: 'I' roman, '1' and 1.0 number 1, '1.2' and 1.2 number 2 (as deep as it has parts), …"""
    text = name_of(cell).strip().strip(".()")
    if _NUMBER.fullmatch(text):
        return f"number {text.count('.') + 1}"
    return next((name for name, pattern in _STYLES if pattern.fullmatch(text)), "other")
