"""A dimension across the top: each sender may have other members; unit and period may stand in names."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from etl.model.forms import Field, Form, TableSpec
from etl.model.grids import Grid
from etl.model.periods import parse_period
from etl.model.reference import Expected, Reference
from etl.reader import resolve_near
from etl.steps.normalise import normalise
from etl.steps.recognise import recognise
from etl.store.lake import schema

FIELDS = (
    Field("chi_tieu", "text", ("Chỉ tiêu",), code="A", title_vi="Chỉ tiêu"),
    Field("huyen", "unit", ("Chia theo huyện",), level="district", title_vi="Huyện"),
    Field("gia_tri", "decimal", ("Chia theo huyện",), decimals=1, title_vi="Giá trị"),
)
TABLE = TableSpec("ct", "ct", "crosstab", FIELDS, across={"field": "huyen", "value": "gia_tri"}, key=("chi_tieu",))


@pytest.fixture
def known(reference: Reference) -> Reference:
    form = Form(
        "ct", "01/CT-T", "Chỉ tiêu chia theo huyện", "Indicators by district", "year", (TABLE,),
        unit_from=("label", "file"), period_from=("label", "sheet"), senders=("SKHCN",),
    )  # fmt: skip
    years = tuple(Expected("ct", parse_period(y), "SKHCN", "expected") for y in ("2020", "2021"))
    return replace(reference, forms={**reference.forms, "ct": form}, calendar=(*reference.calendar, *years))


def read(rows: list[list[Any]], known: Reference, sheet: str = "Năm 2021", name: str = "SKHCN_chi_tieu.xlsx") -> Any:
    found = recognise(name, (Grid(sheet, rows),), known)
    assert [f.code for f in found.findings] == []
    one = found.submissions[0]
    return normalise(
        one, found.sheets, known, lambda *a: resolve_near(known, *a), schema, file=name, sha256="0" * 64, stamp="t"
    )


HEAD = [["Biểu số: 01/CT-T", "", "", ""], ["", "", "", ""]]


@pytest.mark.parametrize("two_rows", [True, False])
def test_members_become_rows_and_totals_do_not(known: Reference, two_rows: bool) -> None:
    members = ["", "TP Lai Châu", "H. Tam Đường", "Tổng số"]
    heading = [["Chỉ tiêu", "Chia theo huyện", "", ""], members] if two_rows else [["Chỉ tiêu", *members[1:]]]
    reading = read([*HEAD, *heading, ["Số mô hình", 3.0, "4,5", 7.5], ["Số hộ", "-", "…", 0.0]], known)

    rows = [(r["chi_tieu"], r["huyen"], r["gia_tri"], r["gia_tri__state"]) for r in reading.rows["ct"].to_pylist()]
    assert sorted(rows, key=str) == sorted(
        [
            ("Số mô hình", "105", Decimal("3"), "value"),
            ("Số mô hình", "106", Decimal("4.5"), "value"),
            ("Số hộ", "105", Decimal("0"), "nil"),
            ("Số hộ", "106", None, "not_available"),
        ],
        key=str,
    )
    assert (reading.unit, reading.period) == ("SKHCN", "2021")


def test_the_cell_of_a_member_is_its_own(known: Reference) -> None:
    reading = read([*HEAD, ["Chỉ tiêu", "TP Lai Châu", "Than Uyên"], ["Số hộ", 1.0, 2.0]], known)
    row = next(r for r in reading.rows["ct"].to_pylist() if r["huyen"] == "110")

    assert reading.layouts["ct"].address(row["_block"], row["_line"], "gia_tri") == ("Năm 2021", "C4")


def test_another_senders_members(known: Reference) -> None:
    reading = read([*HEAD, ["Chỉ tiêu", "Nậm Nhùn"], ["Số hộ", 1.0]], known)

    assert reading.rows["ct"]["huyen"].to_pylist() == ["112"]


def test_one_sheet_a_period(known: Reference) -> None:
    grids = tuple(
        Grid(sheet, [*HEAD, ["Chỉ tiêu", "Nậm Nhùn"], ["Số hộ", value]])
        for sheet, value in (("Năm 2020", 1.0), ("Năm 2021", 2.0))
    )
    found = recognise("SKHCN_chi_tieu.xlsx", grids, known)

    assert sorted((s.unit, s.period, len(s.findings)) for s in found.submissions) == [
        ("SKHCN", "2020", 0),
        ("SKHCN", "2021", 0),
    ]
