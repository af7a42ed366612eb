"""across/*.yaml → rules over other units and other periods, checked before any of them runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import yaml

from etl.model.across import SYSTEM, AcrossRule
from etl.model.figures import Indicator
from etl.model.findings import HOLD, INFO, PAIR, WARNING
from etl.model.forms import TableSpec
from etl.store.reference.faults import Faults
from etl.store.reference.indicators import table_columns
from etl.store.reference.nodes import LOADER, Node, read_yaml
from etl.store.reference.words import template_fault, template_words

FOLDER = "across/"
#: there is no critical one: whoever came last would be blamed for a neighbour
SEVERITIES = (HOLD, WARNING, INFO)


def read_across(
    files: Mapping[str, bytes], tables: Mapping[str, TableSpec], indicators: Mapping[str, Indicator],
    taken: Collection[str], faults: Faults,
) -> tuple[AcrossRule, ...]:  # fmt: skip
    """Every rule, file by file in the order of the files. taken: rule ids of the suites, which cannot be used again."""
    found: list[AcrossRule] = []
    known = set(taken)
    for file in sorted(files):
        if not file.startswith(FOLDER) or not file.endswith(".yaml"):
            continue
        node = read_yaml(file, files[file], faults)
        if node is not None:
            found += _file(node, file, _lines(files[file]), tables, indicators, known)
    return tuple(found)


def _lines(content: bytes) -> list[int]:
    """The line on which each rule of the file begins."""
    root = yaml.compose(content, Loader=LOADER)
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == "rules" and isinstance(value, yaml.SequenceNode):
            return [item.start_mark.line + 1 for item in value.value]
    return []


def _file(
    node: Node, file: str, lines: list[int], tables: Mapping[str, TableSpec], indicators: Mapping[str, Indicator],
    known: set[str],
) -> list[AcrossRule]:  # fmt: skip
    table, also = node.text("table", required=True), node.texts("also")
    if f"{FOLDER}{table}.yaml" != file:
        node.tell("table", f"phải trùng tên tệp ({file}).", f"must be the file's name ({file}).")
    for key, name in (("table", table), *(("also", name) for name in also)):
        if name not in tables:
            node.tell(key, f"không có bảng “{name}”.", f"there is no table “{name}”.")
    rules = []
    for one, line in zip(node.nodes("rules"), lines, strict=False):
        one.place = f"{file} dòng/line {line} "
        rule = _rule(one, table, also)
        if rule.id in known:
            one.tell("rule", f"mã luật “{rule.id}” lặp lại.", f"rule id “{rule.id}” stands twice.")
        known.add(rule.id)
        if table in tables:
            _check(one, rule, tables[table], indicators)
        rules.append(rule)
    node.close()
    return rules


def _rule(node: Node, table: str, also: tuple[str, ...]) -> AcrossRule:
    severity = node.text("severity", required=True)
    meta = {name: node.text(name, required=True) for name in ("rule", "cell", "expected", "example")}
    meta |= {name: node.text(name, required=True) for name in ("message_vi", "message_en")}
    rule = AcrossRule(
        table, tuple(_column(one) for one in node.nodes("derive")),
        node.text("fails", required=True), node.text("concerns", "_period"), node.texts("figures"), also,
        meta | {
            "severity": severity, "scope": PAIR if severity == HOLD else None, "related": node.texts("related"),
            "proposal": node.text("proposal") or None,
        },
    )  # fmt: skip
    node.close()
    return rule


def _column(node: Node) -> tuple[str, str]:
    column = (node.text("column", required=True), node.text("sql", required=True))
    node.close()
    return column


def _check(node: Node, rule: AcrossRule, table: TableSpec, indicators: Mapping[str, Indicator]) -> None:
    severity = rule.meta["severity"]
    if severity not in SEVERITIES:
        known = ", ".join(SEVERITIES)
        node.tell("severity", f"“{severity}” không thuộc: {known}.", f"“{severity}” is none of: {known}.")
    if (severity == HOLD) != bool(rule.meta["proposal"]):
        node.tell(
            "proposal",
            "luật hold, và chỉ luật hold, có đề xuất để chấp nhận.",
            "a hold, and only a hold, has a proposal that can be accepted.",
        )
    fields = {field.id for field in table.fields}
    for key, names in (("cell", (rule.meta["cell"],)), ("related", rule.meta["related"])):
        for name in names:
            if name not in fields:
                node.tell(key, f"không có trường “{name}”.", f"there is no field “{name}”.")
    for name in rule.figures:
        if name not in indicators:
            node.tell("figures", f"không có chỉ tiêu “{name}”.", f"there is no indicator “{name}”.")
    _check_columns(node, rule, table)
    _check_templates(node, rule, table)


def _check_columns(node: Node, rule: AcrossRule, table: TableSpec) -> None:
    taken = table_columns(table) | set(SYSTEM)
    for name, _ in rule.columns:
        if not name.startswith("_") or name in taken:
            node.tell(
                "derive",
                f"cột “{name}” phải bắt đầu bằng _ và khác mọi cột đã có.",
                f"column “{name}” must start with _ and be no other column's name.",
            )


def _check_templates(node: Node, rule: AcrossRule, table: TableSpec) -> None:
    words = table_columns(table) | set(SYSTEM) | {name for name, _ in rule.columns} | {"value", "expected", "column"}
    for key in ("message_vi", "message_en", "expected", "proposal"):
        text = rule.meta[key] or ""
        trouble = template_fault(text)
        if trouble is None:
            trouble = next((f"{{{word}}}" for word in sorted(template_words(text) - words)), None)
        if trouble:
            node.tell(key, f"mẫu câu sai: {trouble}.", f"bad template: {trouble}.")
