"""What one figure says, from the parts that SQL gave: nothing else divides or chooses."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from etl.model.figures import Coverage, Indicator
from etl.steps.consolidate.exact import extremes, ratio
from etl.steps.consolidate.sums import Part


def content_of(
    indicator: Indicator, part: Part | None, coverage: Coverage, order: Mapping[str, tuple[int, str]],
    names: Mapping[str, str],
) -> dict[str, Any]:  # fmt: skip
    """Value, names, low, high, numerator, denominator of one figure."""
    rule = indicator.rule
    if rule in ("ratio", "weighted_mean"):
        if part is None or part.numerator is None:
            return {}
        value = ratio(part.numerator, part.denominator, indicator.factor, indicator.decimals)
        return {"value": value, "numerator": part.numerator, "denominator": part.denominator}
    if rule == "range":
        low, high = extremes(part.pairs if part else (), indicator.factor, indicator.decimals)
        return {"low": low, "high": high}
    if indicator.key is not None and indicator.measure is None:
        keys = part.keys if part else ()
        content: dict[str, Any] = {"value": Decimal(part.count if part else 0)}
        if indicator.names is not None:
            listed = sorted(keys, key=lambda key: order.get(key, (10**6, key)))
            content["names"] = tuple(dict.fromkeys(names.get(key, key) for key in listed))
        return content
    if part is not None and part.total is not None:
        return {"value": part.total}
    return {"value": Decimal(0) if part is None and coverage.reported else None}
