"""Reporting units through time: codes are reused and names are shared, so a unit is (code, day)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

PROVINCE = "province"

#: type word (units.csv) → level: the step of the tree on which the unit reports
LEVELS = {
    "tỉnh": PROVINCE, "thành phố trung ương": PROVINCE,
    "huyện": "district", "thành phố": "district", "thị xã": "district", "quận": "district",
    "xã": "commune", "phường": "commune", "thị trấn": "commune", "đặc khu": "commune",
    "sở": "agency", "tổ chức": "agency", "cơ quan": "agency",
    "quốc gia": "nation",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit over one stretch of time. `valid_from`/`valid_to` are inclusive; None means unbounded."""

    code: str
    name: str
    type: str
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    aliases: tuple[str, ...] = ()

    @property
    def level(self) -> str:
        return LEVELS[self.type]

    @property
    def title(self) -> str:
        """The name with its type word, as a reader expects it: 'Huyện Tam Đường'."""
        if self.level in ("agency", "nation"):
            return self.name
        return f"{self.type.removesuffix(' trung ương').capitalize()} {self.name}"

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Units:
    """All units of the reference data; look-ups always take the day."""

    all: tuple[Unit, ...] = field(default_factory=tuple)
    _of_level: dict[tuple[str, date], tuple[Unit, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def _by_code(self) -> dict[str, tuple[Unit, ...]]:
        found: dict[str, list[Unit]] = {}
        for unit in self.all:
            found.setdefault(unit.code, []).append(unit)
        return {code: tuple(units) for code, units in found.items()}

    def get(self, code: str, day: date) -> Unit | None:
        """The unit that bears this code on this day, or None."""
        return next((u for u in self._by_code.get(code, ()) if u.valid_on(day)), None)

    def known(self, code: str) -> bool:
        return code in self._by_code

    def on(self, day: date) -> Iterable[Unit]:
        return (u for u in self.all if u.valid_on(day))

    def children(self, code: str, day: date) -> tuple[Unit, ...]:
        return tuple(u for u in self.all if u.parent == code and u.valid_on(day))

    def at_level(self, level: str, day: date) -> tuple[Unit, ...]:
        """The units of a level on a day; found once, a calendar of years asks for the same few thousands of times."""
        if (level, day) not in self._of_level:
            self._of_level[level, day] = tuple(u for u in self.all if u.level == level and u.valid_on(day))
        return self._of_level[level, day]

    def table(self) -> pa.Table:
        """All units for SQL: code, name, type, level, parent (texts), valid_from, valid_to (dates, null is unbounded)."""
        import pyarrow as pa

        texts = ("code", "name", "type", "level", "parent")
        columns = {name: pa.array([getattr(unit, name) for unit in self.all], pa.string()) for name in texts}
        for name in ("valid_from", "valid_to"):
            columns[name] = pa.array([getattr(unit, name) for unit in self.all], pa.date32())
        return pa.table(columns)

    def is_within(self, code: str, ancestor: str, day: date) -> bool:
        """Whether `code` is `ancestor` or lies below it on that day."""
        seen: set[str] = set()
        current: str | None = code
        while current is not None and current not in seen:
            if current == ancestor:
                return True
            seen.add(current)
            unit = self.get(current, day)
            current = unit.parent if unit else None
        return False
