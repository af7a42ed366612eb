"""A sheet on which each row or each column is of its own unit or period: one claim for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace

from etl.model.findings import CRITICAL, HOLD
from etl.model.forms import TableSpec
from etl.model.grids import Cell
from etl.model.reference import Reference
from etl.steps.recognise.claim import Claim
from etl.steps.recognise.members import name_of
from etl.steps.recognise.tables import Tables
from etl.steps.recognise.titles import Place
from etl.steps.recognise.units import resolve
from etl.text.dates import period_named
from etl.text.names import squeeze

#: the field types that hold each of the two
OF_TYPE = {"period": "period", "unit": "unit"}


def split(claim: Claim, reference: Reference) -> list[Claim]:
    """The parts of a claim, in the order of their first row or column; the claim itself where the form has none.

    Periods go first: which unit a name means hangs on the day.
    """
    parts = [claim]
    for what, sources in (("period", claim.form.period_from), ("unit", claim.form.unit_from)):
        for source in ("row", "heading"):
            if source in sources:
                parts = [part for one in parts for part in _split(one, what, source, reference)]
    return parts


def _split(claim: Claim, what: str, source: str, reference: Reference) -> Iterator[Claim]:
    """One claim for each unit or period that stands in the rows or in the headings."""
    found: dict[str, tuple[Place, dict[str, set[int]]]] = {}
    for table in claim.tables.headers:
        for place in _places(claim, claim.form.table(table), what, source):
            key = _period(claim, place.text) if what == "period" else _unit(claim, place.text, reference)
            of_table = found.setdefault(key or place.text, (place, {}))[1]
            of_table.setdefault(table, set()).add(place.row if source == "row" else place.column)
    if not found:  # nothing to report, or no such column: whatever the title says
        yield claim
    for number, (place, kept) in enumerate(found.values()):
        part = copy(claim)
        part.title = replace(claim.title, sources={**claim.title.sources, what: source})
        if what == "period":
            part.title.period, part.title.period_at = _period(claim, place.text), place
            part.title.stated = (None, None)
        else:
            part.title.unit, part.title.unit_at = None, place
        part.tables = _only(claim.tables, kept, source)
        if number:  # what only informs is told once
            part.tables.findings = [f for f in part.tables.findings if f.severity in (CRITICAL, HOLD)]
            part.notes = []
        yield part


def _places(claim: Claim, table: TableSpec, what: str, source: str) -> Iterator[Place]:
    """Where the table's units or periods stand; '' for a row that names none."""
    header, sheet = claim.tables.headers[table.id], claim.sheet
    if source == "heading":
        if table.kind == "crosstab" and table[table.across["field"]].type == OF_TYPE[what]:
            yield from (Place(header.last, column, text) for column, text in header.members.items())
        return
    column = next((m.column for m in header.matches.values() if table[m.field].type == OF_TYPE[what]), None)
    if column is None:
        return
    for line in claim.tables.extents[table.id].lines:
        at = (line.row, column)
        if sheet.grid.at(*at) == "":
            at = sheet.merge_of.get(at, at)
        yield Place(line.row, column, _shown(sheet.grid.at(*at)))


def _shown(cell: Cell) -> str:
    return squeeze(name_of(cell))


def _period(claim: Claim, text: str) -> str | None:
    return period_named(text, claim.title.period) if text else None


def _unit(claim: Claim, text: str, reference: Reference) -> str | None:
    """The code of the unit that the text names, so that two spellings of one unit are one part."""
    day = claim.title.day(claim.form)
    match = resolve(reference, squeeze(text), day, claim.form.senders) if text else None
    return match.unit.code if match else None


def _only(tables: Tables, kept: dict[str, set[int]], source: str) -> Tables:
    """The tables with some of their rows, or some of their members. Totals over all rows are of no part's rows."""
    part = replace(tables, headers=dict(tables.headers), extents=dict(tables.extents), findings=list(tables.findings))
    for table, header in tables.headers.items():
        wanted: Callable[[int], bool] = kept.get(table, set()).__contains__
        if source == "heading":
            part.headers[table] = header.copy()
            part.headers[table].members = {at: name for at, name in header.members.items() if wanted(at)}
            part.headers[table].totals = []
        else:
            extent = tables.extents[table]
            lines = [line for line in extent.lines if wanted(line.row)]
            above = {row for line in lines for row in line.above}
            totals = [line for line in extent.totals if line.row in above]
            part.extents[table] = replace(extent, lines=lines, totals=totals)
    return part
