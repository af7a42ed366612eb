"""Layouts, evidence and totals survive the ledger unchanged."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from etl.model.submissions import Block, Evidence, Layout, TypedTotal
from etl.store.ledger.shapes import (
    clean,
    evidence_from_json,
    evidence_to_json,
    layouts_from_json,
    layouts_to_json,
    totals_from_json,
    totals_to_json,
)

lines = st.integers(0, 1_048_575)
blocks = st.builds(
    Block,
    st.text(),
    st.dictionaries(st.text(min_size=1), st.integers(0, 16_383)),
    st.tuples(lines, lines),
    lines,
    lines,
)
names = st.text(st.characters(categories=["L", "N"]), min_size=1)


@given(st.dictionaries(names, st.lists(blocks, max_size=3)))
def test_layouts(tables):
    layouts = {table: Layout(table, tuple(places)) for table, places in tables.items()}
    assert layouts_from_json(layouts_to_json(layouts)) == layouts


@given(
    st.lists(st.builds(Evidence, names, st.text(), st.none() | st.text(), st.text(), st.text(), st.integers(0, 100)))
)
def test_evidence(evidence):
    assert evidence_from_json(evidence_to_json(evidence)) == evidence


@given(st.lists(st.builds(TypedTotal, names, st.integers(0, 9), lines, names, st.text(), st.none() | st.text())))
def test_totals(totals):
    assert totals_from_json(totals_to_json(totals)) == totals


@given(st.text(st.characters()))
def test_cleaned_text_is_utf8_without_nul_and_stays_clean(text):
    cleaned = clean(text)
    assert "\x00" not in cleaned
    assert clean(cleaned) == cleaned == cleaned.encode().decode()
