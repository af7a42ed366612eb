"""What a level's own submission claims, beside what the levels below it add up to: told where the two differ."""

from __future__ import annotations

from collections.abc import Iterable

from etl.consolidation.rows import CurrentRows
from etl.model.figures import Figure, number_text
from etl.model.findings import Finding
from etl.model.reference import Reference
from etl.steps.consolidate.claims import Claim
from etl.steps.consolidate.tracing import fields_of


def tell_claims(reference: Reference, claims: Iterable[Claim], current: CurrentRows) -> list[Finding]:
    """One warning for each, at the cell where the claim is one cell, else at its sheet."""
    return [_finding(reference, claim, current) for claim in claims]


def _finding(reference: Reference, claim: Claim, current: CurrentRows) -> Finding:
    figure = claim.figure
    indicator = reference.indicators[figure.indicator]
    first, *others = claim.places
    submission = current.submissions[first[0]]
    field = next(iter(fields_of(indicator, reference.table(indicator.table))), None)
    sheet, cell = submission.layouts[indicator.table].address(first[1], first[2], field)
    return reference.messages["L.claim"].finding(
        file=submission.file, submission=submission.submission, form=submission.form, unit=submission.unit,
        period=figure.period, sheet=sheet or None, cell=None if others else cell, indicator=indicator.title_vi,
        indicator_en=indicator.title_en, unit_of_measure=indicator.unit_of_measure,
        value=_text(claim.claimed), expected=_text(figure),
    )  # fmt: skip


def _text(figure: Figure) -> str:
    return number_text(figure.value) or f"{number_text(figure.low)} – {number_text(figure.high)}"
