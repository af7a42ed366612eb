"""Maps of the province by unit, as SVG: a figure of each unit on its outline, for whichever units the release is about."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from etl.model.figures import PROVISIONAL, Figure
from etl.model.maps import Map, Point, Shape
from etl.model.periods import parse_period
from etl.model.releases import ReleaseContent
from etl.report import blocks
from etl.report.drawing import drawing_of, svg
from etl.report.titles import Titles, has_number, number, shown
from etl.report.words import Text, joined, measure, period

#: fills from low to high, then of a unit without a number: dark letters are read on each, in light and dark
CLASSES = ("#e6f0fa", "#bfd8ef", "#90bce3", "#62a0d6")
NONE = "#dcdfe4"

_WIDTH, _MARGIN = 340, 16  # px
_LETTER, _LINE = 6.4, 7  # px: a letter of 12 px on the average, half a line
#: the middle of a unit, its name, what its figure says
_Label = tuple[tuple[float, float], str, str]
_MOST_MAPS = 2
_MOST_LABELS = 15  # beyond that the numbers would cover the map; they stand in the table


@dataclass(frozen=True, slots=True)
class DrawnMap:
    """One map: what it shows, the classes with their fills, the drawing in both languages, whose outlines they are.

    drawing: Vega-Lite, which `etl.report.drawing.begin` takes; svg: the same, drawn when it is asked for.
    """

    title: Text
    caption: Text
    legend: tuple[tuple[int, Text], ...]
    drawing: Text
    attribution: Text

    @property
    def svg(self) -> Text:
        return Text(*map(svg, self.drawing))


def maps(content: ReleaseContent, titles: Titles) -> list[DrawnMap]:
    """The maps that the report's option `maps` names, else of the first key figures that its units have; at most two.

    None where the reference data has no outlines of these units for the release's last day.
    """
    known = _known(content)
    lines = {line.indicator: line for line in blocks.by_unit(content).lines}
    units = blocks.by_unit(content).units
    wanted = content.report.options.get("maps") or [f.indicator for f in blocks.key_figures(content)]
    made = []
    for code in wanted:
        line = lines.get(code)
        if line is None:
            continue
        figures = {unit: figure for unit, figure in zip(units, line.figures, strict=True) if figure is not None}
        base = next((one for one in known if _covers(one, figures)), None)
        if base is not None:
            made.append(_drawn(base, titles.indicator(code), line.period, figures, titles))
    return made[:_MOST_MAPS]


def _known(content: ReleaseContent) -> list[Map]:
    day = parse_period(content.period).end
    return [one for one in content.reference.maps if one.valid_on(day)]


def _covers(base: Map, figures: Mapping[str, Figure]) -> bool:
    """Whether the map is of these units: at least half of its outlines have a single number to show."""
    held = sum(shape.code in figures and figures[shape.code].low is None for shape in base.shapes)
    return held * 2 >= len(base.shapes)


def _drawn(base: Map, title: Text, code: str, figures: Mapping[str, Figure], titles: Titles) -> DrawnMap:
    numbers = [f.value for s in base.shapes if (f := figures.get(s.code)) and f.value is not None]
    ends = _classes(numbers)
    sample = next(iter(figures.values()))
    drawn = Text(*(_drawing(base, ends, figures, titles, language) for language in ("vi", "en")))
    caption = joined([measure(sample.unit_of_measure), period(code)], ", ")
    attribution = Text(base.attribution_vi, base.attribution_en)
    return DrawnMap(title, caption, tuple(_legend(ends, figures, base)), drawn, attribution)


def _classes(numbers: Sequence[Decimal]) -> list[tuple[Decimal, Decimal]]:
    """At most four classes of about as many units each, by the values that there are: lowest and highest of each."""
    known = sorted(numbers)
    parts = min(len(CLASSES), len(set(known)))
    found: list[tuple[Decimal, Decimal]] = []
    left = known
    for place in range(parts, 0, -1):
        most = left[math.ceil(len(left) / place) - 1]
        own = [value for value in left if value <= most]
        left = left[len(own) :]
        found.append((own[0], own[-1]))
        if not left:
            break
    return found


def _class(value: Decimal | None, ends: Sequence[tuple[Decimal, Decimal]]) -> int | None:
    if value is None:
        return None
    place = next(place for place, (_, most) in enumerate(ends) if value <= most)
    return place + len(CLASSES) - len(ends)


def _legend(
    ends: Sequence[tuple[Decimal, Decimal]], figures: Mapping[str, Figure], base: Map
) -> Iterable[tuple[int, Text]]:
    sample = next(iter(figures.values()))
    for place, (least, most) in enumerate(ends):
        told = [_plain(sample, value) for value in dict.fromkeys((least, most))]
        yield place + len(CLASSES) - len(ends), joined(told, " – ")
    if any((f := figures.get(s.code)) is None or f.value is None for s in base.shapes):
        yield len(CLASSES), Text("chưa có số", "no number")


def _plain(sample: Figure, value: Decimal) -> Text:
    text = number(value, sample.decimals, tidy=True)
    sign = "%" if sample.unit_of_measure == "%" else ""
    return Text(text.vi + sign, text.en + sign)


def _drawing(
    base: Map, ends: Sequence[tuple[Decimal, Decimal]], figures: Mapping[str, Figure], titles: Titles, language: str
) -> str:
    to_px, height = _projection(base.shapes)
    features: list[dict[str, Any]] = []
    named: list[_Label] = []
    for shape in base.shapes:
        figure = figures.get(shape.code)
        place = _class(figure.value if figure else None, ends)
        rings = [[to_px(point) for point in ring] for ring in shape.rings]
        features.append({
            "type": "Feature", "properties": {"fill": NONE if place is None else CLASSES[place]},
            "geometry": {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]},
        })  # fmt: skip
        named.append((_middle(rings), _short(titles.unit(shape.code)), _label(figure, language)))
    labels = _labels(named) if len(named) <= _MOST_LABELS else []
    return drawing_of("map.vl.json", width=_WIDTH, height=height, datasets={"units": features, "labels": labels})


def _projection(shapes: Sequence[Shape]) -> tuple[Any, int]:
    """Longitude and latitude → px, and the height: flat, the longitude drawn together as at the middle of the province."""
    points = [point for shape in shapes for ring in shape.rings for point in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = (_WIDTH - 2 * _MARGIN) / ((east - west) * narrow)

    def to_px(point: Point) -> list[float]:
        return [round(_MARGIN + (point[0] - west) * narrow * scale, 1), round(2 + (north - point[1]) * scale, 1)]

    return to_px, round((north - south) * scale) + 4


def _short(name: str) -> str:
    return name.removeprefix("Huyện ").removeprefix("Xã ").replace("Thành phố", "TP")


def _labels(units: Sequence[_Label]) -> list[dict[str, Any]]:
    """The number in the middle of its unit; above it the name, where it would not cover the number of another one."""
    found: list[dict[str, Any]] = []
    for (x, y), name, text in units:
        reach = (len(name) + 2) * _LETTER / 2
        alone = all(
            abs(x - x2) > reach or abs(y - _LINE - y2) > _LINE * 2 for (x2, y2), _, _ in units if (x2, y2) != (x, y)
        )
        if alone:
            found.append({"x": x, "y": y - _LINE, "text": name})
        found.append({"x": x, "y": y + _LINE if alone else y, "text": text})
    return found


def _middle(rings: Sequence[Sequence[Sequence[float]]]) -> tuple[float, float]:
    """The centre of the largest ring, weighed by area: inside for outlines that are not too crooked."""
    best = max(rings, key=lambda ring: abs(_area(ring)))
    area = _area(best) or 1.0
    x = y = 0.0
    for (x1, y1), (x2, y2) in itertools.pairwise(best):
        cross = x1 * y2 - x2 * y1
        x, y = x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return round(x / (6 * area), 1), round(y / (6 * area), 1)


def _area(ring: Sequence[Sequence[float]]) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring)) / 2


def _label(figure: Figure | None, language: str) -> str:
    if figure is None or not has_number(figure):
        return "–"
    star = "*" if figure.status == PROVISIONAL else ""
    return str(getattr(shown(figure, tidy=True), language)) + star
