"""The workbook that a unit fills: blank, or with its own rows of the last period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from etl.consolidation.rows import current_rows, matched
from etl.errors import UsageError
from etl.model.periods import Period, parse_period
from etl.model.submissions import PERIOD, UNIT
from etl.pipeline import Stores
from etl.steps.template import template


def template_of(
    stores: Stores, form: str, unit: str, period: str, *, prefilled: bool = False
) -> tuple[bytes, str | None]:
    """The workbook of a form, and the period whose rows are in it; None where it is blank.

    Raises UsageError for an unknown form, unit or period, and for a form that the calendar does not ask of the unit.
    """
    reference, wanted = stores.reference, parse_period(period)
    if form not in reference.forms:
        raise UsageError(f"Không có biểu “{form}” / there is no form {form!r}: {', '.join(sorted(reference.forms))}")
    before = _last(stores, form, unit, wanted) if prefilled else None
    rows = _rows(stores, form, unit, before) if before else None
    return template(reference.forms[form], unit, wanted, reference, rows=rows), before


def _last(stores: Stores, form: str, unit: str, period: Period) -> str | None:
    """The unit's last period of this form before the one asked for."""
    periods = [parse_period(one.period) for one in stores.ledger.current(form) if one.unit == unit]
    earlier = [one for one in periods if one.end < period.start]
    return max(earlier, key=lambda one: one.end).code if earlier else None


def _rows(stores: Stores, form: str, unit: str, period: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Table → the unit's rows of a period, with the lasting id of what each is about."""
    found = matched(stores.reference, current_rows(stores.ledger, stores.lake, stores.reference, [form])).rows
    return {
        name: [row for row in table.to_pylist() if (row[UNIT], row[PERIOD]) == (unit, period)]
        for name, table in found.items()
    }
