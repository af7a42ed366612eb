"""Which unit became which: so that a figure of old units can be asked for the units of another day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from etl.model.units import Unit, Units


@dataclass(frozen=True, slots=True)
class Change:
    """One unit that ended and went whole into another; `day` is the first on which the new one stands for it."""

    old: Unit
    new: str
    day: date


@dataclass(frozen=True)
class Concordance:
    """All changes. A unit is always (code, day): 03403 was Nậm Loỏng until 2020-01-31 and is Sùng Phài after."""

    changes: tuple[Change, ...]
    units: Units

    @cached_property
    def _of(self) -> dict[tuple[str, date | None], Change]:
        return {(change.old.code, change.old.valid_to): change for change in self.changes}

    def on(self, code: str, day: date, basis: date) -> Unit | None:
        """The unit that holds, on the day of the basis, all of what bore this code on `day`; None where none does.

        Forward only: what was merged cannot be taken apart again.
        """
        unit = self.units.get(code, day)
        while unit is not None and not unit.valid_on(basis):
            change = self._of.get((unit.code, unit.valid_to))
            unit = None if change is None or change.day > basis else self.units.get(change.new, change.day)
        return unit

    def parts(self, level: str, day: date, basis: date) -> dict[str, tuple[Unit, ...]]:
        """Unit code on the basis → the units of that level on `day` which it is made of."""
        found: dict[str, list[Unit]] = {}
        for unit in self.units.at_level(level, day):
            if (new := self.on(unit.code, day, basis)) is not None:
                found.setdefault(new.code, []).append(unit)
        return {code: tuple(units) for code, units in found.items()}

    def straddling(self, level: str, day: date, basis: date) -> tuple[Unit, ...]:
        """Units of the basis whose parts lay under several units above: totals of those cannot be handed down."""
        parts = self.parts(level, day, basis)
        codes = sorted(code for code, units in parts.items() if len({unit.parent for unit in units}) > 1)
        return tuple(unit for code in codes if (unit := self.units.get(code, basis)) is not None)


@dataclass(frozen=True, slots=True)
class Break:
    """A day on which the units of a level became others: figures before and after it are not of the same places."""

    day: date
    level: str
    before: int
    after: int

    def text_vi(self) -> str:
        return f"Đứt chuỗi từ {self.day:%d/%m/%Y}: {self.before} đơn vị cấp {self.level} trước, {self.after} sau."

    def text_en(self) -> str:
        return f"Series breaks on {self.day}: {self.before} units of level {self.level} before, {self.after} after."


def breaks(units: Units, level: str, first: date, last: date) -> tuple[Break, ...]:
    """The breaks of a level after `first` and up to `last`, in time order."""
    return tuple(
        Break(day, level, len(before), len(after))
        for day in sorted(set(_turns(units, level)))
        if first < day <= last
        and (before := units.at_level(level, day - timedelta(days=1))) != (after := units.at_level(level, day))
    )


def _turns(units: Units, level: str) -> Iterator[date]:
    for unit in units.all:
        if unit.level == level:
            if unit.valid_from is not None:
                yield unit.valid_from
            if unit.valid_to is not None and unit.valid_to < date.max:
                yield unit.valid_to + timedelta(days=1)
