"""A number written in either habit is read back exactly, and no text is read as two things."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from etl.text.numbers import (
    STATES,
    format_exact,
    format_number,
    from_number,
    parse_quantity,
    round_half_up,
)

#: a busy machine, or a first import, is no fault of the text
in_its_own_time = settings(deadline=None)

amounts = st.decimals(-(10**12), 10**12, places=2)
decimals = st.integers(0, 4)


@in_its_own_time
@given(amounts)
def test_what_a_report_prints_is_read_back(amount):
    for language in ("vi", "en"):
        assert parse_quantity(format_number(amount, 2, language), decimals=2).value == amount


@in_its_own_time
@given(st.integers(-(10**12), 10**12))
def test_a_whole_number_is_read_back_in_every_habit_of_grouping(number):
    grouped = f"{number:,}"
    for text in (
        str(number),
        grouped,
        grouped.replace(",", "."),
        grouped.replace(",", " "),
        grouped.replace(",", "\u00a0"),
    ):
        assert parse_quantity(text, decimals=0).value == number


@in_its_own_time
@given(amounts, decimals)
def test_rounding_moves_by_at_most_half_a_step_and_prints_so_many_digits(amount, decimals):
    rounded = round_half_up(amount, decimals)

    assert abs(rounded - amount) <= Decimal(1).scaleb(-decimals) / 2
    assert -rounded.as_tuple().exponent == decimals


@in_its_own_time
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6))
def test_all_digits_are_read_back(amount):
    text = format_exact(amount, "vi")
    found = parse_quantity(text, decimals=6)

    assert amount in (found.value, *found.alternatives)


@in_its_own_time
@given(st.text(max_size=20) | st.text("0123456789.,- ()%x…", max_size=12), decimals, st.booleans())
def test_any_text_is_one_of_the_states_and_a_value_has_no_fault(text, decimals, percent):
    found = parse_quantity(text, decimals=decimals, percent=percent)

    assert found.state in STATES
    assert (found.value is not None) == (found.state in ("value", "nil"))
    assert found.fault is None or found.state == "not_available"
    assert bool(found.alternatives) == (found.fault == "ambiguous")


@in_its_own_time
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_cell_keeps_15_digits_and_never_an_exponent_above_zero(cell):
    number = from_number(cell)

    assert float(f"{cell:.15g}") == float(number)
    assert number.as_tuple().exponent <= 0


@in_its_own_time
@given(st.decimals(-(10**9), 10**9, places=4))
def test_what_was_typed_with_15_digits_comes_back_from_the_float(amount):
    assert from_number(float(amount)) == amount
