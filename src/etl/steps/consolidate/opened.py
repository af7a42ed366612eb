"""DuckDB with a bound on its memory, and rows that it reads from their files itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from etl.errors import StoreError
from etl.model.stored import Room, Stored
from etl.model.submissions import READING

if TYPE_CHECKING:
    import duckdb

#: what `steps/match` adds to the rows of a table without entities
_NO_ENTITY = {name: "CAST(NULL AS VARCHAR)" for name in ("_entity", "_entity_name", "_proposed", "_owner")} | {
    "_speaks": "TRUE"
}


def connect(room: Room) -> duckdb.DuckDBPyConnection:
    """An empty database in memory; the folder into which it spills comes with need and goes with the connection."""
    import duckdb

    beginning = room.spill or Path(tempfile.gettempdir()) / "etl-duckdb"
    with suppress(OSError):  # who may only read finds out when something has to be spilt
        beginning.parent.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        config={
            "memory_limit": room.memory,
            "temp_directory": f"{beginning}-{uuid4().hex}",
            "preserve_insertion_order": False,  # figures are sets; what needs an order says so
        }
    )
    connection.execute("SET enable_progress_bar = false")  # it would stand between the lines that a command prints
    # else a hash table takes all there is before it spills, and what reads the files finds none left
    connection.execute(f"SET operator_memory_limit = '{_third_of(connection)}'")
    return connection


def _third_of(connection: duckdb.DuckDBPyConnection) -> str:
    """A third of the memory limit, as DuckDB writes both: 5.8 GiB → 1.933 GiB."""
    found = connection.execute("SELECT current_setting('memory_limit')").fetchall()
    number, unit = str(found[0][0]).split()
    return f"{float(number) / 3:.3f} {unit}"


@contextmanager
def told(room: Room) -> Iterator[None]:
    """What DuckDB cannot do for want of room, or because a file is lost, as a StoreError that says what to do."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise StoreError(
            f"Tổng hợp cần nhiều bộ nhớ hoặc đĩa hơn: hãy tăng ETL_MEMORY (nay {room.memory}), hoặc giải phóng đĩa cho thư mục "
            f"cache / consolidation needs more memory or disk: raise ETL_MEMORY (now {room.memory}), or free the cache folder's "
            f"disk ({_first_line(error)})"
        ) from error
    except duckdb.IOException as error:
        raise StoreError(
            f"Không đọc hoặc ghi được tệp khi tổng hợp: xem đĩa còn trống không, tệp trong hồ dữ liệu còn nguyên không (etl verify) / "
            f"a file cannot be read or written: is the disk full, is the lake sound (etl verify)? ({_first_line(error)})"
        ) from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def from_files(connection: duckdb.DuckDBPyConnection, name: str, stored: Stored) -> str:
    """SQL of the rows that count, each column of the type that the schema says, with those that `steps/match` adds."""
    import pyarrow as pa

    connection.register(f"{name}__schema", stored.schema.empty_table())
    wanted = connection.execute(f'DESCRIBE "{name}__schema"').fetchall()
    paths = ", ".join(_quoted(_literally(str(path))) for path in stored.files)
    files = f"read_parquet([{paths}], union_by_name = true)"
    there = {column for column, *_ in _described(connection, files)}
    columns = [
        *(f"CAST({_name(c) if c in there else 'NULL'} AS {kind}) AS {_name(c)}" for c, kind, *_ in wanted),
        *(f"{sql} AS {c}" for c, sql in _NO_ENTITY.items()),
    ]
    connection.register(f"{name}__readings", pa.table({READING: pa.array(sorted(stored.readings), pa.string())}))
    return f'SELECT {", ".join(columns)} FROM {files} SEMI JOIN "{name}__readings" USING ({READING})'


def _described(connection: duckdb.DuckDBPyConnection, files: str) -> list[tuple[str, ...]]:
    """The columns of some files; every file is opened, so that one which is no Parquet is told at once."""
    import duckdb

    try:
        return connection.execute(f"DESCRIBE SELECT * FROM {files}").fetchall()
    except duckdb.InvalidInputException as error:
        raise StoreError(
            f"Không đọc được tệp trong hồ dữ liệu, hãy phục hồi hoặc dựng lại / a file of the lake cannot be read, "
            f"restore or rebuild it ({_first_line(error)})"
        ) from error


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _literally(path: str) -> str:
    """A path in which nothing is a pattern."""
    import glob

    return glob.escape(path)
