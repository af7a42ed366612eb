"""What stands behind each figure, for readers: a page that every number of index.html opens, and the same as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from etl.model.figures import Figure
from etl.model.releases import Contribution, ReleaseContent
from etl.report import blocks

PAGE, TABLE = "trace.html", "trace.csv"

#: cells of one figure that the page shows; all of them stand in the table
_MOST_CELLS = 200


@dataclass(frozen=True, slots=True)
class File:
    """The cells of one submission behind a figure: 'Biểu 01!J11' and what was read there."""

    unit: str
    name: str
    submission: str
    revision: int
    cells: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One figure on the page. left_out: reason → the files concerned; more: cells that are only in the table."""

    id: str
    figure: Figure
    counted: tuple[File, ...]
    left_out: tuple[tuple[str, tuple[File, ...]], ...]
    more: int


def anchor(figure: Figure) -> str:
    """Where a figure stands on the page; of no breakdown member."""
    return f"{figure.indicator}_{figure.unit}_{figure.period}"


def shown_figures(content: ReleaseContent) -> list[Figure]:
    """The figures of index.html behind which something can be shown: those of the report's unit, and the units' main ones."""
    of_units = (f for line in blocks.by_unit(content).lines for f in line.figures if f is not None)
    figures = {anchor(figure): figure for figure in (*blocks.totals(content), *of_units)}
    return [f for f in figures.values() if content.sources.get((f.indicator, f.unit, f.period))]


def sections(content: ReleaseContent) -> Iterator[Section]:
    """Every one of them, the report's own unit first."""
    for figure in shown_figures(content):
        yield _section(figure, content.sources[figure.indicator, figure.unit, figure.period])


def _section(figure: Figure, rows: Sequence[Contribution]) -> Section:
    shown = rows[:_MOST_CELLS]
    reasons: dict[str, list[Contribution]] = {}
    for row in shown:
        if not row.counted:
            reasons.setdefault(row.why, []).append(row)
    left_out = tuple((why, tuple(_files(own))) for why, own in reasons.items())
    return Section(
        anchor(figure), figure, tuple(_files(r for r in shown if r.counted)), left_out, len(rows) - len(shown)
    )


def _files(rows: Iterable[Contribution]) -> Iterator[File]:
    cells: dict[str, list[Contribution]] = {}
    for row in rows:
        cells.setdefault(row.submission, []).append(row)
    for name, own in cells.items():
        places = tuple((_place(row), row.value) for row in own if row.cell is not None)
        yield File(own[0].unit, own[0].file, name, own[0].revision, places)


def _place(row: Contribution) -> str:
    return "!".join(part for part in (row.sheet, row.cell) if part)


def lines(content: ReleaseContent) -> Iterator[Mapping[str, Any]]:
    """One line a cell behind a figure, in the order of the page."""
    for figure in blocks.wholes(content):
        for row in content.sources.get((figure.indicator, figure.unit, figure.period), ()):
            yield {
                "indicator": figure.indicator, "unit": figure.unit, "period": figure.period, "source_unit": row.unit,
                "submission": row.submission, "file": row.file, "sheet": row.sheet, "cell": row.cell,
                "value": row.value, "revision": row.revision, "counted": "true" if row.counted else "false",
                "why": row.why,
            }  # fmt: skip
