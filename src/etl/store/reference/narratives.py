"""reports/*.narrative.yaml → the text of a report, in which no number and no name stands that a figure does not back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import yaml

from etl.model.figures import Indicator
from etl.model.narratives import (
    CHANGES,
    OTHERWISE,
    Narrative,
    Paragraph,
    Section,
    Sentence,
    Slot,
    Wording,
    parse_slot,
    parse_template,
)
from etl.model.reference import Entity, Report
from etl.model.units import Units
from etl.store.reference.faults import Faults
from etl.store.reference.nodes import LOADER, Node, read_yaml
from etl.store.reference.slots import slot_faults
from etl.text.claims import stated_names, stated_numbers

SUFFIX = ".narrative.yaml"
#: facts of the sentence that a wording under `otherwise` or `changes`, or the item of a list, may use beside FACTS
_IN_OTHERWISE, _IN_CHANGES, _IN_ITEM = ("sentence", "gaps", "subject"), ("by", "before"), ("name",)
_IN_INSTEAD = ("gaps", "subject")


@dataclass(frozen=True)
class _Known:
    """What a narrative may name, and what it may not state by itself."""

    indicators: Mapping[str, Indicator]
    reports: Mapping[str, Report]
    units: Units
    names: Collection[str]
    counted: Collection[str]


@dataclass
class _File:
    """One narrative being read: where each key stands, and what its texts may hold that is no claim."""

    name: str
    lines: Mapping[str, int]
    known: _Known
    faults: Faults
    report: Report | None = None
    literals: tuple[str, ...] = ()

    def tell(self, node: Node, key: str, vi: str, en: str) -> None:
        path = node.at(key).removeprefix(f"{self.name} ")
        line = self.lines.get(path)
        self.faults.add(f"{self.name} dòng/line {line} {path}" if line else f"{self.name} {path}", vi, en)


def read_narratives(
    files: Mapping[str, bytes], reports: Mapping[str, Report], indicators: Mapping[str, Indicator],
    entities: Iterable[Entity], units: Units, faults: Faults,
) -> dict[str, Narrative]:  # fmt: skip
    """Narratives by the report that they are of."""
    names = {name for entity in entities for name in (entity.name, *entity.aliases) if entity.kind != "theme"}
    counted = {
        one.unit_of_measure
        for one in indicators.values()
        if one.unit_of_measure.isalpha() or " " in one.unit_of_measure
    }
    known = _Known(indicators, reports, units, names, counted)
    found: dict[str, Narrative] = {}
    for file in sorted(files):
        if file.startswith("reports/") and file.endswith(SUFFIX):
            node = read_yaml(file, files[file], faults)
            if node is not None:
                narrative = _narrative(node, _File(file, _lines(files[file]), known, faults))
                found[narrative.report] = narrative
    return found


def _narrative(node: Node, file: _File) -> Narrative:
    report = node.text("narrative", required=True)
    if f"reports/{report}{SUFFIX}" != file.name:
        file.tell(node, "narrative", f"phải trùng tên tệp ({file.name}).", f"must be the file's name ({file.name}).")
    file.report = file.known.reports.get(report)
    if file.report is None:
        file.tell(node, "narrative", f"không có báo cáo “{report}”.", f"there is no report “{report}”.")
    file.literals = node.texts("literals")
    otherwise, changes = node.node("otherwise"), node.node("changes")
    narrative = Narrative(
        report, tuple(_section(one, file) for one in node.nodes("sections")),
        {status: _wording(otherwise, status, file, _IN_OTHERWISE) for status in OTHERWISE},
        {change: _wording(changes, change, file, _IN_CHANGES) for change in CHANGES},
    )  # fmt: skip
    for part in (otherwise, changes, node):
        part.close()
    return narrative


def _section(node: Node, file: _File) -> Section:
    section = Section(_wording(node, "heading", file), tuple(_paragraph(one, file) for one in node.nodes("paragraphs")))
    node.close()
    return section


def _paragraph(node: Node, file: _File) -> Paragraph:
    if not node.has("each"):
        paragraph = Paragraph(tuple(_sentence(one, file) for one in node.nodes("sentences")))
    else:
        each = parse_slot(node.text("each", required=True))
        _check_slot(each, node, "each", file, ())
        if each.part != "names":
            file.tell(
                node, "each", "phải là danh sách tên: “CHỈ_TIÊU names”.", "must be a list of names: “INDICATOR names”."
            )
        paragraph = Paragraph((), each, _wording(node, "item", file, _IN_ITEM))
    node.close()
    return paragraph


def _sentence(node: Node, file: _File) -> Sentence:
    instead = {status: _wording(node, status, file, _IN_INSTEAD) for status in (*OTHERWISE, "zero") if node.has(status)}
    sentence = Sentence(_wording(node, "say", file), instead)
    if sentence.say.vi.parts and {(s.name, s.part) for s in sentence.say.vi.slots} != {
        (s.name, s.part) for s in sentence.say.en.slots
    }:
        file.tell(node, "say", "hai ngôn ngữ phải nêu cùng các số liệu.", "both languages must state the same figures.")
    node.close()
    return sentence


def _wording(node: Node, key: str, file: _File, facts: Collection[str] = ()) -> Wording:
    texts = node.node(key)
    vi, en = (parse_template(texts.text(language, required=True)) for language in ("vi", "en"))
    texts.close()
    for language, template in (("vi", vi), ("en", en)):
        for slot in template.slots:
            _check_slot(slot, texts, language, file, facts)
        _check_claims(template.literal, texts, language, file)
    return Wording(vi, en)


def _check_claims(text: str, node: Node, key: str, file: _File) -> None:
    """A number or a name in the text itself is a fault: nothing would change it when the figure changes."""
    for word in stated_numbers(text, file.known.counted, file.literals):
        file.tell(
            node, key, f"“{word}” là con số không gắn với số liệu nào; thay bằng {{{{ CHỈ_TIÊU }}}} hoặc ghi vào literals.",
            f"“{word}” is a number that no figure backs; use {{{{ INDICATOR }}}}, or declare it under literals.",
        )  # fmt: skip
    for name in stated_names(text, file.known.names, file.literals):
        file.tell(
            node, key, f"“{name}” là tên không gắn với số liệu nào; thay bằng {{{{ CHỈ_TIÊU names }}}}.",
            f"“{name}” is a name that no figure backs; use {{{{ INDICATOR names }}}}.",
        )  # fmt: skip


def _check_slot(slot: Slot, node: Node, key: str, file: _File, facts: Collection[str]) -> None:
    for vi, en in slot_faults(slot, file.known.indicators, file.known.units, file.report, facts):
        file.tell(node, key, vi, en)


def _lines(content: bytes) -> dict[str, int]:
    """Path of a key ('sections[0].heading.vi') → the line on which its text begins."""
    found: dict[str, int] = {}

    def walk(node: yaml.Node | None, path: str) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                walk(value, f"{path}.{key.value}" if path else str(key.value))
        elif isinstance(node, yaml.SequenceNode):
            for place, value in enumerate(node.value):
                walk(value, f"{path}[{place}]")
        if node is not None and path:
            found[path] = node.start_mark.line + 1

    walk(yaml.compose(content, Loader=LOADER), "")
    return found
