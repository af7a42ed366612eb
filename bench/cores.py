"""Do two reading workers use two cores? The same workbooks read by one worker, then by two.

`python -m bench.cores [--size 400] [--rounds 3]` prints wall and CPU seconds of each, in turn, and how many cores were
busy at once (CPU over wall). docs/method/speed-reading.md keeps a table of it.
"""

from __future__ import annotations

import argparse
import shutil
import time
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from bench.prepare import prepare
from bench.product import environment, spent_cpu

HERE = Path(__file__).resolve().parent


class Reading(NamedTuple):
    """Seconds of one run: reading, recognising and typing every workbook in isolated workers."""

    wall: float
    cpu: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=400, help="workbooks, a multiple of 4 (default 400)")
    parser.add_argument("--rounds", type=int, default=3, help="one worker and two, so many times in turn (default 3)")
    parser.add_argument("--work", type=Path, default=HERE / ".work", help="where workbooks are kept")
    asked = parser.parse_args()
    folder = prepare(asked.work, asked.size, 200)
    for _ in range(asked.rounds):
        one, two = (read_by(workers, folder, asked.work / "out" / "cores") for workers in (1, 2))
        for workers, found in ((1, one), (2, two)):
            print(f"{workers} worker(s): {found.wall:.2f} s, CPU {found.cpu:.2f} s, {found.cpu / found.wall:.2f} cores")
        print(f"two are {one.wall / two.wall:.2f} times as fast", flush=True)


def read_by(workers: int, folder: Path, data: Path) -> Reading:
    """Receive the inbox (not counted), then read it with so many workers."""
    from etl.model.clock import LOCAL_TIME
    from etl.pipeline import open_stores, read, receive
    from etl.settings import Settings

    shutil.rmtree(data, ignore_errors=True)
    settings = Settings.from_environment(environment(folder, data) | {"ETL_WORKERS": str(workers)}, folder)
    stores = open_stores(settings)
    batches = receive(stores, [folder / "inbox"], datetime(2026, 1, 15, 2, tzinfo=LOCAL_TIME))
    wall, cpu = time.perf_counter(), spent_cpu()
    for batch in batches:
        read(stores, list(batch.deliveries), batch.name)
    return Reading(time.perf_counter() - wall, spent_cpu() - cpu)


if __name__ == "__main__":
    main()
