"""forms/*.yaml → forms, tables and fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from etl.model.forms import (
    FIELD_TYPES,
    NAME_SOURCES,
    SOURCES,
    Derived,
    EntitySpec,
    Field,
    Form,
    Hierarchy,
    RowLabel,
    TableSpec,
)
from etl.store.reference.faults import Faults
from etl.store.reference.nodes import Node, read_yaml

TABLE_KINDS = ("records", "matrix", "crosstab")
PERIOD_KINDS = ("year", "half", "quarter", "month", "event")
_ID = re.compile(r"[a-z][a-z0-9_]*")


def read_forms(files: Mapping[str, bytes], faults: Faults) -> dict[str, Form]:
    """Forms by id. What is wrong inside one file does not keep the others from being read."""
    forms: dict[str, Form] = {}
    for file in sorted(files):
        if not file.startswith("forms/") or not file.endswith(".yaml"):
            continue
        node = read_yaml(file, files[file], faults)
        if node is None:
            continue
        form = _form(node)
        if f"forms/{form.id}.yaml" != file:
            node.tell("form", f"phải trùng tên tệp ({file}).", f"must be the file's name ({file}).")
        forms[form.id] = form
    if not forms:
        faults.add("forms/", "không có biểu nào.", "there is no form.")
    return forms


def _form(node: Node) -> Form:
    form_id, title, valid = _id(node, "form"), node.node("title"), node.node("valid")
    title_vi, title_en = title.text("vi", required=True), title.text("en", required=True)
    tables = tuple(_table(table, form_id, title_vi, title_en) for table in node.nodes("tables"))
    if not tables:
        node.tell("tables", "biểu phải có ít nhất một bảng.", "a form has at least one table.")
    form = Form(
        id=form_id, number=node.text("number", required=True), title_vi=title_vi, title_en=title_en,
        period_kind=_one_of(node, "period", PERIOD_KINDS), tables=tables, valid_from=valid.day("from"),
        valid_to=valid.day("to"), unit_of_measure=node.text("unit_of_measure") or None,
        unit_from=_sources(node, "unit_from", SOURCES, ("label",)),
        period_from=_sources(node, "period_from", SOURCES, ("label",)),
        senders=node.texts("senders"), synthetic=node.flag("synthetic"),
    )  # fmt: skip
    if form.valid_from and form.valid_to and form.valid_to < form.valid_from:
        valid.tell("to", "trước valid.from.", "is before valid.from.")
    for part in (node, title, valid):
        part.close()
    return form


def _table(node: Node, form_id: str, title_vi: str, title_en: str) -> TableSpec:
    title, sections = node.node("title"), node.node("sections")
    table = TableSpec(
        id=_id(node, "table"), form=form_id, kind=_one_of(node, "kind", TABLE_KINDS),
        fields=tuple(_field(field) for field in node.nodes("fields")), title_vi=title.text("vi", title_vi),
        title_en=title.text("en", title_en), anchor=node.text("anchor") or None,
        row_code=node.text("row_code") or None, row_label=node.text("row_label") or None,
        rows=tuple(_label(row) for row in node.nodes("rows")), section_field=sections.text("field") or None,
        sections=tuple(_label(row) for row in sections.nodes("rows")), key=node.texts("key"),
        derive=tuple(_derived(one) for one in node.nodes("derive")),
        entity=_entity(node.node("entity")) if node.has("entity") else None, across=_across(node.mapping("across")),
        hierarchy=_hierarchy(node.node("hierarchy")) if node.has("hierarchy") else None,
    )  # fmt: skip
    for part in (node, title, sections):
        part.close()
    return table


def _field(node: Node) -> Field:
    heading = node.texts("heading")
    if not heading:
        node.tell("heading", "thiếu tiêu đề cột.", "the column's heading is missing.")
    field = Field(
        id=_id(node, "field"), type=_one_of(node, "type", FIELD_TYPES), heading=heading,
        code=node.text("code") or None, title_vi=node.text("vi") or " / ".join(heading),
        title_en=node.text("en", required=True), decimals=node.whole("decimals"),
        unit_of_measure=node.text("unit") or None, unit_from=node.text("unit_from") or None,
        values=node.text("values") or None, vocabulary=node.text("vocabulary") or None,
        level=node.text("level") or None, optional=node.flag("optional"), computed=node.flag("computed"),
        total=node.flag("total"), source=_sources(node, "from", NAME_SOURCES, ()),
    )  # fmt: skip
    node.close()
    return field


def _label(node: Node) -> RowLabel:
    label = RowLabel(node.text("label", required=True), node.text("value", required=True))
    node.close()
    return label


def _derived(node: Node) -> Derived:
    derived = Derived(node.text("column", required=True), node.text("sql", required=True), node.flag("cross_form"))
    node.close()
    return derived


def _entity(node: Node) -> EntitySpec:
    entity = EntitySpec(
        kind=node.text("kind", required=True), id=node.text("id") or None, name=node.text("name") or None,
        owner=node.text("owner") or None, register=node.text("register") or None, wins=node.texts("wins"),
        listed=node.text("listed") or None, also=node.text("also") or None,
    )  # fmt: skip
    node.close()
    return entity


def _hierarchy(node: Node) -> Hierarchy:
    hierarchy = Hierarchy(node.text("label", required=True), node.texts("levels"))
    node.close()
    return hierarchy


def _across(value: Mapping[str, Any]) -> dict[str, str]:
    return {str(key): str(text) for key, text in value.items()}


def _id(node: Node, key: str) -> str:
    value = node.text(key, required=True)
    if value and not _ID.fullmatch(value):
        node.tell(key, f"“{value}”: chỉ chữ thường không dấu, số và _.", f"“{value}”: only a-z, digits and _.")
    return value


def _sources(node: Node, key: str, allowed: tuple[str, ...], default: tuple[str, ...]) -> tuple[str, ...]:
    given = node.texts(key, default)
    known = ", ".join(allowed)
    for source in given:
        if source not in allowed:
            node.tell(key, f"không có nguồn “{source}”. Chọn trong: {known}.", f"“{source}” is none of: {known}.")
    return given


def _one_of(node: Node, key: str, allowed: tuple[str, ...]) -> str:
    value = node.text(key, required=True)
    if value and value not in allowed:
        known = ", ".join(allowed)
        node.tell(key, f"“{value}” không hợp lệ. Chọn một trong: {known}.", f"“{value}” is none of: {known}.")
    return value
