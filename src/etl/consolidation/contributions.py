"""What stands behind a figure: the cells that count, those that do not, and the submissions that are not in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from etl.consolidation.reasons import Reasons, not_in_force
from etl.consolidation.replay import Replay
from etl.consolidation.tracing import Traced, traced
from etl.model.figures import Indicator
from etl.model.periods import Period, parse_period
from etl.model.releases import Contribution, FigureKey
from etl.model.series import Figures
from etl.steps.consolidate.selection import Breakdown, units_above
from etl.steps.consolidate.tracing import COPY, ELSEWHERE, PERIOD, Judged, Row
from etl.store.ledger import SubmissionRecord
from etl.store.ledger.standing import COUNTING


def contributions(view: Replay, found: Traced, unit: str, breakdown: Breakdown = None) -> list[Contribution]:
    """All that is told of one figure: every cell of the unit that could have entered it, and what is not in force."""
    judged = [j for j in found.judged(unit, breakdown) if _concerns(view, found, j, unit)]
    return [*_contributions(Reasons(found, view.reference), judged), *_not_in_force(view, found, unit)]


#: rows of a table whose figures' sources fit a document; and rows × units that are looked at for one indicator and period.
#: Beyond them `etl trace` tells any one figure's.
MOST_ROWS, MOST_LOOKS = 2_000, 50_000


def sources(view: Replay, figures: Figures, sizes: Mapping[str, int]) -> dict[FigureKey, tuple[Contribution, ...]]:
    """What stands behind each figure that is no part of a breakdown, counted cells first.

    Of the report's own unit everything is told; of the others only what counts, which is short enough for a page. sizes:
    table → its rows; a table of more than MOST_ROWS is left out.
    """
    told: dict[FigureKey, tuple[Contribution, ...]] = {}
    for series in figures.series:
        indicator, period = series.indicator, series.period
        if sizes.get(view.reference.indicators[indicator].table, 0) > MOST_ROWS:
            continue
        group = list(series.some(series.wholes))
        found = _in_scope(view, traced(view, indicator, parse_period(period)))
        few = len(group) * len(found.rows) <= MOST_LOOKS
        for figure in group:
            if figure.unit == view.report.unit:
                rows = contributions(view, found, figure.unit)
            elif few:
                rows = _contributions(
                    Reasons(found, view.reference), [j for j in found.judged(figure.unit) if j.counted]
                )
            else:
                continue
            told[indicator, figure.unit, period] = tuple(sorted(rows, key=order))
    return told


def _in_scope(view: Replay, found: Traced) -> Traced:
    """The same without rows that no unit of the report sent or is counted with, and that are not one of its things.

    What other provinces send then changes no page of this one's release.
    """
    units, own = view.reference.units, view.report.unit

    def concerns(row: Row) -> bool:
        counted_here = own in row.above and COPY not in row.failed  # what a level above says of itself is no part of it
        return counted_here or own in units_above(row.reporter, parse_period(row.period).end, units)

    keys = {row.key for row in found.rows if concerns(row)} if found.indicator.key else frozenset()
    return replace(
        found, rows=tuple(row for row in found.rows if concerns(row) or (COPY not in row.failed and row.key in keys))
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
    known = view.submissions(form)
    winners = {(s.unit, s.period): s for s in known if s.state in COUNTING}
    rows = []
    for one in known:
        if one.state in COUNTING or not _asked(view, found.indicator, found.period, one, unit):
            continue
        why = not_in_force(one, winners.get((one.unit, one.period)), view.findings, view.withdrawals)
        rows.append(Contribution(one.unit, one.submission, one.file, None, None, None, None, one.revision, False, why))
    return rows


def _asked(view: Replay, indicator: Indicator, asked: Period, one: SubmissionRecord, unit: str) -> bool:
    period = parse_period(one.period)
    inside = unit in units_above(one.unit, period.end, view.reference.units)
    return asked.contains(period) and (inside or indicator.rule == "authoritative")


def order(row: Contribution) -> tuple[Any, ...]:
    """Counted cells first, then as the cells stand in their workbooks."""
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
