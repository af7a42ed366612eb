"""One submission as xlsx, xls, ods and csv gives the same rows; a number is not its look-alike text."""

from __future__ import annotations

import csv
import hashlib
import io
import unicodedata
from datetime import date
from typing import Any

import pytest

from etl.model.reference import Reference
from etl.model.submissions import FileReading
from etl.reader import read_bytes
from etl.steps.read import read
from tests.conftest import ROOT, SAMPLES

NAME = "BC_KHCN_2021_MuongTe"
PLACE = ("_submission", "_reading", "_block", "_line")


def reading(name: str, data: bytes, reference: Reference) -> FileReading:
    return read_bytes(name, hashlib.sha256(data).hexdigest(), data, "test", reference)


def rows(file: FileReading) -> dict[str, list[dict[str, Any]]]:
    """Table → rows without the place where they stood."""
    return {
        table: [{k: v for k, v in row.items() if k not in PLACE} for row in part.to_pylist()]
        for one in file.readings for table, part in one.rows.items()
    }  # fmt: skip


@pytest.fixture(scope="module")
def original(reference: Reference) -> dict[str, list[dict[str, Any]]]:
    found = rows(reading(f"{NAME}.xlsx", (SAMPLES / f"{NAME}.xlsx").read_bytes(), reference))
    assert len(found["nv"]) == 9
    return found


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_other_workbook_formats(original: dict[str, Any], reference: Reference, ending: str) -> None:
    name = f"{NAME}.{ending}"
    data = (ROOT / "tests" / "cases" / "formats" / name).read_bytes()

    assert rows(reading(name, data, reference)) == original


def as_csv(sheet: str, separator: str, decimal: str) -> str:
    """A sheet of the workbook as a clerk's Excel exports it."""
    grid = next(g for g in read("x.xlsx", (SAMPLES / f"{NAME}.xlsx").read_bytes()).grids if g.sheet == sheet)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator)
    for row in grid.rows:
        writer.writerow([_typed(cell, decimal) for cell in row])
    return out.getvalue()


def _typed(cell: Any, decimal: str) -> str:
    if isinstance(cell, float):
        return f"{cell:.10g}".replace(".", decimal)
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell)


ENCODED = {
    "utf-8 with ;": ("utf-8", ";", ","),
    "utf-8 with BOM": ("utf-8-sig", ";", ","),
    "utf-16": ("utf-16", "\t", ","),
    "English machine": ("utf-8", ",", "."),
}


@pytest.mark.parametrize("how", ENCODED)
def test_csv(original: dict[str, Any], reference: Reference, how: str) -> None:
    encoding, separator, decimal = ENCODED[how]
    data = as_csv("Biểu 01", separator, decimal).encode(encoding)

    assert rows(reading("Bieu01.csv", data, reference))["nv"] == original["nv"]


def test_csv_in_windows_1258(original: dict[str, Any], reference: Reference) -> None:
    """Windows-1258 has base letters and combining tones: the text comes back composed."""
    half = "".join(map(_half_decomposed, as_csv("Biểu 01", ";", ",")))

    assert rows(reading("Bieu01.csv", half.encode("cp1258"), reference))["nv"] == original["nv"]


def _half_decomposed(letter: str) -> str:
    """The letter without its tone, which the code page has whole, then the tone."""
    marks = unicodedata.normalize("NFD", letter)
    tones = "".join(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
    return unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in tones)) + tones


def test_a_number_is_not_the_text_that_looks_like_it(reference: Reference) -> None:
    """Whole-number column: 3.065 typed as text is 3065; as a number it is no whole number and is told."""
    text = as_csv("Biểu 02", ";", ",")
    line = next(row for row in text.splitlines() if row.startswith("1;"))
    cells = line.split(";")
    thousand = text.replace(line, ";".join([*cells[:5], "3.065", *cells[6:]]))
    file = reading("Bieu02.csv", thousand.encode(), reference)

    assert file.readings[0].rows["sp"]["so_mo_hinh"].to_pylist()[0] == 3065
