"""Grid + layout → typed rows: exact decimals, five cell states, nothing imputed; every fault at its cell."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from etl.model.decisions import CHOSEN_VALUES, case_of
from etl.model.findings import Finding
from etl.model.forms import Field, TableSpec
from etl.model.grids import DAYS_1904, At, Cell, Grid, a1
from etl.model.periods import parse_period
from etl.model.reference import Reference
from etl.model.submissions import Block, Layout, Line, Reading, Recognised, submission_id
from etl.model.units import Unit
from etl.steps.normalise.cells import (
    BLANK,
    NIL,
    NOT_AVAILABLE,
    NOT_REPORTED,
    VALUE,
    Typed,
    as_text,
    plain_numbers,
    plain_texts,
    reader_for_all,
    reader_of,
    remembering,
    words_of,
)
from etl.steps.normalise.columns import Column, repeated
from etl.steps.normalise.totals import check_totals, check_totals_across
from etl.text.measures import measure_key

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["normalise"]

#: (text, day, allowed levels or codes, the reporting unit's code) → the units that the text may name
ResolveUnit = Callable[[str, date, tuple[str, ...], str], tuple[Unit, ...]]
#: table → its Arrow schema (store/lake gives it; steps know no store)
SchemaOf = Callable[[TableSpec], "pa.Schema"]


@dataclass(frozen=True, slots=True)
class _Part:
    """The lines of one block, and the grid's columns in these lines."""

    block: Block
    grid: Grid
    lines: list[Line]
    columns: list[tuple[Cell, ...]]

    def cells(self, column: int) -> Sequence[Cell]:
        """The cells of a column of the sheet (0-based from A), '' where the grid does not reach."""
        j = column - self.grid.left
        return self.columns[j] if 0 <= j < len(self.columns) else ("",) * len(self.lines)


@dataclass(slots=True)
class _Work:
    """One table of one submission being typed, column by column. about: what each of its findings says of its place."""

    table: TableSpec
    layout: Layout
    lines: list[Line]
    sheets: Mapping[str, Grid]
    reference: Reference
    recognised: Recognised
    about: Mapping[str, str]
    typed: dict[str, Column] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def parts(self) -> list[_Part]:
        """The table's lines by block, in the order of the lines."""
        found = []
        for number, block in enumerate(self.layout.blocks):
            grid = self.sheets[block.sheet]
            lines = [line for line in self.lines if line.block == number]
            columns = list(zip_longest(*(grid.rows[line.row - grid.top] for line in lines), fillvalue=""))
            found.append(_Part(block, grid, lines, columns))
        return found


def normalise(
    recognised: Recognised, sheets: Mapping[str, Grid], reference: Reference, resolve: ResolveUnit, schema_of: SchemaOf,
    *, file: str, sha256: str, stamp: str,
) -> Reading:  # fmt: skip
    """Type every row of a submission.

    sheets: repaired grids by sheet name. stamp: short hash of reference data, suites and version; names the reading.
    """
    reading = Reading(
        submission=submission_id(recognised.form, recognised.unit, recognised.period, sha256),
        form=recognised.form, unit=recognised.unit, period=recognised.period, file=file, sha256=sha256,
        stated_revision=recognised.stated_revision, signed=recognised.signed, sheets=tuple(recognised.sheets),
        nil=recognised.nil and not any(recognised.lines.values()),
        layouts=dict(recognised.layouts), evidence=list(recognised.evidence), findings=list(recognised.findings),
    )  # fmt: skip
    about = {
        "submission": reading.submission, "form": reading.form, "unit": reading.unit, "period": reading.period,
        "file": file,
    }  # fmt: skip
    reading.findings = [finding.about(**about) for finding in reading.findings]
    content = hashlib.sha256(f"{reading.form}|{reading.unit}|{reading.period}|{reading.nil}".encode())
    for table in reference.forms[recognised.form].tables:
        layout = recognised.layouts.get(table.id)
        if layout is None:
            continue
        lines = recognised.lines.get(table.id, [])
        work = _Work(table, layout, lines, sheets, reference, recognised, about)
        _type_columns(work, resolve)
        _drop_spare(work)
        _check_sections(work)
        totals = recognised.totals.get(table.id, [])
        told = check_totals(table, layout, totals, sheets, reference, work.typed, work.lines, recognised.factors)
        told += check_totals_across(table, layout, sheets, reference, work.typed, work.lines, recognised.factors)
        work.findings += [finding.about(**about) for finding in told]
        reading.rows[table.id] = _rows(work, reading, schema_of(table), f"{reading.submission}@{stamp}")
        reading.findings += work.findings
        for name, column in sorted(work.typed.items()):
            content.update(f"{table.id}.{name}:".encode())
            content.update("\x1f".join(map("\x1e".join, zip(column.texts(), column.states, strict=True))).encode())
    reading.content = content.hexdigest()
    return reading


def _type_columns(work: _Work, resolve: ResolveUnit) -> None:
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
            _multiply(work.typed[spec.id], dict.fromkeys(range(len(work.lines)), factor))


def _column(work: _Work, parts: Sequence[_Part], spec: Field, read: Callable[[Any], Typed]) -> Column:
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
    work: _Work, spec: Field, part: _Part, seen: dict[tuple[str, Any], At], read: Callable[[Any], Typed]
) -> Typed:
    """What stands at the head of a crosstab's column. seen: (sheet, value) → the heading that has said it before."""
    block = part.block
    text = block.member[1] if block.member else ""
    at = _heading_at(part.grid, block, block.columns[work.table.across["value"]], text)
    typed = read(text)
    if typed.fault is not None:
        return _faulty(work, spec, block.sheet, at, text, typed, read)
    if (first := seen.setdefault((block.sheet, typed.value), at)) != at:
        told = {"sheet": block.sheet or None, "cell": a1(*at), "value": text, "other": a1(*first)}
        work.findings.append(work.reference.messages["S4.member-twice"].finding(**work.about, **told))
    return typed


def _heading_at(grid: Grid, block: Block, column: int, text: str) -> At:
    """The lowest heading cell of the column that is filled; the first row of the headings where it is merged away."""
    rows = [row for row in range(block.header[0], block.first) if grid.at(row, column) != ""]
    own = [row for row in rows if as_text(grid.at(row, column)) == text]
    return (own or rows or [block.header[0]])[-1], column


def _names_above(work: _Work, spec: Field, part: _Part, level: int, read: Callable[[Any], Typed]) -> Column:
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
            known[row] = _cell(work, spec, part.grid, (row, label), cell, part.block.first, read)
        column.add(_filled(known[row], 1))
    return column


def _filled(typed: Typed, count: int) -> Column:
    return Column([typed.value] * count, [typed.state] * count)


def _cells(work: _Work, part: _Part, spec: Field, at: int, read: Callable[[Any], Typed]) -> Column:
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
        column.put(i, _cell(work, spec, part.grid, (part.lines[i].row, at), cells[i], part.block.first, read))
    return column


def _from_1904(read: Callable[[Any], Typed]) -> Callable[[Any], Typed]:
    """Days that stand as plain numbers count from 1904 in such a workbook: four years and a day later than elsewhere."""
    return lambda cell: read(cell + DAYS_1904 if type(cell) in (int, float) else cell)


def _cell(work: _Work, spec: Field, grid: Grid, at: At, raw: Cell, first: int, read: Callable[[Any], Typed]) -> Typed:
    if at in grid.doubts and not spec.computed:
        return _doubtful(work, spec, grid, at, as_text(raw), read)
    if raw == "":
        return _empty_cell(work, spec, grid, at, first, read)
    typed = read(raw)
    if typed.fault is not None:
        return _faulty(work, spec, grid.sheet, at, raw, typed, read)
    if typed.state == NOT_AVAILABLE and spec.numeric and not spec.computed:
        _tell(work, "N.not-available", spec, grid.sheet, at, as_text(raw))
    return typed


def _empty_cell(work: _Work, spec: Field, grid: Grid, at: At, first: int, read: Callable[[Any], Typed]) -> Typed:
    """An empty cell may be an error, a formula without a value, or covered by a merged label; else it is blank."""
    if at in grid.errors:
        code = "V.computed-text" if spec.computed else "V.error-value"
        _tell(work, code, spec, grid.sheet, at, grid.errors[at])
        return Typed(None, NOT_AVAILABLE)
    if at in grid.no_value:
        if not spec.computed:
            _tell(work, "V.no-value", spec, grid.sheet, at, "")
        return Typed(None, NOT_AVAILABLE)
    if not spec.numeric and (holder := _merge_holder(grid, at)) is not None and holder[0] >= first:
        label = grid.at(*holder)
        if label != "":
            _tell_once(work, "N.merged", spec, grid.sheet, holder, as_text(label))
            return read(label)
    if spec.numeric and not spec.computed:
        _tell(work, "N.blank", spec, grid.sheet, at, "")
    return BLANK


def _merge_holder(grid: Grid, at: At) -> At | None:
    row, column = at
    return next(
        ((r0, c0) for r0, c0, r1, c1 in grid.merges if r0 <= row <= r1 and c0 <= column <= c1 and r0 < row), None
    )


def _doubtful(work: _Work, spec: Field, grid: Grid, at: At, mine: str, read: Callable[[Any], Typed]) -> Typed:
    """Two readers disagree: no value until a person says which is right."""
    other = grid.doubts[at][1]
    both = f"{mine or '∅'} / {other}"
    _tell(work, "V.two-readers", spec, grid.sheet, at, both, both, mine or other)
    return _chosen(work, spec, work.findings[-1], Typed(None, NOT_AVAILABLE), read)


def _faulty(
    work: _Work, spec: Field, sheet: str, at: At, raw: Any, typed: Typed, read: Callable[[Any], Typed]
) -> Typed:
    code = "V.computed-text" if spec.computed else typed.fault or ""
    _tell(work, code, spec, sheet, at, as_text(raw), typed.expected, typed.proposal)
    return _chosen(work, spec, work.findings[-1], typed, read)


def _chosen(work: _Work, spec: Field, finding: Finding, typed: Typed, read: Callable[[Any], Typed]) -> Typed:
    """The value that a person chose for an ambiguous cell, in the place of none."""
    r = work.recognised
    decision = work.reference.decided.get(case_of(finding.about(form=r.form, unit=r.unit, period=r.period)))
    if finding.code not in CHOSEN_VALUES or decision is None or decision.answer is None:
        return typed
    if not spec.numeric:
        return read(decision.answer)
    value = Decimal(decision.answer)
    return Typed(int(value) if spec.type == "integer" else value, "value")


def _tell(
    work: _Work, code: str, spec: Field, sheet: str, at: At, value: str, expected: str = "", proposal: str | None = None
) -> None:
    label = f"{spec.code} “{spec.title_vi}”" if spec.code else f"“{spec.title_vi}”"
    work.findings.append(
        work.reference.messages[code].finding(
            **work.about,
            sheet=sheet or None,
            cell=a1(*at),
            value=value,
            expected=expected,
            column=label,
            proposal=proposal,
        )
    )


def _tell_once(work: _Work, code: str, spec: Field, sheet: str, at: At, value: str) -> None:
    if not any(f.code == code and f.cell == a1(*at) and f.sheet == (sheet or None) for f in work.findings):
        _tell(work, code, spec, sheet, at, value)


def _convert_by_row(work: _Work, spec: Field) -> None:
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
    _multiply(work.typed[spec.id], factors)


def _multiply(column: Column, factors: Mapping[int, Decimal]) -> None:
    """Each value with its factor. factors: place → factor."""
    if factors:
        column.unscale()
        for i, factor in factors.items():
            if column.values[i] is not None:
                column.values[i] *= factor


def _drop_spare(work: _Work) -> None:
    """Rows without any value (a numbered spare row, a lone dash) are no rows; their remarks go with them."""
    fixed = {work.table.row_code, work.table.row_label}
    columns = [work.typed[f.id].states for f in work.table.stored if f.id not in fixed]
    if any(SPARE.isdisjoint(states) for states in columns):
        return  # a column without a gap: every row has a value
    keep = [
        i
        for i, line in enumerate(work.lines)
        if line.fixed is not None or any(states[i] not in SPARE for states in columns)
    ]
    if len(keep) == len(work.lines):
        return
    kept = set(keep)
    gone = {(work.layout.blocks[ln.block].sheet, ln.row) for i, ln in enumerate(work.lines) if i not in kept}
    work.findings = [f for f in work.findings if (f.sheet or "", _row_of(f.cell)) not in gone]
    work.lines = [work.lines[i] for i in keep]
    work.typed = {name: column.take(keep) for name, column in work.typed.items()}


#: what a row without any value has in all its cells
SPARE = frozenset((NOT_REPORTED, NIL))


def _row_of(cell: str | None) -> int:
    digits = (cell or "").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) - 1 if digits else -1


def _check_sections(work: _Work) -> None:
    """A row must bear the value of the section under which it stands."""
    name = work.table.section_field
    if name is None:
        return
    spec = work.table[name]
    for line, value in zip(work.lines, work.typed[name].plain(), strict=True):
        if line.section is not None and value is not None and value != line.section:
            block = work.layout.blocks[line.block]
            at = (line.row, block.columns.get(name, 0))
            _tell(work, "R.section-differs", spec, block.sheet, at, str(value), line.section)


def _rows(work: _Work, reading: Reading, schema: pa.Schema, reading_id: str) -> pa.Table:
    import pyarrow as pa

    count = len(work.lines)
    columns: dict[str, pa.Array] = {
        "_submission": repeated(reading.submission, count), "_reading": repeated(reading_id, count),
        "_unit": repeated(reading.unit, count), "_period": repeated(reading.period, count),
        "_block": pa.array([line.block for line in work.lines], pa.int16()),
        "_line": pa.array([line.row for line in work.lines], pa.int32()),
    }  # fmt: skip
    for name, column in work.typed.items():
        columns[name] = column.array(schema.field(name).type)
        columns[f"{name}__state"] = column.state_array()
    return pa.table([columns[name] for name in schema.names], schema=schema)
