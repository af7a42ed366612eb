"""Maps: a figure of each unit on its outline, for the districts of then and the communes of now."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from decimal import Decimal

import pytest

from etl.model.figures import Coverage, Figure
from etl.model.series import Figures
from etl.report.maps import CLASSES, NONE, maps
from etl.report.titles import Titles
from tests.unit.report.sample import reference


def drawn(content, *indicators):
    options = {**content.report.options, "maps": list(indicators)}
    changed = replace(content, report=replace(content.report, options=options))
    return maps(changed, Titles(changed))


def texts(svg: str) -> list[str]:
    return [node.text for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def fills(svg: str) -> list[str]:
    return [fill for fill in re.findall(r'<path[^>]* fill="(#[0-9a-f]{6})"', svg) if fill in (*CLASSES, NONE)]


def test_the_districts_bear_their_numbers(content):
    (one,) = drawn(content, "NV.T")
    assert one.caption == ("nhiệm vụ, 2020–2021", "tasks, 2020–2021")
    assert {"7", "8", "2", "Mường Tè", "Tân Uyên"} <= set(texts(one.svg.vi))
    assert len(fills(one.svg.vi)) == 8
    assert [label.vi for _, label in one.legend] == ["2 – 5", "6", "7", "8"]
    assert "vietnamese-provinces-database (MIT)" in one.attribution.en


def test_a_unit_without_a_number_is_grey_and_the_legend_says_so(content):
    hidden = tuple(
        replace(f, status="not_reported", value=None) if (f.indicator, f.unit) == ("NV.T", "107") else f
        for f in content.figures
    )
    (one,) = drawn(replace(content, figures=Figures.gathered(hidden)), "NV.T")
    assert fills(one.svg.vi).count(NONE) == 1
    assert one.legend[-1][1].vi == "chưa có số"


def test_the_38_communes_have_a_map_of_their_own(content):
    base = next(one for one in reference().maps if one.level == "commune")
    figures = tuple(
        Figure("NV.T", code, "2026", "nhiệm vụ", 0, "published", Coverage(1, 1), value=Decimal(place))
        for place, code in enumerate(shape.code for shape in base.shapes)
    )
    (one,) = drawn(replace(content, period="2026", figures=Figures.gathered(figures)), "NV.T")
    assert len(fills(one.svg.vi)) == 38
    assert texts(one.svg.vi) == []  # 38 numbers would cover the map: they stand in the table


def test_units_of_another_time_have_no_map(content):
    assert drawn(replace(content, period="2026"), "NV.T") == []


@pytest.mark.parametrize("indicator", ["GT", "KN"])
def test_a_range_and_what_no_unit_has_are_not_drawn(content, indicator):
    figures = tuple(f for f in content.figures if f.indicator != "KN" or f.unit == "12")
    assert drawn(replace(content, figures=Figures.gathered(figures)), indicator) == []
