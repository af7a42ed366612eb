"""A sheet as it was read: typed cells, no meaning yet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

#: what a reader gives for one cell; '' is an empty cell
Cell = str | int | float | bool | date | datetime | time | timedelta

_WHOLE, _DECIMAL = re.compile(r"-?\d{1,15}"), re.compile(r"-?\d{1,12}\.\d{1,6}")

#: days between the two beginnings from which workbooks count their days: 1899-12-30 and 1904-01-01
DAYS_1904 = 1462

#: (row, column), 0-based, counted from A1 of the sheet
At = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet. `rows[i][j]` is the cell at row `top + i`, column `left + j` (0-based from A1).

    merges: (first row, first column, last row, last column), inclusive, 0-based from A1.
    errors: cells that hold an error value, with its text ('#REF!').
    no_value: formula cells that were saved without a value.
    doubts: cells on which two readers disagree: (the other reader's name, what it read).
    from_1904: the workbook counts its days from 1904; days that the reader knows as such are right all the same.
    """

    sheet: str
    rows: Sequence[Sequence[Cell]]
    top: int = 0
    left: int = 0
    visible: bool = True
    merges: tuple[tuple[int, int, int, int], ...] = ()
    errors: Mapping[At, str] = field(default_factory=dict)
    no_value: frozenset[At] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    percent_cells: frozenset[At] = frozenset()
    doubts: Mapping[At, tuple[str, str]] = field(default_factory=dict)
    from_1904: bool = False

    @property
    def is_empty(self) -> bool:
        return not any(cell != "" for row in self.rows for cell in row)

    def at(self, row: int, column: int) -> Cell:
        """The cell at a 0-based place of the sheet; '' outside the used range."""
        i, j = row - self.top, column - self.left
        if 0 <= i < len(self.rows) and 0 <= j < len(self.rows[i]):
            return self.rows[i][j]
        return ""


def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def a1(row: int, column: int) -> str:
    """The A1 name of a 0-based place."""
    return f"{column_letters(column)}{row + 1}"


def from_a1(name: str) -> At:
    """'C12' → (11, 2). Raises ValueError for what is no cell name."""
    head = name.rstrip("0123456789")
    if not head or not head.isalpha() or not name[len(head) :]:
        raise ValueError(f"not a cell name: {name!r}")
    column = 0
    for letter in head.upper():
        column = column * 26 + ord(letter) - 64
    return int(name[len(head) :]) - 1, column - 1


def anchor(grid: Grid, at: At) -> At:
    """The cell that holds what a cell shows: of merged cells the first."""
    row, column = at
    for top, left, bottom, right in grid.merges:
        if top <= row <= bottom and left <= column <= right:
            return top, left
    return at


def with_cell(grid: Grid, at: At, cell: Cell) -> Grid:
    """The same sheet with another value in one cell; what readers had remarked of the cell is gone with it."""
    row, column = anchor(grid, at)
    top, left = min(grid.top, row), min(grid.left, column)
    width = max(column - left + 1, max((len(line) for line in grid.rows), default=0) + grid.left - left)
    height = max(row - top + 1, len(grid.rows) + grid.top - top)
    rows: list[list[Cell]] = [[""] * width for _ in range(height)]
    for i, line in enumerate(grid.rows):
        rows[i + grid.top - top][grid.left - left : grid.left - left + len(line)] = line
    rows[row - top][column - left] = cell
    at = (row, column)
    return replace(
        grid, rows=rows, top=top, left=left, no_value=grid.no_value - {at},
        errors={place: text for place, text in grid.errors.items() if place != at},
        doubts={place: doubt for place, doubt in grid.doubts.items() if place != at},
    )  # fmt: skip


def typed_cell(text: str) -> Cell:
    """What somebody writes for a cell: a number in machine form (1234.5) is one, everything else is text."""
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
