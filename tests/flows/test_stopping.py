"""The server goes away in the middle of a run, and comes back."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import SAMPLES
from tests.flows.serving import Serving, serve, until
from tests.flows.test_server import by_hand

pytestmark = [pytest.mark.server, pytest.mark.slow]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[Serving]]:
    """Everything that the test starts is ended, however it goes."""
    servings: list[Serving] = []
    yield servings
    for serving in servings:
        if serving.process.poll() is None:
            serving.kill()


@pytest.mark.parametrize("hard", [False, True], ids=["Ctrl-C", "power cut"])
def test_a_run_that_was_cut_off_is_told_and_the_next_one_does_its_work(
    started: list[Serving], tmp_path: Path, hard: bool
) -> None:
    first = serve(tmp_path / "data")
    started.append(first)
    run = first.start("ingest", folder=str(SAMPLES))
    until(lambda: first.get(f"/flow_runs/{run}")["state_type"] == "RUNNING" or None, "the run has begun")
    if hard:
        first.kill()
    else:
        ended = first.stop(signal.SIGINT)
        assert (ended.status, ended.left, ended.taken) == (0, [], [])

    second = serve(tmp_path / "data")
    started.append(second)
    cut_off, next_one = second.end_of(run), second.run("ingest", folder=str(SAMPLES))

    assert (cut_off["state_type"], next_one["state_name"]) == ("CRASHED", "Completed")
    assert "new files: **21**" in second.artifacts(next_one)["intake"]
    assert [d["name"] for d in second.post("/deployments/filter") if d["paused"]] == []  # stopping pauses the night
    assert second.stop().status == 0


def test_make_run_alone_starts_and_ends_its_own_server(tmp_path: Path) -> None:
    first = by_hand(tmp_path, "--inbox", str(SAMPLES), "--report", "laichau-st")
    again = by_hand(tmp_path, "--inbox", str(SAMPLES), "--report", "laichau-st")

    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert "Bản công bố 1 / release 1:" in first.stdout
    assert "index.html" in first.stdout
    assert "Không có gì mới; bản 1 vẫn đúng" in again.stdout
    assert [line for line in first.stderr.splitlines() if "INFO" in line or "Traceback" in line] == []
    assert [p for p in Path("/proc").glob("[0-9]*/cmdline") if os.fsencode(tmp_path) in _command(p)] == []


def _command(path: Path) -> bytes:
    try:
        return path.read_bytes() + path.with_name("environ").read_bytes()
    except OSError:
        return b""
