"""index.html of the folder of releases: the newest first, what was recalled is struck through and says why.

It shows the newest hundred or two; the others stand a hundred a page, each page of its own numbers, so that no page grows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from etl.model.reference import Report
from etl.report import words
from etl.report.page import environment
from etl.report.words import Text


@dataclass(frozen=True, slots=True)
class Line:
    """One release; recalled: why it was taken back, None where it stands."""

    number: int
    report: str
    period: str
    kind: str
    created_at: datetime
    recalled: str | None = None


#: releases of a page of older ones; index.html shows more than one page of them, at most two
A_PAGE = 100
FIRST = "index.html"


def index_pages(lines: Sequence[Line], reports: Mapping[str, Report]) -> dict[str, bytes]:
    """File name → a page that needs nothing else, like those that it leads to. reports: for their titles."""
    newest = frozenset({(line.report, line.period): line.number for line in lines if line.recalled is None}.values())
    last = max((line.number for line in lines), default=0)
    shown = max(0, ((last - 1) // A_PAGE - 1) * A_PAGE)  # those up to it stand on pages of older ones
    spans = [(shown + 1, last), *((upto - A_PAGE + 1, upto) for upto in range(shown, 0, -A_PAGE))]
    names = [FIRST, *(f"older-{upto}.html" for _, upto in spans[1:])]
    found = {}
    for i, (name, (begin, end)) in enumerate(zip(names, spans, strict=True)):
        own = [line for line in lines if begin <= line.number <= end]
        newer, older = (names[i - 1] if i else None), (names[i + 1] if i + 1 < len(names) else None)
        found[name] = _page(own, reports, newest, newer, older)
    return found


def _page(
    lines: Sequence[Line], reports: Mapping[str, Report], newest: frozenset[int], newer: str | None, older: str | None
) -> bytes:
    told = [
        (line, _title(line.report, reports), words.period(line.period), words.moment(line.created_at)) for line in lines
    ]
    made = {"lines": sorted(told, key=lambda one: -one[0].number), "newest": newest, "newer": newer, "older": older}
    return environment().get_template("index.html.j2").render(made).encode()


def _title(report: str, reports: Mapping[str, Report]) -> Text:
    known = reports.get(report)
    return Text(known.title_vi, known.title_en) if known else Text.same(report)
