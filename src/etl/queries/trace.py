"""Where a figure comes from: units, submissions, cells, what was not counted and why; as the release saw it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from etl.consolidation.replay import Replay
from etl.consolidation.tracing import Traced, traced
from etl.errors import UsageError
from etl.model.figures import Indicator
from etl.model.periods import Period, parse_period
from etl.pipeline import Stores
from etl.queries.published import release_named
from etl.queries.reasons import Reasons, not_in_force
from etl.queries.tables import table
from etl.raw import At, raw_texts
from etl.remaking import replay
from etl.steps.consolidate.selection import units_above
from etl.steps.consolidate.tracing import ELSEWHERE, PERIOD, Judged
from etl.store.ledger import ReleaseRecord, SubmissionRecord
from etl.store.ledger.standing import COUNTING


@dataclass(frozen=True, slots=True)
class Contribution:
    """One cell behind a figure, or a submission that did not count (then without a cell)."""

    unit: str
    submission: str
    file: str
    sheet: str | None
    cell: str | None
    text: str | None
    value: str | None
    revision: int
    counted: bool
    why: str

    def as_json(self) -> dict[str, Any]:
        """The documented shape of `etl trace --json`."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True)
class Trace:
    """A figure as it was published, and all that stands behind it."""

    figure: dict[str, Any]
    contributions: tuple[Contribution, ...]

    def as_json(self) -> dict[str, Any]:
        """The documented shape of `etl trace --json`."""
        return {"figure": self.figure, "contributions": [c.as_json() for c in self.contributions]}


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
    judged = found.judged(figure["unit"], tuple(members.items()) or None)
    shown = [j for j in judged if _concerns(view, found, j, figure["unit"])]
    rows = _contributions(Reasons(found, view.reference), shown)
    rows += _not_in_force(view, found, figure["unit"])
    return Trace(figure, tuple(_with_texts(stores, view, rows)))


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


def _concerns(view: Replay, found: Traced, judged: Judged, unit: str) -> bool:
    """Rows of other units, and of periods that nobody asked for, are no part of the story."""
    row = judged.row
    if judged.why == PERIOD and not found.period.contains(parse_period(row.period)):
        return False
    reported = unit in units_above(row.reporter, parse_period(row.period).end, view.reference.units)
    return reported or (judged.why != ELSEWHERE and unit in row.above)


def _contributions(reasons: Reasons, judged: Sequence[Judged]) -> list[Contribution]:
    found = reasons.traced
    ends = reasons.ends(judged)
    rows = []
    for one in judged:
        submission = found.submissions[one.row.place[0]]
        why = reasons.of(one)
        if (end := ends.get(one.row.place)) is not None:
            why = "; ".join((why, end))
        for cell in found.cells(one.row.place):
            value = cell.value if cell.field else None
            rows.append(
                Contribution(
                    submission.unit, submission.submission, submission.file, cell.sheet, cell.cell, None, value,
                    submission.revision, one.counted, why,
                )
            )  # fmt: skip
    return rows


def _not_in_force(view: Replay, found: Traced, unit: str) -> list[Contribution]:
    """Submissions of the form that are superseded, held, rejected or withdrawn: named, with the reason."""
    form = found.indicator.form
    known = view.view.submissions(form)
    winners = {(s.unit, s.period): s for s in known if s.state in COUNTING}
    findings = view.view.findings()
    withdrawals = {event.subject: event for event in view.view.events() if event.kind == "withdraw"}
    rows = []
    for one in known:
        if one.state in COUNTING or not _asked(view, found.indicator, found.period, one, unit):
            continue
        why = not_in_force(one, winners.get((one.unit, one.period)), findings, withdrawals)
        rows.append(Contribution(one.unit, one.submission, one.file, None, None, None, None, one.revision, False, why))
    return rows


def _asked(view: Replay, indicator: Indicator, asked: Period, one: SubmissionRecord, unit: str) -> bool:
    period = parse_period(one.period)
    inside = unit in units_above(one.unit, period.end, view.reference.units)
    return asked.contains(period) and (inside or indicator.rule == "authoritative")


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
    return sorted(told, key=_order)


def _order(row: Contribution) -> tuple[Any, ...]:
    digits = "".join(c for c in row.cell or "" if c.isdigit())
    column = (row.cell or "").rstrip("0123456789")
    return (
        not row.counted,
        row.cell is None,
        row.unit,
        row.submission,
        row.sheet or "",
        int(digits or 0),
        len(column),
        column,
    )


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
    counted = sum(c.counted for c in found.contributions)
    lines = table(("", "Đơn vị", "Tệp", "Ô", "Trong tệp", "Giá trị", "Lần", "Vì sao / why"), rows)
    return f"{head} {view_title}".rstrip() + f"\n{counted} ô được tính / cells counted\n\n{lines}"
