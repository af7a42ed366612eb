"""Figures on the units of another day: commune figures re-added through the concordance, labelled, or refused.

What went whole into a new unit adds up exactly. A total of several units that went different ways cannot be handed
down: that is refused in one sentence, never estimated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from etl.errors import UsageError
from etl.model.concordance import Concordance
from etl.model.figures import NOT_REPORTED, PROVISIONAL, PUBLISHED, WITHHELD, Coverage, Figure, Indicator
from etl.model.periods import parse_period
from etl.steps.consolidate.exact import ratio

#: the axis by which a bridged figure says for the units of which day it is
BASIS = "basis"
#: rules whose figures of separate units make the figure of their union
ADDS = frozenset(("sum", "authoritative", "ratio", "weighted_mean", "range", "distinct"))

Breakdown = tuple[tuple[str, str], ...] | None


@dataclass(frozen=True, slots=True)
class _Target:
    """One unit of the basis and the units that it was made of."""

    unit: str
    parts: tuple[str, ...]


def bridge(
    figures: Iterable[Figure], indicators: Mapping[str, Indicator], concordance: Concordance, basis: date,
    level: str = "commune",
) -> list[Figure]:  # fmt: skip
    """The figures of units of `level`, re-added for the units of the basis and all above them, each labelled.

    Raises UsageError, in two languages, where an indicator has no figures of that level, or none that can be added.
    """
    series: dict[tuple[str, str], dict[tuple[str, Breakdown], Figure]] = {}
    for figure in figures:
        series.setdefault((figure.indicator, figure.period), {})[figure.unit, figure.breakdown] = figure
    found: list[Figure] = []
    for (name, period), known in sorted(series.items()):
        day = parse_period(period).end
        _refuse(indicators[name], known, concordance, day, basis, level)
        for target in _targets(concordance, level, day, basis):
            found += _of_target(indicators[name], known, target, basis)
    return sorted(found, key=lambda f: f.order)


def _refuse(
    indicator: Indicator, known: Mapping[tuple[str, Breakdown], Figure], concordance: Concordance, day: date,
    basis: date, level: str,
) -> None:  # fmt: skip
    if indicator.rule not in ADDS or (indicator.rule == "distinct" and indicator.unit == "_unit"):
        raise UsageError(
            f"{indicator.id}: cùng một mục có thể ở hai xã nên không cộng lại được theo đơn vị ngày {basis:%d/%m/%Y} / "
            f"one thing may stand in two communes, so it cannot be re-added for the units of {basis}"
        )
    if not any(concordance.on(u.code, day, basis) for u in concordance.units.at_level(level, day)):
        raise UsageError(
            f"Không có bảng chuyển đổi từ đơn vị ngày {day:%d/%m/%Y} sang ngày {basis:%d/%m/%Y} / "
            f"no concordance leads from the units of {day} to those of {basis}"
        )
    communes = {u.code for u in concordance.units.at_level(level, day)}
    if not any(unit in communes for unit, _ in known):
        between = concordance.straddling(level, day, basis)
        names = ", ".join(unit.name for unit in between)
        raise UsageError(
            f"{indicator.id}: chỉ có số của huyện, không chia được cho đơn vị ngày {basis:%d/%m/%Y} vì {len(between)} xã mới "
            f"nằm trên địa bàn hai huyện cũ ({names}) / only district totals are known and they cannot be handed down to "
            f"the units of {basis}: {len(between)} new communes straddle two districts"
        )


def _targets(concordance: Concordance, level: str, day: date, basis: date) -> list[_Target]:
    """Units of the basis, and those above them, with all the parts below."""
    found: dict[str, list[str]] = {}
    for code, parts in concordance.parts(level, day, basis).items():
        current: str | None = code
        while current is not None:
            found.setdefault(current, []).extend(part.code for part in parts)
            unit = concordance.units.get(current, basis)
            current = unit.parent if unit else None
    return [_Target(unit, tuple(sorted(parts))) for unit, parts in sorted(found.items())]


def _of_target(
    indicator: Indicator, known: Mapping[tuple[str, Breakdown], Figure], target: _Target, basis: date
) -> list[Figure]:
    totals = {part: known.get((part, None)) for part in target.parts}
    missing = tuple(p for p, f in totals.items() if f is None or f.status in (NOT_REPORTED, WITHHELD))
    coverage = Coverage(len(totals) - len(missing), len(totals), missing)
    keys = sorted({b for unit, b in known if unit in totals and b is not None})
    sample = next(iter(known.values()))
    return [
        _sum(indicator, [f for p in target.parts if (f := known.get((p, breakdown))) is not None], replace(
            sample, unit=target.unit, coverage=coverage, names=None,
            breakdown=(*(breakdown or ()), (BASIS, basis.isoformat())),
        ))
        for breakdown in (None, *keys)
    ]  # fmt: skip


def _sum(indicator: Indicator, parts: list[Figure], empty: Figure) -> Figure:
    """Parts added, quotients divided again from their sums, ranges joined; nobody reported gives null, never 0."""
    told = [f for f in parts if f.status not in (NOT_REPORTED, WITHHELD)]
    numerator, denominator = _added(f.numerator for f in told), _added(f.denominator for f in told)
    if indicator.rule in ("ratio", "weighted_mean"):
        value = ratio(numerator, denominator, indicator.factor, indicator.decimals)
    else:
        value = _added(f.value for f in told)
    figure = replace(
        empty, value=value, numerator=numerator, denominator=denominator,
        low=min((f.low for f in told if f.low is not None), default=None),
        high=max((f.high for f in told if f.high is not None), default=None),
        status=_status(indicator, told, empty.coverage), at_least=any(f.at_least for f in told),
    )  # fmt: skip
    if figure.status in (WITHHELD, NOT_REPORTED):
        return replace(figure, value=None, numerator=None, denominator=None, low=None, high=None)
    return figure


def _added(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def _status(indicator: Indicator, told: list[Figure], coverage: Coverage) -> str:
    if not told or not coverage.reported:
        return NOT_REPORTED
    share = Decimal(coverage.reported) / Decimal(coverage.expected)
    if share < indicator.withhold_below:
        return WITHHELD
    if share < indicator.publish_from or any(f.status == PROVISIONAL for f in told):
        return PROVISIONAL
    return PUBLISHED
