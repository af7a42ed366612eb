"""Every cell that the readers give for some workbooks is what it was: a library that changes one is seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.golden.grid_text import GRIDS, WORKBOOKS, golden_of, text_of


@pytest.mark.parametrize("workbook", WORKBOOKS, ids=lambda path: path.name)
def test_every_cell_is_as_it_was(workbook: Path) -> None:
    assert text_of(workbook).splitlines() == golden_of(workbook).read_text(encoding="utf-8").splitlines()


def test_no_golden_grid_is_without_its_workbook() -> None:
    kept = sorted(GRIDS.glob("*.json"))

    assert kept == sorted(map(golden_of, WORKBOOKS))
    assert all(len(json.loads(path.read_text(encoding="utf-8"))) > 1 for path in kept)
