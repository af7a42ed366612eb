"""Unit, period and fields from where the form's YAML says they stand: a title, the sheet's or the file's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import PurePosixPath

from etl.model.forms import Field, Form
from etl.model.reference import Reference
from etl.model.submissions import Evidence
from etl.steps.recognise.claim import Claim
from etl.steps.recognise.titles import Place, Title
from etl.steps.recognise.units import named_in, resolve, resolve_all
from etl.text.dates import period_named
from etl.text.names import fold, squeeze


def fill_in(title: Title, form: Form, reference: Reference, sheet: str, file: str) -> None:
    """Complete a title from the declared sources, in their order; what the title says itself stays."""
    for source in form.period_from:
        if title.period is None and source in ("sheet", "file"):
            name = sheet if source == "sheet" else stem(file)
            if (code := period_named(name)) is not None:
                title.period, title.period_at = code, Place(0, 0, name)
                title.sources["period"] = source
    day = title.day(form)
    for source in form.unit_from:
        if (title.unit_at is None or _before_title(form, source)) and source in ("sheet", "file"):
            name = sheet if source == "sheet" else stem(file)
            unit = _unit_in(reference, name, day, form.senders)
            if unit is not None and not _contradicted(title, reference, unit, day, form.senders):
                title.unit, title.unit_at = None, Place(0, 0, unit)
                title.sources["unit"] = source


def _before_title(form: Form, source: str) -> bool:
    """The form says that this source is asked before the title: a code in a file's name tells equal names apart."""
    return "title" in form.unit_from and form.unit_from.index(source) < form.unit_from.index("title")


def _contradicted(title: Title, reference: Reference, unit: str, day: date, senders: tuple[str, ...]) -> bool:
    """The title names other units than the file: it stays, and the file's name is told to contradict it."""
    if title.unit_at is None:
        return False
    named = {match.unit.code for match in resolve_all(reference, squeeze(title.unit_at.text), day, senders)}
    return bool(named) and unit not in named


def stem(file: str) -> str:
    """A file's name without folder and ending, with blanks for the marks between its words."""
    return re.sub(r"[_\-.()]+", " ", PurePosixPath(file).stem)


def _unit_in(reference: Reference, name: str, day: date, senders: tuple[str, ...]) -> str | None:
    if (match := resolve(reference, squeeze(name), day, senders)) is not None:
        return match.unit.code
    named = named_in(reference, name, day, senders)
    return named[0].code if len(named) == 1 else None


def name_fields(claim: Claim, file: str, reference: Reference) -> None:
    """Give each table its fields that have no column: the one value of their set that a title or a name names."""
    for table in claim.tables.headers:
        given: list[tuple[str, str]] = []
        for spec in (spec for spec in claim.form.table(table).fields if spec.source):
            named, places = _named(claim, table, spec, file, reference)
            if len(named) == 1:
                given.append((spec.id, named[0]))
                text = " · ".join(place.text for place in places)
                cell = places[0].cell if places[0].row >= 0 else None
                what = f"column:{table}.{spec.id}"
                claim.tables.evidence.append(Evidence(what, claim.sheet.name, cell, text, named[0], 100))
            elif named or not spec.optional:
                claim.tables.findings.append(
                    reference.messages["S4.unnamed-field"].finding(
                        sheet=claim.place, value=" / ".join(named), expected=_choices(reference, spec),
                        column=f"“{spec.title_vi}”", where=", ".join(spec.source),
                    )
                )  # fmt: skip
        claim.tables.given[table] = tuple(given)


def _choices(reference: Reference, spec: Field) -> str:
    return ", ".join(dict.fromkeys(value for value, _ in reference.values.get(spec.values or "", ())))


def _named(
    claim: Claim, table: str, spec: Field, file: str, reference: Reference
) -> tuple[tuple[str, ...], tuple[Place, ...]]:
    """The values that the first source with any names, and where; none where no source names one."""
    for source in spec.source:
        for texts in _texts(claim, table, source, file):
            by_place = {place: _values_in(reference, spec.values or "", place.text) for place in texts}
            if named := tuple(dict.fromkeys(value for values in by_place.values() for value in values)):
                return named, tuple(place for place, values in by_place.items() if values)
    return (), ()


def _texts(claim: Claim, table: str, source: str, file: str) -> Iterator[list[Place]]:
    """The texts of a source; of titles first the lines between the table and the one above it, then those at the top."""
    if source != "title":
        yield [Place(-1, -1, claim.sheet.name if source == "sheet" else stem(file))]
        return
    headers = claim.tables.headers
    top, first = claim.rows[0], headers[table].first
    above = max((claim.tables.extents[n].end for n, h in headers.items() if h.first < first), default=top)
    highest = min(header.first for header in headers.values())
    for start, end in dict.fromkeys(((above, first), (top, highest))):
        yield [Place(row, column, text) for row, column, text in claim.sheet.texts(start, end)]


def _values_in(reference: Reference, name: str, text: str) -> list[str]:
    """The values of a set whose wording stands in a text, a longer wording before those inside it."""
    padded = f" {fold(text)} "
    found = {
        fold(wording): value for value, wording in reference.values.get(name, ()) if f" {fold(wording)} " in padded
    }
    return [
        value for word, value in found.items()
        if not any(word != longer and f" {word} " in f" {longer} " for longer in found)
    ]  # fmt: skip
