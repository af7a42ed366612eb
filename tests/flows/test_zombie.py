"""The machine that a run was on dies: nobody is left to say so, and it is said nevertheless."""

from __future__ import annotations

import http.server
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, SAMPLES
from tests.flows.serving import Serving, clean_environment, serve, until
from tests.flows.test_notice import Hook, serving

pytestmark = [pytest.mark.server, pytest.mark.slow]

#: what the issue promises; the test waits no longer
MOST_SECONDS = 120


def test_a_run_whose_host_died_is_crashed_and_told_and_the_next_night_does_its_work(tmp_path: Path) -> None:
    with serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)) as (port, got):
        served = serve(tmp_path / "data", ETL_WEBHOOK_URL=f"http://127.0.0.1:{port}/")
        try:
            run = killed_in_the_middle(served)
            ended = until(lambda: over(served, run), "the dead run is seen", MOST_SECONDS)
            said = until(lambda: told(got, "bị ngắt / crashed"), "somebody is told", MOST_SECONDS)
            assert (ended["state_type"], "máy hoặc tiến trình đã dừng" in ended["state"]["message"]) == (
                "CRASHED",
                True,
            )
            assert (said["run"], said["url"]) == ("nightly 2021", f"{served.ui}/runs/flow-run/{run}")

            night = served.run("nightly", period="2021", inbox=str(SAMPLES))
            assert "new files: **21**" in served.artifacts(night)["intake"]
            assert len(until(lambda: told(got, "xong / done"), "the night is told")["message"]) > 0

            make_the_automation_again(served)
            assert [one["name"] for one in served.post("/automations/filter")] == ["zombie"]
            assert served.stop().status == 0
        finally:
            served.kill()


def killed_in_the_middle(served: Serving) -> str:
    """A night on another machine, as far as the server knows; its whole process group is gone once it has begun to read."""
    night = subprocess.Popen(
        [sys.executable, "-m", "flows.nightly", "--inbox", str(SAMPLES), "--period", "2021"], cwd=ROOT,
        env=clean_environment(served.data), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        return until(lambda: heard(served), "a heartbeat of the run")
    finally:
        os.killpg(night.pid, signal.SIGKILL)
        night.wait()


def heard(served: Serving) -> str | None:
    """The run that has sent its first heartbeat and is at work."""
    beats = served.post("/events/filter", {"filter": {"event": {"name": ["prefect.flow-run.heartbeat"]}}})["events"]
    running = served.post("/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}})
    alive = {event["resource"]["prefect.resource.id"].rpartition(".")[2] for event in beats}
    return next((run["id"] for run in running if run["id"] in alive), None)


def over(served: Serving, run: str) -> dict[str, Any] | None:
    found: dict[str, Any] = served.get(f"/flow_runs/{run}")
    return found if found["state_type"] != "RUNNING" else None


def told(got: list[bytes], state: str) -> dict[str, Any] | None:
    return next((said for said in map(json.loads, got) if said["state"] == state), None)


def make_the_automation_again(served: Serving) -> None:
    """What a second start of `make serve` does."""
    subprocess.run(
        [sys.executable, "-c", "from flows.watch import keep_automation; keep_automation()"], cwd=ROOT, check=True,
        env=clean_environment(served.data) | {"PREFECT_API_URL": f"{served.ui}/api"},
    )  # fmt: skip
