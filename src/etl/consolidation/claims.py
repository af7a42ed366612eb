"""What a level's own submission claims, beside what the levels below it add up to; told as a finding where the two differ."""

from __future__ import annotations

from collections.abc import Iterable

from etl.consolidation.rows import CurrentRows
from etl.model.claims import DIFFERS, Claim
from etl.model.figures import Figure, number_text
from etl.model.findings import Finding
from etl.model.reference import Reference
from etl.steps.consolidate.claims import Said
from etl.steps.consolidate.tracing import fields_of


def placed(reference: Reference, said: Iterable[Said], current: CurrentRows) -> list[Claim]:
    """Each claim with its file, and its cell where it is one cell."""
    found = [_placed(reference, one, current) for one in said]
    return sorted(found, key=lambda claim: (claim.figure.order, claim.submission))


def _placed(reference: Reference, said: Said, current: CurrentRows) -> Claim:
    indicator = reference.indicators[said.figure.indicator]
    first, *others = said.places
    submission = current.submissions[first[0]]
    field = next(iter(fields_of(indicator, reference.table(indicator.table))), None)
    sheet, cell = submission.layouts[indicator.table].address(first[1], first[2], field)
    return Claim(
        said.figure, said.claimed, submission.submission, submission.file, sheet or None, None if others else cell
    )


def tell_claims(reference: Reference, claims: Iterable[Claim]) -> list[Finding]:
    """One warning for each that differs, at the cell where the claim is one cell, else at its sheet."""
    return [_finding(reference, claim) for claim in claims if claim.verdict == DIFFERS]


def _finding(reference: Reference, claim: Claim) -> Finding:
    figure = claim.figure
    indicator = reference.indicators[figure.indicator]
    return reference.messages["L.claim"].finding(
        file=claim.file, submission=claim.submission, form=indicator.form, unit=figure.unit,
        period=figure.period, sheet=claim.sheet, cell=claim.cell, indicator=indicator.title_vi,
        indicator_en=indicator.title_en, unit_of_measure=indicator.unit_of_measure,
        value=_text(claim.claimed), expected=_text(figure),
    )  # fmt: skip


def _text(figure: Figure) -> str:
    return number_text(figure.value) or f"{number_text(figure.low)} – {number_text(figure.high)}"
