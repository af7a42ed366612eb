"""The workbook that goes back: marked where it is wrong, itself everywhere else, and good to be sent again."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping

import openpyxl
import pytest
from openpyxl.comments import Comment

from etl.judging import validate
from etl.model.answers import answers_of
from etl.model.findings import CRITICAL, INFO, WARNING, Finding
from etl.model.grids import Grid
from etl.model.reference import Reference
from etl.model.submissions import FileReading
from etl.reader import read_bytes
from etl.steps.annotate import annotate, causes
from etl.steps.annotate.summary import SHEET
from etl.steps.read import read
from tests.conftest import SAMPLES


def edited(name: str, edits: Mapping[str, object]) -> bytes:
    """The named sheets of a workbook of the samples, some cells typed otherwise; 'Biểu 01!J14' → value."""
    book = openpyxl.load_workbook(SAMPLES / name)
    for other in {*book.sheetnames} - {place.partition("!")[0] for place in edits}:
        del book[other]
    for place, value in edits.items():
        sheet, _, cell = place.partition("!")
        book[sheet][cell] = value
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def judged(reference: Reference, name: str, data: bytes) -> FileReading:
    return validate(reference, [read_bytes(name, hashlib.sha256(data).hexdigest(), data, "test", reference)])[0]


def told(file: FileReading) -> list[Finding]:
    return [*file.findings, *(f for reading in file.readings for f in reading.findings)]


def finding(severity: str, cell: str | None, code: str = "V.x", value: str = "", sheet: str = "S") -> Finding:
    return Finding(code, severity, f"Sai ở {cell}.", "Wrong.", sheet=sheet, cell=cell, value=value or None)


def test_one_cause_is_told_once_with_all_its_cells() -> None:
    many = [Finding("V.x", CRITICAL, "Sai.", "Wrong.", sheet="S", cell=f"C{row}") for row in range(50, 10, -1)]
    found, hidden = causes([finding(WARNING, "D4", "W"), *many])

    assert [(cause.code, len(cause.findings)) for cause in found] == [("V.x", 40), ("W", 1)]
    assert (found[0].findings[0].cell, hidden) == ("C11", 0)


def test_one_remark_on_every_sheet_is_one_remark() -> None:
    remarks = [
        Finding("N.x", INFO, "Hiểu là Sìn Hồ.", "Taken for Sìn Hồ.", sheet=f"B0{n}", cell="A1") for n in range(1, 8)
    ]
    other = Finding("N.x", INFO, "Hiểu là Tam Đường.", "Taken for Tam Đường.", sheet="B03", cell="A2")
    found, _ = causes([*remarks, other])

    assert [len(cause.findings) for cause in found] == [7, 1]


def test_an_error_hides_the_warnings_of_its_cell_and_counts_them() -> None:
    found, hidden = causes([finding(WARNING, "C4", "W"), finding(CRITICAL, "C4", "E"), finding(INFO, "C5", "N")])

    assert ([cause.code for cause in found], hidden) == (["E", "N"], 1)


@pytest.mark.parametrize(
    ("sheet", "cell", "wrong", "right"),
    [("Biểu 01", "J11", 9999, 4338.5), ("Biểu 02", "I11", "hai mươi", 25)],
    ids=["parts differ from whole", "letters in a number column"],
)
def test_mending_only_the_marked_cells_makes_the_copy_acceptable(
    reference: Reference, sheet: str, cell: str, wrong: object, right: object
) -> None:
    data = edited("BC_KHCN_2021_SinHo.xlsx", {f"{sheet}!{cell}": wrong})
    first = judged(reference, "BC_KHCN_2021_SinHo.xlsx", data)
    assert "rejected" in {r.verdict for r in first.readings}

    name, copy = annotate("BC_KHCN_2021_SinHo.xlsx", data, told(first))
    book = openpyxl.load_workbook(io.BytesIO(copy))
    marked = [c.coordinate for row in book[sheet].iter_rows() for c in row if c.fill.fgColor.rgb[-6:] == "FFB3B3"]
    assert marked == [cell]
    assert "Lỗi" in book[sheet][cell].comment.text
    assert {(f.code, f.cell) for f in told(judged(reference, name, copy))} == {(f.code, f.cell) for f in told(first)}

    book[sheet][cell] = right
    again = judged(reference, name, saved(book))
    assert {r.form for r in again.readings} == {r.form for r in first.readings}
    assert not [f for f in told(again) if f.severity in ("critical", "hold")]


def test_the_first_sheet_lists_what_is_wrong_and_leads_to_it(reference: Reference) -> None:
    data = edited("BC_KHCN_2021_SinHo.xlsx", {"Biểu 02!J9": 99, "Biểu 02!J10": 98})
    _, copy = annotate("a.xlsx", data, told(judged(reference, "a.xlsx", data)), ["Huyện Sìn Hồ: bị trả lại"])
    book = openpyxl.load_workbook(io.BytesIO(copy))

    assert book.sheetnames[0] == SHEET
    assert book.active.title == SHEET
    links = {c.value: c.hyperlink.location for row in book[SHEET].iter_rows() for c in row if c.hyperlink}
    assert links["→ Biểu 02!J9"] == "'Biểu 02'!J9"
    assert links["→ Biểu 02!J10"] == "'Biểu 02'!J10"


def test_the_senders_own_comments_formats_and_formula_values_stay(reference: Reference) -> None:
    book = openpyxl.load_workbook(io.BytesIO(edited("BC_KHCN_2021_SinHo.xlsx", {"Biểu 01!J11": 9999})))
    book["Biểu 01"]["J11"].comment = Comment("đã hỏi Sở", "Lan")
    data = saved(book)
    _, copy = annotate("a.xlsx", data, told(judged(reference, "a.xlsx", data)))
    after = openpyxl.load_workbook(io.BytesIO(copy))

    assert after["Biểu 01"]["J11"].comment.text.startswith("đã hỏi Sở")
    assert after["Biểu 01"]["J11"].number_format == book["Biểu 01"]["J11"].number_format
    assert after["Biểu 01"].merged_cells == book["Biểu 01"].merged_cells
    original = openpyxl.load_workbook(SAMPLES / "BC_KHCN_2021_SinHo.xlsx", data_only=True)
    _, untouched = annotate("a.xlsx", (SAMPLES / "BC_KHCN_2021_SinHo.xlsx").read_bytes(), [])
    values = openpyxl.load_workbook(io.BytesIO(untouched), data_only=True)
    assert values["Biểu 02"]["F17"].value == original["Biểu 02"]["F17"].value is not None


def test_a_copy_that_is_checked_again_bears_only_the_new_marks(reference: Reference) -> None:
    data = edited("BC_KHCN_2021_SinHo.xlsx", {"Biểu 01!J11": 9999, "Biểu 01!C15": "ĐT_LC#18"})
    name, copy = annotate("a.xlsx", data, told(judged(reference, "a.xlsx", data)))
    book = openpyxl.load_workbook(io.BytesIO(copy))
    book["Biểu 01"]["J11"] = 4338.5
    answer = next(r for r in range(1, 40) if book[SHEET].cell(r, 7).value == "01.ma-so.dang")
    book[SHEET].cell(answer, 6).value = "Mã do Bộ cấp, giữ nguyên"
    sent = saved(book)

    name, second = annotate(name, sent, told(judged(reference, name, sent)))
    after = openpyxl.load_workbook(io.BytesIO(second))
    assert name == "a_phat-hien.xlsx"
    assert after.sheetnames.count(SHEET) == 1
    assert after["Biểu 01"]["J11"].comment is None
    assert after["Biểu 01"]["J11"].fill.fill_type is None
    answers = [a for grid in read(name, second).grids for a in answers_of(grid)]
    assert [(a.code, a.sheet, a.cell, a.text) for a in answers] == [
        ("01.ma-so.dang", "Biểu 01", "C15", "Mã do Bộ cấp, giữ nguyên")
    ]


@pytest.mark.parametrize(
    "name", ["BC_KHCN_2020_MuongTe.xls", "BC_KHCN_2021_TamDuong.ods", "BC_KHCN_2021_ThanUyen_Bieu04.csv"]
)
def test_what_is_no_xlsx_gets_a_twin_that_says_the_same(reference: Reference, name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    before = judged(reference, name, data)
    new, copy = annotate(name, data, told(before), grids=read(name, data).grids)
    after = judged(reference, new, copy)

    assert new.endswith(".xlsx")
    assert [(r.form, r.unit, r.period, r.content) for r in after.readings] == [
        (r.form, r.unit, r.period, r.content) for r in before.readings
    ]


def test_nothing_becomes_a_formula_or_a_form() -> None:
    evil = Finding(
        "V.x", CRITICAL, "=1+1", "Biểu số: 01/KHCN-H", sheet="=cmd", cell="A1", value="=HYPERLINK(1)", expected="@x"
    )
    grid = Grid("=cmd", [["=1+1", "-2", "+3"]])
    _, copy = annotate("a.csv", b"x", [evil], ["=2+2"], [grid])
    book = openpyxl.load_workbook(io.BytesIO(copy))

    assert not [c.coordinate for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    texts = [c.value for row in book[SHEET].iter_rows(max_col=6) for c in row if isinstance(c.value, str)]
    assert not [t for t in texts if t.lower().startswith(("biểu", "mẫu"))]


def test_the_same_findings_give_the_same_bytes(reference: Reference) -> None:
    data = edited("BC_KHCN_2021_SinHo.xlsx", {"Biểu 01!J11": 9999})
    found = told(judged(reference, "a.xlsx", data))

    assert annotate("a.xlsx", data, found) == annotate("a.xlsx", data, found[::-1])
    with zipfile.ZipFile(io.BytesIO(annotate("a.xlsx", data, found)[1])) as archive:
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"1980-01-01T00:00:00Z" in archive.read("docProps/core.xml")
