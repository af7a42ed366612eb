"""Parquet, written by the row group: no more rows than one holds are waiting. Same rows, same bytes, whatever parts they come in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import pyarrow as pa

#: rows of a row group: some forty megabytes that wait
GROUP = 1 << 17


class TypedRows:
    """Rows on their way into a Parquet file, by `writer`."""

    def __init__(self, writer: Any, schema: pa.Schema) -> None:
        self._writer, self._schema = writer, schema
        self._waiting: list[list[pa.Array]] = [[] for _ in schema]
        self._room, self._empty = GROUP, True

    def write(self, part: pa.RecordBatch) -> None:
        """The next rows."""
        while part.num_rows >= self._room:
            self._wait(part.slice(0, self._room))
            part = part.slice(self._room)
            self._group()
        if part.num_rows:
            self._wait(part)
            self._room -= part.num_rows

    def end(self) -> None:
        """There are no more: write what waits; a file without rows has one empty row group."""
        if self._room < GROUP or self._empty:
            self._group()

    def _wait(self, part: pa.RecordBatch) -> None:
        for waiting, column in zip(self._waiting, part.columns, strict=True):
            waiting.append(column)

    def _group(self) -> None:
        import pyarrow as pa

        # one chunk: where a page ends must not hang on the parts; column by column: what waits is never there twice
        columns = []
        for place, field in enumerate(self._schema):
            waiting, self._waiting[place] = self._waiting[place], []
            columns.append(pa.chunked_array(waiting, field.type).combine_chunks())
            del waiting
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema), GROUP)
        self._room, self._empty = GROUP, False


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
