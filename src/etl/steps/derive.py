"""Rows + other rows → extra columns. The SQL stands in the form's YAML; DuckDB only adds, compares and counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from etl.model.forms import TableSpec
from etl.model.periods import parse_period
from etl.model.units import Units

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

#: columns that every derivation may use beside the table's own
SYSTEM = ("_unit_level", "_start", "_end")


def derive(tables: Mapping[str, pa.Table], specs: Iterable[TableSpec], units: Units) -> dict[str, pa.Table]:
    """The tables of one batch with their derived columns, rows in the order given.

    tables: table id → rows (lake schema). Every table is visible to every derivation by its id, `units` too; the row's
    own table has the alias `r`. Raises duckdb.Error when a derivation is wrong: `etl check` tells that before any run.
    """
    import duckdb

    connection = duckdb.connect(config={"threads": 1})
    try:
        _register(connection, tables, units)
        return {spec.id: _derived(connection, spec, tables[spec.id]) for spec in specs if spec.id in tables}
    finally:
        connection.close()


def _register(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Table], units: Units) -> None:
    import pyarrow as pa

    connection.register("units", units.table())
    codes = sorted({code for rows in tables.values() for code in rows["_period"].unique().to_pylist()})
    periods = [parse_period(code) for code in codes]
    connection.register("_periods", pa.table({
        "code": pa.array(codes, pa.string()), "start": pa.array([p.start for p in periods], pa.date32()),
        "end": pa.array([p.end for p in periods], pa.date32()),
    }))  # fmt: skip
    for name, rows in tables.items():
        connection.register(f"{name}__rows", rows.append_column("_row", pa.array(range(len(rows)), pa.int64())))
        connection.execute(
            f"""CREATE TEMP VIEW "{name}" AS SELECT t.*, p.start AS _start, p."end" AS _end, (
                SELECT any_value(u.level) FROM units u WHERE u.code = t._unit
                AND (u.valid_from IS NULL OR u.valid_from <= p."end") AND (u.valid_to IS NULL OR u.valid_to >= p."end")
            ) AS _unit_level FROM "{name}__rows" t JOIN _periods p ON p.code = t._period"""
        )


def _derived(connection: duckdb.DuckDBPyConnection, spec: TableSpec, rows: pa.Table) -> pa.Table:
    extra = "".join(f', ({d.sql}) AS "{d.column}"' for d in spec.derive if not d.cross_form)
    query = f'SELECT r._unit_level, r._start, r._end{extra} FROM "{spec.id}" r ORDER BY r._row'
    added = connection.sql(query).to_arrow_table()
    for name in added.column_names:
        rows = rows.append_column(name, added[name])
    return rows
