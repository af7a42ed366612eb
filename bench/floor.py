"""The floor: every cell read by calamine in two processes, one Parquet, one GROUP BY in exact decimals. No checks.

What one would write by hand for workbooks that are all alike: rows and columns stand where this script expects them.
`python -m bench.floor INBOX OUT.parquet` for all of it, `python -m bench.floor INBOX --cells-only` for the reading.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

PROCESSES = 2
#: files a task: enough to make the passing on cheap, few enough that memory does not grow with their number
AT_ONCE = 25
_FIRST_ROW, _FIRST_FIGURE, _FIGURES, _PLACES = 8, 4, 8, 2
_VIETNAMESE = str.maketrans(",", ".", ".")


class _NoPandas:
    """pyarrow imports pandas at the first list that it sees: a second for each process, and nothing here needs it."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("the floor does without pandas", name=name)


sys.meta_path.insert(0, _NoPandas)  # forked processes have it too


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inbox", type=Path)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--cells-only", action="store_true")
    asked = parser.parse_args()
    files = sorted(asked.inbox.iterdir())
    parts = [files[i : i + AT_ONCE] for i in range(0, len(files), AT_ONCE)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        if asked.cells_only:
            print(sum(pool.map(count_cells, parts)))
        else:
            totals(asked.out, pool.map(encode, parts))


def count_cells(files: Sequence[Path]) -> int:
    return sum(len(row) for file in files for sheet in sheets(file) for row in sheet)


def sheets(file: Path) -> Iterator[list[list[Any]]]:
    """Every cell of every sheet."""
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(file.read_bytes()))
    for name in book.sheet_names:
        yield book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def encode(files: Sequence[Path]) -> bytes:
    """Some files' rows as one Arrow batch: unit, period, code, eight figures as decimal(18,2)."""
    import pyarrow as pa

    columns: list[list[Any]] = [[] for _ in range(3 + _FIGURES)]
    for file in files:
        for sheet in sheets(file):
            _take(sheet, columns)
    arrays = [pa.array(column, pa.string()) for column in columns]
    arrays[3:] = [array.cast(pa.decimal128(18, _PLACES)) for array in arrays[3:]]
    batch = pa.record_batch(arrays, names=["unit", "period", "indicator", *(f"m{i}" for i in range(_FIGURES))])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def _take(sheet: list[list[Any]], columns: list[list[Any]]) -> None:
    unit, period = sheet[0][9].partition(": ")[2], sheet[2][3].partition(": ")[2]
    rows = [row for row in sheet[_FIRST_ROW:] if row[3]]
    columns[0] += [unit] * len(rows)
    columns[1] += [period] * len(rows)
    columns[2] += [row[3] for row in rows]
    for i in range(_FIGURES):
        columns[3 + i] += [_figure(row[_FIRST_FIGURE + i]) for row in rows]


def _figure(cell: Any) -> str | None:
    if isinstance(cell, float):
        return repr(cell)
    if cell == "":
        return None
    return "0" if cell == "-" else str(cell).translate(_VIETNAMESE)


def totals(out: Path, batches: Iterator[bytes]) -> None:
    """One Parquet of all rows beside `out`, and the totals by unit, period and code in `out`."""
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows, writer = out.with_suffix(".rows.parquet"), None
    for batch in batches:
        table = pa.ipc.open_stream(batch).read_all()
        writer = writer or pq.ParquetWriter(rows, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()
    sums = ", ".join(f"sum(m{i}) AS m{i}" for i in range(_FIGURES))
    query = f"SELECT unit, period, indicator, {sums} FROM '{rows}' GROUP BY ALL"
    duckdb.execute(f"COPY ({query}) TO '{out}' (FORMAT parquet)")


if __name__ == "__main__":
    main()
