"""headings, values, measures, entities and messages: the words that the office uses, and those that mean the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Formatter

from etl.model.findings import CELL, HOLD, PAIR, RECOGNITION, SEVERITIES
from etl.model.forms import Form
from etl.model.reference import Entity, Measure, Message
from etl.model.units import LEVELS
from etl.store.reference.cells import Row, read_csv
from etl.store.reference.faults import Faults
from etl.text.measures import measure_key
from etl.text.names import fold, tone_key

#: sets of values.csv without which no sheet can be recognised
NEEDED = (
    "label:form_number", "label:measure", "label:not_period", "label:period", "label:receiver", "label:unit",
    "row:footer", "row:nil", "row:note", "row:total", "unit:prefix", "unit:type",
)  # fmt: skip

Headings = tuple[tuple[str, str, str, str], ...]
Values = dict[str, tuple[tuple[str, str], ...]]


class _Claims:
    """Which meaning a wording has already; a second one is told."""

    def __init__(self, key: Callable[[str], str]) -> None:
        self.key, self.taken = key, dict[tuple[str, str], str]()

    def take(self, row: Row, column: str, scope: str, wording: str, meaning: str) -> None:
        other = self.taken.setdefault((scope, self.key(wording)), meaning)
        if other != meaning:
            row.tell(
                column,
                f"“{wording}” đã có nghĩa là “{other}”, không thể cũng là “{meaning}”.",
                f"“{wording}” means “{other}” already and cannot also mean “{meaning}”.",
            )


def read_headings(files: Mapping[str, bytes], forms: Mapping[str, Form], faults: Faults) -> Headings:
    """(form or table or '', field or '', wording, meaning): a field's other headings, and abbreviations for all."""
    places = {form.id: {f.id for t in form.tables for f in t.fields} for form in forms.values()}
    places |= {table.id: {f.id for f in table.fields} for form in forms.values() for table in form.tables}
    claims = _Claims(fold)
    found = []
    for row in read_csv("headings.csv", files, ("form", "field", "wording", "means"), faults, optional=("note",)):
        form, field, means = row.text("form"), row.text("field"), row.text("means")
        wording = row.required("wording")
        if bool(form) != bool(field):
            row.tell("field", "ghi cả form và field, hoặc để trống cả hai.", "fill both form and field, or neither.")
        elif not form:
            if row.required("means"):
                claims.take(row, "wording", "", wording, means)
        elif form not in places:
            row.tell("form", f"không có biểu hay bảng “{form}”.", f"there is no form or table “{form}”.")
        elif field not in places[form]:
            row.tell("field", f"“{form}” không có trường “{field}”.", f"“{form}” has no field “{field}”.")
        else:
            claims.take(row, "wording", form, wording, field)
        found.append((form, field, wording, means))
    return tuple(found)


def read_values(files: Mapping[str, bytes], faults: Faults) -> Values:
    """Set → ((value, wording), …). A blank wording stands for the value itself."""
    claims = _Claims(fold)
    found: dict[str, list[tuple[str, str]]] = {}
    for row in read_csv("values.csv", files, ("set", "value", "wording"), faults, optional=("note",)):
        name, value = row.required("set"), row.required("value")
        wording = row.text("wording") or value
        if not name.startswith(("label:", "row:")):
            claims.take(row, "wording", name, wording, value)
        if name == "unit:type" and value not in LEVELS:
            row.one_of("value", LEVELS)
        found.setdefault(name, []).append((value, wording))
    for name in NEEDED:
        if "values.csv" in files and name not in found:
            faults.add("values.csv", f"thiếu tập “{name}”.", f"set “{name}” is missing.")
    return {name: tuple(pairs) for name, pairs in found.items()}


def read_measures(files: Mapping[str, bytes], faults: Faults) -> tuple[Measure, ...]:
    """Units of measure, with the factor to the base unit of their dimension."""
    claims = _Claims(measure_key)
    found = []
    for row in read_csv("measures.csv", files, ("name", "dimension", "factor", "wordings"), faults):
        measure = Measure(
            row.required("name"), row.required("dimension"), row.number("factor", "1"), row.words("wordings")
        )
        if measure.factor <= 0:
            row.tell("factor", "phải lớn hơn 0.", "must be above 0.")
        for wording in (measure.name, *measure.wordings):
            claims.take(row, "wordings", "", wording, measure.name)
        found.append(measure)
    return tuple(found)


def read_entities(files: Mapping[str, bytes], faults: Faults) -> tuple[Entity, ...]:
    """Known products, marks and themes. One wording names one entity of its kind."""
    claims, seen = _Claims(tone_key), set[tuple[str, str]]()
    found = []
    columns = ("kind", "id", "name", "aliases", "order", "title_en")
    for row in read_csv("entities.csv", files, columns, faults, optional=("source",)):
        kind, key = row.required("kind"), row.required("id")
        if (kind, key) in seen:
            row.tell("id", f"mã “{key}” lặp lại.", f"id “{key}” stands twice.")
        seen.add((kind, key))
        entity = Entity(kind, key, row.required("name"), row.words("aliases"), row.whole("order"), row.text("title_en"))
        for wording in (entity.name, *entity.aliases):
            claims.take(row, "aliases", kind, wording, key)
        found.append(entity)
    return tuple(found)


def read_messages(files: Mapping[str, bytes], faults: Faults) -> dict[str, Message]:
    """What the stages outside the suites can tell; the texts are templates."""
    found: dict[str, Message] = {}
    columns = ("code", "severity", "scope", "message_vi", "message_en")
    for row in read_csv("messages.csv", files, columns, faults, optional=("meaning",)):
        code, severity = row.required("code"), row.one_of("severity", SEVERITIES)
        if code in found:
            row.tell("code", f"mã “{code}” lặp lại.", f"code “{code}” stands twice.")
        scope = row.one_of("scope", (RECOGNITION, CELL, PAIR)) if severity == HOLD else row.text("scope") or None
        for column in ("message_vi", "message_en"):
            if (trouble := template_fault(row.required(column))) is not None:
                row.tell(column, f"mẫu câu sai: {trouble}.", f"bad template: {trouble}.")
        found[code] = Message(code, severity, scope, row.text("message_vi"), row.text("message_en"))
    return found


def template_words(text: str) -> set[str]:
    """The names in braces of a message template. Raises ValueError for braces that do not match."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def template_fault(text: str) -> str | None:
    try:
        words = template_words(text)
    except ValueError as error:
        return str(error)
    return next((f"{{{word}}}" for word in words if not word.isidentifier()), None)
