"""expectations/*.json: one Great Expectations suite a table, as GX itself loads it, checked before GX ever sees it.

GX drops in silence an expectation whose type or severity it does not know, and answers a missing column with a result
that looks like a passed one. So both are told here, by names, without importing GX.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from etl.model.findings import CELL, CRITICAL, HOLD, INFO, PAIR, RECOGNITION, SEVERITIES, WARNING
from etl.model.forms import TableSpec
from etl.store.reference.faults import Faults
from etl.store.reference.indicators import table_columns
from etl.store.reference.words import template_fault, template_words

#: our severity → the one that GX knows
NATIVE = {CRITICAL: "critical", HOLD: "warning", WARNING: "warning", INFO: "info"}

#: expectations of GX 1.24 that name the rows that fail
KNOWN_TYPES = frozenset((
    "expect_column_values_to_not_be_null", "expect_column_values_to_be_null", "expect_column_values_to_be_unique",
    "expect_column_values_to_be_between", "expect_column_values_to_be_in_set", "expect_column_values_to_not_be_in_set",
    "expect_column_values_to_match_regex", "expect_column_values_to_not_match_regex",
    "expect_column_value_lengths_to_be_between", "expect_column_value_lengths_to_equal",
    "expect_column_pair_values_a_to_be_greater_than_b", "expect_column_pair_values_to_be_equal",
    "expect_column_pair_values_to_be_in_set", "expect_compound_columns_to_be_unique",
    "expect_select_column_values_to_be_unique_within_record", "expect_multicolumn_sum_to_equal",
))  # fmt: skip

#: columns that stand beside the table's own when a suite runs
SYSTEM = frozenset((
    "_submission", "_reading", "_unit", "_period", "_block", "_line", "_unit_level", "_start", "_end",
))  # fmt: skip

_COLUMN_KEYS = ("column", "column_A", "column_B", "column_list", "column_set")
_NEEDED = ("rule", "severity", "cell", "message_vi", "message_en", "expected", "example")
_ALLOWED = {*_NEEDED, "related", "scope", "proposal"}

Suite = Mapping[str, Any]


def read_suites(files: Mapping[str, bytes], tables: Mapping[str, TableSpec], faults: Faults) -> dict[str, Suite]:
    """Table id → suite. Every table has one; every rule id stands once in all of them."""
    suites: dict[str, Suite] = {}
    rules: dict[str, str] = {}
    for file in sorted(name for name in files if name.endswith(".json")):
        suite = _parsed(file, files[file], faults)
        if suite is None:
            continue
        name = str(suite.get("name", ""))
        table = tables.get(name)
        if f"{name}.json" != file:
            faults.add(f"expectations/{file} name", "phải trùng tên tệp.", "must be the file's name.")
        elif table is None:
            faults.add(f"expectations/{file}", f"không có bảng “{name}”.", f"there is no table “{name}”.")
        else:
            suites[name] = suite
            for i, one in enumerate(suite["expectations"]):
                _check(f"expectations/{file} expectations[{i}]", one, table, rules, faults)
    for missing in sorted(set(tables) - set(suites)):
        faults.add(f"expectations/{missing}.json", "bảng chưa có bộ luật.", "the table has no suite.")
    return suites


def rule_ids(suites: Mapping[str, Suite]) -> set[str]:
    """The id of every rule; what is not shaped as one was told when the suites were read."""
    return {
        str(one["meta"].get("rule", "")) for suite in suites.values() for one in suite["expectations"] if _shaped(one)
    }


def _parsed(file: str, content: bytes, faults: Faults) -> dict[str, Any] | None:
    try:
        suite = json.loads(content)
    except ValueError as error:
        faults.add(f"expectations/{file}", f"JSON sai: {error}.", f"no JSON: {error}.")
        return None
    if not isinstance(suite, dict) or not isinstance(suite.get("expectations"), list):
        faults.add(f"expectations/{file}", "thiếu danh sách expectations.", "the list of expectations is missing.")
        return None
    return suite


def _check(place: str, one: Any, table: TableSpec, rules: dict[str, str], faults: Faults) -> None:
    if not _shaped(one):
        faults.add(
            place,
            "cần type, severity là chữ; kwargs, meta gồm các cặp; tên cột là chữ hoặc danh sách chữ.",
            "needs type and severity as texts, kwargs and meta as mappings, columns as texts or lists of texts.",
        )
        return
    meta = one["meta"]
    rule = meta.get("rule", "")
    place = f"{place} {rule}".rstrip()
    if rules.setdefault(rule, place) != place:
        faults.add(
            place, f"mã luật lặp lại (đã có ở {rules[rule]}).", f"rule id stands twice (already at {rules[rule]})."
        )
    if one.get("type") not in KNOWN_TYPES:
        text = one.get("type")
        faults.add(
            f"{place} type", f"GX không có loại “{text}”, sẽ lặng lẽ bỏ qua.", f"GX has no “{text}” and would drop it."
        )
    _check_severity(place, one, faults)
    _check_kwargs(place, one["kwargs"], table, faults)
    _check_meta(place, meta, table, faults)


def _shaped(one: Any) -> bool:
    """Whether the parts have the types that the checks, and GX, count on."""
    if not isinstance(one, dict) or not isinstance(one.get("kwargs"), dict) or not isinstance(one.get("meta"), dict):
        return False
    kwargs, meta = one["kwargs"], one["meta"]
    texts = [one.get("type"), one.get("severity"), kwargs.get("regex", "")]
    texts += [value for key, value in meta.items() if key != "related"]
    names = [kwargs[key] for key in _COLUMN_KEYS if key in kwargs] + [meta.get("related", [])]
    for value in names:
        texts += value if isinstance(value, list) else [value]
    return all(isinstance(text, str) for text in texts)


def _check_severity(place: str, one: Mapping[str, Any], faults: Faults) -> None:
    severity, scope = one["meta"].get("severity"), one["meta"].get("scope")
    if severity not in SEVERITIES:
        known = ", ".join(SEVERITIES)
        faults.add(
            f"{place} meta.severity", f"“{severity}” không thuộc: {known}.", f"“{severity}” is none of: {known}."
        )
    elif one.get("severity") != NATIVE[severity]:
        faults.add(
            f"{place} severity",
            f"phải là “{NATIVE[severity]}” (GX) khi meta.severity là “{severity}”.",
            f"must be “{NATIVE[severity]}” (GX) where meta.severity is “{severity}”.",
        )
    if (severity == HOLD) != (scope in (CELL, PAIR, RECOGNITION)):
        faults.add(
            f"{place} meta.scope",
            "chỉ luật hold mới có scope: cell, pair hoặc recognition.",
            "a hold, and only a hold, has a scope: cell, pair or recognition.",
        )
    if severity == HOLD and not one["meta"].get("proposal"):
        faults.add(f"{place} meta.proposal", "luật hold cần một đề xuất.", "a hold needs a proposal.")


def _check_kwargs(place: str, kwargs: Mapping[str, Any], table: TableSpec, faults: Faults) -> None:
    known = suite_columns(table)
    for key in _COLUMN_KEYS:
        value = kwargs.get(key, [])
        for column in [value] if isinstance(value, str) else value:
            if column not in known:
                faults.add(
                    f"{place} kwargs.{key}",
                    f"bảng “{table.id}” không có cột “{column}”.",
                    f"table “{table.id}” has no column “{column}”.",
                )
    if "mostly" in kwargs:
        faults.add(
            f"{place} kwargs.mostly",
            "không dùng mostly: mỗi ô sai đều phải báo.",
            "no mostly: every failing cell is told.",
        )
    if "column_A" in kwargs and kwargs.get("ignore_row_if") != "either_value_is_missing":
        faults.add(
            f"{place} kwargs.ignore_row_if",
            "phải là either_value_is_missing, nếu không ô trống bị coi là sai.",
            "must be either_value_is_missing, else a blank counts as wrong.",
        )
    try:
        re.compile(kwargs.get("regex", ""))
    except re.error as error:
        faults.add(f"{place} kwargs.regex", f"biểu thức sai: {error}.", f"bad expression: {error}.")


def _check_meta(place: str, meta: Mapping[str, Any], table: TableSpec, faults: Faults) -> None:
    for key in _NEEDED:
        if not meta.get(key):
            faults.add(f"{place} meta.{key}", "để trống. Hãy điền.", "is blank. Fill it in.")
    for key in sorted(set(meta) - _ALLOWED):
        faults.add(f"{place} meta.{key}", "khoá lạ.", "unknown key.")
    fields = {field.id for field in table.fields}
    for key in ("cell", "related"):
        named = meta.get(key, [])
        for name in [named] if isinstance(named, str) else named:
            if name not in fields:
                faults.add(f"{place} meta.{key}", f"không có trường “{name}”.", f"there is no field “{name}”.")
    words = suite_columns(table) | {"value", "expected", "column"}
    for key in ("message_vi", "message_en", "expected"):
        text = meta.get(key, "")
        trouble = template_fault(text) or next((f"{{{w}}}" for w in sorted(template_words(text) - words)), None)
        if trouble:
            faults.add(f"{place} meta.{key}", f"mẫu câu sai: {trouble}.", f"bad template: {trouble}.")


def suite_columns(table: TableSpec) -> set[str]:
    """Columns that a suite of the table may name."""
    return table_columns(table) | {derived.column for derived in table.derive} | SYSTEM
