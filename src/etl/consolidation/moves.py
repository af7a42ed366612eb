"""Which figures are not what an earlier release said, in the JSON shape of both."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

#: the file of a release in which they stand
FIGURES = "figures.json"

#: the documented shape of `etl figures --json`
FigureJson = Mapping[str, Any]
#: indicator, period, unit, breakdown
Key = tuple[str, str, str, tuple[tuple[str, str], ...]]

#: a figure moved where one of these is another; that it became final alone is no move
_MOVES = ("value", "low", "high", "names", "numerator", "denominator")


def listed(lines: Iterable[bytes]) -> Iterator[FigureJson]:
    """The figures of a release's figures.json, line after line: each has a line of its own."""
    for line in lines:
        if (text := line.strip().rstrip(b",")) not in (b"[", b"]", b"[]"):
            yield json.loads(text)


def moves(old: Iterable[FigureJson], new: Iterable[FigureJson]) -> Iterator[tuple[Key, str | None, str | None]]:
    """Every figure that differs: what it was and what it is, as exact text; None where there was or is none.

    old, new: in the figures' own order, in which a release writes them and in which the moves come; none is held.
    """
    of_both = merge(((_order(f), 0, f) for f in old), ((_order(f), 1, f) for f in new), key=itemgetter(0, 1))
    for _, alike in groupby(of_both, key=itemgetter(0)):
        a, b = _pair(alike)
        if a is None or b is None or any(a[name] != b[name] for name in _MOVES):
            yield _key(a or b or {}), *_texts(a, b)


def _pair(alike: Iterable[tuple[object, int, FigureJson]]) -> tuple[FigureJson | None, FigureJson | None]:
    found = {side: figure for _, side, figure in alike}
    return found.get(0), found.get(1)


def _key(figure: FigureJson) -> Key:
    return figure["indicator"], figure["period"], figure["unit"], tuple((figure["breakdown"] or {}).items())


def _order(figure: FigureJson) -> tuple[str, ...]:
    """As `Figure.order` has it."""
    members = (f"{axis}={code}" for axis, code in (figure["breakdown"] or {}).items())
    return figure["indicator"], figure["period"], figure["unit"], *members


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
