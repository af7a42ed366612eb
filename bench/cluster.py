"""What more workers save: the same workbooks taken in on a Dask cluster of one process, then of two.

`python -m bench.cluster` prints a line each; docs/method/scale.md keeps one. Workers read one file at a time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.prepare import prepare
from bench.product import spent_cpu

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Prepare the workbooks, then run each size of cluster in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m bench.cluster", description=__doc__)
    parser.add_argument("--workbooks", type=int, default=400)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--batch", type=int, default=50, help="workbooks a batch: several for each worker")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--work", type=Path, default=ROOT / "bench" / ".work")
    options = parser.parse_args()
    folder = prepare(options.work, options.workbooks, options.rows)
    for workers in options.workers:
        data = options.work / "out" / f"cluster-{workers}"
        shutil.rmtree(data, ignore_errors=True)
        environment = {
            **os.environ, "ETL_DATA": str(data), "ETL_REFERENCE": str(folder / "reference"),
            "ETL_EXPECTATIONS": str(folder / "expectations"), "ETL_ENGINE": "dask", "ETL_WORKERS": str(workers),
            "ETL_DASK_ADDRESS": "", "ETL_STORE": str(data / "store"), "ETL_DATABASE_URL": "",
        }  # fmt: skip
        command = [sys.executable, "-m", "bench.cluster_run", str(folder / "inbox"), str(options.batch)]
        subprocess.run(command, env=environment, cwd=ROOT, check=True)


def measured(inbox: Path, batch: int) -> str:
    """Take in an inbox on as many workers as the environment says; ms of wall and CPU a workbook, here and in all processes.

    Each worker reads a batch before the clock starts: what is imported and loaded once is no workbook's cost.
    """
    from distributed import LocalCluster
    from prefect import flow

    from etl import pipeline
    from etl.model.clock import LOCAL_TIME
    from flows import cluster, console, stages
    from flows.progress import Progress

    pipeline.BATCH_FILES, workers = batch, int(os.environ["ETL_WORKERS"])
    told = {}

    @flow(persist_result=False)
    def taken_in() -> None:
        stores, at = stages.open_stores(), datetime.now(LOCAL_TIME)
        batches = pipeline.receive(stores, [inbox], at)
        first, rest = batches[:workers], batches[workers:]
        cluster.taken_in(stores, first, at, Progress(batch * workers))
        files = sum(len(one.deliveries) for one in rest)
        wall, own, whole = time.perf_counter(), time.process_time(), spent_cpu()
        cluster.taken_in(stores, rest, at, Progress(files))
        told["wall"] = (time.perf_counter() - wall) / files
        told["CPU here"] = (time.process_time() - own) / files
        told["CPU of all"] = (spent_cpu() - whole) / files

    start: Callable[..., Any] = LocalCluster  # untyped
    with start(n_workers=workers, threads_per_worker=1, dashboard_address=None, env={"ETL_WORKERS": "1"}) as local:
        os.environ["ETL_DASK_ADDRESS"] = local.scheduler_address
        with console.server():
            taken_in()
    said = ", ".join(f"{name} {seconds * 1000:.1f} ms" for name, seconds in told.items())
    return f"{workers} workers, a workbook: {said}; load {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    main()
