"""How a table may be laid out: what stands across the top, what stands below what, and what adds up to what."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from etl.errors import UsageError
from etl.model.periods import parse_period
from etl.model.reference import Reference
from etl.steps.template import template
from etl.store.reference import faults
from tests.layouts.books import DISTRICT, Row, head, one, read_book, rows_of, told


def test_the_forms_are_sound(folders: tuple[Path, Path]) -> None:
    assert faults(*folders) == []


# units across the top ----------------------------------------------------------------------------------------------

SO = ("Kỳ báo cáo: Năm 2021", "Đơn vị báo cáo: Sở Khoa học và Công nghệ")


def across_districts(*rows: Row, districts: Row = ("TP Lai Châu", "H. Tam Đường", "Than Uyên")) -> dict[str, list[Row]]:
    heading = ["STT", "Chỉ tiêu", "Chia theo huyện", *[None] * len(districts)]
    return {"Tổng hợp": [*head("01/BC-S", *SO), heading, [None, None, *districts, "Toàn tỉnh"], *rows]}


def test_units_across_the_top_are_rows_of_these_units(known: Reference) -> None:
    sheets = across_districts((1, "Số mô hình", 3, "4,5", "-", 7.5), (2, "Số hộ", 10, "…", None, 10))
    reading = one(found := read_book(known, sheets))

    assert rows_of(reading, "nganghuyen", "chi_tieu", "huyen", "so") == [
        ("C7", "số mô hình", "105", Decimal(3)), ("C8", "số hộ", "105", Decimal(10)),
        ("D7", "số mô hình", "106", Decimal("4.5")), ("D8", "số hộ", "106", "not_available"),
        ("E7", "số mô hình", "110", "nil"), ("E8", "số hộ", "110", "not_reported"),
    ]  # fmt: skip
    assert told(found) == []


def test_totals_at_the_right_and_at_the_bottom_are_compared_each_with_its_own(known: Reference) -> None:
    rows = ((1, "Số mô hình", 1, 2, 3, 7), (2, "Số hộ", 10, 20, 30, 60), (None, "Tổng cộng", 11, 22, 66, 66))
    found = read_book(known, across_districts(*rows))

    assert told(found) == [("S7.total", "Tổng hợp", "E9", "66"), ("S7.total", "Tổng hợp", "F7", "7")]
    assert [f.expected for f in one(found).findings if f.code == "S7.total"] == ["33", "6"]


def test_a_heading_that_is_no_district_is_told_at_its_cell(known: Reference) -> None:
    found = read_book(known, across_districts((1, "Số hộ", 1, 2, 3), districts=("Than Uyên", "Điện Biên", "Tân Uyên")))

    assert told(found) == [("V.unknown-unit", "Tổng hợp", "D6", "Điện Biên")]
    assert one(found).verdict == "rejected"


def test_one_district_in_two_columns_is_not_counted_twice(known: Reference) -> None:
    found = read_book(
        known, across_districts((1, "Số hộ", 1, 2, 3), districts=("Than Uyên", "Tân Uyên", "Huyện Than Uyên"))
    )

    assert told(found) == [("S4.member-twice", "Tổng hợp", "E6", "Huyện Than Uyên")]
    assert one(found).verdict == "rejected"


# periods across the top --------------------------------------------------------------------------------------------


def across_periods(periods: Row, *rows: Row) -> dict[str, list[Row]]:
    return {"S": [*head("02/BC-H", *DISTRICT), ["Chỉ tiêu", *periods], *rows]}


def test_quarters_across_the_top_are_those_of_the_year(known: Reference) -> None:
    sheets = across_periods(("Quý I", "Quý II", "Quý III", "Quý IV", "Cả năm"), ("Số hộ", 1, 2, 3, 4, 11))
    reading = one(found := read_book(known, sheets))

    assert rows_of(reading, "ngangky", "ky", "so") == [
        ("B6", "2021-Q1", 1), ("C6", "2021-Q2", 2), ("D6", "2021-Q3", 3), ("E6", "2021-Q4", 4),
    ]  # fmt: skip
    assert told(found) == [("S7.total", "S", "F6", "11")]


@pytest.mark.parametrize(
    ("periods", "codes"),
    [
        ((2019, 2020, 2021), ["2019", "2020", "2021"]),
        (("Năm 2019", "Năm 2020", "2021"), ["2019", "2020", "2021"]),
        ((datetime(2021, 1, 1), datetime(2021, 2, 1), "T3/2021"), ["2021-01", "2021-02", "2021-03"]),
        (("Tháng 1", "Tháng 2", "6 tháng đầu năm"), ["2021-01", "2021-02", "2021-H1"]),
    ],
)
def test_periods_across_the_top_as_they_are_written(known: Reference, periods: Row, codes: list[str]) -> None:
    reading = one(found := read_book(known, across_periods(periods, ("Số hộ", 1, 2, 3), ("Số mô hình", 4, 5, 6))))

    assert rows_of(reading, "ngangky", "chi_tieu", "ky", "so") == [
        (f"{column}{row}", name, code, first + i)
        for i, (column, code) in enumerate(zip("BCD", codes, strict=True))
        for row, name, first in ((6, "số hộ", 1), (7, "số mô hình", 4))
    ]
    assert told(found) == []


def test_a_heading_that_is_no_period_is_told_at_its_cell(known: Reference) -> None:
    found = read_book(known, across_periods(("Quý I", "Kế hoạch"), ("Số hộ", 1, 2)))

    assert told(found) == [("V.not-a-period", "S", "C5", "Kế hoạch")]


# members of any dimension ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("crops", "codes"), [(("Lúa", "Ngô"), ["lúa", "ngô"]), (("Chè", "Sắn", "Bắp"), ["chè", "sắn", "ngô"])]
)
def test_each_sender_has_its_own_members_across_the_top(known: Reference, crops: Row, codes: list[str]) -> None:
    rows = [["Xã Tả Phìn", *range(1, len(crops) + 1)], ["Xã Phăng Sô Lin", *["1,5"] * len(crops)]]
    sheets = {"S": [*head("03/BC-H", *DISTRICT), ["Xã, phường, thị trấn", *crops], *rows]}
    reading = one(found := read_book(known, sheets))

    sums = {
        code: sum(r[3] for r in rows_of(reading, "ngangcay", "xa", "cay", "dien_tich") if r[2] == code)
        for code in codes
    }
    assert sums == {code: Decimal(i) + Decimal("1.5") for i, code in enumerate(codes, 1)}
    assert told(found) == []


# rows below rows ---------------------------------------------------------------------------------------------------


def test_two_tables_on_a_sheet_keep_to_themselves(known: Reference) -> None:
    sheets = {"S": [
        *head("04/BC-H", *DISTRICT), ["A. Giống cây trồng"], ["Tên giống", "Khối lượng (kg)"], ["Ngô lai", 120.5],
        ["Lúa thuần", 80], ["Tổng số", 200.5], [], ["B. Máy móc"], ["Tên máy", "Số lượng"], ["Máy cày", 3],
        ["Máy gặt", 2], ["Tổng số", 6],
    ]}  # fmt: skip
    reading = one(found := read_book(known, sheets))

    assert rows_of(reading, "haibang_giong", "ten", "luong") == [
        ("B7", "Ngô lai", Decimal("120.5")), ("B8", "Lúa thuần", Decimal(80)),
    ]  # fmt: skip
    assert rows_of(reading, "haibang_may", "ten", "so") == [("B13", "Máy cày", 3), ("B14", "Máy gặt", 2)]
    assert told(found) == [("S7.total", "S", "B15", "6")]


def test_section_rows_say_the_group_and_their_sub_totals_are_no_rows(known: Reference) -> None:
    sheets = {"S": [
        *head("06/BC-H", *DISTRICT), ["STT", "Cây trồng", "Nhóm", "Diện tích"],
        ["I", "Cây ngắn ngày", None, 30], [1, "Lúa", "ngắn ngày", 10], [2, "Ngô", "ngắn ngày", 20],
        ["II", "Cây dài ngày", None, 5], [1, "Chè", "ngắn ngày", 5], [None, "Tổng số", None, 35],
    ]}  # fmt: skip
    reading = one(found := read_book(known, sheets))

    assert rows_of(reading, "dongmuc", "cay", "dien_tich") == [
        ("D7", "lúa", Decimal(10)), ("D8", "ngô", Decimal(20)), ("D10", "chè", Decimal(5)),
    ]  # fmt: skip
    assert told(found) == [("R.section-differs", "S", "C10", "ngắn ngày")]
    assert [f.cell for f in reading.findings if f.code == "R.section-subtotal"] == ["D6", "D9"]


def test_a_matrix_is_read_by_its_row_codes_in_any_order(known: Reference) -> None:
    sheets = {"S": [
        *head("07/BC-H", *DISTRICT), ["Chỉ tiêu", "Mã số", "Số liệu"], ["A", "B", 1],
        ["Hộ tham gia", "02", 8], ["Mô hình", "01", 3], ["Số máy", "03", 9],
    ]}  # fmt: skip
    reading = one(found := read_book(known, sheets))

    assert rows_of(reading, "madong", "ma", "so") == [("C7", "02", 8), ("C8", "01", 3)]
    assert told(found) == [("S4.unknown-row", "S", "A9", "Số máy")]


# hierarchical rows -------------------------------------------------------------------------------------------------


def under_each_other(*rows: Row) -> dict[str, list[Row]]:
    return {"S": [*head("05/BC-H", *DISTRICT), ["STT", "Tên", "Giá trị (triệu đồng)"], ["A", "B", 1], *rows]}


def test_rows_bear_the_names_of_the_rows_above_and_only_the_lowest_count(known: Reference) -> None:
    sheets = under_each_other(
        ("I", "Nông nghiệp", 60), (1, "Trồng trọt", 50), (1.1, "Lúa", 30), (1.2, "Ngô", 20), (2, "Chăn nuôi", 10),
        ("II", "Công nghiệp", 8), (1, "Chế biến", 8), ("1.1", "Chè khô", 8), (None, "Tổng số", 68),
    )  # fmt: skip
    reading = one(found := read_book(known, sheets))

    assert rows_of(reading, "phancap", "nganh", "nhom", "ten", "gia_tri") == [
        ("C9", "nông nghiệp", "Trồng trọt", "Lúa", Decimal(30)),
        ("C10", "nông nghiệp", "Trồng trọt", "Ngô", Decimal(20)),
        ("C11", "nông nghiệp", "not_reported", "Chăn nuôi", Decimal(10)),
        ("C14", "công nghiệp", "Chế biến", "Chè khô", Decimal(8)),
    ]
    assert told(found) == []
    assert [f.cell for f in reading.findings if f.code == "R.section-subtotal"] == ["C7", "C8", "C12", "C13"]


def test_each_sub_total_is_compared_with_the_rows_under_it(known: Reference) -> None:
    sheets = under_each_other(
        ("I", "Nông nghiệp", 60), ("1", "Trồng trọt", 51), ("a", "Lúa", 30), ("b", "Ngô", 20), ("2", "Chăn nuôi", 10),
        ("II", "Công nghiệp", 60),  ("1", "Chế biến", 8),
    )  # fmt: skip
    found = read_book(known, sheets)

    assert told(found) == [("S7.total", "S", "C12", "60"), ("S7.total", "S", "C8", "51")]
    assert {f.cell: f.expected for f in one(found).findings if f.code == "S7.total"} == {"C8": "50", "C12": "8"}


def test_rows_deeper_than_the_form_says_are_told_and_not_counted(known: Reference) -> None:
    rows = [
        ("I", "Nông nghiệp", 9),
        (1, "Trồng trọt", 9),
        ("a", "Lúa", 9),
        ("-", "Lúa nương", 4),
        ("-", "Lúa ruộng", 5),
    ]
    found = read_book(known, under_each_other(*rows))

    assert rows_of(one(found), "phancap", "ten", "gia_tri") == [("C9", "Lúa", Decimal(9))]
    assert told(found) == [("S4.unknown-row", "S", "A10", "-"), ("S4.unknown-row", "S", "A11", "-")]


def test_a_branch_that_the_set_does_not_know_is_told_once_at_its_own_cell(known: Reference) -> None:
    found = read_book(known, under_each_other(("I", "Vũ trụ", 3), (1, "Tên lửa", 1), (2, "Vệ tinh", 2)))

    assert told(found) == [("V.unknown-word", "S", "B7", "Vũ trụ")]


def test_a_branch_without_figures_and_rows_is_no_row(known: Reference) -> None:
    reading = one(read_book(known, under_each_other(("I", "Nông nghiệp"), (1, "Trồng trọt", 1), ("II", "Công nghiệp"))))

    assert rows_of(reading, "phancap", "ten", "gia_tri") == [("C8", "Trồng trọt", Decimal(1))]


def test_no_blank_workbook_is_drawn_that_would_not_be_read(known: Reference) -> None:
    with pytest.raises(UsageError, match="issue the office's own workbook"):
        template(known.forms["nganghuyen"], "SKHCN", parse_period("2021"), known)
