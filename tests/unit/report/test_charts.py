"""The bars: drawings that stand alone and say the same numbers as the tables."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from etl.model.series import Figures
from etl.report.charts import charts
from etl.report.titles import Titles


@pytest.fixture(scope="module")
def drawn(content):
    return charts(content, Titles(content))


def texts(svg: str) -> list[str]:
    return [node.text for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def bars(svg: str) -> list[float]:
    """Lengths in px of the filled bars, in the order of the drawing."""
    return [float(length) for length in re.findall(r'd="M[\d.,]+h([\d.]+)v[\d.]+h-[\d.]+Z" fill="#', svg)]


def test_the_report_s_charts_are_drawn_in_both_languages(drawn):
    assert len(drawn) == 5
    assert drawn[0].caption == ("nhiệm vụ, theo đơn vị, 2020–2021", "tasks, by unit, 2020–2021")
    assert drawn[3].caption == ("ha, theo tên sản phẩm, 2020–2021", "ha, by product, 2020–2021")
    assert ("102,1" in texts(drawn[3].svg.vi), "102.1" in texts(drawn[3].svg.en)) == (True, True)
    assert ("Cây chuối" in texts(drawn[3].svg.vi), "Banana" in texts(drawn[3].svg.en)) == (True, True)


def test_numbers_and_lengths_agree(drawn):
    svg = drawn[0].svg.vi
    numbers = [int(text) for text in texts(svg) if text.isdigit()]
    assert numbers == [7, 8, 6, 6, 5, 6, 6, 2]
    assert bars(svg) == [pytest.approx(220 * n / 8, abs=0.02) for n in numbers]


def test_two_indicators_stand_bar_by_bar(drawn):
    assert [t for t in texts(drawn[1].svg.vi) if t.isdigit()][:4] == ["26", "11", "13", "6"]
    assert drawn[1].series[1].en == "Trade marks granted"


def test_a_figure_without_a_number_has_words_and_no_bar(content):
    hidden = tuple(
        replace(f, status="not_reported", value=None) if (f.indicator, f.unit) == ("NV.T", "107") else f
        for f in content.figures
    )
    svg = charts(replace(content, figures=Figures.gathered(hidden)), Titles(content))[0].svg.vi
    assert "Chưa có báo cáo" in texts(svg)
    assert len([length for length in bars(svg) if length > 0]) == 7


def test_bars_by_period_tell_the_years_and_no_span(content):
    options = {**content.report.options, "charts": [{"by": "period", "indicators": ["NH.D", "ISO"]}]}
    (one,) = charts(replace(content, report=replace(content.report, options=options)), Titles(content))
    assert one.caption.vi == "nhãn hiệu, qua các kỳ"
    assert [t for t in texts(one.svg.vi) if t.startswith("năm")] == ["năm 2020", "năm 2021"]
    assert "94,6%*" in texts(one.svg.vi)


def test_a_provisional_number_bears_a_star(content):
    open_ = tuple(
        replace(f, status="provisional") if (f.indicator, f.unit) == ("NV.T", "107") else f for f in content.figures
    )
    assert "6*" in texts(charts(replace(content, figures=Figures.gathered(open_)), Titles(content))[0].svg.vi)


def test_a_drawing_holds_no_address_no_script_no_id_and_no_role_of_its_own(drawn):
    for chart in drawn:
        for svg in chart.svg:
            assert not re.search(r"\bid=|href|<script|<style|url\(|role=|aria-role", svg)
