"""Grids + forms → what each sheet is: form, unit, period, tables and columns, each with its evidence.

By meaning, not by place: moved tables, other orders and other wordings are read; what is below the confidence is a
hold for a person, never a guess; what cannot be is refused in one plain sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from etl.model.findings import Finding
from etl.model.forms import Form
from etl.model.grids import Grid
from etl.model.reference import Reference
from etl.model.submissions import Recognised
from etl.steps.recognise.claim import Claim
from etl.steps.recognise.claims import settle
from etl.steps.recognise.sheets import Sheet, prepare
from etl.steps.recognise.tables import read_tables
from etl.steps.recognise.telling import Telling, teller_of
from etl.steps.recognise.titles import Marker, find_by_title, find_markers, read_title
from etl.steps.recognise.wordings import Wordings, wordings_of

__all__ = ["FileRecognised", "recognise"]

#: rows from the top of a sheet in which a form without a number may show its title
TITLE_ROWS = 15


@dataclass(slots=True)
class FileRecognised:
    """The submissions of one file, the sheets as repaired text, and findings that belong to no submission."""

    submissions: list[Recognised] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    sheets: dict[str, Grid] = field(default_factory=dict)


def recognise(file_name: str, grids: tuple[Grid, ...], reference: Reference, *, encoding: str = "") -> FileRecognised:
    """Recognise every form of a workbook.

    file_name: only evidence, never trusted. encoding: of a csv's bytes, told when it is not UTF-8.
    """
    result = FileRecognised()
    wordings = wordings_of(reference)
    claims: list[Claim] = []
    for grid in grids:
        if grid.is_empty:
            continue
        sheet = prepare(grid)
        result.sheets[grid.sheet] = sheet.grid
        claims += _claims_of(sheet, reference, wordings, result, encoding)
    if not result.sheets:
        result.findings.append(reference.messages["F.empty-workbook"].finding(file=file_name))
    elif not claims and not result.findings:
        result.findings.append(reference.messages["S1.no-form"].finding(file=file_name))
    result.submissions = settle(file_name, claims, reference, result.findings)
    result.findings = [f.about(file=file_name) for f in result.findings]
    for submission in result.submissions:
        submission.findings = [f.about(file=file_name) for f in submission.findings]
    return result


def _claims_of(
    sheet: Sheet, reference: Reference, wordings: Wordings, result: FileRecognised, encoding: str
) -> list[Claim]:
    """One claim for each form that a sheet holds."""
    told = teller_of(reference).telling(sheet.distinct)
    markers = find_markers(sheet, wordings, told)
    if not markers:
        by_title = find_by_title(sheet, reference, sheet.first, sheet.first + TITLE_ROWS)
        markers = [by_title] if by_title else []
    claims = []
    for i, marker in enumerate(markers):
        first = sheet.first if i == 0 else marker.place.row
        end = markers[i + 1].place.row if i + 1 < len(markers) else sheet.end
        if marker.form is None:
            result.findings.append(_unknown_form(reference, sheet, marker))
        else:
            claims.append(_claim(sheet, marker, marker.form, reference, wordings, first, end, encoding, told))
    return claims


def _unknown_form(reference: Reference, sheet: Sheet, marker: Marker) -> Finding:
    known = ", ".join(sorted(form.number for form in reference.forms.values()))
    return reference.messages["S1.unknown-form"].finding(
        sheet=sheet.name or None, cell=marker.place.cell, value=marker.place.text, expected=known
    )


def _claim(
    sheet: Sheet, marker: Marker, form: Form, reference: Reference, wordings: Wordings, first: int, end: int,
    encoding: str, told: Telling,
) -> Claim:  # fmt: skip
    tables = read_tables(sheet, form, reference, wordings, marker.place.row, end, told)
    title_end = min((header.first for header in tables.headers.values()), default=end)
    title = read_title(sheet, form, reference, wordings, first, title_end)
    claim = Claim(sheet, form, marker, title, tables, (first, end))
    if sheet.encoding not in ("nfc",):
        claim.notes.append(
            reference.messages["T.encoding"].finding(sheet=sheet.name or None, value=_ENCODING_NAMES[sheet.encoding])
        )
    elif encoding and not encoding.startswith("utf"):
        claim.notes.append(reference.messages["T.encoding"].finding(sheet=sheet.name or None, value=encoding))
    return claim


_ENCODING_NAMES = {
    "nfd": "NFD (tổ hợp / decomposed)", "tcvn3": "TCVN3 (.VnTime)", "vni": "VNI", "bare": "không dấu / no diacritics",
}  # fmt: skip
