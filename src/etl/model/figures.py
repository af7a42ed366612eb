"""Indicators and figures: the published numbers and what stands behind each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

#: the closed set of rules by which rows become a figure (design.md 4.2)
RULES = ("sum", "distinct", "latest", "ratio", "range", "union", "authoritative", "weighted_mean")

#: how final figures are meant to be; a period goes through them one way (ước tính, sơ bộ, chính thức)
ESTIMATED, PRELIMINARY, OFFICIAL = "estimated", "preliminary", "official"
STAGES = (ESTIMATED, PRELIMINARY, OFFICIAL)
STAGES_VI = {ESTIMATED: "ước tính", PRELIMINARY: "sơ bộ", OFFICIAL: "chính thức"}

PUBLISHED, PROVISIONAL, WITHHELD, NOT_REPORTED = "published", "provisional", "withheld", "not_reported"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of indicators.csv. SQL expressions see the table's columns, `_unit`, `_period`, `_level`, `_entity`, `_owner`.

    rule over units: how rows of several units become one; over_periods: `all` (rows of all periods of the span),
    `last` (the last period of the span: stocks and states). `measure` is summed; `key` is counted once; a ratio has
    numerator and denominator; a range has them per row. `names` makes a count carry the list of names.
    publish_from / withhold_below: shares of coverage (0 to 1).
    """

    id: str
    title_vi: str
    title_en: str
    form: str
    table: str
    rule: str
    over_periods: str = "all"
    measure: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    factor: Decimal = Decimal(1)
    condition: str | None = None
    key: str | None = None
    unit: str = "_unit"
    reporter: str | None = None
    breakdown: tuple[tuple[str, str], ...] = ()
    names: str | None = None
    unit_of_measure: str = ""
    decimals: int = 0
    publish_from: Decimal = Decimal(1)
    withhold_below: Decimal = Decimal(0)
    stock: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the expected (unit, form, period) reported, and who did not: unit codes, `code@period` in a span."""

    reported: int
    expected: int
    missing: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"reported": self.reported, "expected": self.expected, "missing": list(self.missing)}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, list or range of one unit for one period, with its coverage. `breakdown` is {axis: code} or None."""

    indicator: str
    unit: str
    period: str
    unit_of_measure: str
    decimals: int
    status: str
    coverage: Coverage
    as_at: str | None = None
    breakdown: tuple[tuple[str, str], ...] | None = None
    value: Decimal | None = None
    names: tuple[str, ...] | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    stage: str = OFFICIAL
    at_least: bool = False

    def as_json(self, release: int | None = None) -> dict[str, Any]:
        """The documented shape of `etl figures --json`: exact numbers as strings."""
        return {
            "indicator": self.indicator,
            "unit": self.unit,
            "period": self.period,
            "as_at": self.as_at,
            "breakdown": dict(self.breakdown) if self.breakdown else None,
            "value": number_text(self.value),
            "names": list(self.names) if self.names is not None else None,
            "low": number_text(self.low),
            "high": number_text(self.high),
            "numerator": number_text(self.numerator),
            "denominator": number_text(self.denominator),
            "unit_of_measure": self.unit_of_measure,
            "status": self.status,
            "stage": self.stage,
            "coverage": self.coverage.as_json(),
            "release": release,
        }

    @property
    def has_number(self) -> bool:
        """Whether it tells a number or a range at all."""
        return self.value is not None or self.low is not None

    @property
    def order(self) -> tuple[str, ...]:
        """A total order: every writer sorts by it."""
        return (self.indicator, self.period, self.unit, *(f"{a}={c}" for a, c in self.breakdown or ()))


def number_text(value: Decimal | None) -> str | None:
    """The exact number in machine form, without an exponent or idle zeros: Decimal('100.0') → '100'."""
    if value is None:
        return None
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
