"""Are the totals right? Every group (unit, period, code) of a result against the exact truth."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.workbooks import MEASURES, PERIODS

#: further off than half of the last digit that the form has is wrong; nearer, but another number, is inexact
TOLERANCE = Decimal("0.005")

#: (unit code, period, code) → eight values: Decimal, float, int or None
Totals = Mapping[tuple[str, str, str], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of so many groups: in how many a measure is wrong (or missing), in how many only inexact."""

    groups: int
    wrong: int
    inexact: int


def check(truth: Path, found: Totals) -> Verdict:
    """Compare a result with truth.csv; a group that is not found is wrong, one too many as well."""
    groups = wrong = inexact = 0
    with open(truth, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            groups += 1
            expected = [Decimal(row[name]) if row[name] else None for name in MEASURES]
            marks = _compare(expected, found.get((row["code"], row["period"], row["indicator"])))
            wrong += "wrong" in marks
            inexact += "inexact" in marks and "wrong" not in marks
    return Verdict(groups, wrong + max(0, len(found) - groups), inexact)


def _compare(expected: Sequence[Decimal | None], values: Sequence[Any] | None) -> set[str]:
    return {_mark(wanted, value) for wanted, value in zip(expected, values or (None,) * len(expected), strict=True)}


def _mark(wanted: Decimal | None, value: Any) -> str:
    if wanted is None or value is None:
        return "exact" if wanted is None and value is None else "wrong"
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if exact == wanted:
        return "exact"
    return "inexact" if abs(exact - wanted) < TOLERANCE else "wrong"


def read_totals(path: Path, truth: Path) -> Totals:
    """The totals that the floor or a peer wrote: unit and period as they stand on the sheet, measures m0 to m7."""
    import pyarrow.parquet as pq

    with open(truth, encoding="utf-8", newline="") as file:
        codes = {row["unit"]: row["code"] for row in csv.DictReader(file)}
    periods = {text: code for code, (text, _) in PERIODS.items()}
    rows = pq.read_table(path).to_pydict()
    measures = list(zip(*(rows[f"m{i}"] for i in range(len(MEASURES))), strict=True))
    return {
        (codes[unit], periods[period], indicator): values
        for unit, period, indicator, values in zip(
            rows["unit"], rows["period"], rows["indicator"], measures, strict=True
        )
    }
