"""Unit and period from where the form's YAML says they stand when no title names them: the sheet's or the file's name."""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath

from etl.model.forms import Form
from etl.model.reference import Reference
from etl.steps.recognise.titles import Place, Title
from etl.steps.recognise.units import named_in, resolve, resolve_all
from etl.text.dates import find_period
from etl.text.names import squeeze

_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")


def fill_in(title: Title, form: Form, reference: Reference, sheet: str, file: str, day: date) -> None:
    """Complete a title from the declared sources, in their order; what the title says itself stays."""
    for source in form.period_from:
        if title.period is None and source in ("sheet", "file"):
            name = sheet if source == "sheet" else stem(file)
            if (code := period_in(name)) is not None:
                title.period, title.period_at = code, Place(0, 0, name)
                title.sources["period"] = source
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


def period_in(name: str) -> str | None:
    """The one period that a name tells: 'Quý I 2021', 'T6-2021', or a single year."""
    code, _, _ = find_period(f"Kỳ báo cáo: {squeeze(name)}")
    if code is not None:
        return code
    years = set(_YEAR.findall(name))
    return years.pop() if len(years) == 1 else None


def _unit_in(reference: Reference, name: str, day: date, senders: tuple[str, ...]) -> str | None:
    if (match := resolve(reference, squeeze(name), day, senders)) is not None:
        return match.unit.code
    named = named_in(reference, name, day, senders)
    return named[0].code if len(named) == 1 else None
