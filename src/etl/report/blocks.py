"""Figures → blocks: what every document of a release shows, in its order, before it becomes cells or tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from etl.model.figures import Figure
from etl.model.findings import CRITICAL, SEVERITIES, Finding
from etl.model.grids import from_a1
from etl.model.releases import ReleaseContent, StatusRow
from etl.model.series import Series

T = TypeVar("T")

_KEPT: WeakKeyDictionary[ReleaseContent, dict[str, Any]] = WeakKeyDictionary()


def _once(make: Callable[[ReleaseContent], T]) -> Callable[[ReleaseContent], T]:
    """Made once for all documents of a release, and gone with it. Who takes it changes nothing in it."""

    @wraps(make)
    def kept(content: ReleaseContent) -> T:
        own = _KEPT.setdefault(content, {})
        if make.__name__ not in own:
            own[make.__name__] = make(content)
        found: T = own[make.__name__]
        return found

    return kept


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One indicator of one period across the units; None where the release has no such figure."""

    indicator: str
    period: str
    figures: tuple[Figure | None, ...]

    @property
    def sample(self) -> Figure:
        return next(figure for figure in self.figures if figure is not None)


@dataclass(frozen=True, slots=True)
class UnitTable:
    """Indicators × units, totals only; `units` are codes, the report's own unit first."""

    units: tuple[str, ...]
    lines: tuple[UnitLine, ...]


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One indicator of the report's own unit across the periods; None where the release has no such figure."""

    indicator: str
    figures: tuple[Figure | None, ...]

    @property
    def sample(self) -> Figure:
        return next(figure for figure in self.figures if figure is not None)


@dataclass(frozen=True, slots=True)
class PeriodTable:
    """Indicators × periods, totals only, by form; the release's own period first."""

    periods: tuple[str, ...]
    forms: tuple[tuple[str, tuple[PeriodLine, ...]], ...]


@dataclass(frozen=True, slots=True)
class CoverageTable:
    """Units × forms of one period; a pair that nobody asked for has no cell."""

    period: str
    units: tuple[str, ...]
    forms: tuple[str, ...]
    cells: Mapping[tuple[str, str], StatusRow]


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one unit (None: of no known unit), the gravest first, and how many of each severity."""

    unit: str | None
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]

    @property
    def open(self) -> bool:
        """Whether somebody has something to do: send again, or decide."""
        return any(f.severity == CRITICAL or f.waits for f in self.findings)


def ordered(content: ReleaseContent) -> Iterator[Figure]:
    """All figures: the report's unit first, in the report's order of indicators and periods, totals before parts."""
    yield from own(content)
    for series in _ranked(content):
        rest = (place for place in range(len(series)) if series.unit[place] != content.report.unit)
        yield from series.some(_totals_first(series, rest))


@_once
def own(content: ReleaseContent) -> list[Figure]:
    """The figures of the report's unit, in order."""
    top = content.report.unit
    return [f for one in _ranked(content) for f in one.some(_totals_first(one, one.run(top)))]


@_once
def wholes(content: ReleaseContent) -> list[Figure]:
    """The figures that are no part of a breakdown, in order: the report's unit first."""
    top = content.report.unit
    return [*totals(content), *(f for one in _ranked(content) for f in one.some(one.wholes) if f.unit != top)]


@_once
def totals(content: ReleaseContent) -> list[Figure]:
    """The figures of the report's unit that are no part of a breakdown, in order."""
    return [figure for figure in own(content) if figure.breakdown is None]


def _ranked(content: ReleaseContent) -> list[Series]:
    """In the report's order of indicators, the release's own period first."""
    ranks = _ranks(content)

    def place(series: Series) -> tuple[Any, ...]:
        rank = ranks.get(series.indicator, len(ranks))
        return rank, series.indicator, series.period != content.period, series.period

    return sorted(content.figures.series, key=place)


def _totals_first(series: Series, places: Iterable[int]) -> Iterable[int]:
    """The same places, parts by several axes after those by one."""
    if not any(len(one or ()) > 1 for one in series.breakdown):
        return places
    return sorted(places, key=lambda at: (series.unit[at], len(series.breakdown[at] or ())))


def by_period(content: ReleaseContent) -> PeriodTable:
    """Every indicator of the report's unit, in the report's order; an indicator of no known form stands under ''."""
    found = {(f.indicator, f.period): f for f in totals(content)}
    periods = sorted({f.period for f in found.values()}, key=lambda code: (code != content.period, code))
    forms: dict[str, list[PeriodLine]] = {}
    for code in dict.fromkeys(indicator for indicator, _ in found):
        known = content.reference.indicators.get(code)
        line = PeriodLine(code, tuple(found.get((code, period)) for period in periods))
        forms.setdefault(known.form if known else "", []).append(line)
    return PeriodTable(tuple(periods), tuple((form, tuple(lines)) for form, lines in forms.items()))


@_once
def main_periods(content: ReleaseContent) -> dict[str, str]:
    """Indicator → the period that stands for it: the release's own where there is one, else its latest."""
    found: dict[str, set[str]] = {}
    for series in content.figures.series:
        found.setdefault(series.indicator, set()).add(series.period)
    return {code: content.period if content.period in held else max(held) for code, held in found.items()}


def key_figures(content: ReleaseContent) -> list[Figure]:
    """One figure of each indicator that the report's option `key` names (all of them without it), in that order."""
    main = main_periods(content)
    found = {f.indicator: f for f in totals(content) if f.period == main[f.indicator]}
    wanted = content.report.options.get("key") or list(found)
    return [found[code] for code in wanted if code in found]


@_once
def by_unit(content: ReleaseContent) -> UnitTable:
    """Every indicator that has figures below the report's unit, for its main period."""
    main, top = main_periods(content), content.report.unit
    plain = [f for f in wholes(content) if f.period == main[f.indicator]]
    found = {(f.indicator, f.unit): f for f in plain}
    split = {f.indicator for f in plain if f.unit != top}
    below = _unit_order(content, {f.unit for f in plain if f.unit != top})
    units = (top, *below) if any(f.unit == top for f in plain) else tuple(below)
    lines = [
        UnitLine(code, main[code], tuple(found.get((code, unit)) for unit in units))
        for code in dict.fromkeys(f.indicator for f in plain)
        if code in split
    ]
    return UnitTable(units, tuple(lines))


@_once
def coverage(content: ReleaseContent) -> list[CoverageTable]:
    """Who was asked for what and what became of it, a table for each period in time order."""
    tables = []
    for period in sorted({row.period for row in content.status}):
        rows = [row for row in content.status if row.period == period]
        units = tuple(_unit_order(content, {row.unit for row in rows}))
        forms = tuple(sorted({row.form for row in rows}, key=lambda form: _form_order(content, form)))
        tables.append(CoverageTable(period, units, forms, {(row.unit, row.form): row for row in rows}))
    return tables


@_once
def findings(content: ReleaseContent) -> list[Finding]:
    """All findings in one canonical order: unit, severity, form, period, file, sheet, cell from left to right and down."""
    return sorted(content.findings, key=_finding_order)


def gravest(found: Sequence[Finding], most: int) -> Sequence[Finding]:
    """So many of them, the gravest, in the order in which they stand."""
    if len(found) <= most:
        return found
    weights = {severity: weight for weight, severity in enumerate(SEVERITIES)}
    places = sorted(range(len(found)), key=lambda place: weights[found[place].severity])[:most]
    return [found[place] for place in sorted(places)]


def finding_groups(found: Iterable[Finding]) -> list[FindingGroup]:
    """Findings in canonical order, put together by unit; those of no known unit come last."""
    groups: dict[str | None, list[Finding]] = {}
    for finding in found:
        groups.setdefault(finding.unit, []).append(finding)
    return [
        FindingGroup(unit, tuple(ones), {s: n for s in SEVERITIES if (n := sum(f.severity == s for f in ones))})
        for unit, ones in groups.items()
    ]


def _ranks(content: ReleaseContent) -> dict[str, int]:
    codes = dict.fromkeys(code for item in content.report.items for code in item.indicators)
    return {code: rank for rank, code in enumerate(codes)}


def _unit_order(content: ReleaseContent, units: Iterable[str]) -> list[str]:
    """Units in the order of units.csv: the statistician decides who comes first."""
    places: dict[str, int] = {}
    for place, unit in enumerate(content.reference.units.all):
        places.setdefault(unit.code, place)
    return sorted(units, key=lambda code: (places.get(code, len(places)), code))


def _form_order(content: ReleaseContent, form: str) -> tuple[str, str]:
    found = content.reference.forms.get(form)
    return found.number if found else form, form


def _finding_order(finding: Finding) -> tuple[Any, ...]:
    place = (finding.form or "", finding.period or "", finding.file, finding.sheet or "", _cell_order(finding.cell))
    rest = (finding.code, finding.id, finding.submission or "", finding.message_vi, finding.decision or "")
    return finding.unit is None, finding.unit or "", _gravity(finding.severity), *place, *rest


def _gravity(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _cell_order(cell: str | None) -> tuple[int, int, str]:
    """Row, then column: A2 before A10. What is no cell name comes first."""
    try:
        return (*from_a1(cell or ""), cell or "")
    except ValueError:
        return -1, -1, cell or ""
