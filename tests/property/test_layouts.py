"""A submission in any layout that a clerk can invent gives the same rows or a finding; never other rows in silence."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings

from etl.model.findings import CRITICAL, HOLD
from etl.model.forms import Field
from etl.model.submissions import FileReading, Reading
from etl.reader import read_bytes
from etl.text.names import fold
from tests.property.submissions import REFERENCE, Written
from tests.property.workbooks import Book, Part, books, damaged_looks, ordered
from tests.property.writing import write, wrongly

GRAVE = (CRITICAL, HOLD)
LAW = settings(deadline=None, derandomize=True, print_blob=False, suppress_health_check=list(HealthCheck))


def read_book(book: Book) -> FileReading:
    data = write(book)
    return read_bytes(f"{book.name}.{book.kind}", hashlib.sha256(data).hexdigest(), data, "test", REFERENCE)


def reading_of(part: Part, file: FileReading) -> Reading | None:
    return next((r for r in file.readings if (r.form, r.unit) == (part.content.form, part.content.unit.code)), None)


def faults(book: Book, file: FileReading) -> list[str]:
    """What the product takes from this workbook that is not the truth, without a word of doubt."""
    if any(f.severity in GRAVE for f in file.findings):
        return []
    found: list[str] = []
    for part in book.parts:
        reading = reading_of(part, file)
        if reading is None:
            found.append(f"{part.content.form}: no reading, and nothing grave told")
        elif reading.verdict not in ("rejected", "held"):
            found += differences(part, reading)
    others = len(file.readings) - len(book.parts)
    return found + ([f"{others} readings too many"] if others > 0 else [])


def differences(part: Part, reading: Reading) -> list[str]:
    """Cells that say other than what is written; a cell with a grave finding is not taken for anything."""
    table = part.content.table
    rows, wanted = reading.rows[table.id].to_pylist(), ordered(part.content, part.look)
    if reading.period != str(part.content.year):
        return [f"period {reading.period}"]
    if len(rows) != len(wanted):
        return [f"{len(rows)} rows, not {len(wanted)}"]
    doubted = {(f.sheet, f.cell) for f in reading.findings if f.severity in GRAVE}
    found = []
    for cells, row in zip(wanted, rows, strict=True):
        for spec in table.stored:
            sheet, cell = reading.layouts[table.id].address(row["_block"], row["_line"], spec.id)
            got = row[spec.id], row[f"{spec.id}__state"]
            if not says(got, cells[spec.id], part.text) and (sheet or None, cell) not in doubted:
                found.append(f"{spec.id} at {cell}: {got!r}, written {cells[spec.id].shown!r}")
    return found


def says(got: tuple[Any, str], cell: Written, text: str) -> bool:
    return got[1] == cell.state and plain(got[0], text) == plain(cell.value, text)


def plain(value: Any, text: str) -> Any:
    """What must come back: of a font without capitals, or without marks, only so much as was written."""
    if isinstance(value, list):
        return [plain(item, text) for item in value]
    if isinstance(value, str):
        return fold(value) if text == "bare" else value.casefold() if text == "tcvn3" else " ".join(value.split())
    return Decimal(value) if isinstance(value, int | Decimal) else value


def totals_told(part: Part, reading: Reading) -> list[str]:
    """Columns whose typed total is wrong and not told, or right and told to be wrong."""
    look, table = part.look, part.content.table
    told = {f.cell for f in reading.findings if f.code == "S7.total"}
    found = []
    for spec in (f for f in table.fields if f.total and look.total != "none"):
        cells = [row[spec.id] for row in part.content.rows]
        if any(cell.value is None for cell in cells) or any(f.severity in GRAVE for f in reading.findings):
            continue  # a value that is missing may be in the total
        column = reading.layouts[table.id].blocks[0].columns.get(spec.id)
        wrong = any(_column(cell) == column for cell in told)
        if wrong != is_wrong(part, spec, cells):
            found.append(f"{spec.id}: {'right, and told' if wrong else 'wrong, and not told'}")
    return found


def is_wrong(part: Part, spec: Field, cells: list[Written]) -> bool:
    value = sum(cell.value for cell in cells)
    return bool(wrongly(value, part.look.wrong, spec, part.content.table.fields) != value)


def _column(cell: str | None) -> int:
    letters = (cell or "").rstrip("0123456789")
    return sum((ord(letter) - 64) * 26**i for i, letter in enumerate(reversed(letters))) - 1


@LAW
@given(books(REFERENCE))
def test_the_same_rows_or_a_finding(book: Book) -> None:
    assert faults(book, read_book(book)) == []


@LAW
@given(books(REFERENCE))
def test_a_wrong_total_is_told_and_a_right_one_is_not(book: Book) -> None:
    file = read_book(book)
    parts = [(part, reading) for part in book.parts if (reading := reading_of(part, file)) is not None]

    assert [fault for part, reading in parts for fault in totals_told(part, reading)] == []


@LAW
@given(books(REFERENCE, damaged_looks))
def test_a_column_that_is_missing_or_stands_twice_is_never_passed_over(book: Book) -> None:
    file = read_book(book)

    assert faults(book, file) == []
