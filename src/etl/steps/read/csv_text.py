"""A csv as a grid: every cell is text, the separator is the one that fits most lines."""

from __future__ import annotations

import csv
import io

from etl.model.grids import Grid
from etl.steps.read.guard import refuse
from etl.text.encodings import decode_bytes

SEPARATORS = ";\t,|"
MAX_CELLS = 5_000_000


def read_csv(name: str, data: bytes) -> tuple[Grid, str]:
    """The grid (its sheet has no name) and the encoding. Raises WorkbookUnreadable for NUL bytes and for too many cells."""
    text, encoding = decode_bytes(data)
    if "\x00" in text:
        raise refuse(name, "nul_bytes")
    csv.field_size_limit(1 << 20)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator(text)))
    except csv.Error as error:
        raise refuse(name, "damaged", str(error)) from error
    if sum(map(len, rows)) > MAX_CELLS:
        raise refuse(name, "too_many_cells")
    return Grid(sheet="", rows=rows), encoding


def separator(text: str) -> str:
    """The mark that splits the most lines into the same number of cells; `;` when none does."""
    lines = [line for line in text.splitlines()[:200] if line.strip()]

    def fit(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines if mark in line]
        if not counts:
            return (0, 0)
        most = max(set(counts), key=lambda n: (counts.count(n), n))
        return counts.count(most), most

    return max(SEPARATORS, key=lambda mark: (fit(mark), -SEPARATORS.index(mark)))
