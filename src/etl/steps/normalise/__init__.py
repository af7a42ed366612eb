"""Grid + layout → typed rows: exact decimals, five cell states, nothing imputed; every fault at its cell."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
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
    Typed,
    as_text,
    plain_number,
    reader_of,
    words_of,
)
from etl.steps.normalise.totals import check_totals
from etl.text.measures import measure_key

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["normalise"]

#: (text, day, allowed levels or codes, the reporting unit's code) → the units that the text may name
ResolveUnit = Callable[[str, date, tuple[str, ...], str], tuple[Unit, ...]]
#: table → its Arrow schema (store/lake gives it; steps know no store)
SchemaOf = Callable[[TableSpec], "pa.Schema"]


@dataclass(slots=True)
class _Work:
    """One table of one submission being typed, column by column."""

    table: TableSpec
    layout: Layout
    lines: list[Line]
    sheets: Mapping[str, Grid]
    reference: Reference
    recognised: Recognised
    typed: dict[str, list[Typed]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


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
    content = hashlib.sha256(f"{reading.form}|{reading.unit}|{reading.period}|{reading.nil}".encode())
    for table in reference.forms[recognised.form].tables:
        layout = recognised.layouts.get(table.id)
        if layout is None:
            continue
        work = _Work(table, layout, recognised.lines.get(table.id, []), sheets, reference, recognised)
        _type_columns(work, resolve)
        _drop_spare(work)
        _check_sections(work)
        work.findings += check_totals(
            table,
            layout,
            recognised.totals.get(table.id, []),
            sheets,
            reference,
            work.typed,
            work.lines,
            recognised.factors,
        )
        reading.rows[table.id] = _rows(work, reading, schema_of(table), f"{reading.submission}@{stamp}")
        reading.findings += work.findings
        for name, column in sorted(work.typed.items()):
            content.update(f"{table.id}.{name}:".encode())
            content.update("\x1f".join([f"{value}\x1e{state}" for value, state, *_ in column]).encode())
    reading.content = content.hexdigest()
    reading.findings = [
        f.about(submission=reading.submission, form=reading.form, unit=reading.unit, period=reading.period, file=file)
        for f in reading.findings
    ]
    return reading


def _type_columns(work: _Work, resolve: ResolveUnit) -> None:
    day = parse_period(work.recognised.period).end
    words = words_of(work.reference)
    reporter = work.recognised.unit

    def units(text: str, levels: tuple[str, ...]) -> tuple[Unit, ...]:
        return resolve(text, day, levels, reporter)

    for spec in work.table.stored:
        work.typed[spec.id] = _column(work, spec, _cached(reader_of(spec, words, units)))
    for spec in work.table.stored:
        if spec.unit_from:
            _convert_by_row(work, spec)
        elif spec.id in work.recognised.factors:
            factor = work.recognised.factors[spec.id][0]
            work.typed[spec.id] = [_times(cell, factor) for cell in work.typed[spec.id]]


def _column(work: _Work, spec: Field, read: Callable[[Any], Typed]) -> list[Typed]:
    """One column of every line. Plain numbers, most cells of most forms, take the short way."""
    fixed = spec.id == work.table.row_code
    column: list[Typed] = []
    for number, block in enumerate(work.layout.blocks):
        lines = [line for line in work.lines if line.block == number]
        at = block.columns.get(spec.id)
        if block.member is not None and block.member[0] == spec.id:
            column += [read(block.member[1])] * len(lines)
        elif fixed:
            column += [Typed(line.fixed, "value") if line.fixed is not None else BLANK for line in lines]
        elif at is None:
            column += [BLANK] * len(lines)
        else:
            column += _cells(work, spec, block, at, lines, read)
    return column


def _cells(
    work: _Work, spec: Field, block: Block, at: int, lines: list[Line], read: Callable[[Any], Typed]
) -> list[Typed]:
    grid = work.sheets[block.sheet]
    rows, top, j = grid.rows, grid.top, at - grid.left
    if grid.from_1904 and spec.type in ("date", "month"):
        read = _from_1904(read)
    short, whole = spec.numeric and not grid.doubts, spec.type == "integer"
    known: dict[float, Typed] = {}
    column: list[Typed] = []
    for line in lines:
        row = rows[line.row - top]
        raw = row[j] if j < len(row) else ""
        if short and type(raw) in (float, int):
            typed = known.get(raw)  # type: ignore[arg-type]  # a number
            if typed is None and (number := plain_number(raw, whole)) is not None:  # type: ignore[arg-type]
                typed = known[raw] = Typed(number, "value")  # type: ignore[index]
            if typed is not None:
                column.append(typed)
                continue
        column.append(_cell(work, spec, grid, (line.row, at), raw, block.first, read))
    return column


def _from_1904(read: Callable[[Any], Typed]) -> Callable[[Any], Typed]:
    """Days that stand as plain numbers count from 1904 in such a workbook: four years and a day later than elsewhere."""
    return lambda cell: read(cell + DAYS_1904 if type(cell) in (int, float) else cell)


def _cached(read: Callable[[Any], Typed]) -> Callable[[Any], Typed]:
    """Texts repeat down a column: read each once."""
    known: dict[str, Typed] = {}

    def through(cell: Any) -> Typed:
        if type(cell) is not str:
            return read(cell)
        if (typed := known.get(cell)) is None:
            typed = known[cell] = read(cell)
        return typed

    return through


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
            sheet=sheet or None, cell=a1(*at), value=value, expected=expected, column=label, proposal=proposal
        )
    )


def _tell_once(work: _Work, code: str, spec: Field, sheet: str, at: At, value: str) -> None:
    if not any(f.code == code and f.cell == a1(*at) and f.sheet == (sheet or None) for f in work.findings):
        _tell(work, code, spec, sheet, at, value)


def _convert_by_row(work: _Work, spec: Field) -> None:
    """Values whose unit of measure stands in their own row ('nghìn đồng/kg') become the field's unit."""
    measures = words_of(work.reference).measures
    own = measures.get(measure_key(spec.unit_of_measure or ""))
    declared = work.typed.get(spec.unit_from or "", [])
    if own is None:
        return
    for i, unit in enumerate(declared):
        measure = measures.get(measure_key(str(unit.value or "")))
        if measure is not None and measure[1] == own[1] and measure[2] != own[2]:
            work.typed[spec.id][i] = _times(work.typed[spec.id][i], measure[2] / own[2])


def _times(cell: Typed, factor: Decimal) -> Typed:
    return cell if cell.value is None else Typed(cell.value * factor, cell.state, cell.fault)


def _drop_spare(work: _Work) -> None:
    """Rows without any value (a numbered spare row, a lone dash) are no rows; their remarks go with them."""
    fixed = {work.table.row_code, work.table.row_label}
    columns = [work.typed[f.id] for f in work.table.stored if f.id not in fixed]
    keep = [
        i
        for i, line in enumerate(work.lines)
        if line.fixed is not None or any(column[i].state not in (NOT_REPORTED, NIL) for column in columns)
    ]
    if len(keep) == len(work.lines):
        return
    gone = {(work.layout.blocks[ln.block].sheet, ln.row) for i, ln in enumerate(work.lines) if i not in set(keep)}
    work.findings = [f for f in work.findings if (f.sheet or "", _row_of(f.cell)) not in gone]
    work.lines = [work.lines[i] for i in keep]
    work.typed = {name: [column[i] for i in keep] for name, column in work.typed.items()}


def _row_of(cell: str | None) -> int:
    digits = (cell or "").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) - 1 if digits else -1


def _check_sections(work: _Work) -> None:
    """A row must bear the value of the section under which it stands."""
    name = work.table.section_field
    if name is None:
        return
    spec = work.table[name]
    for line, cell in zip(work.lines, work.typed[name], strict=True):
        if line.section is not None and cell.value is not None and cell.value != line.section:
            block = work.layout.blocks[line.block]
            at = (line.row, block.columns.get(name, 0))
            _tell(work, "R.section-differs", spec, block.sheet, at, str(cell.value), line.section)


def _rows(work: _Work, reading: Reading, schema: pa.Schema, reading_id: str) -> pa.Table:
    import pyarrow as pa

    count = len(work.lines)
    columns: dict[str, Any] = {
        "_submission": [reading.submission] * count, "_reading": [reading_id] * count, "_unit": [reading.unit] * count,
        "_period": [reading.period] * count, "_block": [line.block for line in work.lines],
        "_line": [line.row for line in work.lines],
    }  # fmt: skip
    for name, cells in work.typed.items():
        columns[name] = [cell.value for cell in cells]
        columns[f"{name}__state"] = [cell.state for cell in cells]
    return pa.table({f.name: pa.array(columns[f.name], type=f.type) for f in schema}, schema=schema)
