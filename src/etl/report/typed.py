"""Parquet, written by the row group: no more rows than one holds are waiting. Same rows, same bytes, whatever parts they come in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import pyarrow as pa

#: rows of a row group
GROUP = 1 << 20


class TypedRows:
    """Rows on their way into a Parquet file, by `writer`."""

    def __init__(self, writer: Any, schema: pa.Schema) -> None:
        self._writer, self._schema = writer, schema
        self._waiting: list[pa.RecordBatch] = []
        self._room, self._empty = GROUP, True

    def write(self, part: pa.RecordBatch) -> None:
        """The next rows."""
        while part.num_rows >= self._room:
            first, part = part.slice(0, self._room), part.slice(self._room)
            self._waiting.append(first)
            self._group()
        if part.num_rows:
            self._waiting.append(part)
            self._room -= part.num_rows

    def end(self) -> None:
        """There are no more: write what waits; a file without rows has one empty row group."""
        if self._waiting or self._empty:
            self._group()

    def _group(self) -> None:
        import pyarrow as pa

        # one chunk: where a page ends must not hang on the parts
        self._writer.write_table(pa.Table.from_batches(self._waiting, self._schema).combine_chunks(), GROUP)
        self._waiting, self._room, self._empty = [], GROUP, False


@contextmanager
def typed(sink: BinaryIO, schema: pa.Schema) -> Iterator[TypedRows]:
    """Rows of this schema into a file that is being written; texts as dictionaries, what the columns mean kept beside them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    plain = schema.remove_metadata()
    texts = [field.name for field in plain if pa.types.is_string(field.type)]
    lists = [f"{field.name}.list.element" for field in plain if pa.types.is_list(field.type)]
    with pq.ParquetWriter(sink, plain, compression="zstd", use_dictionary=texts + lists) as writer:
        rows = TypedRows(writer, plain)
        yield rows
        rows.end()
