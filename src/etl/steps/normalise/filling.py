"""The columns of a table, one field after the other: from cells, headings, rows above, or what the form says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from etl.model.forms import Field
from etl.model.grids import DAYS_1904, At, Cell, Grid, a1
from etl.model.periods import parse_period
from etl.model.submissions import Block
from etl.model.units import Unit
from etl.steps.normalise.cells import (
    BLANK,
    NOT_AVAILABLE,
    NOT_REPORTED,
    TOO_LARGE,
    VALUE,
    Typed,
    as_text,
    kept,
    plain_numbers,
    plain_texts,
    reader_for_all,
    reader_of,
    remembering,
    words_of,
)
from etl.steps.normalise.columns import Column
from etl.steps.normalise.single import at_cell, faulty
from etl.steps.normalise.work import Part, ResolveUnit, Work, tell
from etl.text.measures import measure_key


def type_columns(work: Work, resolve: ResolveUnit) -> None:
    day = parse_period(work.recognised.period).end
    words = words_of(work.reference)
    reporter = work.recognised.unit

    def units(text: str, levels: tuple[str, ...]) -> tuple[Unit, ...]:
        return resolve(text, day, levels, reporter)

    parts = work.parts()
    for spec in work.table.stored:
        own = spec.type in ("unit", "units", "period")  # what a name means hangs on the day and on who reports
        period = work.recognised.period
        read = remembering(reader_of(spec, words, units, period)) if own else reader_for_all(work.reference, spec)
        work.typed[spec.id] = _column(work, parts, spec, read)
    for spec in work.table.stored:
        if spec.unit_from:
            _convert_by_row(work, spec)
        elif spec.id in work.recognised.factors:
            factor = work.recognised.factors[spec.id][0]
            _multiply(work, spec, dict.fromkeys(range(len(work.lines)), factor))


def _column(work: Work, parts: Sequence[Part], spec: Field, read: Callable[[Any], Typed]) -> Column:
    """One field of every line."""
    column = Column()
    seen: dict[tuple[str, Any], At] = {}
    levels = work.table.hierarchy.levels if work.table.hierarchy else ()
    for part in parts:
        at, count = part.block.columns.get(spec.id), len(part.lines)
        if part.block.member is not None and part.block.member[0] == spec.id:
            column.add(_filled(_member(work, spec, part, seen, read), count))
        elif spec.id in (given := dict(part.block.given)):
            column.add(_filled(read(given[spec.id]), count))
        elif spec.id in levels:
            column.add(_names_above(work, spec, part, levels.index(spec.id), read))
        elif spec.id == work.table.row_code:
            codes = [line.fixed for line in part.lines]
            column.add(Column(codes, [NOT_REPORTED if code is None else VALUE for code in codes]))
        elif at is None:
            column.add(_filled(BLANK, count))
        else:
            column.add(_cells(work, part, spec, at, read))
    return column


def _member(
    work: Work, spec: Field, part: Part, seen: dict[tuple[str, Any], At], read: Callable[[Any], Typed]
) -> Typed:
    """What stands at the head of a crosstab's column. seen: (sheet, value) → the heading that has said it before."""
    block = part.block
    text = block.member[1] if block.member else ""
    at = _heading_at(part.grid, block, block.columns[work.table.across["value"]], text)
    typed = read(text)
    if typed.fault is not None:
        return faulty(work, spec, block.sheet, at, text, typed, read)
    if (first := seen.setdefault((block.sheet, typed.value), at)) != at:
        told = {"sheet": block.sheet or None, "cell": a1(*at), "value": text, "other": a1(*first)}
        work.findings.append(work.reference.messages["S4.member-twice"].finding(**work.about, **told))
    return typed


def _heading_at(grid: Grid, block: Block, column: int, text: str) -> At:
    """The lowest heading cell of the column that is filled; the first row of the headings where it is merged away."""
    rows = [row for row in range(block.header[0], block.first) if grid.at(row, column) != ""]
    own = [row for row in rows if as_text(grid.at(row, column)) == text]
    return (own or rows or [block.header[0]])[-1], column


def _names_above(work: Work, spec: Field, part: Part, level: int, read: Callable[[Any], Typed]) -> Column:
    """The name of the row under which each line stands at this level of a hierarchy; blank where it stands under none."""
    hierarchy = work.table.hierarchy
    label = part.block.columns.get(hierarchy.label) if hierarchy else None
    column = Column()
    known: dict[int, Typed] = {}
    for line in part.lines:
        if label is None or level >= len(line.above):
            column.add(_filled(BLANK, 1))
            continue
        row = line.above[level]
        if row not in known:
            cell = part.grid.at(row, label)
            known[row] = at_cell(work, spec, part.grid, (row, label), cell, part.block.first, read)
        column.add(_filled(known[row], 1))
    return column


def _filled(typed: Typed, count: int) -> Column:
    return Column([typed.value] * count, [typed.state] * count)


def _cells(work: Work, part: Part, spec: Field, at: int, read: Callable[[Any], Typed]) -> Column:
    """A column of the sheet: what is plainly good at one go, the others cell by cell, from the top down."""
    cells = part.cells(at)
    if part.grid.from_1904 and spec.type in ("date", "month"):
        read = _from_1904(read)
    values: list[Any] = [None] * len(cells)
    if part.grid.doubts:
        column = Column(values, [NOT_REPORTED] * len(cells))
    elif spec.numeric:
        values = plain_numbers(cells, whole=spec.type == "integer")
        column = Column(values, [VALUE] * len(cells), scaled=spec.type != "integer")
    elif spec.type == "text":
        values = plain_texts(cells)
        column = Column(values, [VALUE] * len(cells))
    else:
        texts = [cell for cell in dict.fromkeys(cells) if type(cell) is str and cell]
        good: dict[Cell, Typed] = {text: one for text in texts if (one := read(text)).fault is None}
        typed = [good.get(cell, BLANK) for cell in cells]
        values = [one.value for one in typed]
        column = Column(values, [one.state for one in typed])
    for i in [i for i, value in enumerate(values) if value is None]:
        column.put(i, at_cell(work, spec, part.grid, (part.lines[i].row, at), cells[i], part.block.first, read))
    return column


def _from_1904(read: Callable[[Any], Typed]) -> Callable[[Any], Typed]:
    """Days that stand as plain numbers count from 1904 in such a workbook: four years and a day later than elsewhere."""
    return lambda cell: read(cell + DAYS_1904 if type(cell) in (int, float) else cell)


def _convert_by_row(work: Work, spec: Field) -> None:
    """Values whose unit of measure stands in their own row ('nghìn đồng/kg') become the field's unit."""
    measures = words_of(work.reference).measures
    own = measures.get(measure_key(spec.unit_of_measure or ""))
    declared = work.typed.get(spec.unit_from or "", Column())
    if own is None:
        return
    factors: dict[int, Decimal] = {}
    for i, unit in enumerate(declared.plain()):
        measure = measures.get(measure_key(str(unit or "")))
        if measure is not None and measure[1] == own[1] and measure[2] != own[2]:
            factors[i] = measure[2] / own[2]
    _multiply(work, spec, factors)


def _multiply(work: Work, spec: Field, factors: Mapping[int, Decimal]) -> None:
    """Each value with its factor; what becomes too large for any table is told and left out. factors: place → factor."""
    column = work.typed[spec.id]
    if factors:
        column.unscale()
    for i, factor in factors.items():
        if column.values[i] is None:
            continue
        value = kept(column.values[i] * factor)
        if abs(value) < TOO_LARGE:
            column.values[i] = value
            continue
        line = work.lines[i]
        block = work.layout.blocks[line.block]
        tell(work, "V.too-large", spec, block.sheet, (line.row, block.columns.get(spec.id, 0)), str(column.values[i]))
        column.put(i, Typed(None, NOT_AVAILABLE))
