"""What a level says of itself, beside what the levels below it add up to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from etl.model.figures import Figure, number_text

#: in a release's folder, where it has claims
DATA = "claims.json"

#: equal, differs: all below have reported; incomplete: they have not, so the two cannot be weighed yet
EQUAL, DIFFERS, INCOMPLETE = "equal", "differs", "incomplete"
VERDICTS = (DIFFERS, INCOMPLETE, EQUAL)

#: what the two are compared by
PARTS = ("value", "low", "high", "numerator", "denominator")


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure that is computed from the units below, and the same as the unit's own submission gives it (role `check`).

    sheet, cell: where the claim stands; cell is None where it is the sum of several.
    """

    figure: Figure
    claimed: Figure
    submission: str
    file: str
    sheet: str | None = None
    cell: str | None = None

    @property
    def verdict(self) -> str:
        """equal | differs | incomplete"""
        if self.figure.coverage.missing or not self.figure.has_number:
            return INCOMPLETE
        return EQUAL if all(getattr(self.figure, p) == getattr(self.claimed, p) for p in PARTS) else DIFFERS

    def as_json(self, release: int | None = None) -> dict[str, Any]:
        """A line of claims.json: exact numbers as strings."""
        figure, coverage = self.figure, self.figure.coverage
        pairs = {
            f"{side}_{part}": number_text(getattr(one, part))
            for part in PARTS for side, one in (("computed", figure), ("claimed", self.claimed))
        }  # fmt: skip
        return {
            "indicator": figure.indicator, "unit": figure.unit, "period": figure.period, "verdict": self.verdict, **pairs,
            "unit_of_measure": figure.unit_of_measure, "coverage_reported": coverage.reported,
            "coverage_expected": coverage.expected, "coverage_missing": ";".join(coverage.missing),
            "submission": self.submission, "file": self.file, "sheet": self.sheet, "cell": self.cell, "release": release,
        }  # fmt: skip
