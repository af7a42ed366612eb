"""What many small Parquet files cost a consolidation: the same rows of one table in more and more files, read as it reads them.

`python -m bench.small_files [--rows 200000]`. A file is a batch's rows of a table. CPU time, of several rounds the least.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.prepare import prepare
from bench.product import PERIOD

HERE = Path(__file__).resolve().parent
SHA = "0" * 64
_READ = 40  # workbooks whose rows are repeated


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.small_files", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--files", type=int, nargs="+", default=[1, 10, 100, 1000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, default=HERE / ".work")
    asked = parser.parse_args()
    folder = prepare(asked.work, _READ, 200)
    data = Path(tempfile.mkdtemp(prefix="etl-small-"))
    try:
        print("| files | rows a file | MB | read, CPU s | made one file of, CPU s |\n|---|---|---|---|---|")
        for files in asked.files:
            print(_line(folder, data / str(files), asked.rows, files, asked.rounds), flush=True)
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _line(folder: Path, place: Path, rows: int, files: int, rounds: int) -> str:
    import pyarrow as pa

    from etl.reader import read_bytes
    from etl.store.lake import Lake, schema
    from etl.store.reference import load_reference

    reference = load_reference(folder / "reference", folder / "expectations")
    spec = reference.table("nln")
    books = sorted((folder / "inbox").iterdir())
    read = [
        reading
        for path in books
        for reading in read_bytes(path.name, SHA, path.read_bytes(), PERIOD, reference).readings
    ]
    some = pa.concat_tables([reading.rows["nln"] for reading in read if "nln" in reading.rows])
    whole = pa.concat_tables([some] * (rows // some.num_rows + 1)).slice(0, rows).combine_chunks()
    lake, each = Lake(place), rows // files
    written = [lake.write("nln", f"{n:064x}", whole.slice(n * each, each)) for n in range(files)]
    names, kind = [one.path for one in written], schema(spec)
    reading = min(_cpu(lambda: lake.read(names, kind)) for _ in range(rounds))
    once = min(_cpu(lambda: lake.write("nln", "f" * 64, lake.read(names, kind))) for _ in range(rounds))
    size = sum(one.size for one in written) / 1e6
    return f"| {files:,} | {each:,} | {size:.1f} | {reading:.2f} | {once:.2f} |"


def _cpu(call: Callable[[], Any]) -> float:
    begun = time.process_time()
    call()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
