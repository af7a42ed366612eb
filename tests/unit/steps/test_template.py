"""A template that is filled and sent back says exactly what was written, whatever rows were inserted."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import openpyxl
import pytest

from etl.errors import UsageError
from etl.model.periods import parse_period
from etl.model.reference import Reference
from etl.model.submissions import FileReading
from etl.reader import read_bytes
from etl.steps.read import read
from etl.steps.template import stamp_of, template, template_version
from tests.conftest import SAMPLES

FORMS = ("nv", "sp", "nh", "gt", "iso", "kn", "qt")
UNIT = "109"


def judged(reference: Reference, name: str, data: bytes) -> FileReading:
    return read_bytes(name, hashlib.sha256(data).hexdigest(), data, "test", reference)


@pytest.fixture(scope="session")
def sent(reference: Reference) -> FileReading:
    """What a district really sent: the rows that fill the templates."""
    return judged(reference, "a.xlsx", (SAMPLES / "BC_KHCN_2021_PhongTho.xlsx").read_bytes())


def filled(reference: Reference, sent: FileReading, form: str) -> bytes:
    reading = next(r for r in sent.readings if r.form == form)
    rows = {table: data.to_pylist() for table, data in reading.rows.items()}
    return template(reference.forms[form], UNIT, parse_period(reading.period), reference, rows=rows)


@pytest.mark.parametrize("form", FORMS)
def test_a_filled_template_is_recognised_at_full_confidence_with_the_same_content(
    reference: Reference, sent: FileReading, form: str
) -> None:
    before = next(r for r in sent.readings if r.form == form)
    (after,) = judged(reference, "bieu.xlsx", filled(reference, sent, form)).readings

    assert (after.form, after.unit, after.period) == (form, UNIT, before.period)
    assert after.content == before.content
    assert [f for f in after.findings if f.severity != "info"] == []
    assert {e.score for e in after.evidence} == {100}
    columns = {e.what.rpartition(".")[2] for e in after.evidence if e.what.startswith("column:")}
    assert columns == {f.id for table in reference.forms[form].tables for f in table.fields}


@pytest.mark.parametrize("form", ["nv", "sp", "kn", "qt"])
def test_rows_can_be_inserted(reference: Reference, sent: FileReading, form: str) -> None:
    before = next(r for r in sent.readings if r.form == form)
    table = reference.forms[form].tables[0].id
    line = before_line(judged(reference, "bieu.xlsx", filled(reference, sent, form)), table)
    book = openpyxl.load_workbook(io.BytesIO(filled(reference, sent, form)))
    sheet = book.worksheets[0]
    sheet.insert_rows(line + 1, 3)
    moved = [cell.value for cell in sheet[line + 4]]
    for column, value in enumerate(moved, 1):  # a row typed into the new space
        sheet.cell(line + 2, column).value = value
    out = io.BytesIO()
    book.save(out)
    (after,) = judged(reference, "bieu.xlsx", out.getvalue()).readings

    rows, wanted = values(after, table), values(before, table)
    assert len(rows) == len(wanted) + 1
    assert [row for row in rows if row not in wanted] == []


def before_line(file: FileReading, table: str) -> int:
    """The sheet's row (from 0) of the first row of the table."""
    return int(file.readings[0].rows[table]["_line"].to_pylist()[0])


def values(reading: Any, table: str) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if not k.startswith("_")} for row in reading.rows[table].to_pylist()]


@pytest.mark.parametrize("form", FORMS)
def test_a_blank_template_is_never_taken_for_figures(reference: Reference, form: str) -> None:
    period = parse_period("2022-01-22" if form == "qt" else "2021")
    (reading,) = judged(reference, "bieu.xlsx", template(reference.forms[form], UNIT, period, reference)).readings

    numbers = [f.id for t in reference.forms[form].tables for f in t.fields if f.numeric]
    assert not [
        v for rows in reading.rows.values() for row in rows.to_pylist() for k, v in row.items() if k in numbers and v
    ]
    assert {e.score for e in reading.evidence} == {100}


def test_headings_are_locked_cells_are_open_and_lists_are_offered(reference: Reference, sent: FileReading) -> None:
    book = openpyxl.load_workbook(io.BytesIO(filled(reference, sent, "sp")))
    sheet = book.worksheets[0]
    head = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "Tên sản phẩm")
    first = next(cell for row in sheet.iter_rows() for cell in row if cell.column == 4 and cell.data_type == "s"
                 and not cell.protection.locked)  # fmt: skip

    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert head.protection.locked
    sources = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert len(sources) == 3  # products, communes, activities
    assert {s.title: s.sheet_state for s in book.worksheets}["_mau"] == "veryHidden"
    communes = [
        c.value for c in book["_mau"][next(s for s in sources if first.value in column(book, s))[6:7]] if c.value
    ]
    assert sorted(communes) == sorted(u.name for u in reference.units.children(UNIT, parse_period("2021").end))


def column(book: openpyxl.Workbook, source: str) -> list[Any]:
    return [cell.value for row in book["_mau"][source.partition("!")[2].replace("$", "")] for cell in row]


def test_the_template_knows_what_it_is(reference: Reference, sent: FileReading) -> None:
    data = filled(reference, sent, "nv")
    stamp = stamp_of(read("a.xlsx", data).grids)

    assert stamp is not None
    assert (stamp.form, stamp.unit, stamp.period) == ("nv", UNIT, "2021")
    assert stamp.version == template_version(reference.forms["nv"], reference)
    assert stamp_of(read("a.xlsx", (SAMPLES / "BC_KHCN_2021_SinHo.xlsx").read_bytes()).grids) is None
    assert data == filled(reference, sent, "nv")


def test_lasting_ids_come_back_with_the_rows(reference: Reference) -> None:
    rows = {"kn": [{"loai": "khó khăn", "noi_dung": "Thiếu cán bộ chuyên trách", "_entity": "E-17"}]}
    data = template(reference.forms["kn"], UNIT, parse_period("2021"), reference, rows=rows)

    stamp = stamp_of(read("a.xlsx", data).grids)
    assert stamp is not None
    assert stamp.entities == (("kn", "khó khăn", "E-17"),)


@pytest.mark.parametrize(("unit", "period"), [("999", "2021"), (UNIT, "2025")])
def test_a_unit_or_period_without_the_form_is_refused(reference: Reference, unit: str, period: str) -> None:
    with pytest.raises(UsageError):
        template(reference.forms["nv"], unit, parse_period(period), reference)
