"""What calamine refuses is tried with the second engine; of an old xls both are asked, and a difference is told."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import msoffcrypto
import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile
from python_calamine import CalamineError, CalamineWorkbook

from etl.errors import WorkbookUnreadable
from etl.model.grids import Cell, Grid
from etl.steps.read import read
from etl.steps.read.second import beside_openpyxl, beside_xlrd, with_xlrd
from tests.unit.steps.test_read_guard import packed, workbook

ROOT = Path(__file__).resolve().parents[3]
CELLS = ROOT / "tests" / "golden" / "grids" / "workbooks"
OLD = sorted([*(ROOT / "data" / "samples").rglob("*.xls"), *(ROOT / "tests" / "cases" / "formats").glob("*.xls")])


def altered(change: Callable[[str, bytes], bytes]) -> bytes:
    """A workbook of two sheets, after something has been changed in its parts."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Biểu 01")
    sheet.write("B2", "sâm")
    sheet.write("C2", 1.5)
    sheet.write_datetime("D2", date(2021, 2, 5), book.add_format({"num_format": "dd/mm/yyyy"}))
    sheet.write_formula("E2", "=1/0", None, "#DIV/0!")
    book.add_worksheet("Khác")
    book.close()
    with zipfile.ZipFile(out) as archive:
        return packed({name: change(name, archive.read(name)) for name in archive.namelist()})


def without_relation(name: str, body: bytes) -> bytes:
    return body.replace(b' r:id="rId2"', b"") if name == "xl/workbook.xml" else body


def with_macro_sheet(name: str, body: bytes) -> bytes:
    kind = rb"http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"
    return re.sub(rb'(Id="rId2" Type=")[^"]*', rb"\g<1>" + kind, body) if name.endswith("workbook.xml.rels") else body


@pytest.mark.parametrize("change", [without_relation, with_macro_sheet])
def test_openpyxl_reads_what_calamine_refuses(change: Callable[[str, bytes], bytes]) -> None:
    data = altered(change)
    with pytest.raises(CalamineError):
        CalamineWorkbook.from_filelike(io.BytesIO(data))
    grid = read("x.xlsx", data).grids[0]

    assert grid.sheet == "Biểu 01"
    assert [grid.at(1, column) for column in range(5)] == ["", "sâm", 1.5, date(2021, 2, 5), ""]
    assert grid.errors == {(1, 4): "#DIV/0!"}


def test_what_neither_reads_keeps_the_first_reason() -> None:
    data = altered(lambda name, body: body.replace(b'sheetId="2"', b'sheetId="2" state="odd"'))

    with pytest.raises(WorkbookUnreadable) as refused:
        read("x.xlsx", data)

    assert refused.value.code == "damaged"


def test_what_openpyxl_reads_has_its_percents_merges_and_formulas_without_a_value() -> None:
    """The second engine gives values only; the rest is looked up in the package, as for calamine's."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Biểu 04")
    sheet.write("A1", 0.2, book.add_format({"num_format": "0%"}))
    sheet.write_formula("B1", "=A1", None, "")
    sheet.merge_range("A2:C3", "Quy mô")
    book.add_worksheet("Khác")
    book.close()
    with zipfile.ZipFile(out) as archive:
        data = packed({name: without_relation(name, archive.read(name)) for name in archive.namelist()})
    with pytest.raises(CalamineError):
        CalamineWorkbook.from_filelike(io.BytesIO(data))
    grid = read("x.xlsx", data).grids[0]

    assert (grid.percent_cells, grid.no_value, grid.merges) == ({(0, 0)}, {(0, 1)}, ((1, 0, 2, 2),))


# doubtful xlsx -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="A1"><v>1.5</v></c>',
        b'<c r="A1" t="b"><v>1</v></c>',
        '<c r="A1" t="inlineStr"><is><t>chè _x000D_\n Shan</t></is></c>'.encode(),
        b'<c r="A1" t="d"><v>2021-02-05</v></c>',
    ],
)
def test_the_engines_agree_on_ordinary_cells_of_a_doubtful_workbook(cell: bytes) -> None:
    row = b'<sheetData><row r="1">' + cell + b"</row>"
    data = altered(lambda name, body: body.replace(b"<sheetData>", row) if name.endswith("sheet1.xml") else body)
    grid = read("x.xlsx", data).grids[0]

    assert grid.at(0, 0) != ""
    assert grid.errors == {(1, 4): "#DIV/0!"}  # what makes the workbook doubtful
    assert grid.doubts == {}


@pytest.mark.parametrize(
    ("mine", "told"),
    [(1.4, "1.5"), ("", "1.5"), ("1,5", "1.5"), (1.5 + 1e-12, None), (date(1900, 1, 1), None)],
)
def test_a_cell_that_openpyxl_reads_otherwise_is_a_doubt(mine: Cell, told: str | None) -> None:
    data = altered(lambda _, body: body)
    grid = with_cell(read("x.xlsx", data).grids[0], (1, 2), mine)

    assert beside_openpyxl(data, (grid,))[0].doubts == ({(1, 2): ("openpyxl", told)} if told else {})


def test_a_workbook_that_openpyxl_does_not_read_or_would_read_for_long_stays_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grids = (Grid("Biểu 01", [["x"]]),)
    assert beside_openpyxl(b"PK\x03\x04", grids) == grids

    monkeypatch.setattr("etl.steps.read.second.MAX_COMPARED", 0)
    assert beside_openpyxl(altered(lambda _, body: body), grids) == grids


# old xls -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.name)
def test_the_readers_agree_on_every_cell_of_the_samples(path: Path) -> None:
    assert {grid.sheet: dict(grid.doubts) for grid in read(path.name, path.read_bytes()).grids if grid.doubts} == {}


def test_error_cells_of_an_old_xls_are_told() -> None:
    grid = read("cells.xls", (CELLS / "cells.xls").read_bytes()).grids[0]

    assert grid.errors == {(row, 0): "#DIV/0!" for row in range(7)}
    assert grid.percent_cells == {(8, 1), (9, 1)}


@pytest.mark.parametrize(
    ("mine", "told"),
    [
        (1235.5, ("xlrd", "1234.5")),
        ("", ("xlrd", "1234.5")),
        ("1234.5", ("xlrd", "1234.5")),
        (1234.5, None),
        (date(1903, 5, 18), None),
    ],
)
def test_a_number_that_the_readers_read_otherwise_is_a_doubt(mine: Cell, told: tuple[str, str] | None) -> None:
    data, grids = (CELLS / "cells.xls").read_bytes(), read("cells.xls", (CELLS / "cells.xls").read_bytes()).grids
    changed = with_cell(grids[0], (2, 1), mine)

    assert beside_xlrd(data, (changed, *grids[1:]))[0].doubts == ({(2, 1): told} if told else {})


def test_a_text_that_the_readers_read_otherwise_is_a_doubt() -> None:
    """Met in the wild: 'H\\x00i' where the cell says 'Hi'."""
    data = (CELLS / "cells.xls").read_bytes()
    grid = with_cell(read("cells.xls", data).grids[0], (0, 2), "T\x00o\x00")

    assert beside_xlrd(data, (grid,))[0].doubts == {(0, 2): ("xlrd", "Tổng số")}


def with_cell(grid: Grid, at: tuple[int, int], cell: Cell) -> Grid:
    rows = [list(row) for row in grid.rows]
    rows[at[0] - grid.top][at[1] - grid.left] = cell
    return replace(grid, rows=rows, doubts={})


def test_xlrd_alone_gives_the_same_cells() -> None:
    """It is asked alone for what calamine refuses."""
    data = (CELLS / "cells.xls").read_bytes()
    ours, theirs = read("cells.xls", data).grids, with_xlrd(data)

    assert [grid.sheet for grid in theirs] == [grid.sheet for grid in ours]
    assert [grid.visible for grid in theirs] == [True, True, False, True]
    assert theirs[0].errors == ours[0].errors
    differ = [(r, c) for r in range(12) for c in range(5) if ours[0].at(r, c) != theirs[0].at(r, c)]
    assert [(at, theirs[0].at(*at)) for at in differ if at[1] != 4] == []  # days and times: each in its own type


def test_a_file_that_xlrd_does_not_read_stays_as_calamine_gave_it() -> None:
    grids = (Grid("S", [["x"]]),)

    assert beside_xlrd(b"\xd0\xcf\x11\xe0" + bytes(600), grids) == grids


# passwords ---------------------------------------------------------------------------------------------------------


def locked(password: str) -> bytes:
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(workbook(A1="sâm"))).encrypt(password, out)
    return out.getvalue()


def test_a_password_is_told() -> None:
    data = locked("mật khẩu")
    assert msoffcrypto.OfficeFile(io.BytesIO(data)).is_encrypted()

    with pytest.raises(WorkbookUnreadable) as refused:
        read("x.xlsx", data)

    assert refused.value.code == "password"


def test_a_workbook_that_excel_opens_without_asking_is_opened() -> None:
    """A protected structure: Excel encrypts with its own fixed password, and the sender never saw one."""
    assert read("x.xlsx", locked("VelvetSweatshop")).grids[0].at(0, 0) == "sâm"
