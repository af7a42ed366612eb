"""Do the forms fit together with the rest: sets, vocabularies, units of measure, levels, and with themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from etl.model.forms import Field, Form, TableSpec
from etl.model.reference import Entity, Measure
from etl.model.units import LEVELS, Units
from etl.store.reference.faults import Faults
from etl.store.reference.suites import SYSTEM
from etl.store.reference.words import Values
from etl.text.measures import measure_key
from etl.text.names import fold


def check_forms(
    forms: Mapping[str, Form], units: Units, values: Values, measures: Sequence[Measure], entities: Sequence[Entity],
    faults: Faults,
) -> None:  # fmt: skip
    """Tell every name in a form that leads nowhere, and every name that stands twice."""
    known_measures = {measure_key(wording) for m in measures for wording in (m.name, *m.wordings)}
    kinds = {entity.kind for entity in entities}
    tables: dict[str, str] = {}
    for form in forms.values():
        place = f"forms/{form.id}.yaml"
        _check_senders(place, form, units, faults)
        _check_beside(place, form, faults)
        for table in form.tables:
            where = f"{place} table {table.id}"
            if tables.setdefault(table.id, where) != where:
                faults.add(where, f"mã bảng đã dùng ở {tables[table.id]}.", f"table id is taken at {tables[table.id]}.")
            _check_table(where, table, values, faults)
            for field in table.fields:
                _check_field(f"{where} field {field.id}", field, table, values, known_measures, kinds, faults)
    _check_numbers(forms, faults)


def _check_senders(place: str, form: Form, units: Units, faults: Faults) -> None:
    for sender in form.senders:
        if sender not in LEVELS.values() and not units.known(sender):
            faults.add(f"{place} senders", f"không có cấp hay đơn vị “{sender}”.", f"no level or unit “{sender}”.")
    if not form.senders:
        faults.add(f"{place} senders", "chưa ghi ai được gửi biểu.", "nobody may send this form.")


def _check_beside(place: str, form: Form, faults: Faults) -> None:
    """A form whose rows or columns are of several units or periods has, in each table, the field that says which."""
    for key, kind, sources in (("unit_from", "unit", form.unit_from), ("period_from", "period", form.period_from)):
        for table in form.tables:
            across = table.across.get("field")
            if "heading" in sources and not any(f.id == across and f.type == kind for f in table.fields):
                faults.add(
                    f"{place} {key}", f"heading: bảng “{table.id}” không có trường kiểu {kind} đứng ngang (across).",
                    f"heading: table “{table.id}” has no field of type {kind} across the top.",
                )  # fmt: skip
            beside = [f for f in table.fields if f.type == kind and f.id not in table.without_column]
            if "row" in sources and len(beside) != 1:
                faults.add(
                    f"{place} {key}", f"row: bảng “{table.id}” phải có đúng một cột kiểu {kind}.",
                    f"row: table “{table.id}” must have exactly one column of type {kind}.",
                )  # fmt: skip


def _check_numbers(forms: Mapping[str, Form], faults: Faults) -> None:
    """One form number means one form on any day."""
    found: dict[str, Form] = {}
    for form in forms.values():
        other = found.setdefault(fold(form.number), form)
        if other is form:
            continue
        starts = max(other.valid_from or date.min, form.valid_from or date.min)
        ends = min(other.valid_to or date.max, form.valid_to or date.max)
        if starts <= ends:
            faults.add(
                f"forms/{form.id}.yaml number",
                f"số biểu “{form.number}” trùng với biểu “{other.id}” trong cùng thời gian.",
                f"form number “{form.number}” is that of form “{other.id}” at the same time.",
            )


def _check_table(place: str, table: TableSpec, values: Values, faults: Faults) -> None:
    ids = [field.id for field in table.fields]
    for name, items in (("field", ids), ("code", [f.code for f in table.fields if f.code])):
        for twice in _twice(items):
            faults.add(f"{place} {name}", f"“{twice}” lặp lại.", f"“{twice}” stands twice.")
    for twice in _twice([fold(" ".join(field.heading)) for field in table.fields]):
        faults.add(f"{place} heading", f"tiêu đề “{twice}” lặp lại.", f"heading “{twice}” stands twice.")
    for key, names in _named_fields(table).items():
        for name in names:
            if name not in ids:
                faults.add(f"{place} {key}", f"không có trường “{name}”.", f"there is no field “{name}”.")
    if table.kind == "matrix" and not (table.rows and table.row_code and table.row_label):
        faults.add(
            place, "bảng matrix cần rows, row_code và row_label.", "a matrix needs rows, row_code and row_label."
        )
    if table.kind == "crosstab" and not table.across:
        faults.add(place, "bảng crosstab cần across.", "a crosstab needs across.")
    for twice in _twice([row.value for row in table.rows]):
        faults.add(f"{place} rows", f"mã dòng “{twice}” lặp lại.", f"row code “{twice}” stands twice.")
    if table.across and set(table.across) != {"field", "value"}:
        faults.add(f"{place} across", "cần đúng hai khoá: field và value.", "needs exactly two keys: field and value.")
    if table.hierarchy is not None and not any(field.type == "ordinal" for field in table.fields):
        faults.add(f"{place} hierarchy", "cần một cột kiểu ordinal.", "needs a column of type ordinal.")
    _check_sections(place, table, values, faults)
    _check_derive(place, table, ids, faults)


def _named_fields(table: TableSpec) -> dict[str, list[str]]:
    """Which key of the YAML names which fields."""
    named: dict[str, list[str | None]] = {
        "row_code": [table.row_code], "row_label": [table.row_label], "sections.field": [table.section_field],
        "key": [*table.key], "unit_from": [field.unit_from for field in table.fields],
        "across": [*table.across.values()],
    }  # fmt: skip
    if table.hierarchy is not None:
        named["hierarchy"] = [table.hierarchy.label, *table.hierarchy.levels]
    if table.entity is not None:
        entity = table.entity
        named["entity"] = [entity.id, entity.name, entity.owner, entity.listed, *entity.wins]
    return {key: [name for name in names if name] for key, names in named.items()}


def _check_sections(place: str, table: TableSpec, values: Values, faults: Faults) -> None:
    field = next((f for f in table.fields if f.id == table.section_field), None)
    if field is None or field.values is None:
        return
    allowed = {value for value, _ in values.get(field.values, ())}
    for section in table.sections:
        if section.value not in allowed:
            faults.add(
                f"{place} sections", f"“{section.value}” không thuộc tập “{field.values}”.",
                f"“{section.value}” is not in set “{field.values}”.",
            )  # fmt: skip


def _check_derive(place: str, table: TableSpec, ids: Sequence[str], faults: Faults) -> None:
    columns = [derived.column for derived in table.derive]
    for twice in _twice([*ids, *columns, *SYSTEM]):
        faults.add(f"{place} derive", f"cột “{twice}” lặp lại.", f"column “{twice}” stands twice.")
    for column in columns:
        if not column.startswith("_"):
            faults.add(
                f"{place} derive",
                f"cột suy ra “{column}” phải bắt đầu bằng _.",
                f"derived column “{column}” must start with _.",
            )


def _check_field(
    place: str, field: Field, table: TableSpec, values: Values, measures: set[str], kinds: set[str], faults: Faults
) -> None:
    if field.type == "set" and field.values not in values:
        faults.add(
            f"{place} values", f"values.csv không có tập “{field.values}”.", f"values.csv has no set “{field.values}”."
        )
    if field.type == "entity" and not field.vocabulary:
        faults.add(f"{place} vocabulary", "kiểu entity cần vocabulary.", "type entity needs vocabulary.")
    if field.vocabulary and field.vocabulary not in kinds:
        text = field.vocabulary
        faults.add(
            f"{place} vocabulary", f"entities.csv không có loại “{text}”.", f"entities.csv has no kind “{text}”."
        )
    if field.unit_of_measure and measure_key(field.unit_of_measure) not in measures:
        text = field.unit_of_measure
        faults.add(f"{place} unit", f"measures.csv không có “{text}”.", f"measures.csv has no “{text}”.")
    if field.level and field.level not in LEVELS.values():
        faults.add(f"{place} level", f"không có cấp “{field.level}”.", f"there is no level “{field.level}”.")
    if field.source and field.type != "set":
        faults.add(f"{place} from", "chỉ trường kiểu set lấy giá trị từ tên.", "only a field of type set is named so.")
    if field.total and not field.numeric:
        faults.add(f"{place} total", "chỉ cột số mới có dòng tổng.", "only a number column has a total.")


def _twice(items: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return sorted({item for item in items if item in seen or seen.add(item)})  # type: ignore[func-returns-value]  # add says nothing
