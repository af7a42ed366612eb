"""What GX is given: only what the suite names, and numbers as floats only where no two decimals become one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from etl.steps.validate import validate

MONEY = pa.decimal128(28, 10)


def between(column: str, **bounds: Any) -> dict[str, Any]:
    return {
        "type": "expect_column_values_to_be_between",
        "kwargs": {"column": column, **bounds},
        "meta": {"rule": "between"},
    }


def failing(rows: pa.Table, *expectations: dict[str, Any]) -> list[int | None]:
    return [failure.row for failure in validate(rows, {"name": "t", "expectations": list(expectations)})]


def test_decimals_that_floats_would_confuse_are_still_told_apart() -> None:
    """At 17 digits two neighbours share a float: the one above the bound is told, the one at it is not."""
    money = [Decimal("100000000.0000000001"), Decimal("100000000"), None, Decimal("99999999.9999999999")]
    assert np.float64(money[0]) == np.float64(money[1])
    assert failing(pa.table({"x": pa.array(money, MONEY)}), between("x", max_value=100_000_000)) == [0]


@pytest.mark.parametrize("kind", [MONEY, pa.int64(), pa.decimal128(38, 10)])
def test_ordinary_numbers_and_gaps(kind: pa.DataType) -> None:
    values = [0, None, -1, 5000, 5001]
    rows = pa.table(
        {"x": pa.array([None if v is None else Decimal(v) for v in values], MONEY).cast(kind), "y": ["a"] * 5}
    )
    assert failing(rows, between("x", min_value=0, max_value=5000)) == [2, 4]


def test_a_column_that_no_row_has_a_value_for() -> None:
    assert failing(pa.table({"x": pa.array([None, None], MONEY)}), between("x", min_value=0)) == []


def test_integers_beyond_what_a_float_holds() -> None:
    rows = pa.table({"x": pa.array([2**53, 2**53 + 1], pa.int64())})
    assert failing(rows, between("x", max_value=2**53)) == [1]


def test_pairs_and_keys_over_columns_of_different_kinds() -> None:
    rows = pa.table({
        "a": pa.array([Decimal("0.3"), Decimal("0.3")], MONEY), "b": pa.array([0, 1], pa.int64()), "c": ["x", "x"],
        "of": pa.array([["1"], ["2"]], pa.list_(pa.string())),
    })  # fmt: skip
    pair = {
        "type": "expect_column_pair_values_a_to_be_greater_than_b",
        "kwargs": {"column_A": "a", "column_B": "b", "or_equal": True, "ignore_row_if": "either_value_is_missing"},
        "meta": {"rule": "pair"},
    }
    key = {
        "type": "expect_compound_columns_to_be_unique",
        "kwargs": {"column_list": ["a", "c"]},
        "meta": {"rule": "key"},
    }
    assert sorted(failing(rows, pair, key), key=str) == [0, 1, 1]
