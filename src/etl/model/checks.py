"""What the figures of a release must agree on, as data."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

PARTS, UNITS, BREAKDOWN, AT_MOST, BETWEEN, STOCK = "parts", "units", "breakdown", "at_most", "between", "stock"
CHANGE = "change"
KINDS = (PARTS, UNITS, BREAKDOWN, AT_MOST, BETWEEN, STOCK, CHANGE)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of checks.csv.

    kind: parts (indicator = Σ others) · units (a unit = Σ of the units under it) · breakdown (total = Σ over an axis,
    `others` names it) · at_most (indicator ≤ the other) · between (low ≤ indicator ≤ high) · stock (indicator =
    the period's before + the first of the others − the rest) · change (not more than `high` % from the period before).
    """

    id: str
    kind: str
    indicator: str
    others: tuple[str, ...] = ()
    severity: str = "critical"
    low: Decimal | None = None
    high: Decimal | None = None
    note: str = ""

    @property
    def formula(self) -> str:
        """The check as one line of arithmetic, which needs no language: 'NV.T = NV.N + NV.P'."""
        own, others = self.indicator, self.others
        if self.kind == BETWEEN:
            return " ≤ ".join(str(part) for part in (self.low, own, self.high) if part is not None)
        return {
            PARTS: f"{own} = {' + '.join(others)}",
            UNITS: f"{own} = Σ {own} (đơn vị dưới / units below)",
            BREAKDOWN: f"{own} = Σ {own} ({', '.join(others)})",
            AT_MOST: f"{own} ≤ {' , '.join(others)}",
            STOCK: f"{own} = {own} (kỳ trước / before) + {' − '.join(others)}",
            CHANGE: f"{own} = {own} (kỳ trước / before) ± {self.high} %",
        }[self.kind]
