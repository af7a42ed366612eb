"""Which figures are not what an earlier release said, in the JSON shape of both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

#: the documented shape of `etl figures --json`
FigureJson = Mapping[str, Any]
#: indicator, period, unit, breakdown
Key = tuple[str, str, str, tuple[tuple[str, str], ...]]

#: a figure moved where one of these is another; that it became final alone is no move
_MOVES = ("value", "low", "high", "names", "numerator", "denominator")


def by_key(figures: Iterable[FigureJson]) -> dict[Key, FigureJson]:
    """Figures by what they are about."""
    return {(f["indicator"], f["period"], f["unit"], tuple((f["breakdown"] or {}).items())): f for f in figures}


def moves(old: Mapping[Key, FigureJson], new: Mapping[Key, FigureJson]) -> Iterator[tuple[Key, str | None, str | None]]:
    """Every figure that differs, in order: what it was and what it is, as exact text; None where there was or is none."""
    for key in sorted(old.keys() | new.keys()):
        a, b = old.get(key), new.get(key)
        if a is None or b is None or any(a[name] != b[name] for name in _MOVES):
            yield key, *_texts(a, b)


def _texts(a: FigureJson | None, b: FigureJson | None) -> tuple[str | None, str | None]:
    """What moved, as exact text: the value; where that is the same, with its parts or names."""
    before, after = (None if f is None else _value(f) for f in (a, b))
    if before != after:
        return before, after
    return (None if a is None else _parts(a)), (None if b is None else _parts(b))


def _value(figure: FigureJson) -> str | None:
    if figure["low"] is not None:
        return f"{figure['low']}..{figure['high']}"
    value: str | None = figure["value"]
    return value


def _parts(figure: FigureJson) -> str | None:
    value = _value(figure)
    if figure["denominator"] is not None:
        return f"{value or '…'} ({figure['numerator']}/{figure['denominator']})"
    return f"{value}: {', '.join(figure['names'])}" if figure["names"] else value
