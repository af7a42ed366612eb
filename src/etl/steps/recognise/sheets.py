"""A grid prepared for recognition: repaired text, and each row's filled cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from etl.model.grids import Cell, Grid
from etl.text.encodings import detect, repair


@dataclass(frozen=True)
class Sheet:
    """One sheet with clean text. `encoding` tells what its text had been; `distinct`: each text once."""

    grid: Grid
    encoding: str
    distinct: list[str]

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


#: letters that only composed Unicode has; legacy fonts and decomposed text have none of them
_COMPOSED = re.compile("[\u1ea0-\u1ef9]")
_OTHER = re.compile("[^\\x00-\\x7f]")
#: blanks and look-alikes that the repair replaces
_UNCLEAN = re.compile("[\u00a0\u00ad\u00d0\u0189\u2000-\u200f\u202f\u2060\u3000\ufeff]")


def prepare(grid: Grid) -> Sheet:
    """Repair the sheet's text: the encoding is decided on the whole sheet, never on one cell."""
    distinct = list(dict.fromkeys(cell for row in grid.rows for cell in row if type(cell) is str and cell))
    if _is_clean(distinct):
        return Sheet(grid, "nfc", distinct)
    encoding = detect([cell for row in grid.rows for cell in row if isinstance(cell, str) and cell])
    fixed = {text: text if text.isascii() else repair(text, encoding) for text in distinct}
    rows = [[fixed.get(cell, cell) if isinstance(cell, str) else cell for cell in row] for row in grid.rows]
    return Sheet(replace(grid, rows=rows), encoding, list(dict.fromkeys(fixed.values())))


def _is_clean(texts: list[str]) -> bool:
    """Plainly composed Vietnamese with nothing to mend: most sheets, told without looking at every word."""
    joined = "\n".join(texts)
    composed = len(_COMPOSED.findall(joined))
    if composed < 8 or composed * 5 < len(_OTHER.findall(joined)):
        return False
    return unicodedata.is_normalized("NFC", joined) and _UNCLEAN.search(joined) is None
