"""What the lines above a table say: which form, which unit, which period, which unit of measure, which revision."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from rapidfuzz import fuzz

from etl.errors import UsageError
from etl.model.forms import Form
from etl.model.grids import Cell, a1
from etl.model.periods import parse_period
from etl.model.reference import Reference
from etl.steps.recognise.sheets import Sheet
from etl.steps.recognise.telling import Telling
from etl.steps.recognise.units import UnitMatch, resolve, resolve_all
from etl.steps.recognise.wordings import Wordings
from etl.text.dates import find_period, find_revision, find_signed
from etl.text.names import fold, squeeze

_NUMBER = re.compile(r"(\d{1,4}[A-Za-z]?(?:\.\w{1,3})?)\s*/\s*([A-ZĐa-zđ][\w&-]*)")
TITLE_LIKENESS = 88


@dataclass(frozen=True, slots=True)
class Place:
    """A text at a place of a sheet; row and column 0-based."""

    row: int
    column: int
    text: str

    @property
    def cell(self) -> str:
        return a1(self.row, self.column)


@dataclass(frozen=True, slots=True)
class Marker:
    """Where a form says which form it is. `form` is None for a number that the reference data does not know."""

    place: Place
    number: str
    form: Form | None
    matched: str
    score: int


@dataclass(slots=True)
class Title:
    """What the title block says; None where it says nothing.

    sources: unit and period → sheet | file | row | heading, where they were taken from a name or beside the figures.
    """

    unit: UnitMatch | None = None
    unit_at: Place | None = None
    period: str | None = None
    period_at: Place | None = None
    stated: tuple[date | None, date | None] = (None, None)
    measures: tuple[Place, ...] = ()
    revision: int = 0
    revision_at: Place | None = None
    sources: dict[str, str] = field(default_factory=dict)

    def day(self, form: Form) -> date:
        """The day on which unit names are looked up: the period's last, or the last on which the form is valid."""
        if self.stated[1] is not None:
            return self.stated[1]
        with suppress(UsageError):
            return parse_period(self.period or "").end
        return form.valid_to or date.max


def find_markers(sheet: Sheet, wordings: Wordings, told: Telling) -> list[Marker]:
    """Every 'Biểu số: 01/KHCN-H' of a sheet, in reading order."""
    found: list[Marker] = []
    if not told.numbering:
        return found
    for row, column, text in sheet.places_of(told.numbering):
        number = _number_after_label(sheet, row, column, text)
        if number is not None:
            form = wordings.form_by_number(number)
            found.append(Marker(Place(row, column, text), number, form, form.number if form else number, 100))
    return found


def _number_after_label(sheet: Sheet, row: int, column: int, text: str) -> str | None:
    for candidate in (text, *(str(cell) for col, cell in sheet.row(row) if column < col <= column + 4)):
        if found := _NUMBER.search(candidate):
            return f"{found.group(1)}/{found.group(2)}"
    return None


def find_by_title(sheet: Sheet, reference: Reference, first: int, end: int) -> Marker | None:
    """The form whose title stands in the first rows, where no number does."""
    best: Marker | None = None
    for row, column, text in sheet.texts(first, end):
        folded = fold(text)
        if len(folded) < 10:
            continue
        for form in reference.forms.values():
            score = round(max(fuzz.token_sort_ratio(folded, fold(t)) for t in (form.title_vi, form.title_en) if t))
            if score >= TITLE_LIKENESS and (best is None or score > best.score):
                best = Marker(Place(row, column, text), form.number, form, form.title_vi, score)
    return best


def read_title(sheet: Sheet, form: Form, reference: Reference, wordings: Wordings, first: int, end: int) -> Title:
    """Read rows first..end-1 above the table."""
    title = Title()
    texts = [Place(row, column, text) for row, column, text in sheet.texts(first, end)]
    _read_period(title, sheet, texts, wordings)
    _read_unit(title, sheet, form, reference, texts, wordings, title.day(form))
    title.measures = tuple(place for place in texts if wordings.begins(fold(place.text), "label:measure"))
    for place in texts:
        if revision := find_revision(place.text):
            title.revision, title.revision_at = revision, place
    return title


def _read_period(title: Title, sheet: Sheet, texts: list[Place], wordings: Wordings) -> None:
    labelled = [p for p in texts if wordings.begins(fold(p.text), "label:period")]
    for label in labelled:
        for place in _value_places(sheet, label):
            code, start, stop = find_period(f"Kỳ báo cáo: {place.text}")  # whatever this office calls it
            if code is not None:
                title.period, title.period_at, title.stated = code, place, (start, stop)
                return
    for place in texts:
        if _is_of_another_matter(fold(place.text), wordings):
            continue
        code, start, stop = find_period(place.text)
        if code is not None:
            title.period, title.period_at, title.stated = code, place, (start, stop)
            return


def _is_of_another_matter(folded: str, wordings: Wordings) -> bool:
    """Dates of the covering letter and of the deadline are no reporting period."""
    return bool(wordings.begins(folded, "label:not_period")) or find_signed(folded) is not None


def _value_places(sheet: Sheet, label: Place) -> Iterator[Place]:
    """Where the value of a label may stand: in its own cell after the colon, on the right, below."""
    _, colon, rest = label.text.partition(":")
    if rest.strip():
        yield Place(label.row, label.column, rest.strip())
    elif not colon or not rest.strip():
        if not colon:
            yield label
        right = next(((c, v) for c, v in sheet.row(label.row) if c > label.column), None)
        if right is not None and (text := _as_written(right[1])):
            yield Place(label.row, right[0], text)
        for row in (label.row + 1, label.row + 2):
            below = next((v for c, v in sheet.row(row) if c == label.column), None)
            if below is not None and (text := _as_written(below)):
                yield Place(row, label.column, text)
                return


def _as_written(cell: Cell) -> str:
    """Text, or a whole number such as a year; '' for what says nothing here."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and cell == int(cell):
        return str(int(cell))
    return ""


def _read_unit(
    title: Title, sheet: Sheet, form: Form, reference: Reference, texts: list[Place], wordings: Wordings, day: date
) -> None:
    for label in (p for p in texts if wordings.begins(fold(p.text), "label:unit")):
        first_place: Place | None = None
        for place in _value_places(sheet, label):
            if _is_label(fold(place.text), wordings):
                continue
            first_place = first_place or place
            if (match := resolve(reference, squeeze(place.text), day, ())) is None:
                match = resolve(reference, squeeze(place.text), day, form.senders)
            else:
                match = resolve(reference, squeeze(place.text), day, form.senders) or match
            if match is not None:
                title.unit, title.unit_at = match, place
                return
        if first_place is not None:
            title.unit_at = first_place
            return
    if "title" in form.unit_from:
        _unit_in_title(title, form, reference, texts, day)


def _unit_in_title(title: Title, form: Form, reference: Reference, texts: list[Place], day: date) -> None:
    """The first line that names a unit says it; where it names several, no later line is asked instead."""
    for place in texts:
        if found := resolve_all(reference, squeeze(place.text), day, form.senders):
            title.unit, title.unit_at = found[0] if len(found) == 1 else None, place
            return


def _is_label(folded: str, wordings: Wordings) -> bool:
    return any(
        wordings.begins(folded, name) for name in ("label:receiver", "label:period", "label:measure", "label:unit")
    )


def signed_below(sheet: Sheet, first: int, end: int) -> tuple[date, Place] | None:
    """The date beside the signature, in the rows under the table."""
    for row, column, text in sheet.texts(first, end):
        if len(text) < 100 and (day := find_signed(text)) is not None:
            return day, Place(row, column, text)
    return None
