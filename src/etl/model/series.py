"""A report's figures in columns: what many share is kept once, and a `Figure` is made when somebody looks at it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import Any, overload

from etl.model.figures import Coverage, Figure

Breakdown = tuple[tuple[str, str], ...] | None
Numbers = Sequence[Decimal | None]

#: what all figures of a series share, and what each has of its own, as `Figure` names it
_SHARED = attrgetter("indicator", "period", "unit_of_measure", "decimals", "as_at", "stage")
_OWN = (
    "unit", "status", "coverage", "breakdown", "value", "names", "low", "high", "numerator", "denominator", "at_least",
)  # fmt: skip
_RARE = frozenset(_OWN[5:])


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Figures of one indicator and period, by unit and member of a breakdown: of each a place in every column.

    A column is None where it would hold None (of at_least: False) throughout.
    """

    indicator: str
    period: str
    unit_of_measure: str
    decimals: int
    as_at: str | None
    stage: str
    unit: Sequence[str]
    status: Sequence[str]
    coverage: Sequence[Coverage]
    breakdown: Sequence[Breakdown]
    value: Numbers
    names: Sequence[tuple[str, ...] | None] | None = None
    low: Numbers | None = None
    high: Numbers | None = None
    numerator: Numbers | None = None
    denominator: Numbers | None = None
    at_least: Sequence[bool] | None = None

    def __len__(self) -> int:
        return len(self.unit)

    def __iter__(self) -> Iterator[Figure]:
        return self.some(range(len(self)))

    def some(self, places: Iterable[int]) -> Iterator[Figure]:
        """The figures at these places."""
        columns = [(name, column) for name in _OWN if (column := getattr(self, name)) is not None]
        shared: dict[str, Any] = {
            "indicator": self.indicator, "period": self.period, "unit_of_measure": self.unit_of_measure,
            "decimals": self.decimals, "as_at": self.as_at, "stage": self.stage,
        }  # fmt: skip
        for place in places:
            own: dict[str, Any] = {name: column[place] for name, column in columns}
            yield Figure(**shared, **own)

    def part(self, begin: int, end: int) -> Series:
        """The figures from one place to before another."""
        if begin <= 0 and end >= len(self):
            return self
        own = {name: column[begin:end] for name in _OWN if (column := getattr(self, name)) is not None}
        return replace(self, **own)

    def run(self, unit: str) -> range:
        """The places of a unit's figures, which follow each other."""
        return range(bisect_left(self.unit, unit), bisect_right(self.unit, unit))

    @property
    def wholes(self) -> Iterator[int]:
        """The places of the figures that are no part of a breakdown."""
        return (place for place, one in enumerate(self.breakdown) if one is None)


class Figures(Sequence[Figure]):
    """All figures of a report in their own total order (`Figure.order`)."""

    def __init__(self, series: Iterable[Series]) -> None:
        """series: in the order of the figures."""
        self.series = tuple(one for one in series if len(one))
        self._size = sum(map(len, self.series))
        self._by_name: dict[tuple[str, str], list[Series]] = {}
        for one in self.series:
            self._by_name.setdefault((one.indicator, one.period), []).append(one)

    @classmethod
    def gathered(cls, figures: Iterable[Figure]) -> Figures:
        """Figures in any order."""
        if isinstance(figures, cls):
            return figures
        in_order = sorted(figures, key=attrgetter("order"))
        return cls(_series(list(alike)) for _, alike in groupby(in_order, key=_SHARED))

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Figure]:
        return chain.from_iterable(self.series)

    @overload
    def __getitem__(self, place: int) -> Figure: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Figure, ...]: ...
    def __getitem__(self, place: int | slice) -> Figure | tuple[Figure, ...]:
        if isinstance(place, slice):
            return tuple(self)[place]
        wanted = place + len(self) if place < 0 else place
        if not 0 <= wanted < len(self):
            raise IndexError(place)
        return next(islice(self, wanted, None))

    def of(self, indicator: str, period: str) -> Sequence[Series]:
        """What there is of an indicator for a period: one series, or none."""
        return self._by_name.get((indicator, period), ())

    def find(self, indicator: str, period: str, unit: str, breakdown: Breakdown = None) -> Figure | None:
        """One figure, None where it is not here."""
        for one in self.of(indicator, period):
            for place in one.run(unit):
                if one.breakdown[place] == breakdown:
                    return next(one.some((place,)))
        return None

    def in_stage(self, stage: str) -> Figures:
        """The same figures, as final as `stage` says."""
        return Figures(one if one.stage == stage else replace(one, stage=stage) for one in self.series)

    def of_unit(self, unit: str) -> Iterator[Figure]:
        """The figures of one unit."""
        for one in self.series:
            yield from one.some(one.run(unit))

    def totals(self) -> Iterator[Figure]:
        """The figures that are no part of a breakdown."""
        for one in self.series:
            yield from one.some(one.wholes)

    def parts(self, size: int) -> Iterator[list[Series]]:
        """All of them, some `size` figures at a time: series, or parts of one."""
        held: list[Series] = []
        room = size
        for one in self.series:
            begin = 0
            while begin < len(one):
                piece = one.part(begin, begin + room)
                held.append(piece)
                begin, room = begin + len(piece), room - len(piece)
                if not room:
                    yield held
                    held, room = [], size
        if held:
            yield held


def column(found: Sequence[Any]) -> Sequence[Any] | None:
    """A column as `Series` wants it: None where nothing is in it."""
    return found if any(one is not None and one is not False for one in found) else None


def _series(alike: Sequence[Figure]) -> Series:
    columns = {name: [getattr(figure, name) for figure in alike] for name in _OWN}
    own: dict[str, Any] = {name: column(found) if name in _RARE else found for name, found in columns.items()}
    return Series(*_SHARED(alike[0]), **own)
