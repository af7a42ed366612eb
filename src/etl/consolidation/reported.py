"""Who was expected and what became of it, over one view of the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from etl.model.decisions import case_of, declared_nil
from etl.model.findings import ACCEPTED
from etl.model.periods import Period
from etl.model.reference import Reference
from etl.model.releases import MISSING, StatusRow
from etl.steps.completeness import completeness, is_late
from etl.store.ledger import View


def status_of(view: View, reference: Reference, periods: Iterable[Period]) -> list[StatusRow]:
    """What became of each expected (unit, form, period) inside the periods."""
    spans = list(periods)
    inside = {e.period.code for e in reference.calendar if any(span.contains(e.period) for span in spans)}
    submissions = view.submissions(periods=inside)
    found: dict[tuple[str, str, str], StatusRow] = {}
    for period in spans:
        for row in completeness(reference.calendar, reference.units, submissions, period):
            found[row.unit, row.form, row.period] = _declared(reference, row)
    return sorted(found.values(), key=lambda r: (r.period, r.form, r.unit))


def _declared(reference: Reference, row: StatusRow) -> StatusRow:
    """A form that nobody sent, and of which its unit has said by other means that there is nothing to report."""
    if row.state != MISSING:
        return row
    said = reference.decided.get(case_of(declared_nil(row.form, row.unit, row.period)))
    if said is None:
        return row
    late = is_late(said.at, row.deadline)
    return replace(row, state=ACCEPTED, nil=True, received_at=said.at, late=late)
