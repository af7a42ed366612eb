"""Quantities are read exactly or not at all: nothing is guessed, nothing stripped in silence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from etl.text.numbers import (
    Quantity,
    format_exact,
    format_number,
    from_number,
    parse_quantity,
    round_half_up,
)


def value(text, **options):
    found = parse_quantity(text, **options)
    assert (found.state, found.fault, found.alternatives) == ("value", None, ())
    return found.value


@pytest.mark.parametrize(
    ("text", "decimals", "number"),
    [
        ("1.234,56", 2, "1234.56"), ("12,5", 1, "12.5"), ("6.898,5", 1, "6898.5"), ("5.442.000,0", 1, "5442000.0"),
        ("1,234.56", 2, "1234.56"), ("1,234,567", 2, "1234567"), ("1.234.567", 2, "1234567"), ("12.5", 1, "12.5"),
        ("1 234,5", 1, "1234.5"), ("1\u00a0234,5", 1, "1234.5"), ("1\u202f234\u202f567", 0, "1234567"),
        ("'12", 0, "12"), ("  12 ", 0, "12"), ("+5", 0, "5"), ("007", 0, "7"), (",5", 1, "0.5"),
        ("-1.234", 0, "-1234"), ("(1.234)", 0, "-1234"), ("−12,5", 1, "-12.5"), ("–5", 0, "-5"),
        ("( 12,5 )", 1, "-12.5"), ("0", 0, "0"), ("0,0", 1, "0"), ("-0", 0, "0"), ("0,25", 2, "0.25"),
    ],
)  # fmt: skip
def test_numbers_as_vietnam_and_as_an_english_excel_write_them(text, decimals, number):
    assert value(text, decimals=decimals) == Decimal(number)


@pytest.mark.parametrize("text", ["1.234", "1,234"])
def test_a_whole_number_column_has_groups_only(text):
    assert value(text, decimals=0) == 1234


def test_one_dot_before_three_digits_is_not_guessed_in_a_decimal_column():
    found = parse_quantity("1.234", decimals=2)

    assert found == Quantity(None, "not_available", "ambiguous", (Decimal("1234"), Decimal("1.234")))
    assert parse_quantity("(1.234)", decimals=1).alternatives == (Decimal("-1234"), Decimal("-1.234"))


@pytest.mark.parametrize(("text", "number"), [("1,234", "1.234"), ("0.234", "0.234"), ("1234.567", "1234.567")])
def test_three_digits_that_can_only_be_decimals_are_decimals(text, number):
    assert value(text, decimals=3) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "state", "number"),
    [
        ("-", "nil", 0), ("–", "nil", 0), ("—", "nil", 0), (" - ", "nil", 0),
        ("…", "not_available", None), ("...", "not_available", None), ("…..", "not_available", None),
        ("x", "not_applicable", None), ("X", "not_applicable", None), ("///", "not_applicable", None),
        ("", "not_reported", None), (" \u00a0\n", "not_reported", None), ("\u200b", "not_reported", None),
    ],
)  # fmt: skip
def test_the_states_of_a_cell_without_a_number(text, state, number):
    assert parse_quantity(text, decimals=1) == Quantity(number, state)


@pytest.mark.parametrize(
    "text",
    [
        "15 ha",
        "~20",
        "≈ 20",
        "12 (trong đó 3 mới)",
        "3 + 2",
        "20-30%",
        "20–30",
        "tăng 30%",
        "25%",
        "- 5",
        "12 34",
        "1e5",
        "05/02/2022",
    ],
)
def test_a_number_with_something_beside_it_is_not_stripped(text):
    assert parse_quantity(text, decimals=1) == Quantity(None, "not_available", "number_with_text")


@pytest.mark.parametrize(
    "text",
    [
        "mười hai hộ",
        "không",
        "N/A",
        "nan",
        "Infinity",
        ".",
        "12.",
        "1.23.4",
        "12..5",
        "1,23,456",
        "1.234,",
        "１２",
        "١٢",
        "५ ha",
    ],
)
def test_what_is_no_number_and_digits_of_another_script_are_not_a_number(text):
    assert parse_quantity(text, decimals=1) == Quantity(None, "not_available", "not_a_number")


def test_more_digits_than_the_lake_can_hold_are_no_quantity():
    assert parse_quantity("9" * 31, decimals=0).fault == "not_a_number"
    assert value("9" * 30, decimals=0) == Decimal("9" * 30)


@pytest.mark.parametrize(
    ("text", "number"), [("25%", "25"), ("0,25", "0.25"), ("30 %", "30"), ("-5,5%", "-5.5"), ("25", "25")]
)
def test_a_percent_column_reads_the_number_as_it_is_written(text, number):
    assert value(text, decimals=1, percent=True) == Decimal(number)


@pytest.mark.parametrize("text", ["20-30%", "tăng 30%", "25%%"])
def test_a_range_is_no_number_in_a_percent_column_either(text):
    assert parse_quantity(text, decimals=1, percent=True).fault == "number_with_text"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (0.1 + 0.2, "0.3"), (6898.5, "6898.5"), (19.0476190476191, "19.0476190476191"), (5442000.0, "5442000"),
        ((180000 / 150000 - 1) * 100, "20"), (1e20, "100000000000000000000"), (1e-7, "0.0000001"), (-2.5, "-2.5"),
        (2**53 + 1, "9007199254740993"), (10**30 + 1, f"{10**30 + 1}"), (0, "0"),
    ],
)  # fmt: skip
def test_a_number_cell_is_what_excel_shows(cell, number):
    assert from_number(cell) == Decimal(number)


def test_a_number_cell_prints_without_exponent_or_minus_zero():
    assert [str(from_number(cell)) for cell in (1e20, 12.0, -0.0)] == ["100000000000000000000", "12", "0"]


@pytest.mark.parametrize("cell", [float("inf"), float("-inf"), float("nan")])
def test_infinity_and_nan_are_refused(cell):
    with pytest.raises(ValueError, match="not a finite number"):
        from_number(cell)


@pytest.mark.parametrize(
    ("number", "decimals", "rounded"),
    [
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("19.945", 2, "19.95"),
        ("999.995", 2, "1000.00"),
        ("-0.004", 2, "0.00"),
        ("7", 1, "7.0"),
    ],
)
def test_halves_go_up(number, decimals, rounded):
    assert str(round_half_up(Decimal(number), decimals)) == rounded


@pytest.mark.parametrize(
    ("number", "decimals", "vi", "en"),
    [
        ("1234.5", 1, "1.234,5", "1,234.5"),
        ("1234.25", 1, "1.234,3", "1,234.3"),
        ("-1234567", 0, "-1.234.567", "-1,234,567"),
        ("-0.04", 1, "0,0", "0.0"),
        ("100", 2, "100,00", "100.00"),
        ("1E+30", 0, "1" + ".000" * 10, "1" + ",000" * 10),
    ],
)
def test_numbers_of_a_report(number, decimals, vi, en):
    assert (format_number(Decimal(number), decimals), format_number(Decimal(number), decimals, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("1234.500", "1.234,5"),
        ("100", "100"),
        ("1E+3", "1.000"),
        ("0.000", "0"),
        ("-0.0", "0"),
        ("19.0476190476191", "19,0476190476191"),
    ],
)
def test_all_digits_and_no_idle_zeros(number, shown):
    assert format_exact(Decimal(number)) == shown
