"""What one figure says, from the parts that SQL gave: nothing else divides or chooses."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from etl.model.figures import Coverage, Indicator
from etl.steps.consolidate.exact import extremes, ratio
from etl.steps.consolidate.sums import Part


class Content(NamedTuple):
    """What a figure says, in the order in which `Figure` has it; nothing at all where nobody said anything."""

    value: Decimal | None = None
    names: tuple[str, ...] | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    @property
    def says_something(self) -> bool:
        return self.value is not None or self.low is not None or self.numerator is not None

    @property
    def parts_alone(self) -> Content:
        """Without the number: of a figure that is withheld."""
        return Content(numerator=self.numerator, denominator=self.denominator)


NOTHING = Content()
ZERO = Content(Decimal(0))


def content_of(
    indicator: Indicator, part: Part | None, coverage: Coverage, order: Mapping[str, tuple[int, str]],
    names: Mapping[str, str],
) -> Content:  # fmt: skip
    """Value, names, low, high, numerator, denominator of one figure."""
    rule = indicator.rule
    if rule in ("ratio", "weighted_mean"):
        if part is None or part.numerator is None:
            return NOTHING
        value = ratio(part.numerator, part.denominator, indicator.factor, indicator.decimals)
        return Content(value, numerator=part.numerator, denominator=part.denominator)
    if rule == "range":
        low, high = extremes(part.pairs if part else (), indicator.factor, indicator.decimals)
        return Content(low=low, high=high)
    if indicator.key is not None and indicator.measure is None:
        count = Decimal(part.count if part else 0)
        if indicator.names is None:
            return Content(count)
        listed = sorted(part.keys if part else (), key=lambda key: order.get(key, (10**6, key)))
        return Content(count, tuple(dict.fromkeys(names.get(key, key) for key in listed)))
    if part is not None and part.total is not None:
        return Content(part.total)
    return ZERO if part is None and coverage.reported else NOTHING
