"""index.html of the folder of releases: the newest first, what was recalled is struck through and says why."""

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


def index_page(lines: Sequence[Line], reports: Mapping[str, Report]) -> bytes:
    """One page that needs nothing else, like those that it leads to. reports: for their titles."""
    told = [
        (line, _title(line.report, reports), words.period(line.period), words.moment(line.created_at)) for line in lines
    ]
    newest = {(line.report, line.period): line.number for line in lines if line.recalled is None}
    made = {"lines": sorted(told, key=lambda one: -one[0].number), "newest": frozenset(newest.values())}
    return environment().get_template("index.html.j2").render(made).encode()


def _title(report: str, reports: Mapping[str, Report]) -> Text:
    known = reports.get(report)
    return Text(known.title_vi, known.title_en) if known else Text.same(report)
