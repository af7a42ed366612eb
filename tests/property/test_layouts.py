"""A submission in any layout that a clerk can invent gives the same rows or a finding; never other rows in silence.

`tests.property.workbooks` invents the layouts. Forty a law here; `make test-all` tries a thousand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from etl.model.findings import ACCEPTED, ACCEPTED_WITH_WARNINGS, CRITICAL, HOLD
from etl.model.forms import Field
from etl.model.grids import from_a1
from etl.model.submissions import FileReading, Reading
from etl.reader import read_bytes
from etl.text.names import fold
from tests.property.submissions import REFERENCE, Written
from tests.property.workbooks import Book, Part, books, damaged_looks, ordered
from tests.property.writing import write, wrongly

GRAVE = (CRITICAL, HOLD)
LAW = settings(
    max_examples=40, deadline=None, derandomize=True, print_blob=False, suppress_health_check=list(HealthCheck)
)
settings.register_profile("thorough", LAW, max_examples=1000)
THOROUGH = settings.get_profile("thorough")


def read_book(book: Book) -> FileReading:
    data = write(book)
    return read_bytes(f"{book.name}.{book.kind}", hashlib.sha256(data).hexdigest(), data, "test", REFERENCE)


def submissions(book: Book) -> dict[tuple[str, str, str], list[Part]]:
    """The parts that say one submission, in the order of their sheets."""
    found: dict[tuple[str, str, str], list[Part]] = {}
    for part in book.parts:
        found.setdefault(part.key, []).append(part)
    return found


def reading_of(key: tuple[str, str, str], file: FileReading) -> Reading | None:
    return next((r for r in file.readings if (r.form, r.unit, r.period) == key), None)


def counts(reading: Reading | None) -> bool:
    return reading is not None and reading.verdict in (ACCEPTED, ACCEPTED_WITH_WARNINGS)


def faults(book: Book, file: FileReading) -> list[str]:
    """What the product takes from this workbook that is not the truth, without a word of doubt."""
    if any(f.severity in GRAVE for f in file.findings):
        return []
    found: list[str] = []
    for key, parts in submissions(book).items():
        reading = reading_of(key, file)
        if parts[0].stale:
            found += [f"{key}: last year's sheet counts"] if counts(reading) else []
        elif reading is None:
            found.append(f"{key}: no reading, and nothing grave told")
        elif counts(reading) and not any(f.code == "N.sheet-twice" for f in file.findings):
            found += differences(parts, reading)  # a sheet with nothing but another's rows is told to be its copy
    others = {(r.form, r.unit, r.period) for r in file.readings} - {part.key for part in book.parts}
    return found + [f"{key}: nobody wrote that" for key in others]


def differences(parts: list[Part], reading: Reading) -> list[str]:
    """Cells that say other than what is written; a cell with a grave finding is not taken for anything."""
    table = parts[0].content.table
    rows = reading.rows[table.id].to_pylist()
    wanted = list(chain.from_iterable(((part, row) for row in ordered(part.content, part.look)) for part in parts))
    if len(rows) != len(wanted):
        return [f"{len(rows)} rows, not {len(wanted)}"]
    doubted = {(f.sheet, f.cell) for f in reading.findings if f.severity in GRAVE}
    found = []
    for (part, cells), row in zip(wanted, rows, strict=True):
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


def totals_told(part: Part, reading: Reading) -> Iterator[str]:
    """Columns whose typed total is wrong and not told, or right and told to be wrong."""
    table = part.content.table
    told = {from_a1(f.cell)[1] for f in reading.findings if f.code == "S7.total" and f.cell}
    for spec in (f for f in table.fields if f.total and part.look.total != "none"):
        cells = [row[spec.id] for row in part.content.rows]
        if any(cell.value is None for cell in cells):
            continue  # a value that is missing may be in the total
        is_told = reading.layouts[table.id].blocks[0].columns.get(spec.id) in told
        if is_told != is_wrong(part, spec, cells):
            yield f"{spec.id}: {'right, and told' if is_told else 'wrong, and not told'}"


def is_wrong(part: Part, spec: Field, cells: list[Written]) -> bool:
    value = sum(cell.value for cell in cells)
    return bool(wrongly(value, part.look.wrong, spec, part.content.table.fields) != value)


def total_faults(book: Book) -> list[str]:
    file = read_book(book)
    found: list[str] = []
    for key, parts in submissions(book).items():
        reading = reading_of(key, file)
        if len(parts) == 1 and reading is not None and not any(f.severity in GRAVE for f in reading.findings):
            found += totals_told(parts[0], reading)
    return found


@LAW
@given(books(REFERENCE))
def test_the_same_rows_or_a_finding(book: Book) -> None:
    assert faults(book, read_book(book)) == []


@LAW
@given(books(REFERENCE))
def test_a_wrong_total_is_told_and_a_right_one_is_not(book: Book) -> None:
    assert total_faults(book) == []


@LAW
@given(books(REFERENCE, damaged_looks))
def test_a_column_that_is_missing_or_stands_twice_is_never_passed_over(book: Book) -> None:
    assert faults(book, read_book(book)) == []


def test_nearly_every_layout_is_read_without_asking_anybody() -> None:
    """A product that refuses everything would keep the laws above: of what is written well, 19 of 20 must count."""
    seen: dict[bool, list[str]] = {True: [], False: []}

    @LAW
    @given(books(REFERENCE))
    def read_some(book: Book) -> None:
        file = read_book(book)
        for key, parts in submissions(book).items():
            if not any(part.stale or part.look.codes == "swapped" for part in parts):
                reading = reading_of(key, file)
                told = {f.code for f in (reading.findings if reading else file.findings) if f.severity in GRAVE}
                seen[counts(reading)].append(f"{key}: {sorted(told)}")

    read_some()
    assert len(seen[True]) >= 19 * len(seen[False]), seen[False]


@pytest.mark.slow
@THOROUGH
@given(books(REFERENCE))
def test_the_same_rows_or_a_finding_in_a_thousand_layouts(book: Book) -> None:
    assert faults(book, read_book(book)) == []
    assert total_faults(book) == []


@pytest.mark.slow
@THOROUGH
@given(books(REFERENCE, damaged_looks))
def test_no_column_is_passed_over_in_a_thousand_layouts(book: Book) -> None:
    assert faults(book, read_book(book)) == []
