"""The ledger as lines of JSON, and back: for backups, and to move from one database to another.

The first line names the migration; then a line names a table and its columns, and each line after it is a row. Moments
are UTC text of one width, so the same ledger gives the same lines on SQLite and PostgreSQL.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Connection, Date, DateTime, Integer, MetaData, func, select, text
from sqlalchemy.types import Boolean

from etl.errors import StoreError
from etl.store.ledger.connection import migrate, version_of
from etl.store.ledger.schema import HEAD, leases, metadata, moment_text
from etl.store.ledger.shapes import to_json


def dump(connection: Connection) -> Iterator[str]:
    """Every table but the leases, which are no knowledge; rows in the order of their keys."""
    yield to_json({"ledger": HEAD})
    for table in metadata.sorted_tables:
        if table is leases:
            continue
        yield to_json({"table": table.name, "columns": [column.name for column in table.columns]})
        for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
            yield to_json([_plain(value) for value in row])


def load(connection: Connection, lines: Iterable[str]) -> None:
    """Fill an empty database, inside the caller's writing transaction.

    Raises StoreError where something is in it already, or the lines are no dump that this program can read.
    """
    values = (json.loads(line) for line in lines)
    head = next(values, None)
    if not isinstance(head, dict) or head.get("ledger", "") > HEAD:
        raise StoreError(
            "Bản sao lưu không đọc được, hoặc do phiên bản mới hơn tạo / the backup cannot be read, or was made by a "
            f"newer version: {head!r}"
        )
    if version_of(connection) is None:
        migrate(connection, head["ledger"])
    elif version_of(connection) != head["ledger"] or _holds_something(connection):
        raise StoreError("Sổ cái đã có nội dung; phục hồi cần sổ cái trống / restoring needs an empty ledger")
    tables = MetaData()
    tables.reflect(connection)
    _insert(connection, tables, values)
    if connection.dialect.name == "postgresql":
        _go_on_counting(connection, tables)


def _holds_something(connection: Connection) -> bool:
    return any(connection.execute(select(table).limit(1)).first() is not None for table in metadata.sorted_tables)


def _insert(connection: Connection, tables: MetaData, values: Iterator[Any]) -> None:
    columns: list[Column[Any]] = []
    for value in values:
        if isinstance(value, dict):
            columns = [tables.tables[value["table"]].c[name] for name in value["columns"]]
            continue
        row = {column.name: _typed(column, item) for column, item in zip(columns, value, strict=True)}
        connection.execute(columns[0].table.insert().values(row))


def _go_on_counting(connection: Connection, tables: MetaData) -> None:
    """PostgreSQL's counters know nothing of keys that were given by hand."""
    for table in tables.tables.values():
        keys = list(table.primary_key.columns)
        if len(keys) != 1 or not isinstance(keys[0].type, Integer):
            continue
        counter = connection.scalar(select(func.pg_get_serial_sequence(table.name, keys[0].name)))
        last = connection.scalar(select(func.max(keys[0])))
        if counter and last:
            connection.execute(text("SELECT setval(:counter, :last)"), {"counter": counter, "last": last})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else value


def _typed(column: Column[Any], value: Any) -> Any:
    """As the column of this database takes it: SQLite keeps moments as the text that the dump has."""
    if isinstance(value, str) and isinstance(column.type, DateTime):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and isinstance(column.type, Date):
        return date.fromisoformat(value)
    return bool(value) if isinstance(column.type, Boolean) and value is not None else value
