"""A submission in any layout that a clerk can invent gives the same rows or a finding; never other rows in silence."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from etl.model.findings import CRITICAL, HOLD
from etl.model.reference import Reference
from etl.model.submissions import FileReading, Reading
from etl.reader import read_bytes
from etl.text.names import fold
from tests.property.submissions import NOT_REPORTED, Content
from tests.property.workbooks import Book, Look, books, ordered, write

GRAVE = (CRITICAL, HOLD)


def read_book(book: Book, reference: Reference) -> FileReading:
    data = write(book)
    return read_bytes(f"bieu.{book.kind}", hashlib.sha256(data).hexdigest(), data, "test", reference)


def faults(book: Book, file: FileReading) -> list[str]:
    """What the product says of this workbook that is neither the truth nor told to be doubtful."""
    if any(f.severity in GRAVE for f in file.findings):
        return []
    found: list[str] = []
    for content, look in book.parts:
        reading = next((r for r in file.readings if (r.form, r.unit) == (content.form, content.unit.code)), None)
        if reading is None:
            found.append(f"{content.form}: no reading, and nothing grave told: {[f.code for f in file.findings]}")
        elif reading.verdict in ("rejected", "held"):
            continue
        else:
            found += _differences(book, content, look, reading)
    others = len(file.readings) - len(book.parts)
    return found + ([f"{others} readings too many"] if others > 0 else [])


def _differences(book: Book, content: Content, look: Look, reading: Reading) -> list[str]:
    table = content.table
    rows = reading.rows[table.id].to_pylist()
    wanted = ordered(content, look)
    if reading.period != str(content.year):
        return [f"period {reading.period}"]
    if len(rows) != len(wanted):
        return [f"{len(rows)} rows, not {len(wanted)}"]
    doubted = {(f.sheet, f.cell) for f in reading.findings if f.severity in GRAVE}
    found = []
    for given_row, row in zip(wanted, rows, strict=True):
        for spec in table.stored:
            place = reading.layouts[table.id].address(row["_block"], row["_line"], spec.id)
            cell = given_row[spec.id]
            got = (row[spec.id], row[f"{spec.id}__state"])
            if not _same(got, (cell.value, cell.state), book) and (place[0] or None, place[1]) not in doubted:
                found.append(f"{spec.id} at {place[1]}: {got!r}, written {cell.shown!r}")
    return found


def _same(got: tuple[Any, str], wanted: tuple[Any, str], book: Book) -> bool:
    value, state = got
    if state != wanted[1]:
        return wanted[1] == NOT_REPORTED and value is None and state in (NOT_REPORTED,)
    return _plain(value, book) == _plain(wanted[0], book)


def _plain(value: Any, book: Book) -> Any:
    """What must come back: text of a font without capital letters, or without marks, only so far as it was written."""
    if isinstance(value, list):
        return [_plain(item, book) for item in value]
    if isinstance(value, str):
        return fold(value) if book.text == "bare" else value.casefold() if book.text == "tcvn3" else " ".join(value.split())
    return Decimal(value) if isinstance(value, int | Decimal) else value


LAW = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@LAW
@given(data=st.data())
def test_the_same_rows_or_a_finding(reference: Reference, data: st.DataObject) -> None:
    book = data.draw(books(reference))
    note(repr(book))
    assert faults(book, read_book(book, reference)) == []
