"""Figures of a release, as JSON and as a table for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from etl.model.figures import OFFICIAL, STAGES_VI
from etl.model.periods import parse_period
from etl.model.reference import Reference
from etl.pipeline import Stores
from etl.queries.published import release_named
from etl.queries.tables import table
from etl.text.numbers import format_exact

STATUS_VI = {
    "published": "", "provisional": "tạm tính", "withheld": "chưa công bố", "not_reported": "chưa có báo cáo",
}  # fmt: skip


def figures_of(
    stores: Stores,
    release: int | None = None,
    period: str | None = None,
    unit: str | None = None,
    as_of: str | None = None,
) -> list[dict[str, Any]]:
    """Figures of a release in the documented JSON shape: by its number, the newest, or the newest at a time.

    Raises UsageError where there is no release yet.
    """
    number = release_named(stores, release, as_of).number
    found: list[dict[str, Any]] = json.loads(stores.releases.read(number, "figures.json"))
    return [f for f in found if (period is None or f["period"] == period) and (unit is None or f["unit"] == unit)]


def figures_table(figures: list[dict[str, Any]], reference: Reference, unit: str) -> str:
    """Indicator, value, unit of measure, coverage n/N, who is missing by name: one unit's totals, for people."""
    rows = [
        (
            f["period"],
            f["indicator"],
            reference.indicators[f["indicator"]].title_vi,
            value_text(f),
            f["unit_of_measure"],
            f"{f['coverage']['reported']}/{f['coverage']['expected']}",
            missing_text(f, reference),
            note_text(f),
        )
        for f in figures
        if f["unit"] == unit and f["breakdown"] is None
    ]
    return table(("Kỳ", "Chỉ tiêu", "Tên chỉ tiêu", "Giá trị", "Đơn vị tính", "Báo cáo", "Còn thiếu", "Ghi chú"), rows)


def note_text(figure: Mapping[str, Any]) -> str:
    """How far the figure may be relied on: its status, and its stage where that is not the official one."""
    stage = "" if figure["stage"] == OFFICIAL else STAGES_VI[figure["stage"]]
    return ", ".join(part for part in (STATUS_VI[figure["status"]], stage) if part)


def value_text(figure: Mapping[str, Any]) -> str:
    """A figure's value as a Vietnamese reader writes it; lists with their names."""
    if figure["low"] is not None:
        low, high = (format_exact(Decimal(figure[k]), "vi") for k in ("low", "high"))
        percent = "%" if figure["unit_of_measure"] == "%" else ""
        return f"{low}{percent} – {high}{percent}"
    if figure["value"] is None:
        parts = (figure["numerator"], figure["denominator"])
        return "…" if parts[0] is None else f"… ({'/'.join(format_exact(Decimal(p), 'vi') for p in parts)})"
    text = format_exact(Decimal(figure["value"]), "vi")
    if figure["denominator"] is not None:
        text += f" ({format_exact(Decimal(figure['numerator']), 'vi')}/{format_exact(Decimal(figure['denominator']), 'vi')})"
    if figure["names"]:
        text += ": " + ", ".join(figure["names"])
    return text


def missing_text(figure: Mapping[str, Any], reference: Reference) -> str:
    """Who did not report, by name."""
    day = parse_period(figure["period"]).end
    names = []
    for code in figure["coverage"]["missing"]:
        unit, _, period = code.partition("@")
        found = reference.units.get(unit, day)
        names.append((found.title if found else unit) + (f" ({period})" if period else ""))
    return ", ".join(names)
