"""Days and months in the spellings of the forms; the day stands before the month."""

from __future__ import annotations

from datetime import date

import pytest

from etl.text.dates import from_serial, is_ambiguous_day_month, parse_date, parse_month


@pytest.mark.parametrize(
    "text",
    [
        "05/02/2022", "5/2/2022", "05-02-2022", "05.02.2022", "5 / 2 / 2022", "5/2/22", "ngày 05/02/2022", "2022-02-05",
        "2022-02-05 00:00:00", "2022-02-05T14:30", "ngày 05 tháng 02 năm 2022", "Ngay 5 thang 2 nam 2022",
        "5 tháng 2, năm 2022",
    ],
)  # fmt: skip
def test_one_day_in_many_spellings(text):
    assert parse_date(text) == date(2022, 2, 5)


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2021",
        "12/25/2021",
        "05/02-2022",
        "05/02/0202",
        "32/1/2021",
        "2021",
        "02/2022",
        "",
        "x",
        "٠٥/02/2022",
        "44567",
    ],
)
def test_what_is_no_day_is_none(text):
    assert parse_date(text) is None


@pytest.mark.parametrize(("text", "year"), [("1/1/00", 2000), ("1/1/49", 2049), ("1/1/50", 1950), ("1/1/99", 1999)])
def test_two_digits_of_a_year(text, year):
    assert parse_date(text) == date(year, 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "06/2021", "6/2021", "6-2021", "T6/2021", "T06/2021", "t.6/2021", "Tháng 6/2021", "Tháng 06 năm 2021",
        "thang 6 nam 2021", "2021-06", "2021/6", "T6/21", "15/06/2021", "2021-06-30", "ngày 1 tháng 6 năm 2021",
    ],
)  # fmt: skip
def test_one_month_in_many_spellings(text):
    assert parse_month(text) == date(2021, 6, 1)


@pytest.mark.parametrize("text", ["13/2019", "2021", "6/21", "12/2019/HĐ-ĐTĐL", "tháng 6", "0/2021", "", "6.2"])
def test_what_is_no_month_is_none(text):
    assert parse_month(text) is None


@pytest.mark.parametrize(
    ("text", "ambiguous"),
    [
        ("05/02/2022", True), ("5-2-22", True), ("05/05/2022", False), ("15/02/2022", False), ("2022-02-05", False),
        ("ngày 05 tháng 02 năm 2022", False), ("02/2022", False), ("x", False),
    ],
)  # fmt: skip
def test_a_date_that_an_english_excel_may_have_swapped(text, ambiguous):
    assert is_ambiguous_day_month(text) is ambiguous


def test_serial_numbers_of_excel():
    assert from_serial(44566) == from_serial(44566.75) == date(2022, 1, 5)
    assert [from_serial(number) for number in (2021, 19999, 60001, float("nan"), -1)] == [None] * 5
