"""Cells whose value calamine does not give, or gives wrong, are found in the package itself: xlsx, ods, xlsb."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
import xlsxwriter

from etl.model.grids import Grid
from etl.steps.read import read
from etl.steps.read.package import Package
from etl.steps.read.sheets_ods import ods_sheets
from etl.steps.read.sheets_xlsb import xlsb_errors, xlsb_from_1904
from etl.steps.read.sheets_xml import OddCells, odd_cells
from tests.unit.steps.test_read_guard import packed

HEAD = '<?xml version="1.0"?><worksheet xmlns="x"><cols><col min="1" max="2" style="7"/></cols><sheetData>'


def look(cells: str, row: str = '<row r="5">', percent: frozenset[bytes] = frozenset()) -> OddCells:
    return odd_cells(f"{HEAD}{row}{cells}</row></sheetData></worksheet>".encode(), percent)


@pytest.mark.parametrize(
    ("cells", "errors"),
    [
        ('<c r="B5" t="e"><v>#REF!</v></c>', {(4, 1): "#REF!"}),
        ('<c r="B5" s="1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', {(4, 1): "#DIV/0!"}),
        ('<c r="A5" s="1"/><c r="B5"/><c r="C5" t="e"><v>#N/A</v></c><c r="D5"><v>1</v></c>', {(4, 2): "#N/A"}),
        ("<c r='B5' t='e'><v>#NUM!</v></c>", {(4, 1): "#NUM!"}),
        ('<c r="B5" t="e"/>', {(4, 1): "#ERROR!"}),
        ('<c t="e" r="AB5"><v>#NAME?</v></c>', {(4, 27): "#NAME?"}),
        ('<c><v>1</v></c><c t="e"><v>#REF!</v></c>', {(4, 1): "#REF!"}),
        ('<c r="C5"><v>1</v></c><c t="e"><v>#REF!</v></c>', {(4, 3): "#REF!"}),
        ('<c r="B5" t="s"><v>0</v></c>', {}),
    ],
)
def test_error_cells(cells: str, errors: dict[tuple[int, int], str]) -> None:
    assert look(cells).errors == errors


@pytest.mark.parametrize(
    ("cells", "lacking"),
    [
        ('<c r="B5"><f>SUM(A1:A4)</f></c>', {(4, 1)}),
        ('<c r="B5"><f>SUM(A1:A4)</f><v></v></c>', {(4, 1)}),
        ('<c r="B5"><f>SUM(A1:A4)</f><v/></c>', {(4, 1)}),
        ('<c r="A5" s="2"/><c r="B5"><f>A1</f></c>', {(4, 1)}),
        ('<c r="A5"><f t="shared" ref="A5:B5" si="0">A1</f><v>3</v></c><c r="B5"><f t="shared" si="0"/></c>', {(4, 1)}),
        ('<c r="B5"><f t="shared" si="0"/><v>7</v></c>', set()),
        ('<c r="B5" t="str"><f>""</f><v></v></c>', set()),
        ('<c r="B5" t="str"><f>""</f><v/></c>', set()),
        ('<c r="B5" t="str"><f>A1</f><v>sâm</v></c>', set()),
        ('<c r="B5"><f>0</f><v>0</v></c>', set()),
        ('<c r="B5" t="inlineStr"><is><r><rPr><family val="2"/></rPr><t>chè</t></r></is></c>', set()),
        ('<c r="B5" t="e"><f>1/0</f></c>', set()),
        ('<c r="B5"><v>1</v></c>', set()),
    ],
)
def test_formulas_without_a_value(cells: str, lacking: set[tuple[int, int]]) -> None:
    assert look(cells).no_value == lacking


def test_names_with_a_prefix_are_the_same_names() -> None:
    xml = (
        b'<x:worksheet xmlns:x="y"><x:sheetData><x:row r="2" hidden="1"><x:c r="A2" t="e"><x:v>#REF!</x:v></x:c>'
        b'<x:c r="B2"><x:f>A1</x:f></x:c><x:c r="C2"><x:f>A1</x:f><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    odd = odd_cells(xml)

    assert (odd.errors, odd.no_value, odd.hidden_rows) == ({(1, 0): "#REF!"}, {(1, 1)}, {1})


def test_rows_without_numbers_are_counted() -> None:
    xml = f'{HEAD}<row><c><v>1</v></c></row><row><c/><c t="e"><v>#N/A</v></c></row></sheetData></worksheet>'

    assert odd_cells(xml.encode()).errors == {(1, 1): "#N/A"}


def test_percents_are_numbers_under_a_percent_style_only() -> None:
    cells = '<c r="A5" s="3"><v>0.2</v></c><c r="B5" s="31"><v>0.2</v></c><c r="C5" s="3" t="s"><v>0</v></c><c r="D5" s="3"/>'

    assert look(cells, '<row r="5" s="3" customFormat="1">', frozenset((b"3",))).percent == {(4, 0)}


def test_a_workbook_tells_percents_hidden_rows_and_what_has_no_value() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Biểu 04")
    for row, form in enumerate(("0%", "0.00%", '0" %"', "0.0")):
        sheet.write(row, 0, 0.2, book.add_format({"num_format": form}))
    sheet.write_formula("B1", "=1/0", None, "#DIV/0!")
    sheet.write_formula("B2", "=A1", None, "")
    sheet.set_row(3, None, None, {"hidden": True})
    book.close()
    grid = read("x.xlsx", out.getvalue()).grids[0]

    assert grid.percent_cells == {(0, 0), (1, 0)}
    assert (grid.errors, grid.no_value, grid.hidden_rows) == ({(0, 1): "#DIV/0!"}, {(1, 1)}, {3})


def test_a_package_with_other_names_is_searched_as_well() -> None:
    """Some programs write backslashes, or put the workbook into another folder."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("S").write_formula("A1", "=1/0", None, "#REF!")
    book.close()
    with zipfile.ZipFile(out) as archive:
        parts = {name.replace("/", "\\"): archive.read(name) for name in archive.namelist()}
    grid = read("x.xlsx", packed(parts)).grids[0]

    assert grid.errors == {(0, 0): "#REF!"}


@pytest.mark.parametrize("from_1904", [True, False])
def test_a_workbook_says_from_where_its_days_count(from_1904: bool) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": from_1904})
    book.add_worksheet("S").write("A1", 42770)
    book.close()

    assert read("x.xlsx", out.getvalue()).grids[0].from_1904 is from_1904


def test_a_stray_cell_far_away_leaves_the_rows_between_empty() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("S")
    for at, value in (("B2", "sâm"), ("C2", 0), ("A3", 0), ("IV2000", ".")):
        sheet.write(at, value)
    book.close()
    grid = read("x.xlsx", out.getvalue()).grids[0]

    assert [grid.at(*at) for at in ((1, 1), (1, 2), (2, 0), (1999, 255), (1500, 100))] == ["sâm", 0, 0, ".", ""]
    assert {len(row) for row in grid.rows[2:-1]} == {0}


# ods ---------------------------------------------------------------------------------------------------------------

ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="Biểu 02">{rows}</table:table></office:spreadsheet>'
    "</office:body></office:document-content>"
)
MIME = b"application/vnd.oasis.opendocument.spreadsheet"


def ods(rows: str) -> bytes:
    parts = {"mimetype": MIME, "META-INF/manifest.xml": b"<x/>", "content.xml": ODS.format(rows=rows).encode()}
    return packed(parts, zipfile.ZIP_STORED)


def ods_cell(more: str, text: str = "", tag: str = "table-cell") -> str:
    return f"<table:{tag} {more}><text:p>{text}</text:p></table:{tag}>"


def test_merges_of_an_ods_stand_where_repeated_rows_and_cells_put_them() -> None:
    wide = 'table:number-columns-spanned="3" table:number-rows-spanned="2"'
    rows = (
        '<table:table-row table:number-rows-repeated="20000"><table:table-cell/></table:table-row>'
        f'<table:table-row><table:table-cell table:number-columns-repeated="4"/>{ods_cell(wide, "Quy mô")}'
        f'<table:covered-table-cell table:number-columns-repeated="2"/>{ods_cell("", "x")}</table:table-row>'
        '<table:table-row table:visibility="collapse"><table:table-cell/></table:table-row>'
    )
    with zipfile.ZipFile(io.BytesIO(ods(rows))) as archive:
        sheet = ods_sheets(archive)["Biểu 02"]

    assert sheet.merges == [(20000, 4, 20001, 6)]
    assert sheet.hidden_rows == {20001}


def ods_grid(rows: str) -> Grid:
    return read("x.ods", ods(rows)).grids[0]


def test_errors_of_an_ods_are_told_and_never_a_number() -> None:
    """Excel saves an error in an ods as the number 0, LibreOffice as an empty text."""
    grid = ods_grid(
        "<table:table-row>"
        + ods_cell('table:formula="of:=1/0" office:value-type="float" office:value="0"', "#DIV/0!")
        + ods_cell('table:formula="of:=NA()" office:value-type="string" calcext:value-type="error"', "#N/A")
        + ods_cell('office:value-type="string"', "#N/A")
        + ods_cell('table:formula="of:=A1" office:value-type="float" office:value="0"', "0")
        + ods_cell('office:value-type="percentage" office:value="0.2"', "20%")
        + "</table:table-row>"
    )

    assert grid.errors == {(0, 0): "#DIV/0!", (0, 1): "#N/A"}
    assert [grid.at(0, column) for column in range(5)] == ["", "", "#N/A", 0.0, 0.2]
    assert grid.percent_cells == {(0, 4)}


def test_a_formula_of_an_ods_that_was_never_computed_is_told_from_one_that_gives_nothing() -> None:
    never = '<table:table-cell table:formula="of:=A1+1"/>'
    empty = ods_cell('table:formula="of:=A2"')
    grid = ods_grid(f"<table:table-row>{ods_cell('', 'x')}{never}{empty}</table:table-row>")

    assert grid.no_value == {(0, 1)}


@pytest.mark.parametrize("broken", ['table:number-columns-spanned=""', 'table:number-rows-spanned="two"'])
def test_an_ods_whose_markup_is_odd_is_read_without_what_it_does_not_tell(broken: str) -> None:
    text = ods_cell('office:value-type="string"', "sâm")
    rows = f"<table:table-row>{text}</table:table-row>"
    rows += f"<table:table-row><table:table-cell {broken}/></table:table-row>"

    assert ods_grid(rows).at(0, 0) == "sâm"


# xlsb --------------------------------------------------------------------------------------------------------------


def record(kind: int, body: bytes) -> bytes:
    head = bytes((kind,)) if kind < 128 else bytes((kind & 0x7F | 0x80, kind >> 7))
    return head + bytes((len(body) & 0x7F | 0x80, len(body) >> 7)) + body


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def test_errors_of_an_xlsb_are_found_in_its_records() -> None:
    sheet = (
        record(0, struct.pack("<I", 6) + bytes(13))
        + record(2, struct.pack("<II", 0, 0) + bytes(4))
        + record(3, struct.pack("<II", 2, 0) + b"\x17")
        + record(0, struct.pack("<I", 9) + bytes(13))
        + record(11, struct.pack("<II", 1, 0) + b"\x07" + bytes(200))
        + b"\x0b\xff"
    )
    links = b'<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.bin"/></Relationships>'
    data = packed(
        {
            "xl/workbook.bin": record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Biểu 01")),
            "xl/_rels/workbook.bin.rels": links,
            "xl/worksheets/sheet1.bin": sheet,
        }
    )
    with Package(data) as archive:
        assert xlsb_errors(archive) == {"Biểu 01": {(6, 2): "#REF!", (9, 1): "#DIV/0!"}}


@pytest.mark.parametrize(("flags", "from_1904"), [(b"\x21", True), (b"\x20", False)])
def test_an_xlsb_says_from_where_its_days_count(flags: bytes, from_1904: bool) -> None:
    data = packed({"xl/workbook.bin": record(131, b"") + record(153, flags + bytes(11))})

    with Package(data) as archive:
        assert xlsb_from_1904(archive) is from_1904
