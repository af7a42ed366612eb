"""Excel's own export of 302 workbooks, cell by cell, against our grids: an answer that owes nothing to our readers."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from python_calamine import CalamineError, CalamineWorkbook

from etl.errors import WorkbookUnreadable
from etl.model.grids import Grid
from etl.steps.read import read
from tests.conftest import shared
from tests.corpus.agreement import SAME, compare

#: measured: so many of the compared cells agreed; docs/method/reading.md explains the others
AGREED, COMPARED = 44_328, 46_485
#: what could be a fault of the reader's, and how often it was seen
SUSPECT = {"read as empty": 21, "day read as a number": 5, "another error": 2}


def exports(folder: Path) -> dict[str, list[tuple[int, list[list[str]]]]]:
    """sha256 of a workbook → (sheet, rows) of each of its sheets that Excel exported."""
    found: dict[str, list[tuple[int, list[list[str]]]]] = {}
    for path in sorted(folder.glob("*.csv")):
        sha256, sheet, _ = path.name.split(".")
        text = path.read_bytes().decode("cp1252", "replace")
        found.setdefault(sha256, []).append((int(sheet), list(csv.reader(io.StringIO(text, newline="")))))
    return found


def sheets_of(path: Path) -> dict[int, Grid]:
    """Our grids by the sheet's number in the workbook, in which charts and macros count as well."""
    data = path.read_bytes()
    try:
        grids = {grid.sheet: grid for grid in read(path.name, data).grids}
    except WorkbookUnreadable:
        return {}
    try:
        names = CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names
    except CalamineError:  # read by the second engine
        names = list(grids)
    return {i: grids[name] for i, name in enumerate(names) if name in grids}


@pytest.fixture(scope="module")
def counts() -> Counter[str]:
    corpus = shared("corpus")
    counted: Counter[str] = Counter()
    for sha256, sheets in exports(corpus / "oracle").items():
        grids = sheets_of(next(corpus.glob(f"{sha256}.*")))
        for number, rows in sheets:
            counted += compare(grids[number], rows) if number in grids else Counter({"no such sheet": len(rows)})
    return counted


@pytest.mark.corpus
def test_our_cells_are_what_excel_shows(counts: Counter[str]) -> None:
    assert sum(counts.values()) == pytest.approx(COMPARED, rel=0.001)
    assert counts[SAME] / sum(counts.values()) >= AGREED / COMPARED


@pytest.mark.corpus
def test_what_could_be_a_readers_fault_is_rare(counts: Counter[str]) -> None:
    assert {kind: counts[kind] for kind, seen in SUSPECT.items() if counts[kind] > seen} == {}
