"""Current rows + indicators → figures of every unit and of the province, with coverage and what stands behind each.

SQL only adds, counts and compares; one exact function divides (`exact.py`). Nobody reported gives null, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from etl.model.figures import NOT_REPORTED, OFFICIAL, PROVISIONAL, PUBLISHED, WITHHELD, Coverage, Indicator
from etl.model.periods import Period
from etl.model.reference import Entity
from etl.model.series import Figures, Series, column
from etl.model.stored import USUAL, Room, Stored
from etl.model.units import Units
from etl.steps.consolidate.content import Content, content_of
from etl.steps.consolidate.coverage import Expectation, Expectations
from etl.steps.consolidate.opened import told
from etl.steps.consolidate.selection import Breakdown, Selection, open_rows
from etl.steps.consolidate.sums import Part, sums

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Doubt",
    "Expectation",
    "Expectations",
    "Request",
    "Selection",
    "consolidate",
    "open_rows",
]


@dataclass(frozen=True, slots=True)
class Request:
    """An indicator wanted for a period."""

    indicator: Indicator
    period: Period


@dataclass(frozen=True, slots=True)
class Doubt:
    """A question that waits for a person and holds an indicator back: of some units and those above, in one period.

    units: empty means all; period: None means any. whole: of all units under them too.
    """

    indicator: str
    units: tuple[str, ...] = ()
    period: str | None = None
    whole: bool = False


class _Doubts:
    """Which figures a doubt makes provisional."""

    def __init__(self, doubts: Iterable[Doubt], expectations: Expectations) -> None:
        self._of: dict[str, list[Doubt]] = {}
        for doubt in doubts:
            self._of.setdefault(doubt.indicator, []).append(doubt)
        self._expectations = expectations

    def about(self, indicator: str, unit: str, periods: tuple[Period, ...]) -> bool:
        return any(
            any(self._concerns(doubt, unit, period) for period in periods) for doubt in self._of.get(indicator, ())
        )

    def _concerns(self, doubt: Doubt, unit: str, period: Period) -> bool:
        if doubt.period not in (None, period.code):
            return False
        above = self._expectations.above
        return not doubt.units or any(
            unit in above(one, period) or (doubt.whole and one in above(unit, period)) for one in doubt.units
        )


def consolidate(
    rows: Mapping[str, pa.Table | Stored], requests: Iterable[Request], expectations: Expectations, units: Units,
    entities: Sequence[Entity], *, doubts: Iterable[Doubt] = (), within: str | None = None, room: Room = USUAL,
) -> Figures:  # fmt: skip
    """Compute every requested figure, for each unit that reports and each unit above it.

    within: only of this unit and those under it; each is the same as when all are asked for.

    rows: table id → current rows with `_entity`, `_entity_name`, `_owner`, `_speaks` (steps/match), or where they are stored.
    doubts: what waits for a person: the figures concerned are provisional.
    Raises StoreError where the room is too small for it, or a stored file is damaged.
    """
    order = {name: (e.order, name) for e in entities for name in (e.name, e.id)}
    names = {e.id: e.name for e in entities}
    doubtful = _Doubts(doubts, expectations)
    alike: dict[tuple[object, ...], list[tuple[Request, Selection]]] = {}
    for request in requests:
        periods = expectations.used(request.indicator, request.period)
        copies = expectations.copies(request.indicator.form, periods)
        selection = Selection(request.indicator, periods, units, copies)
        alike.setdefault(selection.choice, []).append((request, selection))
    found: dict[tuple[str, str], Series] = {}
    every = [selection for asked in alike.values() for _, selection in asked]
    with told(room), closing(open_rows(rows, units, every, room)) as connection:
        for asked in alike.values():
            selections = [selection for _, selection in asked]
            has_rows = selections[0].indicator.table in rows
            added = sums(connection, selections) if has_rows else [[] for _ in asked]
            for (request, selection), parts in zip(asked, added, strict=True):
                if wanted := _wanted(selection, parts, expectations, within):
                    series = _series(request, selection, wanted, parts, expectations, order, names, doubtful)
                    found[request.indicator.id, request.period.code] = series
    return Figures(found[place] for place in sorted(found))  # each has the figures' own order


def _wanted(selection: Selection, parts: Iterable[Part], expectations: Expectations, within: str | None) -> list[str]:
    """Units that get a figure: those that are expected or have rows, and all above them."""
    units = expectations.units_of(selection.indicator, selection.periods) | {part.unit for part in parts}
    if within is None:
        return sorted(units)
    return sorted(u for u in units if any(within in expectations.above(u, period) for period in selection.periods))


def _series(
    request: Request, selection: Selection, units: Sequence[str], parts: list[Part], expectations: Expectations,
    order: Mapping[str, tuple[int, str]], names: Mapping[str, str], doubtful: _Doubts,
) -> Series:  # fmt: skip
    indicator = request.indicator
    found: dict[str, list[Part]] = {}
    for one in parts:
        found.setdefault(one.unit, []).append(one)
    places = {breakdown: _place(breakdown) for breakdown in {one.breakdown for one in parts}}
    who: list[tuple[str, str, Coverage, Breakdown]] = []
    what: list[Content] = []
    at_least: list[bool] = []
    for unit in units:
        coverage = expectations.coverage(indicator, selection.periods, unit)
        standing = _standing(indicator, coverage, doubtful.about(indicator.id, unit, selection.periods))
        own = sorted(found.get(unit, ()), key=lambda part: places[part.breakdown])  # the whole first
        for part in own if own and own[0].breakdown is None else (None, *own):
            content = content_of(indicator, part, coverage, order, names)
            status = standing if content.says_something else NOT_REPORTED
            who.append((unit, status, coverage, part.breakdown if part is not None else None))
            what.append(content.parts_alone if status in (WITHHELD, NOT_REPORTED) else content)
            at_least.append(part is not None and part.missing > 0)
    columns: dict[str, Any] = dict(
        zip(("unit", "status", "coverage", "breakdown"), zip(*who, strict=True), strict=True)
    )
    columns |= dict(zip(Content._fields, zip(*what, strict=True), strict=True))
    columns |= {name: column(columns[name]) for name in Content._fields[1:]} | {"at_least": column(at_least)}
    return Series(
        indicator.id, request.period.code, indicator.unit_of_measure, indicator.decimals, selection.as_at, OFFICIAL,
        **columns,
    )  # fmt: skip


def _place(breakdown: Breakdown) -> tuple[str, ...]:
    """Where it stands among the figures of a unit, as `Figure.order` has it."""
    return tuple(f"{axis}={member}" for axis, member in breakdown or ())


def _standing(indicator: Indicator, coverage: Coverage, doubtful: bool) -> str:
    """The status of a unit's figures that say anything: from the indicator's rule, coverage, and open questions alone."""
    if not coverage.reported:
        return NOT_REPORTED
    share = Decimal(coverage.reported) / Decimal(max(coverage.expected, 1))
    if coverage.expected and share < indicator.withhold_below:
        return WITHHELD
    if doubtful or (coverage.expected and share < indicator.publish_from):
        return PROVISIONAL
    return PUBLISHED
