"""Why each row of a table entered a figure, or did not: the same expressions that the figures are made with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from etl.model.figures import Indicator
from etl.model.forms import TableSpec
from etl.steps.consolidate.selection import FIRST, Breakdown, Selection, units_above

if TYPE_CHECKING:
    import duckdb

#: why a row was not counted, in the order in which it is asked
PERIOD, REPORTER, COPY, CONDITION, SPEAKS, ELSEWHERE, MEMBER, NO_VALUE, SAME_KEY = (
    "period", "reporter", "copy", "condition", "speaks", "elsewhere", "member", "no_value", "same_key",
)  # fmt: skip
COUNTED = "counted"

Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table with what the indicator takes of it. place: submission, block, line (0-based).

    above: the row's unit and all above it. failed: the conditions that it does not meet; refused: the first of them in
    the order in which it is asked, '' for none. order: the place of the row where several have one key. members: its
    member on each axis.
    """

    place: Place
    reporter: str
    period: str
    unit: str | None
    above: tuple[str, ...]
    key: str | None
    measure: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    members: Breakdown
    failed: tuple[str, ...]
    refused: str
    order: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A row and what became of it in one figure. same: the place of the row that was counted in its stead."""

    row: Row
    why: str
    same: Place | None = None

    @property
    def counted(self) -> bool:
        return self.why == COUNTED


def every_row(connection: duckdb.DuckDBPyConnection, selection: Selection) -> list[Row]:
    """All rows of the indicator's table, in the order in which rows of one key are taken.

    connection: as `open_rows` gives it.
    """
    conditions = selection.conditions()
    flags = ", ".join(f'coalesce({sql}, FALSE) AS "c_{name}"' for name, sql in conditions.items())
    found = connection.execute(
        f'SELECT {", ".join(selection.columns())}, _unit, {flags} FROM "{selection.indicator.table}" ORDER BY {FIRST}'
    )
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    return [_row(selection, values, order, tuple(conditions)) for order, values in enumerate(rows)]


def _row(selection: Selection, values: dict[str, Any], order: int, conditions: Sequence[str]) -> Row:
    unit = values["unit"]
    failed = tuple(name for name in conditions if not values[f"c_{name}"])
    members = tuple(
        (axis, str(m)) for axis, _ in selection.indicator.breakdown if (m := values[f"b_{axis}"]) is not None
    )
    return Row(
        place=(values["_submission"], values["_block"], values["_line"]),
        reporter=values["_unit"],
        period=values["_period"],
        unit=unit,
        above=tuple(units_above(unit, selection.day, selection.units)) if unit is not None else (),
        key=None if values["key"] is None else str(values["key"]),
        measure=_number(values["measure"]),
        numerator=_number(values["numerator"]),
        denominator=_number(values["denominator"]),
        members=members,
        failed=failed,
        refused=next((name for name in (PERIOD, REPORTER, COPY, CONDITION, SPEAKS) if name in failed), ""),
        order=order,
    )


def judge(indicator: Indicator, rows: Iterable[Row], unit: str, breakdown: Breakdown = None) -> list[Judged]:
    """What became of every row in the figure of one unit (and breakdown member).

    rows: as `every_row` gives them. A key counts once: with a measure over all units, else inside the unit.
    """
    taken: dict[str, Place] = {}
    found = []
    for row in sorted(rows, key=lambda r: r.order):
        why, same = row.refused or COUNTED, None
        inside = unit in row.above
        if why == SPEAKS and not inside:
            why = ELSEWHERE
        if why == COUNTED and _has_key(indicator, row) and (inside or indicator.measure is not None):
            why, same = _once(indicator, row, breakdown, taken)
        if why in (COUNTED, SAME_KEY) and not inside:
            why, same = ELSEWHERE, None
        if why == COUNTED:
            why = _in_figure(indicator, row, breakdown)
        found.append(Judged(row, why, same))
    return found


def _has_key(indicator: Indicator, row: Row) -> bool:
    """A measure counts once for each key, rows without a key together; a count leaves them out."""
    return indicator.key is not None and (row.key is not None or indicator.measure is not None)


def _once(indicator: Indicator, row: Row, breakdown: Breakdown, taken: dict[str, Place]) -> tuple[str, Place | None]:
    """Whether the row is the one of its key; inside a breakdown only rows of that member take part in a count."""
    if indicator.measure is None and not _of_member(row, breakdown):
        return MEMBER, None
    key = row.key or ""
    first = taken.setdefault(key, row.place)
    return (COUNTED, None) if first == row.place else (SAME_KEY, first)


def _in_figure(indicator: Indicator, row: Row, breakdown: Breakdown) -> str:
    if not _of_member(row, breakdown):
        return MEMBER
    return COUNTED if _has_value(indicator, row) else NO_VALUE


def _of_member(row: Row, breakdown: Breakdown) -> bool:
    return breakdown is None or set(breakdown) <= set(row.members or ())


def _has_value(indicator: Indicator, row: Row) -> bool:
    if indicator.numerator is not None:
        usable = row.numerator is not None and row.denominator is not None
        return usable and (indicator.rule != "range" or row.denominator != 0)
    if indicator.measure is not None:
        return row.measure is not None
    return row.key is not None


def fields_of(indicator: Indicator, spec: TableSpec) -> tuple[str, ...]:
    """The fields whose cells a figure is made of: of its measure or parts, else of what is counted."""
    parts = [indicator.measure, indicator.numerator, indicator.denominator]
    named = fields_in(" ".join(part for part in parts if part), spec)
    return named or _counted_fields(indicator, spec)


def used_fields(indicator: Indicator, spec: TableSpec) -> tuple[str, ...]:
    """Every field that decides about a row: what is counted, on which condition, for which unit and member."""
    more = [
        indicator.condition,
        indicator.key,
        indicator.names,
        indicator.unit,
        *(sql for _, sql in indicator.breakdown),
    ]
    named = fields_in(" ".join(part for part in more if part), spec)
    entity = spec.entity if any(part and "_entity" in part for part in more) else None
    owner = spec.entity if indicator.unit == "_owner" else None
    extra = [f for e in (entity,) if e for f in (e.id, e.name) if f] + [
        f for e in (owner,) if e for f in (e.owner,) if f
    ]
    return tuple(dict.fromkeys([*fields_of(indicator, spec), *named, *extra]))


def _counted_fields(indicator: Indicator, spec: TableSpec) -> tuple[str, ...]:
    if spec.entity and "_entity" in f"{indicator.key} {indicator.names}":
        named = spec.entity.id or spec.entity.name
        return (named,) if named else ()
    for part in (indicator.key, indicator.names, *(sql for _, sql in indicator.breakdown), indicator.condition):
        if named_here := fields_in(part or "", spec):
            return named_here[:1]
    return ()


def fields_in(sql: str, spec: TableSpec) -> tuple[str, ...]:
    """The table's fields that an expression names, in its order; words inside quotes are none."""
    known = {field.id for field in spec.stored}
    words = re.findall(r"[A-Za-z_][A-Za-z0-9_]*", re.sub(r"'(?:[^']|'')*'", " ", sql))
    return tuple(dict.fromkeys(word for word in words if word in known))


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)
