"""Bars by unit or by the members of a breakdown, as SVG that needs nothing else and does not depend on fonts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from etl.model.figures import PROVISIONAL, Figure
from etl.model.periods import parse_period
from etl.model.releases import ReleaseContent
from etl.report import blocks
from etl.report.drawing import drawing_of, svg
from etl.report.titles import Titles, has_number, shown
from etl.report.words import Text, joined, measure, period

#: fills of the first, second and third indicator of a chart; page.css maps them to colours of light and dark
FILLS = ("#1d5fa6", "#c46a00", "#4b7f52")

_MOST_CHARTS = 8  # of a report that does not say which charts it wants
_MOST_MEMBERS = 60
_BAR_WIDTH = 220  # px
_NAME, _BAR, _GAP = 18, 13, 7  # px: a line of text, a bar, between two members


#: axis name in a report's option `charts` that means: the units below the report's own
BY_UNIT = "unit"
#: and: the periods of the release, one after another
BY_PERIOD = "period"


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: its series (titles in the order of FILLS), what the numbers are, and the drawing in both languages.

    drawing: Vega-Lite, which `etl.report.drawing.begin` takes; svg: the same, drawn when it is asked for.
    """

    series: tuple[Text, ...]
    caption: Text
    drawing: Text

    @property
    def svg(self) -> Text:
        return Text(*map(svg, self.drawing))


@dataclass(frozen=True, slots=True)
class _Member:
    """One group of bars: its name, and a figure for each series (None: the release has none)."""

    name: Text
    figures: tuple[Figure | None, ...]


def charts(content: ReleaseContent, titles: Titles) -> list[Chart]:
    """The charts that the report's option `charts` names, as [{by: unit, period or axis, indicators: [..]}].

    Without the option: one for each key figure that has figures by unit or by one breakdown, at most eight.
    A chart of one member, or of more than a page can show, is left out.
    """
    main = blocks.main_periods(content)
    made = []
    for by, indicators in _wanted(content):
        known = [code for code in indicators if code in main][: len(FILLS)]
        members = _members(content, titles, known, by)
        if 1 < len(members) <= _MOST_MEMBERS:
            made.append(_chart(known, members, titles, _told(titles, known[0], by, main[known[0]])))
    return made


def _wanted(content: ReleaseContent) -> list[tuple[str, list[str]]]:
    told = content.report.options.get("charts")
    if told:
        return [(str(chart.get("by", BY_UNIT)), list(chart.get("indicators", ()))) for chart in told]
    main = blocks.main_periods(content)
    found: list[tuple[str, list[str]]] = []
    for figure in blocks.key_figures(content):
        code = figure.indicator
        ours = [f for one in content.figures.of(code, main[code]) for f in one]
        axes = {f.breakdown[0][0] for f in ours if f.breakdown and len(f.breakdown) == 1}
        if sum(f.unit != content.report.unit and f.breakdown is None for f in ours) > 1:
            found.append((BY_UNIT, [code]))
        elif len(axes) == 1:
            found.append((axes.pop(), [code]))
    return found[:_MOST_CHARTS]


def _members(content: ReleaseContent, titles: Titles, indicators: Sequence[str], by: str) -> list[_Member]:
    if by == BY_UNIT:
        return _by_unit(content, titles, indicators)
    return _by_period(content, indicators) if by == BY_PERIOD else _by_axis(content, titles, indicators, by)


def _by_period(content: ReleaseContent, indicators: Sequence[str]) -> list[_Member]:
    """Years, quarters, months that follow one another; no span and no event."""
    own = [f for f in blocks.totals(content) if f.indicator in indicators]
    found: dict[str, dict[str, Figure]] = {}
    for figure in own:
        if parse_period(figure.period).kind not in ("span", "event"):
            found.setdefault(figure.period, {})[figure.indicator] = figure
    order = sorted(found, key=lambda code: parse_period(code).start)
    return [_Member(period(code), tuple(found[code].get(one) for one in indicators)) for code in order]


def _by_unit(content: ReleaseContent, titles: Titles, indicators: Sequence[str]) -> list[_Member]:
    table = blocks.by_unit(content)
    lines = {line.indicator: line for line in table.lines}
    members = []
    for place, unit in enumerate(table.units):
        figures = tuple(lines[code].figures[place] if code in lines else None for code in indicators)
        if unit != content.report.unit and any(figures):
            members.append(_Member(Text.same(titles.unit(unit)), figures))
    return members


def _by_axis(content: ReleaseContent, titles: Titles, indicators: Sequence[str], axis: str) -> list[_Member]:
    """Members in the order of the reference data's vocabulary, else by code."""
    main, top = blocks.main_periods(content), content.report.unit
    found: dict[str, dict[str, Figure]] = {}
    for figure in content.figures.of_unit(top):
        ours = figure.indicator in indicators and figure.period == main[figure.indicator]
        if ours and figure.breakdown and [name for name, _ in figure.breakdown] == [axis]:
            found.setdefault(figure.breakdown[0][1], {})[figure.indicator] = figure
    return [
        _Member(titles.member(indicators[0], axis, code), tuple(found[code].get(one) for one in indicators))
        for code in sorted(found, key=titles.place)
    ]


def _told(titles: Titles, indicator: str, by: str, of_period: str) -> Text:
    """'theo đơn vị, 2020–2021': by what the bars are, and for when."""
    if by == BY_PERIOD:
        return Text("qua các kỳ", "over the periods")
    axis = Text("đơn vị", "unit") if by == BY_UNIT else titles.axis(indicator, by)
    when = period(of_period)
    if not axis.vi:
        return when
    return Text(
        f"theo {axis.vi[0].lower()}{axis.vi[1:]}, {when.vi}", f"by {axis.en[0].lower()}{axis.en[1:]}, {when.en}"
    )


def _chart(indicators: Sequence[str], members: Sequence[_Member], titles: Titles, told: Text) -> Chart:
    sample = next(figure for member in members for figure in member.figures if figure is not None)
    caption = joined([measure(sample.unit_of_measure), told], ", ")
    drawn = Text(_drawing(members, "vi"), _drawing(members, "en"))
    return Chart(tuple(titles.indicator(code) for code in indicators), caption, drawn)


def _drawing(members: Sequence[_Member], language: str) -> str:
    """The drawing: the name above its bars, the number behind each. Every place is computed here, none by measuring text."""
    names, bars, height = _places(members, language)
    return drawing_of("bars.vl.json", width=_BAR_WIDTH, height=height, datasets={"names": names, "bars": bars})


def _places(members: Sequence[_Member], language: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]], int]:
    """Names, bars with their places in px, and the height of it all."""
    given = [figure.value for member in members for figure in member.figures if figure and figure.value is not None]
    lowest, highest = min([Decimal(0), *given]), max([Decimal(0), *given])
    # a length on the screen may be a float; the number beside it is the exact figure
    pixel = _BAR_WIDTH / (float(highest - lowest) or 1.0)
    names, bars, top = [], [], 0
    for member in members:
        names.append({"middle": top + _NAME / 2, "name": getattr(member.name, language)})
        top += _NAME
        for number, figure in enumerate(member.figures):
            value = figure.value if figure is not None and figure.value is not None else Decimal(0)
            ends = sorted(round(float(end - lowest) * pixel, 2) for end in (Decimal(0), value))
            place = {"left": ends[0], "right": ends[1], "end": ends[1], "top": top, "bottom": top + _BAR}
            bars.append({**place, "middle": top + _BAR / 2, "fill": FILLS[number], "label": _label(figure, language)})
            top += _BAR + 2
        top += _GAP
    return names, bars, top


def _label(figure: Figure | None, language: str) -> str:
    if figure is None:
        return "–"
    star = "*" if figure.status == PROVISIONAL and has_number(figure) else ""
    return str(getattr(shown(figure, tidy=True), language)) + star
