"""A form, a unit and a period → the workbook that the unit fills: the office's layout, value lists, locked headings.

What a filled one says is recognised by its words like any other workbook; the hidden sheet only tells which template
it was, so that an outdated one can be told by name.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from etl.errors import UsageError
from etl.model.forms import Form
from etl.model.grids import Grid
from etl.model.periods import Period
from etl.model.reference import Reference
from etl.steps.template.layout import Page, write_form
from etl.steps.template.lists import HIDDEN, Lists

__all__ = ["TemplateStamp", "stamp_of", "template", "template_version"]

#: table id → rows as the lake keeps them: field → value; `_entity` is the lasting id of what the row is about
Rows = Mapping[str, Sequence[Mapping[str, Any]]]

_KEYS = ("etl_form", "etl_version", "etl_unit", "etl_period")


@dataclass(frozen=True, slots=True)
class TemplateStamp:
    """Which template a workbook was made from. entities: (table, row's first text, lasting id) of prefilled rows."""

    form: str
    version: str
    unit: str
    period: str
    entities: tuple[tuple[str, str, str], ...] = ()


def template(form: Form, unit: str, period: Period, reference: Reference, *, rows: Rows | None = None) -> bytes:
    """The workbook of a form for a unit and a period, blank or with the rows given. The same input: the same bytes.

    Raises UsageError for a unit that does not exist in the period, for a period on which the form is not valid, and for
    a form with members across the top or fields without a column: what its sheet looks like is each sender's own.
    """
    import xlsxwriter

    found = reference.units.get(unit, period.end)
    if found is None:
        raise UsageError(f"Đơn vị {unit} không có trong kỳ {period.code} / no unit {unit} in {period.code}")
    if not form.valid_on(period.end):
        raise UsageError(
            f"Biểu {form.number} không có hiệu lực trong kỳ {period.code} / form not valid in {period.code}"
        )
    if any(table.without_column for table in form.tables):
        raise UsageError(
            f"Biểu {form.number} có thành phần đứng ngang hay trường không có cột: hãy phát mẫu in của cơ quan / "
            f"form {form.number} has members across the top or fields without a column: issue the office's own workbook"
        )
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": f"{form.number} {found.title} {period.code}", "created": datetime(1980, 1, 1)})
        sheet = book.add_worksheet(f"Biểu {form.number.partition('/')[0]}")
        stamp = (form.id, template_version(form, reference), unit, period.code)
        lists = Lists(book, list(zip(_KEYS, stamp, strict=True)), reference, found, period)
        write_form(Page(book, sheet, form, found, period, reference, lists, stamp[1]), rows or {})
        lists.close()
    return out.getvalue()


def template_version(form: Form, reference: Reference) -> str:
    """Names what a template of this form looks like: another heading or value list makes another version."""
    sets = sorted({f.values for table in form.tables for f in table.fields if f.values})
    parts = [repr(form), *(repr((name, reference.values.get(name))) for name in sets)]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:8]


def stamp_of(grids: Iterable[Grid]) -> TemplateStamp | None:
    """What the hidden sheet of a template says; None for any other workbook."""
    for grid in grids:
        if grid.sheet != HIDDEN:
            continue
        said = {str(grid.at(row, 0)): str(grid.at(row, 1)) for row in range(len(_KEYS))}
        if set(said) == set(_KEYS):
            rows = range(len(_KEYS), grid.top + len(grid.rows))
            entities = tuple(
                (str(grid.at(row, 0)), str(grid.at(row, 1)), str(grid.at(row, 2))) for row in rows if grid.at(row, 2)
            )
            form, version, unit, period = (said[key] for key in _KEYS)
            return TemplateStamp(form, version, unit, period, entities)
    return None
