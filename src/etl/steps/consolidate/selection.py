"""The rows that an indicator takes, and their sums: SQL from the indicator's own expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from etl.model.figures import Indicator
from etl.model.periods import Period
from etl.model.stored import USUAL, Room, Stored
from etl.model.units import Units
from etl.steps.consolidate.opened import connect, from_files

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Breakdown = tuple[tuple[str, str], ...] | None

#: of several rows of one key the one that is counted: the latest period's, then by unit and place
FIRST = "_period DESC, unit, _submission, _block, _line"


def open_rows(
    rows: Mapping[str, pa.Table | Stored], units: Units, asked: Iterable[Selection] | None = None, room: Room = USUAL
) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection that sees every table by its id, with `_level` of the reporting unit.

    asked: the selections that will be looked at, so that only what they name is taken; without them every column is.
    What is stored is read by each query anew, which takes of it what it names: beyond the room's memory nothing is copied.
    """
    import pyarrow as pa

    connection = connect(room)
    levels = _levels(units)
    connection.register("_levels", pa.table({
        "unit": pa.array(list(levels), pa.string()), "level": pa.array(list(levels.values()), pa.string()),
    }))  # fmt: skip
    words = None if asked is None else _words(asked)
    for name, table in rows.items() if words is None else ((n, t) for n, t in rows.items() if n in words):
        if isinstance(table, Stored):
            sql = from_files(connection, name, table)
            if words is None or "_level" in words[name]:
                sql = f"SELECT t.*, l.level AS _level FROM ({sql}) t LEFT JOIN _levels l ON l.unit = t._unit"
            connection.execute(f'CREATE TEMP VIEW "{name}" AS {sql}')
            continue
        connection.register(f"{name}__rows", table)
        columns = (
            "t.*" if words is None else ", ".join(f't."{c}"' for c in table.column_names if c.lower() in words[name])
        )
        connection.execute(  # a table of its own: many indicators look at the same rows
            f'CREATE TEMP TABLE "{name}" AS SELECT {columns}, l.level AS _level '
            f'FROM "{name}__rows" t LEFT JOIN _levels l ON l.unit = t._unit'
        )
        connection.unregister(f"{name}__rows")
    connection.execute("CREATE TEMP TABLE _above (unit VARCHAR, above VARCHAR, day DATE)")
    return connection


def _words(asked: Iterable[Selection]) -> dict[str, set[str]]:
    """Table → every word, in small letters, in what is asked of it: the names of its columns are among them."""
    found: dict[str, set[str]] = {}
    for selection in asked:
        found.setdefault(selection.indicator.table, set()).update(
            re.findall(r"\w+", f"{selection.sql()} {FIRST}".lower())
        )
    return found


def _levels(units: Units) -> dict[str, str]:
    """Code → the level it reports for, as the unit is now: an agency's is that of the unit above it."""
    first = {unit.code: unit.level for unit in reversed(units.all)}
    return {
        unit.code: first.get(unit.parent or "", unit.level) if unit.level == "agency" else unit.level
        for unit in units.all
    }


@dataclass(frozen=True)
class Selection:
    """One indicator over the periods it uses.

    copies: (unit, period) whose submission the calendar wants for comparison only; its rows are in no figure.
    claimant: such a unit, whose own rows are asked for instead.
    """

    indicator: Indicator
    periods: tuple[Period, ...]
    units: Units
    copies: tuple[tuple[str, str], ...] = ()
    claimant: str | None = None

    @property
    def as_at(self) -> str | None:
        """The day of a stock or state; None for flows."""
        if self.indicator.over_periods != "last" or not self.periods:
            return None
        return self.periods[-1].end.isoformat()

    @property
    def day(self) -> date:
        """The day on which the tree of units is looked at."""
        return self.periods[-1].end if self.periods else date.max

    @property
    def choice(self) -> tuple[object, ...]:
        """Selections of one choice take the same rows, once each, and group them alike: they are summed together."""
        i = self.indicator
        once = i.key is not None and i.measure is not None
        return i.table, *self.conditions().values(), self.day, i.unit, i.key, i.names, i.breakdown, once

    def sql(self) -> str:
        """Chosen rows: place, unit, key, measure, parts, breakdown. One definition for figures and for trace."""
        return f'SELECT {", ".join(self.columns())} FROM "{self.indicator.table}" WHERE {self.where}'

    @property
    def where(self) -> str:
        """The conditions of a chosen row, as SQL."""
        return " AND ".join(self.conditions().values())

    def columns(self) -> list[str]:
        """What is taken of a row, as SQL."""
        i = self.indicator
        return [
            "_submission", "_block", "_line", "_period", f"({i.unit}) AS unit", f"({i.key or 'NULL'}) AS key",
            f"({i.names or i.key or 'NULL'}) AS name", f"({i.measure or 'NULL'}) AS measure",
            f"({i.numerator or 'NULL'}) AS numerator", f"({i.denominator or 'NULL'}) AS denominator",
            *(f"CAST(({expression}) AS VARCHAR) AS \"b_{axis}\"" for axis, expression in i.breakdown),
        ]  # fmt: skip

    def conditions(self) -> dict[str, str]:
        """What a row must be, each by its name: period, condition, reporter, copy, speaks."""
        i = self.indicator
        codes = ", ".join(f"'{p.code}'" for p in self.periods) or "NULL"
        found = {"period": f"_period IN ({codes})"}
        if i.condition:
            found["condition"] = f"({i.condition})"
        if i.reporter:
            other = i.reporter.startswith("!")
            found["reporter"] = f"_unit {'<>' if other else '='} '{i.reporter.removeprefix('!')}'"
        copied = ", ".join(f"('{unit}', '{period}')" for unit, period in self.copies if unit != i.reporter)
        if self.claimant is not None:
            found["copy"] = f"_unit = '{self.claimant}'"
        elif copied:
            found["copy"] = f"(_unit, _period) NOT IN ({copied})"
        if i.unit == "_owner":
            found["speaks"] = "_speaks"  # the row that speaks for the entity, so that listers cannot disagree
        return found


def units_above(code: str, day: date, units: Units) -> list[str]:
    """A unit and all above it on a day, from below."""
    chain: list[str] = []
    current: str | None = code
    while current is not None and current not in chain:
        chain.append(current)
        unit = units.get(current, day)
        current = unit.parent if unit else None
    return chain
