"""All pictures of a release: composed once, and drawn beside its other documents."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from weakref import WeakKeyDictionary

from etl.model.releases import ReleaseContent
from etl.report import drawing
from etl.report.charts import Chart, charts
from etl.report.maps import DrawnMap, maps
from etl.report.titles import Titles


@dataclass(frozen=True, slots=True)
class Pictures:
    """The charts and the maps of a release, in the order of its page."""

    charts: list[Chart]
    maps: list[DrawnMap]


_KEPT: WeakKeyDictionary[ReleaseContent, Pictures] = WeakKeyDictionary()


def pictures(content: ReleaseContent) -> Pictures:
    """Made once for a release, and gone with it."""
    if content not in _KEPT:
        titles = Titles(content)
        _KEPT[content] = Pictures(charts(content, titles), maps(content, titles))
    return _KEPT[content]


def begin(content: ReleaseContent) -> None:
    """Have them drawn while the release's other documents are made; returns once they are composed."""
    found = pictures(content)
    drawing.begin(chain(*(one.drawing for one in found.charts), *(one.drawing for one in found.maps)))
