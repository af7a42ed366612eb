"""A grid prepared for recognition: repaired text, and each row's filled cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from etl.model.grids import Cell, Grid
from etl.text.encodings import detect, repair


@dataclass(frozen=True)
class Sheet:
    """One sheet with clean text. `encoding` tells what its text had been; row_texts: the texts of each row of the grid."""

    grid: Grid
    encoding: str
    row_texts: list[list[str]]

    @property
    def name(self) -> str:
        return self.grid.sheet

    @property
    def first(self) -> int:
        return self.grid.top

    @property
    def end(self) -> int:
        return self.grid.top + len(self.grid.rows)

    @cached_property
    def _rows(self) -> dict[int, list[tuple[int, Cell]]]:
        return {}

    def row(self, row: int) -> list[tuple[int, Cell]]:
        """(column, cell) of what is filled in a 0-based row of the sheet; columns 0-based from A."""
        known = self._rows.get(row)
        if known is None:
            known = self._rows[row] = [
                (self.grid.left + j, cell) for j, cell in enumerate(self.cells(row)) if cell != ""
            ]
        return known

    def cells(self, row: int) -> Sequence[Cell]:
        """All cells of a 0-based row of the sheet, the first one in the grid's first column."""
        i = row - self.grid.top
        return self.grid.rows[i] if 0 <= i < len(self.grid.rows) else ()

    def cells_of(self, first: int, end: int) -> Sequence[Sequence[Cell]]:
        """All cells of the rows first..end-1, both inside the grid."""
        return self.grid.rows[first - self.grid.top : end - self.grid.top]

    def texts_of(self, first: int, end: int) -> list[list[str]]:
        """The texts of each of the rows first..end-1, both inside the grid."""
        return self.row_texts[first - self.grid.top : end - self.grid.top]

    @cached_property
    def distinct(self) -> list[str]:
        """Each text of the sheet once."""
        return list(dict.fromkeys(chain.from_iterable(self.row_texts)))

    def texts(self, first: int, end: int) -> Iterator[tuple[int, int, str]]:
        """(row, column, text) of the text cells of rows first..end-1, in reading order."""
        left = self.grid.left
        for row in range(max(first, self.first), min(end, self.end)):
            for j, cell in enumerate(self.cells(row)):
                if isinstance(cell, str) and cell and not cell.isspace():
                    yield row, left + j, cell

    def places_of(self, texts: AbstractSet[str]) -> Iterator[tuple[int, int, str]]:
        """(row, column, text) of the cells that hold one of the texts, in reading order."""
        for i, found in enumerate(self.row_texts):
            if not texts.isdisjoint(found):
                yield from (
                    (self.first + i, self.grid.left + j, cell)
                    for j, cell in enumerate(self.grid.rows[i]) if isinstance(cell, str) and cell in texts
                )  # fmt: skip

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


#: how UTF-8 begins the letters U+1E80 to U+1EFF, which only composed Unicode has: legacy fonts and decomposed text have none
_COMPOSED = (b"\xe1\xba", b"\xe1\xbb")
_ASCII = bytes(range(128))
#: how UTF-8 begins the signs of _UNCLEAN; few other signs of a Vietnamese sheet begin so
_MAY_BE_UNCLEAN = (b"\xc2", b"\xc3\x90", b"\xc6\x89", b"\xe2", b"\xe3\x80", b"\xef\xbb")
#: blanks and look-alikes that the repair replaces
_UNCLEAN = re.compile("[\u00a0\u00ad\u00d0\u0189\u2000-\u200f\u202f\u2060\u3000\ufeff]")


def prepare(grid: Grid) -> Sheet:
    """Repair the sheet's text: the encoding is decided on the whole sheet, never on one cell."""
    texts = [[cell for cell in row if cell and type(cell) is str] for row in grid.rows]
    sheet = Sheet(grid, "nfc", texts)
    if _is_clean(sheet.distinct):
        return sheet
    encoding = detect(sheet.distinct)
    fixed = {text: text if text.isascii() else repair(text, encoding) for text in sheet.distinct}
    rows = [[fixed.get(cell, cell) if isinstance(cell, str) else cell for cell in row] for row in grid.rows]
    fixed_texts = [[text for given in row if (text := fixed[given])] for row in texts]
    return Sheet(replace(grid, rows=rows), encoding, fixed_texts)


def _is_clean(texts: list[str]) -> bool:
    """Plainly composed Vietnamese with nothing to mend: most sheets, told without looking at every word."""
    joined = "\n".join(texts)
    encoded = joined.encode("utf-8", "surrogatepass")
    signs = encoded.translate(None, _ASCII)
    other = len(joined) - (len(encoded) - len(signs))
    composed = sum(map(signs.count, _COMPOSED))
    if composed < 8 or composed * 5 < other:
        return False
    if not unicodedata.is_normalized("NFC", joined):
        return False
    return not any(start in signs for start in _MAY_BE_UNCLEAN) or _UNCLEAN.search(joined) is None
