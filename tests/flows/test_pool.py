"""A work pool: `make serve` runs nothing itself, workers take the runs, and two at once count nothing twice."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import SAMPLES, store_at
from tests.flows.serving import Serving, clean_environment, serve

pytestmark = [pytest.mark.server, pytest.mark.slow]

POOL = {"ETL_POOL": "etl"}


@contextmanager
def workers(served: Serving, folder: Path, count: int) -> Iterator[None]:
    """So many workers beside that server, started where no checkout is."""
    environment = clean_environment(served.data) | POOL | {"PREFECT_WORKER_QUERY_SECONDS": "2"}
    with (folder / "workers.log").open("wb") as log:
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "flows.worker"], cwd=folder, env=environment, stdout=log, stderr=log
            )
            for _ in range(count)
        ]
    try:
        yield
    finally:
        for worker in running:
            worker.send_signal(signal.SIGINT)
        assert [worker.wait(60) for worker in running] == [0] * count


def test_two_workers_take_the_same_files_at_once_and_nothing_counts_twice(tmp_path: Path) -> None:
    served = serve(tmp_path / "data", **POOL)
    try:
        with workers(served, tmp_path, 2):
            started = [
                served.start("ingest", folder=str(SAMPLES)),
                served.start("nightly", period="2020..2021", inbox=str(SAMPLES)),
            ]
            runs = [served.end_of(run) for run in started]
            there = served.post("/work_pools/etl/workers/filter", {})

        assert [(run["state_type"], run["work_pool_name"]) for run in runs] == [("COMPLETED", "etl")] * 2
        assert [worker["status"] for worker in there] == ["ONLINE"] * 2
        assert max(run["start_time"] for run in runs) < min(run["end_time"] for run in runs)  # at once
        ledger = store_at(served.data).ledger
        assert len({one.sha256 for one in ledger.deliveries()}) == len(ledger.deliveries()) == 21
        assert {one.revision for one in ledger.submissions()} == {1}
        assert [(one.number, one.period) for one in ledger.releases()] == [(1, "2020..2021")]
        assert "46 nhiệm vụ" in served.artifacts(runs[1])["figures"]
    finally:
        ended = served.stop()
    assert (ended.status, ended.left, ended.taken) == (0, [], [])


def test_a_worker_without_a_pool_or_a_server_says_what_is_missing(tmp_path: Path) -> None:
    for given, wanted in (({}, "ETL_POOL"), (POOL, "PREFECT_API_URL")):
        done = subprocess.run(
            [sys.executable, "-m", "flows.worker"], env=clean_environment(tmp_path) | given, capture_output=True,
            encoding="utf-8", check=False,
        )  # fmt: skip
        assert (done.returncode, wanted in done.stderr, done.stderr.count("\n")) == (2, True, 1)
