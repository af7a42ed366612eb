"""The figures as SDMX: a structure message (SDMX-ML 2.1) with code lists, and the data as SDMX-CSV 2.0."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from xml.etree import ElementTree as ET

from etl.model.figures import NOT_REPORTED, PROVISIONAL, PUBLISHED, WITHHELD
from etl.model.periods import parse_period
from etl.model.releases import ReleaseContent
from etl.model.series import Breakdown
from etl.model.told import Cells, Told, each
from etl.report import words
from etl.report.formats import csv_cell, csv_columns
from etl.report.titles import Titles
from etl.report.words import Text

STRUCTURE, DATA = "sdmx/structure.xml", "sdmx/figures.csv"

_MES = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
_STR = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure"
_COM = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common"
_XML = "http://www.w3.org/XML/1998/namespace"
_VERSION = "1.0"
_TOTAL = "_T"

#: of the cross-domain code list CL_OBS_STATUS
OBS_STATUS: Mapping[str, str] = {PUBLISHED: "A", PROVISIONAL: "P", WITHHELD: "Q", NOT_REPORTED: "O"}
_STATUS_NAMES: Mapping[str, Text] = {
    "A": Text("Bình thường", "Normal value"), "P": Text("Tạm tính", "Provisional value"),
    "Q": Text("Thiếu: chưa công bố", "Missing value; suppressed"), "O": Text("Thiếu: chưa có báo cáo", "Missing value"),
}  # fmt: skip
#: a range is two observations
_STATISTICS: Mapping[str, Text] = {
    "VAL": Text("Giá trị", "Value"), "MIN": Text("Thấp nhất", "Lowest"), "MAX": Text("Cao nhất", "Highest"),
}  # fmt: skip
_CONCEPTS: Mapping[str, Text] = {
    "INDICATOR": Text("Chỉ tiêu", "Indicator"), "REF_AREA": Text("Đơn vị", "Reporting unit"),
    "BREAKDOWN": Text("Phân tổ", "Breakdown"), "STATISTIC": Text("Loại giá trị", "Statistic"),
    "TIME_PERIOD": Text("Kỳ", "Time period"), "OBS_VALUE": Text("Giá trị", "Observation value"),
    "OBS_STATUS": Text("Tình trạng", "Observation status"), "UNIT_MEASURE": Text("Đơn vị tính", "Unit of measure"),
    "DECIMALS": Text("Số chữ số lẻ", "Decimals"), "NUMERATOR": Text("Tử số", "Numerator"),
    "DENOMINATOR": Text("Mẫu số", "Denominator"), "NAMES": Text("Danh sách tên", "Names of what was counted"),
    "COVERAGE_REPORTED": Text("Báo cáo đã nhận", "Reports received"),
    "COVERAGE_EXPECTED": Text("Báo cáo phải có", "Reports expected"), "COVERAGE_MISSING": Text("Còn thiếu", "Missing units"),
    "STAGE": Text("Giai đoạn", "Stage"),
}  # fmt: skip
_DIMENSIONS = ("INDICATOR", "REF_AREA", "BREAKDOWN", "STATISTIC")
_ATTRIBUTES = (
    "OBS_STATUS", "UNIT_MEASURE", "DECIMALS", "NUMERATOR", "DENOMINATOR", "NAMES", "COVERAGE_REPORTED", "COVERAGE_EXPECTED",
    "COVERAGE_MISSING", "STAGE",
)  # fmt: skip
_LISTS: Mapping[str, str] = {
    "INDICATOR": "CL_INDICATOR", "REF_AREA": "CL_AREA", "BREAKDOWN": "CL_BREAKDOWN", "STATISTIC": "CL_STATISTIC",
    "OBS_STATUS": "CL_OBS_STATUS", "UNIT_MEASURE": "CL_UNIT_MEASURE", "STAGE": "CL_STAGE",
}  # fmt: skip
HEADER = ("STRUCTURE", "STRUCTURE_ID", "ACTION", *_DIMENSIONS, "TIME_PERIOD", "OBS_VALUE", *_ATTRIBUTES)


@dataclass
class Sdmx:
    """One release as SDMX: its code lists, and its figures under their codes."""

    content: ReleaseContent
    titles: Titles
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _breakdowns: dict[tuple[tuple[str, str], ...], str] = field(default_factory=dict)
    _times: dict[str, str] = field(default_factory=dict)

    @cached_property
    def lists(self) -> dict[str, dict[str, Text]]:
        """Code list → code → name, each in order."""
        every = self.content.figures.series
        indicators, measures = (
            dict.fromkeys(getattr(one, name) for one in every) for name in ("indicator", "unit_of_measure")
        )
        units = dict.fromkeys(unit for one in every for unit in one.unit)
        breakdowns = {_TOTAL: Text("Tổng", "Total")}
        for one in every:
            parts = (members for members in dict.fromkeys(one.breakdown) if members)
            breakdowns |= {self.breakdown(members): self.titles.part(one.indicator, members) for members in parts}
        return {
            "CL_INDICATOR": {self.code("INDICATOR", one): self.titles.indicator(one) for one in indicators},
            "CL_AREA": {self.code("REF_AREA", unit): Text.same(self.titles.unit(unit)) for unit in units},
            "CL_BREAKDOWN": breakdowns,
            "CL_STATISTIC": dict(_STATISTICS),
            "CL_OBS_STATUS": dict(_STATUS_NAMES),
            "CL_UNIT_MEASURE": {self.code("UNIT_MEASURE", one): words.measure(one) for one in measures},
            "CL_STAGE": {self.code("STAGE", one): name for one, name in words.STAGES.items()},
        }  # fmt: skip

    def breakdown(self, members: Breakdown) -> str:
        """The code of a figure's part: axis and member."""
        if not members:
            return _TOTAL
        if members not in self._breakdowns:
            text = "-".join(f"{axis}_{member}" for axis, member in members)
            self._breakdowns[members] = self.code("BREAKDOWN", text)
        return self._breakdowns[members]

    def code(self, concept: str, text: str) -> str:
        """An SDMX id for a code of ours: letters, digits and _; a number is added where two would be the same."""
        known = self._codes.setdefault(concept, {})
        if text not in known:
            plain = _ascii(text)
            taken = set(known.values())
            known[text] = next(one for one in _numbered(plain) if one not in taken)
        return known[text]

    @cached_property
    def name(self) -> str:
        return _ascii(self.content.report.id)

    @cached_property
    def agency(self) -> str:
        given = self.content.report.options.get("open_data")
        return str(given.get("agency", "ETL")) if isinstance(given, dict) else "ETL"

    def lines(self, told: Told) -> bytes:
        """One line an observation, as HEADER has it, in the order of the figures; a range is two."""
        self.lists  # noqa: B018  codes are given in one order, whoever asks first
        series, numbers = told.series, told.numbers
        places, statistics, values = _observations(told)
        own: dict[str, Sequence[str]] = {
            "REF_AREA": each(series.unit, partial(self.code, "REF_AREA")),
            "BREAKDOWN": each(series.breakdown, self.breakdown),
            "OBS_STATUS": each(series.status, OBS_STATUS.__getitem__),
            "COVERAGE_REPORTED": each(series.coverage, lambda one: str(one.reported)),
            "COVERAGE_EXPECTED": each(series.coverage, lambda one: str(one.expected)),
            "COVERAGE_MISSING": each(series.coverage, lambda one: csv_cell(" ".join(one.missing))),
            **{name.upper(): [text or "" for text in numbers[name]] for name in ("numerator", "denominator") if name in numbers},
        }  # fmt: skip
        if series.names is not None:
            own["NAMES"] = each(series.names, lambda one: csv_cell(None if one is None else "; ".join(one)))
        cells: dict[str, Cells] = {
            **dict(zip(HEADER, map(csv_cell, self._flow), strict=False)),
            "INDICATOR": self.code("INDICATOR", series.indicator), "STATISTIC": statistics,
            "TIME_PERIOD": csv_cell(self._time(series.period)), "OBS_VALUE": values,
            "UNIT_MEASURE": self.code("UNIT_MEASURE", series.unit_of_measure), "DECIMALS": str(series.decimals),
            "STAGE": self.code("STAGE", series.stage),
            **{name: [texts[place] for place in places] for name, texts in own.items()},
        }  # fmt: skip
        return csv_columns(cells.get(name, "") for name in HEADER)

    @cached_property
    def _flow(self) -> tuple[str, str, str]:
        """STRUCTURE, STRUCTURE_ID and ACTION, the same in every line."""
        return "dataflow", f"{self.agency}:{self.name}({_VERSION})", "I"

    def _time(self, period: str) -> str:
        if period not in self._times:
            self._times[period] = time_period(period)
        return self._times[period]

    def structure(self) -> bytes:
        """The structure message: code lists, concepts, the data structure and its dataflow."""
        for prefix, space in (("message", _MES), ("structure", _STR), ("common", _COM)):
            ET.register_namespace(prefix, space)
        root = ET.Element(f"{{{_MES}}}Structure")
        head = ET.SubElement(root, f"{{{_MES}}}Header")
        for tag, text in (
            ("ID", f"{self.name}_{self.content.number}"), ("Test", "false"), ("Prepared", self.content.created_at.isoformat()),
        ):  # fmt: skip
            ET.SubElement(head, f"{{{_MES}}}{tag}").text = text
        ET.SubElement(head, f"{{{_MES}}}Sender", id=self.agency)
        told = ET.SubElement(root, f"{{{_MES}}}Structures")
        self._dataflow(told)
        self._code_lists(ET.SubElement(told, f"{{{_STR}}}Codelists"))
        self._concepts(ET.SubElement(told, f"{{{_STR}}}Concepts"))
        self._data_structure(ET.SubElement(told, f"{{{_STR}}}DataStructures"))
        ET.indent(root)
        written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
        return written + b"\n"

    def _dataflow(self, parent: ET.Element) -> None:
        flows = ET.SubElement(parent, f"{{{_STR}}}Dataflows")
        title = Text(self.content.report.title_vi, self.content.report.title_en)
        flow = self._artefact(flows, "Dataflow", self.name, title)
        self._ref(ET.SubElement(flow, f"{{{_STR}}}Structure"), f"DSD_{self.name}", "DataStructure", "datastructure")

    def _code_lists(self, parent: ET.Element) -> None:
        for name, codes in self.lists.items():
            made = self._artefact(parent, "Codelist", name, Text(_list_title(name).vi, _list_title(name).en))
            for code, title in codes.items():
                _names(ET.SubElement(made, f"{{{_STR}}}Code", id=code), title)

    def _concepts(self, parent: ET.Element) -> None:
        scheme = self._artefact(parent, "ConceptScheme", "CS_ETL", Text("Khái niệm", "Concepts"))
        for name, title in _CONCEPTS.items():
            _names(ET.SubElement(scheme, f"{{{_STR}}}Concept", id=name), title)

    def _data_structure(self, parent: ET.Element) -> None:
        title = Text(self.content.report.title_vi, self.content.report.title_en)
        made = self._artefact(parent, "DataStructure", f"DSD_{self.name}", title)
        parts = ET.SubElement(made, f"{{{_STR}}}DataStructureComponents")
        dimensions = ET.SubElement(parts, f"{{{_STR}}}DimensionList", id="DimensionDescriptor")
        for place, name in enumerate(_DIMENSIONS, 1):
            self._component(dimensions, "Dimension", name, position=str(place))
        time = ET.SubElement(
            dimensions, f"{{{_STR}}}TimeDimension", id="TIME_PERIOD", position=str(len(_DIMENSIONS) + 1)
        )
        self._concept(time, "TIME_PERIOD")
        ET.SubElement(
            ET.SubElement(time, f"{{{_STR}}}LocalRepresentation"),
            f"{{{_STR}}}TextFormat",
            textType="ObservationalTimePeriod",
        )
        attributes = ET.SubElement(parts, f"{{{_STR}}}AttributeList", id="AttributeDescriptor")
        for name in _ATTRIBUTES:
            needed = "Mandatory" if name in ("OBS_STATUS", "UNIT_MEASURE") else "Conditional"
            attribute = self._component(attributes, "Attribute", name, assignmentStatus=needed)
            relation = ET.SubElement(attribute, f"{{{_STR}}}AttributeRelationship")
            ET.SubElement(ET.SubElement(relation, f"{{{_STR}}}PrimaryMeasure"), "Ref", id="OBS_VALUE")
        measures = ET.SubElement(parts, f"{{{_STR}}}MeasureList", id="MeasureDescriptor")
        self._concept(ET.SubElement(measures, f"{{{_STR}}}PrimaryMeasure", id="OBS_VALUE"), "OBS_VALUE")

    def _component(self, parent: ET.Element, tag: str, name: str, **attributes: str) -> ET.Element:
        made = ET.SubElement(parent, f"{{{_STR}}}{tag}", {"id": name, **attributes})
        self._concept(made, name)
        if name in _LISTS:
            local = ET.SubElement(made, f"{{{_STR}}}LocalRepresentation")
            self._ref(ET.SubElement(local, f"{{{_STR}}}Enumeration"), _LISTS[name], "Codelist", "codelist")
        return made

    def _concept(self, parent: ET.Element, name: str) -> None:
        told = {
            "id": name, "maintainableParentID": "CS_ETL", "maintainableParentVersion": _VERSION, "agencyID": self.agency,
            "package": "conceptscheme", "class": "Concept",
        }  # fmt: skip
        ET.SubElement(ET.SubElement(parent, f"{{{_STR}}}ConceptIdentity"), "Ref", told)

    def _ref(self, parent: ET.Element, name: str, kind: str, package: str) -> None:
        told = {"id": name, "version": _VERSION, "agencyID": self.agency, "package": package, "class": kind}
        ET.SubElement(parent, "Ref", told)

    def _artefact(self, parent: ET.Element, tag: str, name: str, title: Text) -> ET.Element:
        made = ET.SubElement(
            parent, f"{{{_STR}}}{tag}", id=name, agencyID=self.agency, version=_VERSION, isFinal="true"
        )
        _names(made, title)
        return made


def _observations(told: Told) -> tuple[Sequence[int], Cells, Sequence[str]]:
    """Of each observation: the place of its figure, which statistic it is, and its number."""
    numbers = told.numbers
    nothing = [None] * len(told.series)
    value, low, high = (numbers.get(name, nothing) for name in ("value", "low", "high"))
    if low is nothing and high is nothing:
        return range(len(value)), "VAL", [text or "" for text in value]
    found: list[tuple[int, str, str]] = []
    for place, (one, least, most) in enumerate(zip(value, low, high, strict=True)):
        if least is None and most is None:
            found.append((place, "VAL", one or ""))
        else:
            found += [(place, "MIN", least or ""), (place, "MAX", most or "")]
    places, statistics, values = zip(*found, strict=True)
    return places, statistics, values


def time_period(code: str) -> str:
    """A period as SDMX writes it: 2021, 2021-S1, 2021-Q1, 2021-06, a day; a span as its first day and its length in years or months."""
    found = parse_period(code)
    if found.kind == "half":
        return code.replace("-H", "-S")
    if found.kind != "span":
        return code
    months = (found.end.year - found.start.year) * 12 + found.end.month - found.start.month + 1
    return (
        f"{found.start.isoformat()}/P{months // 12}Y" if months % 12 == 0 else f"{found.start.isoformat()}/P{months}M"
    )


def code_rows(lists: Mapping[str, Mapping[str, Text]]) -> Iterable[dict[str, str]]:
    """codes.csv: every code of every list, with its name in both languages."""
    for name, codes in lists.items():
        for code, title in codes.items():
            yield {"list": name, "code": code, "title_vi": title.vi, "title_en": title.en}


def _list_title(name: str) -> Text:
    concept = next(concept for concept, own in _LISTS.items() if own == name)
    return _CONCEPTS[concept]


def _names(parent: ET.Element, title: Text) -> None:
    for language, text in (("vi", title.vi), ("en", title.en)):
        ET.SubElement(parent, f"{{{_COM}}}Name", {f"{{{_XML}}}lang": language}).text = text or "–"


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d").replace("%", "PERCENT"))
    kept = re.sub(r"[^A-Za-z0-9]+", "_", "".join(c for c in plain if not unicodedata.combining(c))).strip("_")
    return kept.upper() or "NONE"


def _numbered(plain: str) -> Iterator[str]:
    yield plain
    number = 2
    while True:
        yield f"{plain}_{number}"
        number += 1
