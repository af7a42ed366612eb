"""Great Expectations and a few lines of plain Python judge every row of random tables alike, for every rule.

The plain judge knows nothing of pandas: six kinds of expectation, each a sentence.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from etl.model.reference import Reference
from etl.steps.derive import derive
from etl.steps.validate import validate
from etl.store.lake import schema

ROWS = 300
Row = Mapping[str, Any]


def fails(kind: str, kwargs: Mapping[str, Any], rows: list[Row]) -> Iterator[int]:
    """The rows that an expectation does not hold for; a blank passes all but presence."""
    if kind == "expect_compound_columns_to_be_unique":
        keys = [tuple(row[name] for name in kwargs["column_list"]) for row in rows]
        many = Counter(key for key in keys if None not in key)
        yield from (i for i, key in enumerate(keys) if many[key] > 1)
        return
    for i, row in enumerate(rows):
        if kind.startswith("expect_column_pair"):
            a, b = row[kwargs["column_A"]], row[kwargs["column_B"]]
            if a is not None and b is not None and not _pair(kind, kwargs, a, b):
                yield i
        elif kind == "expect_column_values_to_not_be_null":
            if row[kwargs["column"]] is None:
                yield i
        elif (value := row[kwargs["column"]]) is not None and not _single(kind, kwargs, value):
            yield i


def _pair(kind: str, kwargs: Mapping[str, Any], a: Any, b: Any) -> bool:
    if kind == "expect_column_pair_values_to_be_equal":
        return bool(a == b)
    assert kind == "expect_column_pair_values_a_to_be_greater_than_b", kind
    return bool(a > b or (kwargs.get("or_equal") and a == b))


def _single(kind: str, kwargs: Mapping[str, Any], value: Any) -> bool:
    if kind == "expect_column_values_to_match_regex":
        return re.match(kwargs["regex"], value) is not None
    if kind == "expect_column_value_lengths_to_be_between":
        return bool(kwargs.get("min_value", 0) <= len(value) <= kwargs.get("max_value", 10**9))
    assert kind == "expect_column_values_to_be_between", kind
    low, high = (None if kwargs.get(k) is None else Decimal(str(kwargs[k])) for k in ("min_value", "max_value"))
    return not (
        (low is not None and (value < low or (kwargs.get("strict_min") and value == low)))
        or (high is not None and (value > high or (kwargs.get("strict_max") and value == high)))
    )


def table_of(reference: Reference, table: str, dice: random.Random) -> pa.Table:
    """Random rows of a table: values at and around the rules' limits, many equal, many blank."""
    spec = reference.table(table)
    fields = schema(spec)
    districts = [u.code for u in reference.units.at_level("district", date(2021, 12, 31))]
    rows: list[dict[str, Any]] = []
    size = len(spec.rows) or 6  # rows of one submission; a matrix has each of its rows once
    for line in range(ROWS):
        row = {name: _value(reference, spec, fields.field(name), dice) for name in fields.names}
        if rows and not spec.rows and dice.random() < 0.1:  # the same again: two rows of one thing
            row = dict(rows[-1])
        row |= {
            "_submission": f"s{line // size}", "_reading": "r", "_unit": districts[line // size % len(districts)],
            "_period": "2021", "_block": 0, "_line": line,
        } | ({spec.row_code: spec.rows[line % size].value} if spec.rows else {})  # fmt: skip
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=fields)


def _value(reference: Reference, spec: Any, field: pa.Field, dice: random.Random) -> Any:
    if dice.random() < 0.25:
        return None
    if pa.types.is_list(field.type):
        return [dice.choice(["105", "106", "x", "y"]) for _ in range(dice.randint(1, 2))]
    if pa.types.is_date(field.type):
        return date(2018, 1, 1) + timedelta(days=31 * dice.randint(0, 55))
    if pa.types.is_decimal(field.type):
        return Decimal(dice.choice(["-1", "0", "0.05", "1", "2", "3", "100", "499.99", "500", "50000", "50000.01"]))
    if pa.types.is_integer(field.type):
        return dice.choice([-1, 0, 1, 2, 3, 4, 13])
    return _text(reference, spec, field.name, dice)


def _text(reference: Reference, spec: Any, name: str, dice: random.Random) -> str:
    known = next((f for f in spec.fields if f.id == name), None)
    if known is not None and known.values:
        return str(dice.choice(reference.values[known.values])[0])
    return dice.choice(
        ["4-2021-00781", "4-2021-781", "ĐT.LC-05", "ĐT_LC#05", "ngắn", "03427", "x" * 20, "x" * 21, "a\nb"]
    )


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("table", ["nv", "sp", "nh_tong_hop", "nh", "gt", "iso", "kn", "qt"])
def test_great_expectations_and_plain_python_agree_on_every_row(reference: Reference, table: str, seed: int) -> None:
    dice = random.Random(f"{table}{seed}")
    form = next(f for f in reference.forms.values() if any(t.id == table for t in f.tables))
    tables = {t.id: table_of(reference, t.id, dice) for t in form.tables}
    rows = derive(tables, form.tables, reference.units)[table]
    suite = reference.suites[table]
    told: dict[str, set[int | None]] = {e["meta"]["rule"]: set() for e in suite["expectations"]}
    for failure in validate(rows, suite):
        told[failure.meta["rule"]].add(failure.row)

    plain = rows.to_pylist()
    wanted = {e["meta"]["rule"]: set(fails(e["type"], e["kwargs"], plain)) for e in suite["expectations"]}
    assert told == wanted
    assert [rule for rule, failed in wanted.items() if not failed or len(failed) == ROWS] == []
