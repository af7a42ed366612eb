"""All current rows + rules over other units and periods → the rows that each rule tells.

The SQL stands in data/reference/across/*.yaml. It only adds, counts and compares, on one thread, so that the same rows
give the same answers in the same order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from etl.model.across import AcrossRule
from etl.model.periods import Period, parse_period
from etl.model.units import Units

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


@dataclass(frozen=True, slots=True, order=True)
class Sent:
    """One form of one unit for one period that counts, a declared nil too."""

    form: str
    unit: str
    period: str


def across(
    rows: Mapping[str, pa.Table], forms: Mapping[str, str], rules: Iterable[AcrossRule], sent: Collection[Sent],
    periods: Collection[Period], units: Units,
) -> dict[str, pa.Table]:  # fmt: skip
    """Rule id → the rows that fail it, in canonical order, with the rule's columns and `_concerns`.

    rows: table id → current rows of all units and periods with `_entity`, … (steps/match). forms: table id → form.
    periods: those that may stand beside each other; the one before a period ends on the day before it starts.
    Raises duckdb.Error when a rule's SQL is wrong: `etl check` tells that before any run.
    """
    import duckdb

    connection = duckdb.connect(config={"threads": 1})
    try:
        _register(connection, rows, forms, _places(sent, periods, units), units)
        return {rule.id: connection.sql(rule.query).to_arrow_table() for rule in rules}
    finally:
        connection.close()


def neighbours(periods: Iterable[Period]) -> dict[str, tuple[str | None, str | None]]:
    """Code → the codes of the period of its kind just before it and just after it, None where nobody reports for it."""
    known = sorted(set(periods))
    starts = {(p.kind, p.calendar, p.start): p.code for p in known}
    ends = {(p.kind, p.calendar, p.end): p.code for p in known}
    day = timedelta(days=1)
    return {
        p.code: (ends.get((p.kind, p.calendar, p.start - day)), starts.get((p.kind, p.calendar, p.end + day)))
        for p in known
    }


def _places(sent: Collection[Sent], periods: Collection[Period], units: Units) -> pa.Table:
    """What is known of each (form, unit, period): days, level, and whether the unit sent the form before and after."""
    import pyarrow as pa

    of_rows = {one.period: parse_period(one.period) for one in sent}
    beside = neighbours([*periods, *of_rows.values()])
    known = set(sent)
    lines = []
    for one in sorted(known):
        period, (before, after) = of_rows[one.period], beside[one.period]
        unit = units.get(one.unit, period.end)
        lines.append({
            "form": one.form, "unit": one.unit, "period": one.period, "start": period.start, "end": period.end,
            "before": before, "after": after, "level": unit.level if unit else None,
            "sent_before": before is not None and Sent(one.form, one.unit, before) in known,
            "sent_after": after is not None and Sent(one.form, one.unit, after) in known,
        })  # fmt: skip
    return pa.Table.from_pylist(lines, schema=pa.schema([
        ("form", pa.string()), ("unit", pa.string()), ("period", pa.string()), ("start", pa.date32()),
        ("end", pa.date32()), ("before", pa.string()), ("after", pa.string()), ("level", pa.string()),
        ("sent_before", pa.bool_()), ("sent_after", pa.bool_()),
    ]))  # fmt: skip


def _register(
    connection: duckdb.DuckDBPyConnection, rows: Mapping[str, pa.Table], forms: Mapping[str, str], places: pa.Table,
    units: Units,
) -> None:  # fmt: skip
    connection.register("units", units.table())
    connection.register("_places", places)
    connection.execute("CREATE TEMP VIEW sent AS SELECT form, unit, period FROM _places")
    for name, table in rows.items():
        connection.register(f"{name}__rows", table)
        connection.execute(f"""
            CREATE TEMP TABLE "{name}" AS SELECT t.*, p.level AS _unit_level, p.start AS _start, p."end" AS _end,
                p.before AS _before, p.after AS _after, p.sent_before AS _sent_before, p.sent_after AS _sent_after
            FROM "{name}__rows" t JOIN _places p
              ON p.form = '{forms[name]}' AND p.unit = t._unit AND p.period = t._period
        """)
