"""One table of a submission on its way from cells to values, and how its faults are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import TYPE_CHECKING

from etl.model.findings import Finding
from etl.model.forms import Field, TableSpec
from etl.model.grids import At, Cell, Grid, a1
from etl.model.reference import Reference
from etl.model.submissions import Block, Layout, Line, Recognised
from etl.model.units import Unit
from etl.steps.normalise.columns import Column

if TYPE_CHECKING:
    import pyarrow as pa

#: (text, day, allowed levels or codes, the reporting unit's code) → the units that the text may name
ResolveUnit = Callable[[str, date, tuple[str, ...], str], tuple[Unit, ...]]
#: table → its Arrow schema (store/lake gives it; steps know no store)
SchemaOf = Callable[[TableSpec], "pa.Schema"]


@dataclass(frozen=True, slots=True)
class Part:
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
class Work:
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

    def parts(self) -> list[Part]:
        """The table's lines by block, in the order of the lines."""
        found = []
        for number, block in enumerate(self.layout.blocks):
            grid = self.sheets[block.sheet]
            lines = [line for line in self.lines if line.block == number]
            columns = list(zip_longest(*(grid.rows[line.row - grid.top] for line in lines), fillvalue=""))
            found.append(Part(block, grid, lines, columns))
        return found


def tell(
    work: Work, code: str, spec: Field, sheet: str, at: At, value: str, expected: str = "", proposal: str | None = None
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


def tell_once(work: Work, code: str, spec: Field, sheet: str, at: At, value: str) -> None:
    if not any(f.code == code and f.cell == a1(*at) and f.sheet == (sheet or None) for f in work.findings):
        tell(work, code, spec, sheet, at, value)
