"""A grid prepared for recognition: repaired text, and each row's filled cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from etl.model.grids import Cell, Grid
from etl.text.encodings import detect, repair


@dataclass(frozen=True)
class Sheet:
    """One sheet with clean text. `encoding` tells what its text had been."""

    grid: Grid
    encoding: str

    @property
    def name(self) -> str:
        return self.grid.sheet

    @cached_property
    def filled(self) -> list[list[tuple[int, Cell]]]:
        """For each row of the grid: (column, cell) of what is filled; columns 0-based from A."""
        left = self.grid.left
        return [[(left + j, cell) for j, cell in enumerate(row) if cell != ""] for row in self.grid.rows]

    @property
    def first(self) -> int:
        return self.grid.top

    @property
    def end(self) -> int:
        return self.grid.top + len(self.grid.rows)

    def row(self, row: int) -> list[tuple[int, Cell]]:
        """Filled cells of a 0-based row of the sheet."""
        i = row - self.grid.top
        return self.filled[i] if 0 <= i < len(self.filled) else []

    def texts(self, first: int, end: int) -> Iterator[tuple[int, int, str]]:
        """(row, column, text) of the text cells of rows first..end-1, in reading order."""
        for row in range(max(first, self.first), min(end, self.end)):
            for column, cell in self.row(row):
                if isinstance(cell, str) and not cell.isspace():
                    yield row, column, cell

    @cached_property
    def merge_of(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Covered place → the place that holds the merged cell's value."""
        found: dict[tuple[int, int], tuple[int, int]] = {}
        for r0, c0, r1, c1 in self.grid.merges:
            if (r1 - r0 + 1) * (c1 - c0 + 1) > 20_000:
                continue
            for row in range(r0, r1 + 1):
                for column in range(c0, c1 + 1):
                    if (row, column) != (r0, c0):
                        found[row, column] = (r0, c0)
        return found


def prepare(grid: Grid) -> Sheet:
    """Repair the sheet's text: the encoding is decided on the whole sheet, never on one cell."""
    texts = [cell for row in grid.rows for cell in row if isinstance(cell, str) and cell]
    encoding = detect(texts)
    fixed: dict[str, str] = {}
    for text in texts:
        if text not in fixed:
            fixed[text] = text if text.isascii() else repair(text, encoding)
    rows = [[fixed.get(cell, cell) if isinstance(cell, str) else cell for cell in row] for row in grid.rows]
    return Sheet(replace(grid, rows=rows), encoding)
