"""Totals that the sender typed: compared with the rows, never counted; the rows win, the difference is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain

from etl.model.findings import Finding
from etl.model.forms import TableSpec
from etl.model.grids import Grid, a1
from etl.model.reference import Reference
from etl.model.submissions import Layout, Line
from etl.steps.normalise.cells import as_text, reader_of, words_of
from etl.steps.normalise.columns import Column


def check_totals(
    table: TableSpec, layout: Layout, totals: Sequence[Line], sheets: Mapping[str, Grid], reference: Reference,
    typed: Mapping[str, Column], lines: Sequence[Line], factors: Mapping[str, tuple[Decimal, str]],
) -> list[Finding]:  # fmt: skip
    """Compare every typed total with the sum of the rows above or below it."""
    found: list[Finding] = []
    for line in totals:
        block = layout.blocks[line.block]
        grid = sheets[block.sheet]
        for spec in table.fields:
            if not spec.numeric or spec.id not in block.columns:
                continue
            at = (line.row, block.columns[spec.id])
            about = {"sheet": block.sheet or None, "cell": a1(*at), "column": spec.title_vi}
            if at in grid.errors:
                found.append(reference.messages["V.error-total"].finding(**about, value=grid.errors[at]))
            elif at in grid.no_value:
                found.append(reference.messages["V.no-value-total"].finding(**about))
            elif spec.total:
                total = reader_of(spec, words_of(reference), lambda _text, _levels: ())(grid.at(*at))
                factor = factors.get(spec.id, (Decimal(1), ""))[0]
                apart, nested = block.member is not None, table.hierarchy is not None
                rows = sums(typed[spec.id], lines, line, apart=apart, nested=nested)
                first = next(rows)
                if total.value is not None and not _agrees(Decimal(total.value) * factor, chain([first], rows)):
                    value, expected = as_text(grid.at(*at)), format((first[0] / factor).normalize(), "f")
                    found.append(reference.messages["S7.total"].finding(**about, value=value, expected=expected))
    return found


def check_totals_across(
    table: TableSpec, layout: Layout, sheets: Mapping[str, Grid], reference: Reference, typed: Mapping[str, Column],
    lines: Sequence[Line], factors: Mapping[str, tuple[Decimal, str]],
) -> list[Finding]:  # fmt: skip
    """Compare a crosstab's column of totals, at each row, with the sum of the row's members."""
    spec = table[table.across["value"]] if table.across else None
    if spec is None or not spec.total:
        return []
    rows: dict[tuple[str, int, int], list[int]] = {}
    for i, line in enumerate(lines):
        block = layout.blocks[line.block]
        if block.total_at is not None:
            rows.setdefault((block.sheet, line.row, block.total_at), []).append(i)
    found = []
    factor = factors.get(spec.id, (Decimal(1), ""))[0]
    read = reader_of(spec, words_of(reference), lambda _text, _levels: ())
    for (sheet, row, column), own in sorted(rows.items()):
        total, members = read(sheets[sheet].at(row, column)), typed[spec.id].sum(own)
        if total.value is not None and not _agrees(Decimal(total.value) * factor, [members]):
            about = {"sheet": sheet or None, "cell": a1(row, column), "column": spec.title_vi}
            value, expected = as_text(sheets[sheet].at(row, column)), format((members[0] / factor).normalize(), "f")
            found.append(reference.messages["S7.total"].finding(**about, value=value, expected=expected))
    return found


def sums(
    column: Column, lines: Sequence[Line], total: Line, *, apart: bool, nested: bool
) -> Iterator[tuple[Decimal, bool]]:
    """What the total may mean, the likeliest first: (sum, complete) of all rows, of its section, of its sheet part.

    nested: a row of a hierarchy with rows under it means these and nothing else. apart: each block is a member of a
    crosstab with totals of its own.
    """
    under = (
        [i for i, line in enumerate(lines) if line.block == total.block and total.row in line.above] if nested else []
    )
    if under:
        yield column.sum(under)
        return
    if not apart:
        yield column.sum()
        yield column.sum([i for i, line in enumerate(lines) if line.section == total.section])
    own = [i for i, line in enumerate(lines) if line.block == total.block]
    yield column.sum(own)
    if apart:
        yield column.sum([i for i in own if lines[i].section == total.section])


def _agrees(total: Decimal, choices: Iterable[tuple[Decimal, bool]]) -> bool:
    """Equal to one of the sums, or above an incomplete one (the missing values may be in it)."""
    return any(total == known or (not complete and total >= known) for known, complete in choices)
