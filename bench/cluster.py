"""What more workers save: the same workbooks taken in on a Dask cluster of one process, then of two.

`python -m bench.cluster` prints a line each; docs/method/scale.md keeps one. Workers read one file at a time.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from bench.prepare import prepare

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
            "ETL_DASK_ADDRESS": "", "ETL_STORE": "", "ETL_DATABASE_URL": "",
        }  # fmt: skip
        command = [sys.executable, "-m", "bench.cluster_run", str(folder / "inbox"), str(options.batch)]
        subprocess.run(command, env=environment, cwd=ROOT, check=True)


def measured(inbox: Path, batch: int) -> str:
    """Take in an inbox on the cluster that the environment says; seconds of wall and CPU, here and in the workers."""
    from prefect import flow

    from etl import pipeline
    from etl.model.clock import LOCAL_TIME
    from flows import cluster, console, stages
    from flows.progress import Progress

    pipeline.BATCH_FILES = batch
    told = {}

    @flow(persist_result=False)
    def taken_in() -> None:
        stores, at = stages.open_stores(), datetime.now(LOCAL_TIME)
        batches = pipeline.receive(stores, [inbox], at)
        own, workers, start = _cpu(resource.RUSAGE_SELF), _cpu(resource.RUSAGE_CHILDREN), time.perf_counter()
        cluster.taken_in(stores, batches, at, Progress(0))
        told["wall"] = time.perf_counter() - start
        told["here"] = _cpu(resource.RUSAGE_SELF) - own
        told["workers"] = _cpu(resource.RUSAGE_CHILDREN) - workers

    with console.server():
        taken_in()
    said = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in told.items())
    return f"{os.environ['ETL_WORKERS']} workers: {said}"


def _cpu(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
