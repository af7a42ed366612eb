"""How long Prefect's server (as `make serve` starts it, SQLite) lets an operator wait while many runs report at once.

`python -m bench.server` makes so many runs, each with state changes, heartbeats and logs as fast as they are taken, and
asks for a list of runs ten times a second meanwhile. `--plain` starts `python -m prefect` instead of `flows.server`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections import Counter
from datetime import UTC, datetime
from json import dumps, loads
from pathlib import Path
from typing import Any

from flows.children import answers, free_port
from flows.switches import switches

ROOT = Path(__file__).resolve().parents[1]


class Api:
    """What one client asks of the server. told: how often each status came."""

    def __init__(self, port: int) -> None:
        self.root, self.told = f"http://127.0.0.1:{port}/api", Counter[str]()

    def post(self, path: str, body: object) -> Any:
        """The answer; None where there was none."""
        asked = urllib.request.Request(self.root + path, dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(asked, timeout=120) as answer:
                self.told[str(answer.status)] += 1
                return loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            self.told[str(error.code)] += 1
        except OSError as error:
            self.told[type(error).__name__] += 1
        return None


def report(api: Api, over: threading.Event) -> None:
    """One run after another, each with six heartbeats and logs."""
    flow = api.post("/flows/", {"name": "bench"})
    while not over.is_set():
        run = api.post("/flow_runs/", {"flow_id": flow["id"], "state": {"type": "PENDING"}}) if flow else None
        if run is None:
            over.wait(0.2)
            flow = flow or api.post("/flows/", {"name": "bench"})
            continue
        for name in ("Running", "Failed"):
            for _ in range(6):
                now = datetime.now(UTC).isoformat()
                resource = {"prefect.resource.id": f"prefect.flow-run.{run['id']}"}
                api.post("/events", [{"occurred": now, "event": "prefect.flow-run.heartbeat", "resource": resource,
                                      "related": [], "payload": {}, "id": str(uuid.uuid4())}])  # fmt: skip
                line = {"name": "bench", "level": 20, "message": "m" * 200, "timestamp": now, "flow_run_id": run["id"]}
                api.post("/logs/", [line] * 5)
            state = {"state": {"type": name.upper(), "name": name}, "force": True}
            api.post(f"/flow_runs/{run['id']}/set_state", state)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.server", description=__doc__)
    parser.add_argument("--runs", type=int, default=8, help="how many report at once")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--plain", action="store_true", help="Prefect as it starts itself")
    asked = parser.parse_args()
    module, port, over = "prefect" if asked.plain else "flows.server", free_port(), threading.Event()
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | switches({"ETL_DATA": home}, ROOT)
        command = [sys.executable, "-m", module, "server", "start", "--port", str(port), "--no-ui"]
        with open(os.devnull, "wb") as nowhere:
            server = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=nowhere, stderr=nowhere)
        try:
            while not answers(f"http://127.0.0.1:{port}/api"):
                time.sleep(0.2)
            apis = [Api(port) for _ in range(asked.runs)]
            clients = [threading.Thread(target=report, args=(api, over)) for api in apis]
            for client in clients:
                client.start()
            waits, end = [], time.monotonic() + asked.seconds
            looking = Api(port)
            while time.monotonic() < end:
                begun = time.monotonic()
                looking.post("/flow_runs/filter", {"limit": 1})
                waits.append(time.monotonic() - begun)
                time.sleep(0.1)
            over.set()
            for client in clients:
                client.join()
        finally:
            server.terminate()
            server.wait()
    waits.sort()
    told = sum((api.told for api in apis), Counter[str]())
    print(
        f"{module}: {len(waits)} looks, median {waits[len(waits) // 2]:.2f} s, longest {waits[-1]:.2f} s; {dict(told)}"
    )


if __name__ == "__main__":
    main()
