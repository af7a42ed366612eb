"""A name that several units bear is nobody's until a person, or the sender, says which is meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from etl.model.decisions import Decision, case_of
from etl.model.forms import Field, Form, TableSpec
from etl.model.grids import Grid
from etl.model.periods import parse_period
from etl.model.reference import Expected, Reference
from etl.reader import resolve_near
from etl.steps.recognise import FileRecognised, recognise

DAY = date(2021, 12, 31)
TABLE = TableSpec("gv", "gv", "records", (Field("ten", "text", ("Tên giống",)), Field("so", "integer", ("Số hộ",))))


@pytest.fixture
def known(reference: Reference) -> Reference:
    form = Form("gv", "01/GV-X", "Giống", "Breeds", "year", (TABLE,), senders=("commune",))
    asked = tuple(Expected("gv", parse_period("2021"), code, "expected") for code in ("03433", "03445"))
    return replace(reference, forms={**reference.forms, "gv": form}, calendar=(*reference.calendar, *asked))


def sent(known: Reference, unit: str, name: str = "bc.xlsx") -> FileRecognised:
    title = [["Biểu số: 01/GV-X", ""], ["Kỳ báo cáo: Năm 2021", f"Đơn vị báo cáo: {unit}"]]
    return recognise(name, (Grid("S", [*title, ["Tên giống", "Số hộ"], ["Ngô", 2.0]]),), known)


@pytest.mark.parametrize(
    ("text", "reporter", "codes"),
    [
        ("Mường Tè", "107", ["03433", "03445"]),
        ("Mường Tè", "108", ["03433", "03445"]),
        ("muong te", "107", ["03433", "03445"]),
        ("TT. Mường Tè", "107", ["03433"]),
        ("xã Mường Tè", "108", ["03445"]),
        ("03445", "107", ["03445"]),
        ("Phong Thổ", "108", ["03549"]),
        ("Mường Tê", "107", ["03433", "03445"]),
        ("Mường Tèo", "107", []),
    ],
)
def test_the_units_that_a_cell_may_name(reference: Reference, text: str, reporter: str, codes: list[str]) -> None:
    assert [unit.code for unit in resolve_near(reference, text, DAY, ("commune",), reporter)] == codes


def test_a_sender_under_such_a_name_waits_and_both_are_named(known: Reference) -> None:
    found = sent(known, "UBND Mường Tè")

    assert found.submissions == []
    assert [(f.code, f.severity, f.cell, f.proposal) for f in found.findings] == [
        ("S2.several-units", "hold", "B2", "03433")
    ]
    assert "Thị trấn Mường Tè (03433) / Xã Mường Tè (03445)" in found.findings[0].message_vi


def test_the_type_of_unit_says_which(known: Reference) -> None:
    assert [s.unit for s in sent(known, "UBND xã Mường Tè").submissions] == ["03445"]
    assert [s.unit for s in sent(known, "UBND thị trấn Mường Tè").submissions] == ["03433"]


def test_a_decision_is_about_this_file_and_no_other(known: Reference) -> None:
    hold = sent(known, "UBND Mường Tè").findings[0]
    decision = Decision(1, case_of(hold), hold, "map", "03445", "An", "chữ ký", datetime(2022, 1, 3, tzinfo=UTC))
    knowing = replace(known, decided={decision.case: decision})

    assert [s.unit for s in sent(knowing, "UBND Mường Tè").submissions] == ["03445"]
    assert sent(knowing, "UBND Mường Tè", "khác.xlsx").submissions == []


@pytest.mark.parametrize(
    ("order", "name", "unit", "told"),
    [
        (("file", "title"), "03445.xlsx", "03445", []),
        (("title", "file"), "bc.xlsx", None, ["S2.several-units"]),
        (("file", "title"), "bc.xlsx", None, ["S2.several-units"]),
        (("file", "title"), "03454.xlsx", None, ["S2.several-units"]),
    ],
)
def test_a_code_in_the_files_name_tells_equal_names_apart_where_the_form_says_so(
    known: Reference, order: tuple[str, ...], name: str, unit: str | None, told: list[str]
) -> None:
    """The next line, which names the district's town, is not asked instead."""
    form = replace(known.forms["gv"], unit_from=order)
    knowing = replace(known, forms={**known.forms, "gv": form})
    rows = [["Biểu số: 01/GV-X", ""], ["Mường Tè", "Kỳ báo cáo: Năm 2021"], ["Bum Tở", ""]]
    found = recognise(name, (Grid("S", [*rows, ["Tên giống", "Số hộ"], ["Ngô", 2.0]]),), knowing)

    assert [s.unit for s in found.submissions] == ([unit] if unit else [])
    assert [f.code for f in found.findings] == told


def test_a_title_that_says_another_unit_than_the_file_refuses_it(known: Reference) -> None:
    form = replace(known.forms["gv"], unit_from=("file", "title"))
    knowing = replace(known, forms={**known.forms, "gv": form})
    rows = [["Biểu số: 01/GV-X", ""], ["Xã Bum Tở", "Kỳ báo cáo: Năm 2021"]]
    found = recognise("03445.xlsx", (Grid("S", [*rows, ["Tên giống", "Số hộ"], ["Ngô", 2.0]]),), knowing)

    assert [(f.code, f.severity) for s in found.submissions for f in s.findings if f.severity == "critical"] == [
        ("S2.file-name", "critical")
    ]
