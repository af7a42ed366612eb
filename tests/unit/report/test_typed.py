"""Parquet by the row group: the file does not tell in which parts its rows came."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.report import typed as module
from etl.report.typed import typed

SCHEMA = pa.schema(
    [
        pa.field("unit", pa.string(), metadata={"title_vi": "Đơn vị"}),
        pa.field("names", pa.list_(pa.string())),
        pa.field("value", pa.decimal128(38, 10)),
    ],
    metadata={"made": "by somebody"},
)


def rows(count: int) -> pa.Table:
    columns = [[f"{n % 5}" for n in range(count)], [["a", f"{n % 3}"] for n in range(count)], list(range(count))]
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def written(table: pa.Table, at_once: int) -> bytes:
    sink = io.BytesIO()
    with typed(sink, SCHEMA) as out:
        for part in table.to_batches(at_once):
            out.write(part)
    return sink.getvalue()


@pytest.mark.parametrize("count", [0, 1, 6, 7, 8, 14, 23])
def test_parts_of_any_size_make_the_same_file(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GROUP", 7)
    table = rows(count)
    whole = written(table, 100)
    assert [written(table, size) for size in (1, 3, 7, 10)] == [whole] * 4

    read = pq.ParquetFile(pa.BufferReader(whole))
    assert read.read().to_pylist() == table.to_pylist()
    assert [read.metadata.row_group(i).num_rows for i in range(read.num_row_groups)] == (
        [7] * (count // 7) + [count % 7] * (count % 7 > 0 or count == 0)
    )
    assert read.schema_arrow.field("unit").metadata[b"title_vi"].decode() == "Đơn vị"
    assert not read.schema_arrow.metadata
