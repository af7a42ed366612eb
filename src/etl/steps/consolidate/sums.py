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

#: rules whose figure is a quotient of sums
DIVIDED = ("ratio", "weighted_mean")

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
    """Rows are first brought together by their own unit and members, in `_together`, then added up for the units above and for
    each axis alone: they are looked at once, however many they are, and never copied."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, selections: Sequence[Selection]) -> None:
        self._connection, self._selections = connection, selections
        self._indicators = [selection.indicator for selection in selections]
        self._axes = [axis for axis, _ in selections[0].indicator.breakdown]
        self._members = [f'"b_{axis}"' for axis in self._axes]
        self._rows = f"({self._chosen()})"
        self._above = f"(SELECT unit, above FROM _above WHERE day = DATE '{selections[0].day}')"

    def parts(self) -> list[list[Part]]:
        self._bring_together()
        self._tell_ancestors()
        found: list[dict[tuple[str, Breakdown], Part]] = [{} for _ in self._selections]
        wanted = [
            (parts, i.measure is not None, i.rule in DIVIDED) for parts, i in zip(found, self._indicators, strict=True)
        ]
        for unit, breakdown, values in self._added():
            place, rest = (unit, breakdown), iter(values)
            for parts, measured, divided in wanted:
                parts[place] = one = Part(unit, breakdown)
                if measured:
                    one.total, one.missing = _decimal(next(rest)), int(next(rest))
                if divided:
                    one.numerator, one.denominator = _decimal(next(rest)), _decimal(next(rest))
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
        if len(first.periods) > 1:  # few rows are of a key's latest period: only they are put in order
            latest = f"SELECT key, max(_period) AS _period FROM ({rows}) GROUP BY key"
            rows = f"SELECT r.* FROM ({rows}) r JOIN ({latest}) l ON r.key IS NOT DISTINCT FROM l.key AND r._period = l._period"
        return f"SELECT * FROM ({rows}) QUALIFY row_number() OVER (PARTITION BY key ORDER BY {FIRST}) = 1"

    def _bring_together(self) -> None:
        """`_keys`: what is counted, once for each unit and members; `_together`: unit, members, and what is added of them."""
        own = [sql for n, indicator in enumerate(self._indicators) for sql in _own(n, indicator)]
        groups, rows = ", ".join(["unit", *self._members]), self._rows
        if any(map(_is_counted, self._indicators)):
            named = ["key", "name"] if self._indicators[0].names else ["key"]
            columns = ", ".join(["unit", *self._members, *named])
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE _keys AS SELECT DISTINCT {columns} FROM {rows}")
            rows = rows if own else "_keys"
        columns = ", ".join([groups, *own])
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE _together AS SELECT {columns} FROM {rows} GROUP BY {groups}"
        )

    def _tell_ancestors(self) -> None:
        """Which units lie above those of the chosen rows on the day; what others have told stays."""
        import pyarrow as pa

        first = self._selections[0]
        new = self._connection.execute(
            "SELECT DISTINCT unit FROM _together WHERE unit IS NOT NULL "
            "AND unit NOT IN (SELECT unit FROM _above WHERE day = ?) ORDER BY unit", [first.day],
        ).fetchall()  # fmt: skip
        pairs = [(code, above) for (code,) in new for above in units_above(code, first.day, first.units)]
        if pairs:
            told = pa.table({"unit": [code for code, _ in pairs], "above": [above for _, above in pairs]})
            self._connection.register("_told", told)
            self._connection.execute("INSERT INTO _above SELECT unit, above, ? FROM _told", [first.day])
            self._connection.unregister("_told")

    def _added(self) -> Iterator[tuple[str, Breakdown, Sequence[Any]]]:
        """Unit, breakdown and, for each selection: total and rows without a measure, where it has one; numerator and
        denominator, where it divides."""
        above = []
        for n, indicator in enumerate(self._indicators):
            names = ("tm" if indicator.measure is not None else "") + ("nd" if indicator.rule in DIVIDED else "")
            above += [f"sum({name}_{n})" for name in names]
        return self._placed(
            f"SELECT {', '.join(['above', *self._members, *self._flags(), *above])} "
            f"FROM _together JOIN {self._above} USING (unit) GROUP BY {self._sets()}"
        )

    def _counted(self) -> Iterator[tuple[str, Breakdown, Sequence[Any]]]:
        """Unit, breakdown, how many distinct keys, and their names where these are asked for."""
        told = "coalesce(list(DISTINCT name) FILTER (name IS NOT NULL), [])"
        names = told if self._indicators[0].names else "[]"
        return self._placed(
            f"SELECT {', '.join(['above', *self._members, *self._flags(), 'count(DISTINCT key)', names])} "
            f"FROM _keys JOIN {self._above} USING (unit) GROUP BY {self._sets()}"
        )

    def _flags(self) -> list[str]:
        return [f"GROUPING({member})" for member in self._members]

    def _sets(self) -> str:
        return f"GROUPING SETS ({', '.join(['(above)', *(f'(above, {member})' for member in self._members)])})"

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
        alike = " AND ".join(f"r.{name} IS NOT DISTINCT FROM t.{name}" for name in self._members)
        self._connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE _ends AS SELECT DISTINCT {", ".join(f"r.{name}" for name in ("unit", *self._members))},
                r.numerator_{n} AS n, r.denominator_{n} AS d, {_quotient(n)} AS x
            FROM {self._rows} r JOIN _together t ON r.unit = t.unit {f"AND {alike}" if alike else ""}
            WHERE r.denominator_{n} <> 0 AND ({_near(f"t.low_{n}", f"t.high_{n}")})""")
        for axis in (None, *self._axes):
            member = f'"b_{axis}"' if axis else "NULL"
            above = f"""
                SELECT above AS unit, {member} AS member, n, d, x FROM _ends JOIN {self._above} USING (unit)
                {f"WHERE {member} IS NOT NULL" if axis else ""}"""
            query = f"SELECT DISTINCT unit, member, n, d FROM ({_outermost(above)}) ORDER BY ALL"
            for unit, value, low, high in self._connection.execute(query).fetchall():
                place = unit, ((axis, value),) if axis else None
                found.setdefault(place, []).append((Decimal(low), Decimal(high)))
        return found


def _own(n: int, indicator: Indicator) -> list[str]:
    """What the rows of one unit and members are brought together to, for one indicator."""
    found = []
    if indicator.measure is not None:
        found += [f"sum(measure_{n}) AS t_{n}", f"count(*) FILTER (measure_{n} IS NULL) AS m_{n}"]
    if indicator.rule in DIVIDED:
        both = f"numerator_{n} IS NOT NULL AND denominator_{n} IS NOT NULL"
        found += [f"sum({part}_{n}) FILTER ({both}) AS {part[0]}_{n}" for part in ("numerator", "denominator")]
    if indicator.rule == "range":
        found += [
            f"{end}({_quotient(n)}) FILTER (denominator_{n} <> 0) AS {name}_{n}"
            for end, name in (("min", "low"), ("max", "high"))
        ]
    return found


def _quotient(n: int) -> str:
    return f"CAST(numerator_{n} AS DOUBLE) / CAST(denominator_{n} AS DOUBLE)"


def _near(low: str, high: str) -> str:
    """Whether x is the lowest or the highest quotient, or too near to be told apart from it by doubles."""
    return f"x <= {low} + abs({low}) * 1e-9 + 1e-12 OR x >= {high} - abs({high}) * 1e-9 - 1e-12"


def _outermost(rows: str) -> str:
    """Of each unit and member the rows whose quotient x is the lowest or the highest, or too near."""
    return f"""
        SELECT * EXCLUDE (low, high) FROM (
            SELECT *, min(x) OVER (PARTITION BY unit, member) AS low, max(x) OVER (PARTITION BY unit, member) AS high
            FROM ({rows}))
        WHERE {_near("low", "high")}"""


def _is_counted(indicator: Indicator) -> bool:
    return indicator.key is not None and indicator.measure is None


def _decimal(value: Any) -> Decimal | None:
    return value if value is None or type(value) is Decimal else Decimal(value)
