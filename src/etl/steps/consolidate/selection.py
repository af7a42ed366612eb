"""The rows that an indicator takes, and their sums: SQL from the indicator's own expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from etl.model.figures import Indicator
from etl.model.periods import Period
from etl.model.units import Units

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Breakdown = tuple[tuple[str, str], ...] | None

#: of several rows of one key the one that is counted: the latest period's, then by unit and place
FIRST = "_period DESC, unit, _submission, _block, _line"


@dataclass(slots=True)
class Part:
    """What SQL gives for one unit (and breakdown member): parts only, nothing divided."""

    unit: str
    breakdown: Breakdown
    count: int = 0
    keys: tuple[str, ...] = ()
    total: Decimal | None = None
    missing: int = 0
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    pairs: tuple[tuple[Decimal, Decimal], ...] = ()


def open_rows(rows: Mapping[str, pa.Table], units: Units) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection that sees every table by its id, with `_level` of the reporting unit, and `units`."""
    import duckdb
    import pyarrow as pa

    connection = duckdb.connect()
    levels = _levels(units)
    connection.register("_levels", pa.table({
        "unit": pa.array(list(levels), pa.string()), "level": pa.array(list(levels.values()), pa.string()),
    }))  # fmt: skip
    for name, table in rows.items():
        connection.register(f"{name}__rows", table)
        connection.execute(
            f'CREATE TEMP VIEW "{name}" AS SELECT t.*, l.level AS _level '
            f'FROM "{name}__rows" t LEFT JOIN _levels l ON l.unit = t._unit'
        )
    return connection


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

    def sql(self) -> str:
        """Chosen rows: place, unit, key, measure, parts, breakdown. One definition for figures and for trace."""
        chosen = " AND ".join(self.conditions().values())
        return f'SELECT {", ".join(self.columns())} FROM "{self.indicator.table}" WHERE {chosen}'

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

    def parts(self, connection: duckdb.DuckDBPyConnection) -> list[Part]:
        """Sums for each unit at or above the rows' units, in all and by each breakdown axis."""
        connection.execute(f"CREATE OR REPLACE TEMP TABLE _chosen AS {self._once()}")
        self._register_ancestors(connection)
        found = self._grouped(connection, None)
        for axis, _ in self.indicator.breakdown:
            found += self._grouped(connection, axis)
        return found

    def _once(self) -> str:
        """A measure with a key counts once for each key: the latest period's row."""
        if self.indicator.key is None or self.indicator.measure is None:
            return self.sql()
        return f"SELECT * FROM ({self.sql()}) QUALIFY row_number() OVER (PARTITION BY key ORDER BY {FIRST}) = 1"

    def _register_ancestors(self, connection: duckdb.DuckDBPyConnection) -> None:
        import pyarrow as pa

        day = self.day
        codes = [
            row[0] for row in connection.execute("SELECT DISTINCT unit FROM _chosen WHERE unit IS NOT NULL").fetchall()
        ]
        pairs = [(code, above) for code in codes for above in units_above(code, day, self.units)]
        connection.register("_above", pa.table({
            "unit": pa.array([p[0] for p in pairs], pa.string()), "above": pa.array([p[1] for p in pairs], pa.string()),
        }))  # fmt: skip

    def _grouped(self, connection: duckdb.DuckDBPyConnection, axis: str | None) -> list[Part]:
        member = f'"b_{axis}"' if axis else "NULL"
        where = f"WHERE {member} IS NOT NULL" if axis else ""
        rule = self.indicator.rule
        both = "numerator IS NOT NULL AND denominator IS NOT NULL"
        keys = "list(DISTINCT name)" if self.indicator.names else "NULL"
        rows = connection.execute(f"""
            SELECT a.above, {member} AS member, count(DISTINCT key), {keys}, sum(measure),
                count(*) FILTER (measure IS NULL),
                sum(numerator) FILTER ({both}), sum(denominator) FILTER ({both})
            FROM _chosen c JOIN _above a USING (unit) {where} GROUP BY ALL ORDER BY ALL
        """).fetchall()  # fmt: skip
        pairs = self._pairs(connection, member, where) if rule == "range" else {}
        counted = self.indicator.measure is not None
        return [
            Part(
                unit, ((axis, value),) if axis else None, count, tuple(keys or ()), _decimal(total),
                missing if counted else 0, _decimal(numerator), _decimal(denominator), pairs.get((unit, value), ()),
            )
            for unit, value, count, keys, total, missing, numerator, denominator in rows
        ]  # fmt: skip

    def _pairs(
        self, connection: duckdb.DuckDBPyConnection, member: str, where: str
    ) -> dict[tuple[str, Any], tuple[tuple[Decimal, Decimal], ...]]:
        """The rows that may hold the lowest or highest quotient: doubles choose candidates, exact division decides."""
        rows = connection.execute(f"""
            WITH q AS (
                SELECT a.above AS unit, {member} AS member, numerator AS n, denominator AS d,
                    CAST(numerator AS DOUBLE) / CAST(denominator AS DOUBLE) AS x
                FROM _chosen c JOIN _above a USING (unit) {where} {"AND" if where else "WHERE"} denominator <> 0
                    AND numerator IS NOT NULL
            ), m AS (SELECT unit, member, min(x) AS low, max(x) AS high FROM q GROUP BY ALL)
            SELECT DISTINCT q.unit, q.member, n, d FROM q JOIN m
                ON q.unit = m.unit AND q.member IS NOT DISTINCT FROM m.member
            WHERE x <= low + abs(low) * 1e-9 + 1e-12 OR x >= high - abs(high) * 1e-9 - 1e-12 ORDER BY ALL
        """).fetchall()
        found: dict[tuple[str, Any], list[tuple[Decimal, Decimal]]] = {}
        for unit, value, n, d in rows:
            found.setdefault((unit, value), []).append((Decimal(n), Decimal(d)))
        return {key: tuple(values) for key, values in found.items()}


def units_above(code: str, day: date, units: Units) -> list[str]:
    """A unit and all above it on a day, from below."""
    chain: list[str] = []
    current: str | None = code
    while current is not None and current not in chain:
        chain.append(current)
        unit = units.get(current, day)
        current = unit.parent if unit else None
    return chain


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)
