"""The order and shape in which every document shows a release."""

from __future__ import annotations

from dataclasses import replace

from etl.model.findings import Finding
from etl.report import blocks
from tests.unit.report.sample import SPAN, VISIT


def test_the_province_comes_first_in_the_report_s_order(content):
    figures = list(blocks.ordered(content))
    province = [f for f in figures if f.unit == "12"]
    assert figures[: len(province)] == province
    codes = list(dict.fromkeys(f.indicator for f in figures))
    assert codes == [code for item in content.report.items for code in item.indicators]
    assert [f.period for f in province if f.indicator == "NV.T" and not f.breakdown] == [SPAN, "2020", "2021"]


def test_key_figures_are_those_that_the_report_names_each_for_its_main_period(content):
    keys = blocks.key_figures(content)
    assert [f.indicator for f in keys] == content.report.options["key"]
    assert {f.indicator: f.period for f in keys}["QT"] == VISIT
    latest = blocks.main_periods(content)
    assert (latest["NV.T"], latest["ISO.TS"], latest["QT"]) == (SPAN, "2021", VISIT)


def test_a_key_figure_that_the_release_does_not_hold_is_left_out(content):
    report = replace(content.report, options={"key": ["NV.T", "NO.SUCH"]})
    assert [f.indicator for f in blocks.key_figures(replace(content, report=report))] == ["NV.T"]


def test_indicators_that_no_unit_has_are_not_in_the_table_by_unit(content):
    table = blocks.by_unit(content)
    assert table.units == ("12", "105", "106", "107", "108", "109", "110", "111", "112", "SKHCN")
    assert "QT" not in {line.indicator for line in table.lines}


def test_coverage_has_a_table_for_each_period_in_time_order(content):
    tables = blocks.coverage(content)
    assert [(t.period, len(t.units), t.forms) for t in tables] == [
        ("2020", 9, ("nv", "sp", "nh", "gt", "iso", "kn")),
        ("2021", 9, ("nv", "sp", "nh", "gt", "iso", "kn")),
        (VISIT, 9, ("qt",)),
    ]


def test_findings_are_grouped_by_unit_the_gravest_first():
    found = [
        Finding("b", "info", "", "", unit="106", sheet="S", cell="B10"),
        Finding("a", "info", "", "", unit="106", sheet="S", cell="B9"),
        Finding("c", "critical", "", "", unit="106", sheet="S", cell="Z99"),
        Finding("d", "warning", "", ""),
        Finding("e", "hold", "", "", unit="105", decision="accept"),
    ]
    from tests.unit.report.sample import sample

    groups = blocks.finding_groups(blocks.findings(sample(findings=tuple(found))))
    assert [(g.unit, [f.code for f in g.findings], g.open) for g in groups] == [
        ("105", ["e"], False),
        ("106", ["c", "a", "b"], True),
        (None, ["d"], False),
    ]
