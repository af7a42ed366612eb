"""Sums are exact, say who is missing, add up the tree, and are null, never 0, where nobody reported."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.model.figures import NOT_REPORTED, PROVISIONAL, PUBLISHED, WITHHELD, Figure, Indicator
from etl.model.periods import parse_period
from etl.model.units import Unit, Units
from etl.steps.consolidate import Expectation, Expectations, Request, consolidate

DISTRICTS = ("105", "106", "107", "108")
COMMUNES = {d: (f"{d}1", f"{d}2") for d in DISTRICTS}
UNITS = Units((
    Unit("00", "Việt Nam", "quốc gia", None, None, None), Unit("12", "Lai Châu", "tỉnh", "00", None, None),
    Unit("13", "Điện Biên", "tỉnh", "00", None, None),
    *(Unit(d, d, "huyện", "12" if d < "107" else "13", None, None) for d in DISTRICTS),
    *(Unit(c, c, "xã", d, None, None) for d, communes in COMMUNES.items() for c in communes),
))  # fmt: skip
YEAR = parse_period("2021")
SUM = Indicator("X", "x", "x", "f", "f", "sum", measure="n", unit="xa", publish_from=Decimal(1))

numbers = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False)
#: district → the numbers of its two communes; None where it did not report
reports = st.fixed_dictionaries({d: st.none() | st.tuples(numbers, numbers) for d in DISTRICTS})


def figures(sent: dict[str, tuple[Decimal, Decimal] | None], indicator: Indicator = SUM) -> dict[str, Figure]:
    """District and commune rows → figures by unit."""
    rows = [
        ("s", 0, i, "2021", district, xa, number)
        for i, (district, values) in enumerate(sent.items()) if values is not None
        for xa, number in zip(COMMUNES[district], values, strict=True)
    ]  # fmt: skip
    names = ("_submission", "_block", "_line", "_period", "_unit", "xa", "n")
    kinds = (pa.string(), pa.int32(), pa.int32(), pa.string(), pa.string(), pa.string(), pa.decimal128(38, 10))
    table = pa.table({n: pa.array([r[i] for r in rows], k) for i, (n, k) in enumerate(zip(names, kinds, strict=True))})
    table = table.append_column("_speaks", pa.array([True] * len(rows), pa.bool_()))
    for name in ("_entity", "_entity_name", "_owner"):
        table = table.append_column(name, pa.nulls(len(rows), pa.string()))
    expected = tuple(Expectation("f", d, YEAR, "expected", sent[d] is not None) for d in DISTRICTS)
    found = consolidate({"f": table}, [Request(indicator, YEAR)], Expectations(expected, UNITS), UNITS, ())
    return {f.unit: f for f in found if f.breakdown is None}


def below(unit: str) -> tuple[str, ...]:
    return tuple(d for d in DISTRICTS if UNITS.is_within(d, unit, YEAR.end))


@settings(max_examples=25, deadline=None)
@given(reports)
def test_sums_are_exact_and_name_who_is_missing(sent: dict[str, tuple[Decimal, Decimal] | None]) -> None:
    found = figures(sent)

    for unit in ("00", "12", "13", *DISTRICTS):
        inside = below(unit)
        told = [v for d in inside if (v := sent[d]) is not None]
        one = found[unit]
        assert one.coverage.expected == len(inside)
        assert one.coverage.missing == tuple(d for d in inside if sent[d] is None)
        assert one.coverage.reported == len(told)
        assert one.value == (sum(map(sum, told), Decimal(0)) if told else None)
        assert one.status == (PUBLISHED if len(told) == len(inside) else PROVISIONAL if told else NOT_REPORTED)


@settings(max_examples=25, deadline=None)
@given(reports)
def test_each_level_adds_up_to_the_one_above(sent: dict[str, tuple[Decimal, Decimal] | None]) -> None:
    found = figures(sent)

    for unit in ("00", "12", "13", *DISTRICTS):
        parts = [found[u.code].value for u in UNITS.children(unit, YEAR.end) if u.code in found]
        known = [p for p in parts if p is not None]
        assert found[unit].value == (sum(known, Decimal(0)) if known else None)


@settings(max_examples=25, deadline=None)
@given(reports, st.sampled_from(("0", "0.5", "0.75", "1")), st.sampled_from(("0", "0.5")))
def test_the_rule_of_coverage_holds_at_every_level_of_the_tree(
    sent: dict[str, tuple[Decimal, Decimal] | None], publish: str, withhold: str
) -> None:
    rule = replace(SUM, publish_from=max(Decimal(publish), Decimal(withhold)), withhold_below=Decimal(withhold))
    found = figures(sent, rule)

    for unit in ("00", "12", "13", *DISTRICTS):
        n, whole = found[unit].coverage.reported, found[unit].coverage.expected
        if n == 0:
            wanted = NOT_REPORTED
        elif n < rule.withhold_below * whole:
            wanted = WITHHELD
        else:
            wanted = PROVISIONAL if n < rule.publish_from * whole else PUBLISHED
        assert found[unit].status == wanted
        assert (found[unit].value is None) == (wanted in (NOT_REPORTED, WITHHELD))


def test_nobody_reported_is_null_and_a_reported_zero_is_zero() -> None:
    nobody = figures(dict.fromkeys(DISTRICTS))
    zeros = figures({d: (Decimal(0), Decimal(0)) for d in DISTRICTS})

    assert {(f.value, f.status) for f in nobody.values()} == {(None, NOT_REPORTED)}
    assert {(f.value, f.status) for f in zeros.values()} == {(0, PUBLISHED)}


def test_a_commune_is_covered_by_the_district_that_reports_for_it() -> None:
    found = figures({"105": (Decimal(1), Decimal(2)), "106": None, "107": None, "108": None})

    commune = found["1052"]
    assert (commune.value, commune.status, commune.coverage.reported, commune.coverage.expected) == (2, PUBLISHED, 1, 1)
