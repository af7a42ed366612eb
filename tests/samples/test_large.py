"""A table that is too large to be held, or would be if its rows were millions, makes the same release."""

from __future__ import annotations

from dataclasses import replace

from etl.consolidation import parts
from etl.consolidation.content import files_of_release, release_content, versions
from etl.consolidation.figures import consolidated
from etl.consolidation.reports import report_named
from etl.consolidation.rows import current_rows
from etl.model.out import InMemory
from etl.model.periods import parse_period
from etl.model.releases import PROVISIONAL
from tests.conftest import AT


def test_rows_that_are_left_in_their_files_make_the_release_of_rows_in_memory(plain, monkeypatch):
    monkeypatch.setattr(parts, "AT_ONCE", 10)
    of = plain.stores.ledger, plain.stores.lake, plain.stores.reference
    asked = report_named(plain.stores.reference, None), parse_period("2020..2021")
    # the other forms' rows are matched with one another, or a rule looks at them together
    assert set(current_rows(*of, sorted(plain.stores.reference.forms), large=0).stored) == {"kn"}
    usual, large = (consolidated(*of, *asked, **bound) for bound in ({}, {"large": 0}))
    assert list(large.figures) == list(usual.figures)
    assert replace(large, rows={}, figures=None) == replace(usual, rows={}, figures=None)
    sizes = [part.num_rows for part in large.rows["kn"].parts()]
    assert len(sizes) > 3
    assert sum(sizes) == large.rows["kn"].num_rows == usual.rows["kn"].num_rows
    assert large.rows["kn"].table().equals(usual.rows["kn"].table())
    first, second = InMemory(kept=()), InMemory(kept=())
    for done, out in ((usual, first), (large, second)):
        files_of_release(release_content(done, 1, AT, PROVISIONAL.kind, "1", "", ""), versions(), out)
    assert first.files == second.files
    assert "rows/kn.parquet" in first.files
