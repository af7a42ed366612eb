"""Where a figure comes from: units, submissions, cells, what was not counted and why; as the release saw it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from etl.consolidation.contributions import contributions, order
from etl.consolidation.replay import Replay
from etl.consolidation.tracing import traced
from etl.errors import UsageError
from etl.model.claims import DATA, DIFFERS, EQUAL, INCOMPLETE
from etl.model.periods import parse_period
from etl.model.releases import Contribution
from etl.pipeline import Stores
from etl.queries.published import release_named
from etl.queries.tables import table
from etl.raw import At, raw_texts
from etl.remaking import replay
from etl.store.ledger import ReleaseRecord
from etl.text.numbers import format_exact


@dataclass(frozen=True)
class Trace:
    """A figure as it was published, and all that stands behind it."""

    figure: dict[str, Any]
    contributions: tuple[Contribution, ...]
    claim: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """The documented shape of `etl trace --json`; `claim` only where the unit says its own total (claims.json)."""
        told = {"figure": self.figure, "contributions": [c.as_json() for c in self.contributions]}
        return told | ({"claim": self.claim} if self.claim else {})


def trace(
    stores: Stores, indicator: str, unit: str | None = None, period: str | None = None, release: int | None = None,
    breakdown: Sequence[str] = (),
) -> Trace:  # fmt: skip
    """Where one figure of a release (the newest without a number) comes from.

    unit: without one the report's own; period: without one the release's, else the indicator's last.
    breakdown: `axis=member`. Raises UsageError where the release holds no such figure.
    """
    record = release_named(stores, release)
    view = replay(stores, record)
    members = dict(part.partition("=")[::2] for part in breakdown)
    figure = figure_of(stores, view, record, indicator, unit or view.report.unit, period, members)
    found = traced(view, indicator, parse_period(figure["period"]))
    rows = contributions(view, found, figure["unit"], tuple(members.items()) or None)
    claim = None if members else _claim(stores, record, figure)
    return Trace(figure, tuple(_with_texts(stores, view, rows)), claim)


def _claim(stores: Stores, record: ReleaseRecord, figure: dict[str, Any]) -> dict[str, Any] | None:
    """What the unit's own submission says of the figure, as the release has it."""
    if DATA not in stores.releases.names(record.number):
        return None
    found: list[dict[str, Any]] = json.loads(stores.releases.read(record.number, DATA))
    key = ("indicator", "unit", "period")
    return next((one for one in found if all(one[name] == figure[name] for name in key)), None)


def figure_of(
    stores: Stores, view: Replay, record: ReleaseRecord, indicator: str, unit: str, period: str | None,
    members: dict[str, str],
) -> dict[str, Any]:  # fmt: skip
    """A figure in the documented shape, out of the release itself."""
    figures: list[dict[str, Any]] = json.loads(stores.releases.read(record.number, "figures.json"))
    own = [f for f in figures if f["indicator"] == indicator]
    if not own:
        known = ", ".join(sorted({f["indicator"] for f in figures}))
        raise UsageError(
            f"Bản {record.number} không có chỉ tiêu / release {record.number} has no {indicator!r}: {known}"
        )
    wanted = [f for f in own if f["unit"] == unit and (f["breakdown"] or {}) == members]
    periods = sorted({f["period"] for f in wanted}, key=lambda code: (parse_period(code).end, code))
    code = period or (record.period if record.period in periods else periods[-1] if periods else "")
    for figure in wanted:
        if figure["period"] == code:
            return figure
    asked = " ".join(
        part for part in (indicator, unit, period or "", *(f"{a}={m}" for a, m in members.items())) if part
    )
    places = sorted({(f["unit"], f["period"]) for f in own if (f["breakdown"] or {}) == members})
    raise UsageError(
        f"Bản {record.number} không có số liệu / release {record.number} has no figure {asked}; có / it has: "
        + ", ".join(f"{u} {p}" for u, p in places[:20])
    )


def _with_texts(stores: Stores, view: Replay, rows: Iterable[Contribution]) -> list[Contribution]:
    """The rows with what stands in their cells, counted ones first."""
    rows = list(rows)
    known = {s.submission: s for s in view.view.submissions()}
    names = {s.sha256: s.file for s in known.values()}
    at: dict[int, At] = {
        i: (known[row.submission].sha256, row.sheet, row.cell) for i, row in enumerate(rows) if row.cell is not None
    }
    texts = raw_texts(stores, names, at.values())
    told = [replace(row, text=texts.get(at[i]) if i in at else None) for i, row in enumerate(rows)]
    return sorted(told, key=order)


def trace_table(found: Trace, view_title: str = "") -> str:
    """The figure and a line a cell, for people."""
    from etl.queries.figures import value_text

    figure = found.figure
    head = (
        f"{figure['indicator']} {figure['unit']} {figure['period']}: {value_text(figure)} {figure['unit_of_measure']}"
    )
    rows = [
        ("✓" if c.counted else "–", c.unit, c.file, "!".join(p for p in (c.sheet, c.cell) if p), c.text or "",
         c.value or "", c.revision, c.why)
        for c in found.contributions
    ]  # fmt: skip
    if found.claim:
        head += "\n" + _claim_line(found.claim)
    counted = sum(c.counted for c in found.contributions)
    lines = table(("", "Đơn vị", "Tệp", "Ô", "Trong tệp", "Giá trị", "Lần", "Vì sao / why"), rows)
    return f"{head} {view_title}".rstrip() + f"\n{counted} ô được tính / cells counted\n\n{lines}"


_VERDICTS = {
    EQUAL: "khớp / equal", DIFFERS: "khác nhau / they differ",
    INCOMPLETE: "bên dưới chưa gửi đủ / not all below have reported",
}  # fmt: skip


def _claim_line(claim: dict[str, Any]) -> str:
    numbers = [claim[f"claimed_{part}"] for part in ("value", "low", "high")]
    said = " – ".join(format_exact(Decimal(text), "vi") for text in numbers if text is not None)
    at = "!".join(part for part in (claim["sheet"], claim["cell"]) if part)
    where = f"{claim['file']}{': ' if at else ''}{at}"
    return f"Đơn vị tự ghi / the unit itself says: {said} ({_VERDICTS[claim['verdict']]}; {where})"
