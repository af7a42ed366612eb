"""Checks at release: do the figures agree with one another? Parts and wholes, floors and ceilings, stocks and flows.

The checks are data (checks.csv). They look at figures alone, so they can be asked of any release, also of an old one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from etl.model.checks import AT_MOST, BETWEEN, CHANGE, PARTS, STOCK, UNITS, Check
from etl.model.figures import NOT_REPORTED, WITHHELD, Figure, number_text
from etl.model.findings import Finding
from etl.model.periods import parse_period
from etl.model.series import Figures
from etl.model.units import Units


@dataclass(frozen=True, slots=True)
class _Fault:
    figure: Figure
    found: str
    wanted: str
    vi: str
    en: str


#: indicator, unit, period
_Key = tuple[str, str, str]


class _Known:
    """The figures that are told: totals by indicator, unit and period, the members of their breakdowns beside them.

    untold: the totals that are withheld or that nobody reported.
    """

    def __init__(self, figures: Figures, checks: Sequence[Check]) -> None:
        asked = {name for check in checks for name in (check.indicator, *check.others)}
        given = [figure for one in figures.series if one.indicator in asked for figure in one]
        told = [f for f in given if f.status not in (WITHHELD, NOT_REPORTED)]
        self.untold = {(f.indicator, f.unit, f.period) for f in given} - {(f.indicator, f.unit, f.period) for f in told}
        self.totals: dict[_Key, Figure] = {}
        self.members: dict[_Key, list[Figure]] = {}
        self._ending: dict[date, list[str]] = {}
        for figure in told:
            key = (figure.indicator, figure.unit, figure.period)
            if figure.breakdown is None:
                self.totals[key] = figure
            else:
                self.members.setdefault(key, []).append(figure)
        for code in sorted({period for _, _, period in self.totals}):
            self._ending.setdefault(parse_period(code).end, []).append(code)

    def get(self, indicator: str, unit: str, period: str) -> Figure | None:
        return self.totals.get((indicator, unit, period))

    def before(self, figure: Figure) -> Decimal | None:
        """The value of the period that ends on the day before this one begins."""
        eve = parse_period(figure.period).start - timedelta(days=1)
        for code in self._ending.get(eve, ()):
            if (other := self.get(figure.indicator, figure.unit, code)) is not None:
                return other.value
        return None


def compare(figures: Figures, checks: Sequence[Check], units: Units) -> list[Finding]:
    """Every disagreement, in a total order. A figure that is not there, or withheld, is compared with nothing."""
    known = _Known(figures, checks)
    found = []
    for check in checks:
        for figure in known.totals.values():
            if figure.indicator == check.indicator:
                found += [_finding(check, fault) for fault in _faults(check, figure, known, units)]
    return found


def _faults(check: Check, figure: Figure, known: _Known, units: Units) -> Iterator[_Fault]:
    if check.kind == BETWEEN:
        yield from _between(check, figure)
    elif figure.value is None:
        return
    elif check.kind == CHANGE:
        yield from _change(check, figure, known)
    elif check.kind == AT_MOST:
        other = known.get(check.others[0], figure.unit, figure.period)
        if other is not None and other.value is not None and figure.value > other.value:
            yield _fault(
                figure, f"≤ {_text(other.value)}", f"lớn hơn {other.indicator}", f"is more than {other.indicator}"
            )
    else:
        parts = _sum_of(check, figure, known, units)
        if parts is not None and parts[0] != figure.value:
            yield _fault(
                figure,
                _text(parts[0]),
                f"khác {parts[1]} = {_text(parts[0])}",
                f"is not {parts[1]} = {_text(parts[0])}",
            )


def _between(check: Check, figure: Figure) -> Iterator[_Fault]:
    for value in (figure.value, figure.low, figure.high):
        if value is None:
            continue
        if check.low is not None and value < check.low:
            yield _fault(
                figure,
                f"≥ {_text(check.low)}",
                f"dưới mức sàn {_text(check.low)}",
                f"is below {_text(check.low)}",
                value,
            )
        if check.high is not None and value > check.high:
            yield _fault(
                figure,
                f"≤ {_text(check.high)}",
                f"trên mức trần {_text(check.high)}",
                f"is above {_text(check.high)}",
                value,
            )


def _sum_of(check: Check, figure: Figure, known: _Known, units: Units) -> tuple[Decimal, str] | None:
    """What the figure should be, and how that reads; None where a part is not known."""
    if check.kind == STOCK:
        return _stock(check, figure, known)
    if check.kind == PARTS:
        parts = [known.get(other, figure.unit, figure.period) for other in check.others]
    elif check.kind == UNITS:
        day = parse_period(figure.period).end
        keys = [(figure.indicator, unit.code, figure.period) for unit in units.children(figure.unit, day)]
        own = [part for key in keys if (part := known.get(*key)) is not None]
        parts = [*own]
        incomplete = any(part.coverage.reported < part.coverage.expected for part in own)
        if incomplete or known.untold.intersection(keys):
            return None  # the whole may know from a register what a unit has not told yet
    else:
        members = known.members.get((figure.indicator, figure.unit, figure.period), [])
        parts = [f for f in members if f.breakdown and f.breakdown[0][0] == check.others[0]]
    values = [part.value for part in parts if part is not None and part.value is not None]
    if not values or len(values) < len(parts):
        return None
    return sum(values, Decimal(0)), " + ".join(_text(value) for value in values)


def _change(check: Check, figure: Figure, known: _Known) -> Iterator[_Fault]:
    """Multiplied out: nothing is divided, so nothing is rounded."""
    before, limit = known.before(figure), check.high or Decimal(0)
    if before is None or figure.value is None or abs(figure.value - before) * 100 <= limit * abs(before):
        return
    was, most = _text(before), _text(limit)
    yield _fault(
        figure,
        f"{was} ± {most} %",
        f"thay đổi hơn {most} % so với kỳ trước ({was})",
        f"changed by more than {most} % from the period before ({was})",
    )


def _stock(check: Check, figure: Figure, known: _Known) -> tuple[Decimal, str] | None:
    before = known.before(figure)
    flows = [known.get(other, figure.unit, figure.period) for other in check.others]
    values = [f.value for f in flows if f is not None and f.value is not None]
    if before is None or len(values) < len(flows):
        return None
    left = before + values[0] - sum(values[1:], Decimal(0))
    return left, f"{_text(before)} + {_text(values[0])}" + "".join(f" − {_text(v)}" for v in values[1:])


def _fault(figure: Figure, wanted: str, vi: str, en: str, value: Decimal | None = None) -> _Fault:
    return _Fault(figure, _text(figure.value if value is None else value), wanted, vi, en)


def _text(value: Decimal | None) -> str:
    return number_text(value) or "…"


def _finding(check: Check, fault: _Fault) -> Finding:
    figure = fault.figure
    where = f"{figure.indicator}, {figure.unit}, {figure.period}"
    return Finding(
        f"C.{check.id}", check.severity,
        f"{where}: {fault.found} {fault.vi}. Hãy xem lại các số này trước khi công bố.",
        f"{where}: {fault.found} {fault.en}. Look at these figures before you publish.",
        unit=figure.unit, period=figure.period, value=fault.found, expected=fault.wanted,
    )  # fmt: skip
