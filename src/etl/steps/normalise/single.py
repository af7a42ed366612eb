"""One cell at its place: its value, or what is wrong there and what a person had decided of it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from etl.model.decisions import CHOSEN_VALUES, case_of
from etl.model.findings import Finding
from etl.model.forms import Field
from etl.model.grids import At, Cell, Grid
from etl.steps.normalise.cells import BLANK, NOT_AVAILABLE, Typed, as_text
from etl.steps.normalise.work import Work, tell, tell_once


def at_cell(work: Work, spec: Field, grid: Grid, at: At, raw: Cell, first: int, read: Callable[[Any], Typed]) -> Typed:
    if at in grid.doubts and not spec.computed:
        return _doubtful(work, spec, grid, at, as_text(raw), read)
    if raw == "":
        return _empty_cell(work, spec, grid, at, first, read)
    typed = read(raw)
    if typed.fault is not None:
        return faulty(work, spec, grid.sheet, at, raw, typed, read)
    if typed.state == NOT_AVAILABLE and spec.numeric and not spec.computed:
        tell(work, "N.not-available", spec, grid.sheet, at, as_text(raw))
    return typed


def _empty_cell(work: Work, spec: Field, grid: Grid, at: At, first: int, read: Callable[[Any], Typed]) -> Typed:
    """An empty cell may be an error, a formula without a value, or covered by a merged label; else it is blank."""
    if at in grid.errors:
        code = "V.computed-text" if spec.computed else "V.error-value"
        tell(work, code, spec, grid.sheet, at, grid.errors[at])
        return Typed(None, NOT_AVAILABLE)
    if at in grid.no_value:
        if not spec.computed:
            tell(work, "V.no-value", spec, grid.sheet, at, "")
        return Typed(None, NOT_AVAILABLE)
    if not spec.numeric and (holder := _merge_holder(grid, at)) is not None and holder[0] >= first:
        label = grid.at(*holder)
        if label != "":
            tell_once(work, "N.merged", spec, grid.sheet, holder, as_text(label))
            return read(label)
    if spec.numeric and not spec.computed:
        tell(work, "N.blank", spec, grid.sheet, at, "")
    return BLANK


def _merge_holder(grid: Grid, at: At) -> At | None:
    row, column = at
    return next(
        ((r0, c0) for r0, c0, r1, c1 in grid.merges if r0 <= row <= r1 and c0 <= column <= c1 and r0 < row), None
    )


def _doubtful(work: Work, spec: Field, grid: Grid, at: At, mine: str, read: Callable[[Any], Typed]) -> Typed:
    """Two readers disagree: no value until a person says which is right."""
    other = grid.doubts[at][1]
    both = f"{mine or '∅'} / {other}"
    tell(work, "V.two-readers", spec, grid.sheet, at, both, both, mine or other)
    return _chosen(work, spec, work.findings[-1], Typed(None, NOT_AVAILABLE), read)


def faulty(work: Work, spec: Field, sheet: str, at: At, raw: Any, typed: Typed, read: Callable[[Any], Typed]) -> Typed:
    code = "V.computed-text" if spec.computed else typed.fault or ""
    tell(work, code, spec, sheet, at, as_text(raw), typed.expected, typed.proposal)
    return _chosen(work, spec, work.findings[-1], typed, read)


def _chosen(work: Work, spec: Field, finding: Finding, typed: Typed, read: Callable[[Any], Typed]) -> Typed:
    """The value that a person chose for an ambiguous cell, in the place of none."""
    r = work.recognised
    decision = work.reference.decided.get(case_of(finding.about(form=r.form, unit=r.unit, period=r.period)))
    if finding.code not in CHOSEN_VALUES or decision is None or decision.answer is None:
        return typed
    if not spec.numeric:
        return read(decision.answer)
    value = Decimal(decision.answer)
    return Typed(int(value) if spec.type == "integer" else value, "value")
