"""`make serve` as a test sees it: a process on free ports with files of its own, asked over HTTP as the UI asks it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import openpyxl

from etl.access import access
from flows.children import answers, free_port, is_free
from tests.conftest import ROOT, SAMPLES

DEPLOYMENTS = {
    "nightly", "ingest", "publish", "backfill", "decide", "withdraw", "recall", "lock", "recheck", "remind",
}  # fmt: skip
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
SECONDS = 300
#: longer than Prefect lets a request wait for its SQLite file (60 s)
LOCKED = 90

T = TypeVar("T")


def until(ask: Callable[[], T | None], what: str, seconds: float = SECONDS) -> T:
    """Ask again and again until there is an answer; fails when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if (answer := ask()) is not None:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}")


@dataclass(frozen=True)
class Ended:
    """How it ended: exit status, its processes that live on, its ports that are still taken."""

    status: int
    left: list[str]
    taken: list[int]


@dataclass(frozen=True)
class Serving:
    """A running `make serve`."""

    process: subprocess.Popen[bytes]
    ports: tuple[int, int]
    data: Path
    log: Path
    authorization: str = ""

    @property
    def ui(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def pages(self) -> str:
        return f"http://127.0.0.1:{self.ports[1]}"

    def get(self, path: str) -> Any:
        return self._answered(self._asked(f"/api{path}"))

    def _asked(self, path: str, body: bytes | None = None) -> urllib.request.Request:
        known = {"Authorization": self.authorization} if self.authorization else {}
        return urllib.request.Request(self.ui + path, body, known)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        request = self._asked(f"/api{path}", json.dumps(body or {}).encode())
        request.add_header("Content-Type", "application/json")
        return self._answered(request)

    def _answered(self, request: urllib.request.Request) -> Any:
        """Prefect's answer; asked again where it is busy, and where a question (nothing that is done) got none in time."""

        def answered() -> list[Any] | None:
            try:
                with urllib.request.urlopen(request, timeout=LOCKED) as answer:
                    return [json.load(answer)]
            except urllib.error.HTTPError as error:
                if error.code != 503:  # busy: its database is locked for the moment
                    raise
            except TimeoutError as error:
                if request.get_method() != "GET":
                    raise AssertionError(f"{request.full_url}: no answer; the log ends\n{self._log_end()}") from error
            return None

        return until(answered, f"an answer to {request.full_url}; the log ends\n{self._log_end()}")[0]

    def _log_end(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]

    def start(self, name: str, **parameters: object) -> str:
        """Press the button Run of a deployment; returns the run's id."""
        deployment = self.get(f"/deployments/name/{name}/{name}")["id"]
        return str(self.post(f"/deployments/{deployment}/create_flow_run", {"parameters": parameters})["id"])

    def end_of(self, run: str) -> dict[str, Any]:
        """The run when it has ended."""

        def ended() -> dict[str, Any] | None:
            found: dict[str, Any] = self.get(f"/flow_runs/{run}")
            return found if found["state_type"] in ENDED else None

        return until(ended, f"the end of run {run}, see {self.log}")

    def suspended(self, run: str, times: int = 1) -> dict[str, Any]:
        """The run when it has asked a person so many times and waits, and no process is left of it."""

        def waits() -> dict[str, Any] | None:
            found: dict[str, Any] = self.get(f"/flow_runs/{run}")
            assert found["state_type"] not in ENDED, (found["state"]["message"], self.log)
            asked = len(found["empirical_policy"]["pause_keys"] or ()) == times and found["state_name"] == "Suspended"
            return found if asked and not _works_on(run) else None

        return until(waits, f"run {run} waits for a person, see {self.log}")

    def nobody_works_on(self, run: str) -> None:
        """Wait until no process carries the run in its environment."""
        until(lambda: True if not _works_on(run) else None, f"no process is left of run {run}")

    def answer(self, run: str, **form: object) -> dict[str, Any]:
        """Press Resume and fill the form; returns the server's answer."""
        found: dict[str, Any] = self.post(f"/flow_runs/{run}/resume", {"run_input": form})
        return found

    def run(self, name: str, **parameters: object) -> dict[str, Any]:
        return self.end_of(self.start(name, **parameters))

    def artifacts(self, run: dict[str, Any]) -> dict[str, str]:
        """Key → text of what a run has left to read."""
        found = self.post("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}})
        return {a["key"]: a["data"] for a in found if a["key"]}

    def tasks(self, run: dict[str, Any]) -> list[str]:
        found = self.post("/task_runs/filter", {"task_runs": {"flow_run_id": {"any_": [run["id"]]}}})
        return sorted(task["name"] for task in found)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> Ended:
        """Tell it to end, wait, and look what is left."""
        those = family(self.process.pid)
        self.process.send_signal(number)
        status = self.process.wait(SECONDS)
        left = [f"{pid} {name}" for pid in those if (name := _alive(pid))]
        return Ended(status, left, [port for port in self.ports if not is_free(port)])

    def kill(self) -> None:
        """For the end of a test that failed: nothing may live on."""
        for pid in family(self.process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


def serve(data: Path, **more: str) -> Serving:
    """Start it and wait until its deployments are there."""
    ports, log = (free_port(), free_port()), data / "serve.log"
    data.mkdir(parents=True, exist_ok=True)
    environment = clean_environment(data) | {
        "ETL_UI_PORT": str(ports[0]), "ETL_PAGES_PORT": str(ports[1]), "PREFECT_RUNNER_POLL_FREQUENCY": "2", **more,
    }  # fmt: skip
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.serve"], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    serving = Serving(process, ports, data, log, access(environment).authorization)
    try:
        until(lambda: _ready(serving), f"`make serve` is up, see {log}")
    except BaseException:
        serving.kill()
        raise
    return serving


def clean_environment(data: Path) -> dict[str, str]:
    """The environment of a fresh shell in this checkout, with its run-time zones under `data`."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "ETL_"))}
    path = os.pathsep.join(p for p in (str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")) if p)
    return known | {"ETL_DATA": str(data), "ETL_WORKERS": "2", "PYTHONPATH": path, "PYTHONUTF8": "1"}


def asks(path: Path) -> None:
    """A corrected workbook with a number that may be read in two ways: Biểu 02!G9."""
    book = openpyxl.load_workbook(SAMPLES / "BC_KHCN_2021_SinHo.xlsx")
    book["Biểu 02"]["G9"] = "1.234"
    book.save(path)


def holds_in(todo: str) -> list[str]:
    """The ids that a to-do list gives to be pasted."""
    return [name for block in re.findall(r"^```\n(.*?)\n```", todo, re.M | re.S) for name in block.split()]


def _ready(serving: Serving) -> bool | None:
    assert serving.process.poll() is None, serving.log.read_text()
    if not answers(f"{serving.ui}/api"):
        return None
    found = {deployment["name"] for deployment in serving.post("/deployments/filter")}
    return found == DEPLOYMENTS or None


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def _works_on(run: str) -> bool:
    """Whether a process carries this run in its environment."""
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if run.encode() in environ.read_bytes():
                return True
    return False


def _alive(pid: int) -> str:
    """The command of a living process, '' where it has ended."""
    with suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return "" if state == "Z" else Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""
