"""The consolidated forms in the workbook, read back by another library."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pyarrow as pa
import pytest

from etl.model.rows import Rows
from etl.report.workbook import workbook
from tests.unit.report.sample import reference


def row(table: str, unit: str, line: int, **values):
    """One public row of a table: what is not given is empty."""
    fields = {field.id: None for field in reference().table(table).stored}
    return {"unit": unit, "period": "2021", "submission": f"{table}-{unit}", "row": line, **fields, **values}


def book_of(content, **tables):
    rows = {name: Rows.whole(pa.Table.from_pylist(given)) for name, given in tables.items()}
    data = workbook(replace(content, rows=rows))
    return tuple(openpyxl.load_workbook(io.BytesIO(data), data_only=one) for one in (False, True))


def column(sheet, heading: str) -> int:
    return next(
        cell.column for line in sheet.iter_rows(max_row=10) for cell in line if str(cell.value).startswith(heading)
    )


@pytest.fixture(scope="module")
def tasks(content):
    given = [
        row("nv", "106", 12, entity="N02", owner="106", ten="Sâm Lai Châu", kinh_phi=1000),
        row("nv", "107", 9, entity="N02", owner="106", ten="Sâm", kinh_phi=1000),
        row("nv", "107", 10, entity="N04", owner="107", ten="Chuối", kinh_phi=500),
    ]
    return book_of(content, nv=given)


def test_a_form_is_a_sheet_with_its_own_headings_and_codes(tasks):
    sheet = tasks[0]["Biểu 01-KHCN-H"]
    assert sheet["A1"].value.startswith("Biểu 01/KHCN-H: Nhiệm vụ")
    above = sheet.cell(6, column(sheet, "Kinh phí được duyệt")).value
    assert above == "Kinh phí được duyệt"
    assert any(cell.value == "Chia ra" for cell in sheet[7])
    assert len(sheet.merged_cells.ranges) > 5


def test_an_entity_stands_once_at_its_owner_and_the_total_is_a_formula_with_its_value(tasks):
    formulas, values = (book["Biểu 01-KHCN-H"] for book in tasks)
    place = column(formulas, "Kinh phí được duyệt")
    total = next(line for line in formulas.iter_rows() if line[1].value == "Toàn tỉnh")
    number = total[0].row
    assert (
        formulas.cell(number, place).value
        == f"=SUM({formulas.cell(number + 1, place).coordinate}:{formulas.cell(number + 2, place).coordinate})"
    )
    assert values.cell(number, place).value == 1500
    names = column(formulas, "Tên nhiệm vụ")
    assert [formulas.cell(number + n, names).value for n in (1, 2)] == ["Sâm Lai Châu", "Chuối"]


def test_a_matrix_adds_up_each_of_its_rows(content):
    given = [
        row("iso", unit, 8, ma_so=code, tong_so=number, ap_dung=number)
        for unit in ("105", "106")
        for code, number in (("01", 13), ("02", 1), ("03", 12))
    ]
    _, values = book_of(content, iso=given)
    sheet = values["Biểu 05-KHCN-H"]
    totals = [line for line in sheet.iter_rows() if line[1].value == "Toàn tỉnh"]
    place = column(sheet, "Tổng số") - 1
    assert [line[place].value for line in totals] == [26, 2, 24]


def test_what_is_no_number_is_told_by_its_sign(content):
    given = [row("sp", "105", 8, san_pham="Lan", quy_mo=None, quy_mo__state="not_available")]
    formulas, _ = book_of(content, sp=given)
    assert any(cell.value == "…" for line in formulas["Biểu 02-KHCN-H"].iter_rows() for cell in line)


def test_a_sheet_names_the_figures_that_leave_some_of_its_lines_out(tasks):
    said = [str(line[0].value) for line in tasks[0]["Biểu 01-KHCN-H"].iter_rows()]
    assert any("NV.KD, NV.KP chỉ tính một phần các dòng ấy, nên có thể khác" in text for text in said)


@pytest.mark.parametrize("lines", [1900, 2100])
@pytest.mark.parametrize(("table", "number"), [("qt", "tri_gia"), ("iso", "tong_so")])
def test_rows_that_come_in_parts_give_the_sheet_of_rows_in_memory_and_beyond_2000_the_total_alone(
    content, table, number, lines
):
    spec = reference().table(table)
    fixed = {spec.row_code: spec.rows[0].value} if spec.row_code else {}
    given = pa.Table.from_pylist(
        [row(table, "105", line, **fixed, **{number: line}) for line in range(1, lines)]
        + [row(table, "106", 1, **fixed, **{number: None})]
    )
    parts = [given.slice(0, 700), given.slice(700, 1000), given.slice(1700)]
    whole, apart = (
        workbook(replace(content, rows={table: rows}))
        for rows in (Rows.whole(given), Rows(given.schema, lambda: lines, lambda: iter(parts)))
    )
    assert whole == apart
    form = reference().forms[spec.form]
    sheet = openpyxl.load_workbook(io.BytesIO(apart), data_only=True)[f"Biểu {form.number}".replace("/", "-")]
    shown = [line for line in sheet.iter_rows() if str(line[1].value).startswith("Toàn tỉnh")]
    total = next(line for line in shown if sum(range(1, lines)) in [cell.value for cell in line])
    assert total[1].value == ("Toàn tỉnh" if lines <= 2000 else f"Toàn tỉnh ({lines} dòng: rows/{table}.parquet)")
    assert (sheet.max_row > lines) == (lines <= 2000)
