"""Who was expected, who reported, who is missing: (unit, form, period) triples of the calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from etl.model.figures import Coverage, Indicator
from etl.model.periods import Period
from etl.model.units import Units


@dataclass(frozen=True, slots=True)
class Expectation:
    """One triple that the calendar expects. reported: an accepted submission (a declared nil too) is in force."""

    form: str
    unit: str
    period: Period
    role: str
    reported: bool


@dataclass(frozen=True)
class Expectations:
    """All triples, with look-ups by form. Units above the senders count the triples below them."""

    all: tuple[Expectation, ...]
    units: Units
    _ancestors: dict[tuple[str, Period], frozenset[str]] = field(default_factory=dict)
    _groups: dict[tuple[str, str | None, tuple[Period, ...]], dict[str, list[Expectation]]] = field(
        default_factory=dict
    )

    @cached_property
    def _by_form(self) -> Mapping[str, tuple[Expectation, ...]]:
        found: dict[str, list[Expectation]] = {}
        for one in self.all:
            if one.role == "expected":
                found.setdefault(one.form, []).append(one)
        return {form: tuple(ones) for form, ones in found.items()}

    def periods(self, form: str) -> list[Period]:
        """Periods that the calendar knows for a form, in time order."""
        return sorted({one.period for one in self._by_form.get(form, ())})

    def used(self, indicator: Indicator, asked: Period) -> tuple[Period, ...]:
        """The form's periods inside the asked one: all of them, or the last (stocks and states)."""
        inside = [p for p in self.periods(indicator.form) if asked.contains(p)]
        return tuple(inside[-1:] if indicator.over_periods == "last" else inside)

    def copies(self, form: str, periods: Iterable[Period]) -> tuple[tuple[str, str], ...]:
        """(unit, period) of the submissions that are wanted for comparison only: what a level claims of itself."""
        wanted = set(periods)
        found = (one for one in self.all if (one.form, one.role) == (form, "check") and one.period in wanted)
        return tuple(sorted((one.unit, one.period.code) for one in found))

    def _wanted(self, indicator: Indicator, periods: Iterable[Period]) -> list[Expectation]:
        wanted = set(periods)
        reporters = _reporters(indicator)
        return [
            one for one in self._by_form.get(indicator.form, ())
            if one.period in wanted and reporters(one.unit)
        ]  # fmt: skip

    def _below(self, indicator: Indicator, periods: tuple[Period, ...]) -> Mapping[str, Sequence[Expectation]]:
        """Unit → what is wanted of it and of all below it."""
        key = (indicator.form, indicator.reporter, periods)
        if key not in self._groups:
            groups: dict[str, list[Expectation]] = {}
            for one in self._wanted(indicator, periods):
                for unit in self.above(one.unit, one.period):
                    groups.setdefault(unit, []).append(one)
            self._groups[key] = groups
        return self._groups[key]

    def _of_sender(
        self, below: Mapping[str, Sequence[Expectation]], periods: tuple[Period, ...], unit: str
    ) -> Sequence[Expectation]:
        """What is wanted of the units above one that sends nothing itself."""
        return [
            one for period in periods for sender in sorted(self.above(unit, period)) for one in below.get(sender, ())
            if one.unit == sender and one.period == period
        ]  # fmt: skip

    def above(self, unit: str, period: Period) -> frozenset[str]:
        """The unit and all units above it at the period's end."""
        key = (unit, period)
        if key not in self._ancestors:
            chain: set[str] = set()
            current: str | None = unit
            while current is not None and current not in chain:
                chain.add(current)
                found = self.units.get(current, period.end)
                current = found.parent if found else None
            self._ancestors[key] = frozenset(chain)
        return self._ancestors[key]

    def units_of(self, indicator: Indicator, periods: Iterable[Period]) -> frozenset[str]:
        """Units that get a figure: those expected, and all above them."""
        return frozenset(
            above for one in self._wanted(indicator, periods) for above in self.above(one.unit, one.period)
        )

    def coverage(self, indicator: Indicator, periods: tuple[Period, ...], unit: str) -> Coverage:
        """n of N triples at or below the unit; of a unit below the senders (a commune), those of the sender above it.

        An authoritative reporter covers every unit that it names.
        """
        if indicator.rule == "authoritative" or _register_alone(indicator):
            wanted: Sequence[Expectation] = self._wanted(indicator, periods)
        else:
            below = self._below(indicator, periods)
            wanted = below.get(unit) or self._of_sender(below, periods, unit)
        missing = sorted(
            one.unit if len(periods) == 1 else f"{one.unit}@{one.period.code}" for one in wanted if not one.reported
        )
        return Coverage(len(wanted) - len(missing), len(wanted), tuple(missing))


def _register_alone(indicator: Indicator) -> bool:
    return indicator.reporter is not None and not indicator.reporter.startswith("!")


def _reporters(indicator: Indicator):  # type: ignore[no-untyped-def]  # a predicate over unit codes
    reporter = indicator.reporter
    if reporter is None:
        return lambda unit: True
    if reporter.startswith("!"):
        return lambda unit: unit != reporter[1:]
    return lambda unit: unit == reporter
