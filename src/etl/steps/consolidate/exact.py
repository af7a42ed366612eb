"""The one place that divides: exact decimals, rounded once, half up."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from etl.text.numbers import round_half_up


def ratio(numerator: Decimal | None, denominator: Decimal | None, factor: Decimal, decimals: int) -> Decimal | None:
    """factor × numerator / denominator, rounded half up; None when nobody reported or the denominator is 0."""
    if numerator is None or not denominator:
        return None
    return rounded(Fraction(factor) * Fraction(numerator) / Fraction(denominator), decimals)


def rounded(value: Fraction, decimals: int) -> Decimal:
    """An exact fraction as a decimal, half up (away from zero): 1/3 → 0.33, -0.125 → -0.13."""
    scale = 10**decimals
    whole, rest = divmod(abs(value.numerator) * scale, value.denominator)
    if 2 * rest >= value.denominator:
        whole += 1
    signed = -whole if value < 0 else whole
    return round_half_up(Decimal(signed).scaleb(-decimals), decimals)


def extremes(
    pairs: Iterable[tuple[Decimal, Decimal]], factor: Decimal, decimals: int
) -> tuple[Decimal | None, Decimal | None]:
    """Lowest and highest factor × numerator / denominator over rows; compared exactly, rounded at the end.

    180000/150000 - 1 is 20 % here, not 19.999999999999996 %.
    """
    values = [Fraction(n) / Fraction(d) for n, d in pairs if d]
    if not values:
        return None, None
    return tuple(rounded(Fraction(factor) * v, decimals) for v in (min(values), max(values)))  # type: ignore[return-value]  # two of two
