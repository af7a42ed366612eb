"""The sums of chosen rows, for every unit at or above theirs: one look at the rows for all indicators that take the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from etl.model.figures import Indicator
from etl.steps.consolidate.selection import FIRST, Breakdown, Selection, units_above

if TYPE_CHECKING:
    import duckdb

Pairs = dict[tuple[str, Breakdown], list[tuple[Decimal, Decimal]]]


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


def sums(connection: duckdb.DuckDBPyConnection, selections: Sequence[Selection]) -> list[list[Part]]:
    """The parts of each of several selections of one `choice`, for each unit at or above the rows' units, in all and by
    each breakdown axis. connection: as `open_rows` gives it."""
    return _Sums(connection, selections).parts()


class _Sums:
    """Rows are first brought together by their own unit, then added up for those above: a row is looked at once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, selections: Sequence[Selection]) -> None:
        self._connection, self._selections = connection, selections
        self._indicators = [selection.indicator for selection in selections]
        self._axes = [axis for axis, _ in selections[0].indicator.breakdown]
        self._members = [f'"b_{axis}"' for axis in self._axes]
        self._above = f"(SELECT unit, above FROM _above WHERE day = DATE '{selections[0].day}')"

    def parts(self) -> list[list[Part]]:
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE _chosen AS {self._chosen()}")
        self._tell_ancestors()
        found: list[dict[tuple[str, Breakdown], Part]] = [{} for _ in self._selections]
        for unit, breakdown, values in self._added():
            for n, parts in enumerate(found):
                total, missing, numerator, denominator = values[4 * n : 4 * n + 4]
                parts[unit, breakdown] = Part(
                    unit, breakdown, 0, (), _decimal(total), int(missing), _decimal(numerator), _decimal(denominator)
                )
        counted = [n for n, indicator in enumerate(self._indicators) if _is_counted(indicator)]
        for unit, breakdown, (count, names) in self._counted() if counted else ():
            for n in counted:
                found[n][unit, breakdown].count, found[n][unit, breakdown].keys = count, tuple(names)
        for n, indicator in enumerate(self._indicators):
            for place, pairs in self._pairs(n).items() if indicator.rule == "range" else ():
                found[n][place].pairs = tuple(pairs)
        return [list(parts.values()) for parts in found]

    def _chosen(self) -> str:
        """Each chosen row with what every indicator takes of it; where a key counts once, the latest period's row."""
        first = self._selections[0]
        asked = [
            f"({getattr(indicator, part) or 'NULL'}) AS {part}_{n}"
            for n, indicator in enumerate(self._indicators)
            for part in ("measure", "numerator", "denominator")
        ]
        columns = ", ".join([*first.columns(), *asked])
        rows = f'SELECT {columns} FROM "{first.indicator.table}" WHERE {first.where}'
        if first.indicator.key is None or first.indicator.measure is None:
            return rows
        return f"SELECT * FROM ({rows}) QUALIFY row_number() OVER (PARTITION BY key ORDER BY {FIRST}) = 1"

    def _tell_ancestors(self) -> None:
        """Which units lie above those of the chosen rows on the day; what others have told stays."""
        import pyarrow as pa

        first = self._selections[0]
        new = self._connection.execute(
            "SELECT DISTINCT unit FROM _chosen WHERE unit IS NOT NULL "
            "AND unit NOT IN (SELECT unit FROM _above WHERE day = ?) ORDER BY unit", [first.day],
        ).fetchall()  # fmt: skip
        pairs = [(code, above) for (code,) in new for above in units_above(code, first.day, first.units)]
        if pairs:
            told = pa.table({"unit": [code for code, _ in pairs], "above": [above for _, above in pairs]})
            self._connection.register("_told", told)
            self._connection.execute("INSERT INTO _above SELECT unit, above, ? FROM _told", [first.day])
            self._connection.unregister("_told")

    def _added(self) -> Iterator[tuple[str, Breakdown, Sequence[Any]]]:
        """Unit, breakdown and, four for each selection: total, rows without a measure, numerator, denominator."""
        own, above = [], []
        for n, indicator in enumerate(self._indicators):
            both = f"numerator_{n} IS NOT NULL AND denominator_{n} IS NOT NULL"
            divided = indicator.rule in ("ratio", "weighted_mean")
            for name, sql in (
                ("t", f"sum(measure_{n})" if indicator.measure is not None else ""),
                ("m", f"count(*) FILTER (measure_{n} IS NULL)" if indicator.measure is not None else ""),
                ("n", f"sum(numerator_{n}) FILTER ({both})" if divided else ""),
                ("d", f"sum(denominator_{n}) FILTER ({both})" if divided else ""),
            ):
                own += [f"{sql} AS {name}_{n}"] if sql else []
                above.append(f"sum({name}_{n})" if sql else "0" if name == "m" else "NULL")
        groups = [f"GROUPING({member}) AS g_{k}" for k, member in enumerate(self._members)]
        brought_together = (
            f"SELECT {', '.join(['unit', *self._members, *groups, *own])} FROM _chosen GROUP BY {self._sets('unit')}"
        )
        keys = ["above", *self._members, *(f"g_{k}" for k in range(len(groups)))]
        return self._placed(
            f"SELECT {', '.join([*keys, *above])} FROM ({brought_together}) JOIN {self._above} USING (unit) "
            f"GROUP BY {', '.join(keys)}"
        )

    def _counted(self) -> Iterator[tuple[str, Breakdown, Sequence[Any]]]:
        """Unit, breakdown, how many distinct keys, and their names where these are asked for."""
        names = "list(DISTINCT name)" if self._indicators[0].names else "[]"
        groups = [f"GROUPING({member})" for member in self._members]
        distinct = f"SELECT DISTINCT {', '.join(['unit', 'key', 'name', *self._members])} FROM _chosen"
        return self._placed(
            f"SELECT {', '.join(['above', *self._members, *groups, 'count(DISTINCT key)', names])} "
            f"FROM ({distinct}) JOIN {self._above} USING (unit) GROUP BY {self._sets('above')}"
        )

    def _sets(self, unit: str) -> str:
        return f"GROUPING SETS ({', '.join([f'({unit})', *(f'({unit}, {member})' for member in self._members)])})"

    def _placed(self, sql: str) -> Iterator[tuple[str, Breakdown, Sequence[Any]]]:
        """Rows of unit, a member and a flag for each axis, values. A flag is 0 where the row is of that axis."""
        axes = self._axes
        known: dict[tuple[int, str], Breakdown] = {}  # a few members, of many units
        for unit, *rest in self._connection.execute(sql).fetchall():
            at = next((k for k in range(len(axes)) if rest[len(axes) + k] == 0), None)
            if at is None:
                yield unit, None, rest[2 * len(axes) :]
            elif (member := rest[at]) is not None:  # else rows that are no member of the axis
                yield unit, known.setdefault((at, member), ((axes[at], member),)), rest[2 * len(axes) :]

    def _pairs(self, n: int) -> Pairs:
        """The rows that may hold the lowest or highest quotient: doubles choose candidates, exact division decides."""
        found: Pairs = {}
        for axis in (None, *self._axes):
            member = f'"b_{axis}"' if axis else "NULL"
            own = f"""
                SELECT unit, {member} AS member, numerator_{n} AS n, denominator_{n} AS d,
                    CAST(numerator_{n} AS DOUBLE) / CAST(denominator_{n} AS DOUBLE) AS x
                FROM _chosen WHERE denominator_{n} <> 0 AND numerator_{n} IS NOT NULL
                    {f"AND {member} IS NOT NULL" if axis else ""}"""
            above = f"SELECT above AS unit, member, n, d, x FROM ({_outermost(own)}) JOIN {self._above} USING (unit)"
            query = f"SELECT DISTINCT unit, member, n, d FROM ({_outermost(above)}) ORDER BY ALL"
            for unit, value, low, high in self._connection.execute(query).fetchall():
                place = unit, ((axis, value),) if axis else None
                found.setdefault(place, []).append((Decimal(low), Decimal(high)))
        return found


def _outermost(rows: str) -> str:
    """Of each unit and member the rows whose quotient x is the lowest or the highest, or too near to be told apart by it."""
    return f"""
        SELECT * EXCLUDE (low, high) FROM (
            SELECT *, min(x) OVER (PARTITION BY unit, member) AS low, max(x) OVER (PARTITION BY unit, member) AS high
            FROM ({rows}))
        WHERE x <= low + abs(low) * 1e-9 + 1e-12 OR x >= high - abs(high) * 1e-9 - 1e-12"""


def _is_counted(indicator: Indicator) -> bool:
    return indicator.key is not None and indicator.measure is None


def _decimal(value: Any) -> Decimal | None:
    return value if value is None or type(value) is Decimal else Decimal(value)
