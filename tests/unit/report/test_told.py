"""Figures in columns say what the same figures say one by one, whatever is in them."""

from __future__ import annotations

import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from etl.model.figures import NOT_REPORTED, OFFICIAL, PROVISIONAL, PUBLISHED, STAGES, Coverage, Figure, number_text
from etl.model.series import Figures
from etl.model.told import Told
from etl.report.formats import csv_cell, csv_columns, csv_lines

texts = st.text(st.sampled_from('a%s"\\,\n=é'), max_size=4)
numbers = st.none() | st.decimals(-1000, 1000, places=2)
codes = st.sampled_from(["A", "A%s", "B"])
figures = st.builds(
    Figure,
    indicator=codes,
    unit=st.sampled_from(["12", "105", "%d"]),
    period=st.sampled_from(["2020", "2021"]),
    unit_of_measure=st.sampled_from(["%", "tấn"]),
    decimals=st.integers(0, 2),
    status=st.sampled_from([PUBLISHED, PROVISIONAL, NOT_REPORTED]),
    coverage=st.builds(Coverage, st.just(1), st.just(2), st.lists(texts, max_size=2).map(tuple)),
    as_at=st.none() | st.just("2021-12-31"),
    breakdown=st.none() | st.tuples(st.tuples(st.just("loai"), texts)),
    value=numbers,
    names=st.none() | st.lists(texts, max_size=2).map(tuple),
    low=numbers,
    high=numbers,
    numerator=numbers,
    denominator=numbers,
    stage=st.sampled_from(STAGES),
    at_least=st.booleans(),
)
reports = st.lists(figures, unique_by=lambda f: f.order, max_size=12)


@given(reports)
def test_each_figure_is_itself_again_in_the_figures_own_order(given: list[Figure]) -> None:
    held = Figures.gathered(given)

    assert list(held) == sorted(given, key=lambda f: f.order)
    assert [held.find(f.indicator, f.period, f.unit, f.breakdown) for f in given] == given
    assert sorted(held.of_unit("105"), key=lambda f: f.order) == [f for f in held if f.unit == "105"]
    assert list(held.totals()) == [f for f in held if f.breakdown is None]
    assert {f.stage for f in held.in_stage(OFFICIAL)} <= {OFFICIAL}


@given(reports, st.integers(1, 5), st.booleans())
def test_the_json_is_that_of_each_figure(given: list[Figure], size: int, in_order: bool) -> None:
    held = Figures.gathered(given)
    parts = list(held.parts(size))
    told = [text for part in parts for one in part for text in Told(one).json(7, keys_in_order=in_order)]

    assert told == [json.dumps(f.as_json(7), ensure_ascii=False, sort_keys=in_order) for f in held]
    assert all(sum(map(len, part)) == size for part in parts[:-1])


@given(st.lists(st.tuples(texts, numbers), min_size=1, max_size=4), texts)
def test_columns_are_the_lines_of_the_same_cells(rows: list[tuple[str, object]], shared: str) -> None:
    columns = [[csv_cell(text) for text, _ in rows], csv_cell(shared), [number_text(n) or "" for _, n in rows]]
    written = csv_columns(columns)

    assert written == csv_lines((text, shared, None if n is None else number_text(n)) for text, n in rows)
    assert len(list(csv.reader(io.StringIO(written.decode(), newline="")))) == len(rows)
