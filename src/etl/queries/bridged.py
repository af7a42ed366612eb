"""Figures of a release asked for the units of another day: `etl figures --basis 2025-07-01`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from etl.errors import UsageError
from etl.model.figures import Coverage, Figure
from etl.pipeline import Stores
from etl.steps.consolidate.bridge import bridge
from etl.store.reference.concordance import load_concordance


def on_basis(
    stores: Stores, figures: Iterable[Mapping[str, Any]], basis: str
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Figures in the documented JSON shape, re-added and labelled {"basis": day}; and what was refused, each a sentence.

    Raises UsageError where the basis is no day, or not one indicator can be re-added.
    """
    try:
        day = date.fromisoformat(basis)
    except ValueError as error:
        raise UsageError(f"--basis cần một ngày, ví dụ 2025-07-01 / needs a day like 2025-07-01: {basis!r}") from error
    concordance = load_concordance(stores.settings.reference, stores.reference.units)
    series: dict[tuple[str, str], list[Figure]] = {}
    release = None
    for one in figures:
        release = one["release"]
        series.setdefault((one["indicator"], one["period"]), []).append(figure_from_json(one))
    found: list[dict[str, Any]] = []
    refused: list[str] = []
    for _, known in sorted(series.items()):
        try:
            bridged = bridge(known, stores.reference.indicators, concordance, day)
            found += [f.as_json(release) for f in bridged]
        except UsageError as error:
            refused.append(str(error))
    if refused and not found:
        raise UsageError(refused[0])
    return found, tuple(refused)


def figure_from_json(one: Mapping[str, Any]) -> Figure:
    """A figure as `Figure.as_json` told it, but for its decimals."""
    cover = one["coverage"]
    return Figure(
        indicator=one["indicator"], unit=one["unit"], period=one["period"], as_at=one["as_at"],
        unit_of_measure=one["unit_of_measure"], decimals=0, status=one["status"], stage=one["stage"],
        coverage=Coverage(cover["reported"], cover["expected"], tuple(cover["missing"])),
        breakdown=tuple(one["breakdown"].items()) if one["breakdown"] else None,
        names=None if one["names"] is None else tuple(one["names"]), value=_number(one["value"]),
        low=_number(one["low"]), high=_number(one["high"]), numerator=_number(one["numerator"]),
        denominator=_number(one["denominator"]),
    )  # fmt: skip


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
