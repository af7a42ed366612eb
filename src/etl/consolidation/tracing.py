"""An indicator over a period in a release's view: every row of its table, what became of it, and in which cells it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from etl.consolidation.replay import Replay
from etl.model.figures import Indicator, number_text
from etl.model.forms import TableSpec
from etl.model.periods import Period
from etl.steps.consolidate import Selection
from etl.steps.consolidate.selection import Breakdown
from etl.steps.consolidate.tracing import Judged, Place, Row, every_row, fields_of, judge, used_fields
from etl.store.ledger import CurrentSubmission


@dataclass(frozen=True, slots=True)
class FieldCell:
    """Where a field of a row stands, and what was read from it. cell: A1; value: exact, as text."""

    field: str
    sheet: str | None
    cell: str | None
    value: str | None
    state: str


@dataclass(frozen=True)
class Traced:
    """One indicator over one period. periods: the form's periods that it uses; values: place → the row's columns."""

    indicator: Indicator
    spec: TableSpec
    period: Period
    periods: tuple[Period, ...]
    rows: tuple[Row, ...]
    values: Mapping[Place, Mapping[str, Any]]
    submissions: Mapping[str, CurrentSubmission]

    def judged(self, unit: str, breakdown: Breakdown = None) -> list[Judged]:
        """What became of every row in the figure of a unit (and breakdown member)."""
        return judge(self.indicator, self.rows, unit, breakdown)

    def cells(self, place: Place) -> list[FieldCell]:
        """The cells that the figure is made of in one row; an entity without its id stands by its name."""
        fields = fields_of(self.indicator, self.spec)
        entity = self.spec.entity
        if entity and entity.id and entity.name and fields == (entity.id,) and self.values[place][entity.id] is None:
            fields = (entity.name,)
        return self.cells_of(place, fields or (None,))

    def deciding_cells(self, place: Place) -> list[FieldCell]:
        """These, and the cells that decide whether, where and how the row counts."""
        return self.cells_of(place, used_fields(self.indicator, self.spec))

    def cells_of(self, place: Place, fields: Iterable[str | None]) -> list[FieldCell]:
        """The cells of some fields of a row; of no field: where the row begins."""
        submission, block, line = place
        layout = self.submissions[submission].layouts[self.spec.id]
        found = []
        for name in fields:
            sheet, cell = layout.address(block, line, name)
            values = self.values[place]
            value, state = (values[name], values[f"{name}__state"]) if name else (None, "")
            found.append(FieldCell(name or "", sheet or None, cell, value_text(value), state or ""))
        return found


def traced(replay: Replay, indicator: str, period: Period) -> Traced:
    """Everything about one indicator's table, in a release's view."""
    found = replay.reference.indicators[indicator]
    current, _ = replay.rows(found.form)
    periods = replay.expectations.used(found, period)
    copies = replay.expectations.copies(found.form, periods)
    selection = Selection(found, periods, replay.reference.units, copies)
    rows = every_row(replay.connection(found.form), selection)
    spec = replay.reference.table(found.table)
    return Traced(
        found, spec, period, periods, tuple(rows), replay.values(found.form, found.table), current.submissions
    )


def value_text(value: Any) -> str | None:
    """A typed value as exact text: numbers without idle zeros, days as 2021-12-31, lists with semicolons."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
