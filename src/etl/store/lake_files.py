"""Rows out of files of the lake: all of them, or those of some submissions at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from etl.errors import StoreError
from etl.model.stored import Stored
from etl.model.submissions import PERIOD, READING, SUBMISSION, UNIT

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

#: rows of a file that are looked at together when only some of them are wanted
_AT_ONCE = 1 << 14


@dataclass(frozen=True, slots=True, order=True)
class Sent:
    """How many rows of a file count for one submission."""

    period: str
    unit: str
    submission: str
    file: Path
    rows: int


def in_memory(stored: Stored) -> pa.Table:
    """Rows that were left in their files, read. Raises StoreError for a file that is missing or damaged."""
    return one_table((only(read_file(path), stored.readings) for path in stored.files), stored.schema)


def sent(stored: Stored) -> list[Sent]:
    """Who sent the rows that count, by period, unit and submission; the other columns are not read.

    Raises StoreError for a file that is missing or damaged.
    """
    keys, found = [PERIOD, UNIT, SUBMISSION], []
    for path in stored.files:
        with _opened(path) as file:
            rows = only(file.read(columns=[*keys, READING], use_threads=False), stored.readings)
        counted = rows.group_by(keys).aggregate([([], "count_all")])
        columns = (counted[name].to_pylist() for name in (*keys, "count_all"))
        found += [Sent(period, unit, name, path, count) for period, unit, name, count in zip(*columns, strict=True)]
    return sorted(found)


def of_submissions(stored: Stored, some: Iterable[Sent]) -> pa.Table:
    """The rows of these submissions that count, a file after the other. Raises StoreError for a damaged file."""
    wanted: dict[Path, set[str]] = {}
    for one in some:
        wanted.setdefault(one.file, set()).add(one.submission)
    return one_table(
        (part for path, names in wanted.items() for part in _some(path, names, stored.readings)), stored.schema
    )


def _some(path: Path, submissions: Collection[str], readings: Collection[str]) -> Iterator[pa.Table]:
    """The rows of one file that are asked for; what is between them is let go at once."""
    import pyarrow as pa

    with _opened(path) as file:
        for batch in file.iter_batches(_AT_ONCE, use_threads=False):
            rows = only(only(pa.Table.from_batches([batch]), submissions, SUBMISSION), readings)
            if rows.num_rows:
                yield rows


def one_table(tables: Iterable[pa.Table], schema: pa.Schema) -> pa.Table:
    """These tables' rows, a table after the other, with these columns: one that a table lacks has nulls there."""
    import pyarrow as pa

    return pa.concat_tables([schema.empty_table(), *(_conform(table, schema) for table in tables)])


def only(table: pa.Table, names: Collection[str] | None, column: str = READING) -> pa.Table:
    """The rows whose reading, or other column of texts, is one of these; all of them for None."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if names is None:
        return table
    return table.filter(pc.is_in(table[column], pa.array(sorted(names), pa.string())))


def read_file(path: Path) -> pa.Table:
    """All rows of a file. Raises StoreError where it is missing or damaged."""
    with _opened(path) as file:
        return file.read()


def unreadable(where: str, why: str) -> StoreError:
    """What a person is told of a file that is missing or damaged."""
    return StoreError(
        f"Không đọc được tệp trong hồ dữ liệu, hãy phục hồi hoặc dựng lại / a file of the lake cannot be read, "
        f"restore or rebuild it: {where} ({why})"
    )


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (OSError, pa.ArrowException) as error:
        raise unreadable(str(path), str(error)) from error


def _conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    columns = [
        table[column.name].cast(column.type) if column.name in table.column_names else pa.nulls(len(table), column.type)
        for column in schema
    ]
    return pa.table(columns, schema=schema)
