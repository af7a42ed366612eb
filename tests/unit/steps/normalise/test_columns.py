"""Numbers taken a column at a time are the numbers taken cell by cell; a column's text, sum and array say the same."""

from __future__ import annotations

import math
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.steps.normalise.cells import Typed, plain_numbers, plain_texts
from etl.steps.normalise.columns import PLACES, Column, Together
from etl.text.names import squeeze
from etl.text.numbers import from_number

LAKE = pa.decimal128(28, 10)
in_its_own_time = settings(deadline=None)
money = st.integers(-(10**14), 10**14).map(lambda units: units / 10**4)


@in_its_own_time
@given(st.lists(st.floats() | money | st.integers(-(10**16), 10**16)))
def test_a_plain_number_is_the_decimal_that_excel_shows(cells: list[float]) -> None:
    for cell, units in zip(cells, plain_numbers(cells, whole=False), strict=True):
        assert units is None or Decimal(units).scaleb(-PLACES) == from_number(cell)
    for cell, number in zip(cells, plain_numbers(cells, whole=True), strict=True):
        assert number is None or number == from_number(cell)


@in_its_own_time
@given(st.lists(money))
def test_money_is_always_plain(cells: list[float]) -> None:
    assert None not in plain_numbers(cells, whole=False)


def test_what_is_no_plain_number_is_left_to_the_careful_way() -> None:
    odd = [True, "12", "", 0.00001, 1e15, -1e300, None]
    assert plain_numbers(odd, whole=False) == [None] * len(odd)
    assert plain_numbers([1.5, True, "1", 1e15, 7.0, 8], whole=True) == [None, None, None, None, 7, 8]
    assert plain_numbers([1.0, math.inf], whole=False) == plain_numbers([math.nan, 2], whole=True) == [None, None]


def column(*cells: float | Typed) -> Column:
    """A scaled column; what is no number is put in afterwards, as typing does."""
    made = Column(plain_numbers(cells, whole=False), ["value"] * len(cells), scaled=True)
    for i, cell in enumerate(cells):
        if isinstance(cell, Typed):
            made.put(i, cell)
    return made


def array_of(cells: Column) -> pa.Array:
    return Together({"cells": cells}).arrays(pa.schema([("cells", LAKE)]))["cells"]


def test_texts_sum_and_array_of_a_scaled_column() -> None:
    cells = column(
        12.5,
        0.0001,
        -3,
        1200,
        Typed(Decimal("1234.50"), "value"),
        Typed(Decimal(0), "nil"),
        Typed(None, "not_reported"),
    )

    assert cells.scaled
    assert cells.texts() == ["12.5", "0.0001", "-3", "1200", "1234.50", "0", "None"]
    assert cells.plain() == [*map(Decimal, ("12.5", "0.0001", "-3", "1200", "1234.50", "0")), None]
    assert cells.sum() == (Decimal("2444.0001"), False)
    assert cells.sum([0, 2]) == (Decimal("9.5"), True)
    assert array_of(cells).equals(pa.array(cells.plain(), LAKE))
    assert cells.state_array().to_pylist() == ["value"] * 5 + ["nil", "not_reported"]


@pytest.mark.parametrize("value", ["0.00001", "99999999999999", "-1234567890123456.5"])
def test_a_value_that_does_not_fit_makes_the_column_plain(value: str) -> None:
    cells = column(1.5, Typed(Decimal(value), "value"), 2)

    assert not cells.scaled
    assert cells.values == [Decimal("1.5"), Decimal(value), Decimal(2)]
    assert array_of(cells).to_pylist() == cells.values
    assert cells.texts() == ["1.5", str(Decimal(value)), "2"]


def test_columns_together_are_what_each_is_alone() -> None:
    some = {
        "b": column(1.5, Typed(Decimal("2.50"), "value"), -3),
        "words": Column(["x", None, "z"], ["value", "nil", "value"]),
        "a": column(Typed(None, "not_reported"), 0.0001, 7),
    }
    together = Together(some)
    arrays = together.arrays(pa.schema([("b", LAKE), ("words", pa.string()), ("a", LAKE)]))

    assert together.texts() == {name: alone.texts() for name, alone in some.items()}
    assert {name: array.to_pylist() for name, array in arrays.items()} == {n: one.plain() for n, one in some.items()}
    assert arrays["b"].null_count == 0
    assert Together({}).texts() == Together({}).arrays(pa.schema([])) == {}


def test_columns_below_each_other_and_some_of_their_cells() -> None:
    cells = column(1.5, Typed(Decimal("2.50"), "value"))
    cells.add(column(3.5, Typed(Decimal("4.50"), "value")))
    assert cells.texts() == ["1.5", "2.50", "3.5", "4.50"]
    assert cells.take([3, 0]).texts() == ["4.50", "1.5"]

    cells.add(Column(["word"], ["value"]))
    assert cells.plain() == [*map(Decimal, ("1.5", "2.50", "3.5", "4.50")), "word"]


@in_its_own_time
@given(st.lists(st.text("abà  \n\t\u200b\u0301-…", max_size=8) | st.floats()))
def test_a_plain_text_is_the_visible_text(cells: list[str | float]) -> None:
    for cell, text in zip(cells, plain_texts(cells), strict=True):
        assert text is None or text == squeeze(str(cell))
