"""Figures as exact texts, column by column: what `Figure.as_json` tells of each, without a figure being made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from etl.model.figures import Coverage, number_text
from etl.model.series import Breakdown, Series

NUMBERS = ("value", "low", "high", "numerator", "denominator")

#: texts that stand in one line after another: one for all lines, or each line's own
Cells = str | Sequence[str]

_as_it_is = json.JSONEncoder(ensure_ascii=False).encode
_by_name = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


class Told:
    """A series (or a part of one) as texts; exact numbers are made texts once, whatever they are written into."""

    def __init__(self, series: Series) -> None:
        self.series = series

    @cached_property
    def numbers(self) -> Mapping[str, Sequence[str | None]]:
        """Of the columns that hold any number: None where a figure has none."""
        held = {name: column for name in NUMBERS if (column := getattr(self.series, name)) is not None}
        return {name: [number_text(value) for value in column] for name, column in held.items()}

    def json(self, release: int | None = None, *, keys_in_order: bool = False) -> Iterator[str]:
        """Each figure as one JSON text, letters as they are. keys_in_order: by their names, not as `as_json` has them."""
        encode = _by_name if keys_in_order else _as_it_is
        sample = next(iter(self.series)).as_json(release)
        own = self._json_columns(encode)
        cells: list[Cells] = []
        for key in sorted(sample) if keys_in_order else sample:
            cells += [f"{', ' if cells else '{'}{encode(key)}: ", own[key] if key in own else encode(sample[key])]
        return lines([*cells, "}"])

    def _json_columns(self, encode: Callable[[object], str]) -> dict[str, Cells]:
        def members(breakdown: Breakdown) -> str:
            return encode(dict(breakdown) if breakdown else None)

        def coverage(one: Coverage) -> str:
            return encode(one.as_json())

        series = self.series
        found: dict[str, Cells] = {
            "unit": each(series.unit, encode), "breakdown": each(series.breakdown, members),
            "status": each(series.status, encode), "coverage": each(series.coverage, coverage),
        }  # fmt: skip
        if series.names is not None:
            found["names"] = each(series.names, encode)
        for name, texts in self.numbers.items():
            found[name] = ["null" if text is None else f'"{text}"' for text in texts]
        return found


def each(column: Sequence[Any], make: Callable[[Any], str]) -> list[str]:
    """A text for each place; what stands in many places is made a text once."""
    texts = {key: make(one) for key, one in dict(zip(map(id, column), column, strict=True)).items()}
    return list(map(texts.__getitem__, map(id, column)))


def lines(cells: Sequence[Cells]) -> Iterator[str]:
    """Lines side by side from cells; at least one cell holds each line's own texts."""
    shared = "".join(cell.replace("%", "%%") if isinstance(cell, str) else "%s" for cell in cells)
    return map(shared.__mod__, zip(*(cell for cell in cells if not isinstance(cell, str)), strict=True))
