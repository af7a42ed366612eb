"""Which period stands beside which, and what a rule over other units and periods sees: plain Python says the same."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest

from etl.model.across import AcrossRule
from etl.model.periods import parse_period
from etl.model.units import Unit, Units
from etl.steps.across import Sent, across, neighbours

UNITS = Units(tuple(Unit(code, code, "huyện", None, None, None) for code in ("a", "b", "c")))
YEARS = ("2019", "2020", "2021")


def test_a_period_stands_beside_those_of_its_own_kind() -> None:
    found = neighbours(map(parse_period, ("2020", "2021", "2021-Q1", "2020-Q4", "2021-06", "2023", "2022-01-22")))

    assert found == {
        "2020": (None, "2021"), "2021": ("2020", None), "2023": (None, None), "2020-Q4": (None, "2021-Q1"),
        "2021-Q1": ("2020-Q4", None), "2021-06": (None, None), "2022-01-22": (None, None),
    }  # fmt: skip


def table(rows: list[Mapping[str, Any]]) -> pa.Table:
    names = ("_submission", "_reading", "_unit", "_period", "_entity", "_entity_name", "_proposed", "_owner")
    schema = [(name, pa.string()) for name in names] + [("_block", pa.int32()), ("_line", pa.int32())]
    return pa.Table.from_pylist(list(rows), schema=pa.schema([*schema, ("_speaks", pa.bool_()), ("n", pa.int64())]))


def random_rows(dice: random.Random) -> tuple[list[dict[str, Any]], set[Sent]]:
    """Rows of three units over three years; some did not send, some sent nothing but a nil."""
    rows, sent = [], set()
    for year in YEARS:
        for unit in ("a", "b", "c"):
            if dice.random() < 0.2:
                continue
            sent.add(Sent("f", unit, year))
            for line in range(dice.randint(0, 4)):
                n = dice.choice([None, 0, 1, 2, 3, 1000])
                rows.append({
                    "_submission": f"{unit}{year}", "_unit": unit, "_period": year, "_block": 0, "_line": line,
                    "_proposed": str(line), "n": n,
                })  # fmt: skip
    return rows, sent


FELL = AcrossRule(
    "t",
    (
        (
            "_truoc",
            "(SELECT sum(p.n) FROM t p WHERE p._unit = r._unit AND p._period = r._before AND p._proposed = r._proposed)",
        ),
        ("_gap", "r._truoc - r.n"),
    ),
    "_gap > 0",
    meta={"rule": "fell"},
)
ALONE = AcrossRule(
    "t",
    (("_khac", "(SELECT count(*) FROM t p WHERE p._unit <> r._unit AND p._period = r._period AND p._proposed = r._proposed)"),),
    "_khac = 0 AND EXISTS (SELECT 1 FROM sent s WHERE s.unit <> r._unit AND s.period = r._period)",
    meta={"rule": "alone"},
)  # fmt: skip
SAME_LATER = "SELECT 1 FROM t p WHERE p._unit = r._unit AND p._period = r._after AND p._proposed = r._proposed"
GONE = AcrossRule("t", (), f"_sent_after AND NOT EXISTS ({SAME_LATER})", "_after", meta={"rule": "gone"})


@pytest.mark.parametrize("seed", range(8))
def test_sql_and_plain_python_agree_on_every_row(seed: int) -> None:
    rows, sent = random_rows(random.Random(seed))
    dice = random.Random(seed + 100)
    shuffled = sorted(rows, key=lambda _: dice.random())  # the order of the rows does not matter
    found = across({"t": table(shuffled)}, {"t": "f"}, [FELL, ALONE, GONE], sent, set(map(parse_period, YEARS)), UNITS)

    def at(row: Mapping[str, Any]) -> tuple[str, str, str]:
        return row["_unit"], row["_period"], row["_proposed"]

    value = {at(row): row["n"] for row in rows}
    step = {"2019": (None, "2020"), "2020": ("2019", "2021"), "2021": ("2020", None)}
    fell, alone, gone = set(), set(), set()
    for unit, year, entity in value:
        before, after = step[year]
        last, now = value.get((unit, before or "", entity)), value[unit, year, entity]
        if last is not None and now is not None and last > now:
            fell.add((unit, year, entity))
        others = [u for u in ("a", "b", "c") if u != unit]
        if any(Sent("f", u, year) in sent for u in others) and not any((u, year, entity) in value for u in others):
            alone.add((unit, year, entity))
        if after and Sent("f", unit, after) in sent and (unit, after, entity) not in value:
            gone.add((unit, year, entity))

    told = {rule: result.to_pylist() for rule, result in found.items()}
    assert {rule: {at(row) for row in result} for rule, result in told.items()} == {
        "fell": fell, "alone": alone, "gone": gone,
    }  # fmt: skip
    assert all(row["_concerns"] == step[row["_period"]][1] for row in told["gone"])
    for result in told.values():  # canonical order, whatever the order of the rows
        places = [(row["_period"], row["_unit"], row["_submission"], row["_block"], row["_line"]) for row in result]
        assert places == sorted(places)
