"""A Dask cluster as an office would start it: a scheduler and workers, each a process that is reached over TCP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.flows.serving import family, until

#: a night with small batches at a given hour; everything else is as `python -m flows.nightly` runs it
_NIGHT = """
import json, sys
from datetime import datetime
from etl import pipeline
from flows import console, stages
from flows.nightly import nightly
inbox, at, files = sys.argv[1], datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])
pipeline.BATCH_FILES, stages.now = files, lambda: at
if __name__ == "__main__":
    with console.server():
        state = nightly(period="2020..2021", report="laichau-st", inbox=inbox, return_state=True)
    print(json.dumps([state.type.value, state.message]))
"""


@dataclass(frozen=True)
class Cluster:
    """Its address, and its workers by name."""

    address: str
    workers: Mapping[str, subprocess.Popen[bytes]]


@contextmanager
def cluster(environment: Mapping[str, str], *workers: tuple[str, ...]) -> Iterator[Cluster]:
    """A scheduler on a free port and these workers, which have this environment. workers: name and options of each."""
    with tempfile.TemporaryDirectory(prefix="etl-dask-") as place:
        note, running = Path(place) / "scheduler.json", []

        def start(*command: str) -> subprocess.Popen[bytes]:
            log = (Path(place) / f"{len(running)}.log").open("wb")
            process = subprocess.Popen(
                [sys.executable, "-m", "distributed.cli." + command[0], *command[1:]], env=dict(environment), cwd=ROOT,
                stdout=log, stderr=log,
            )  # fmt: skip
            running.append(process)
            return process

        try:
            start(
                "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(note)
            )
            address = until(lambda: _address(note), "the scheduler is up", 120)
            own = ("--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1", "--local-directory", place)
            started = {name: start("dask_worker", address, *own, "--name", name, *more) for name, *more in workers}
            yield Cluster(address, started)
        finally:
            for process in reversed(running):
                for pid in family(process.pid):
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                process.wait()


def _address(note: Path) -> str | None:
    try:
        return str(json.loads(note.read_text())["address"])
    except (OSError, ValueError, KeyError):
        return None


def start_night(
    inbox: Path, at: datetime, files: int, environment: Mapping[str, str], log: Path
) -> subprocess.Popen[str]:
    """A night in a process of its own."""
    with log.open("wb") as told:
        return subprocess.Popen(
            [sys.executable, "-c", _NIGHT, str(inbox), at.isoformat(), str(files)], env=dict(environment), cwd=ROOT,
            stdout=subprocess.PIPE, stderr=told, encoding="utf-8",
        )  # fmt: skip


def end_of(night: subprocess.Popen[str], log: Path) -> list[Any]:
    """The state in which it ends, and its message."""
    said, _ = night.communicate(timeout=300)
    assert night.returncode == 0, log.read_text(errors="replace")
    found: list[Any] = json.loads(said.splitlines()[-1])
    return found
