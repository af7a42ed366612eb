"""Programs that `make serve` and `make run` start and end: each in a process group of its own, so that none is left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

HOST = "127.0.0.1"

#: a busy machine needs 30 seconds and more to start Prefect's server
START_SECONDS = 240
STOP_SECONDS = 30


class Child:
    """One program and all that it starts."""

    def __init__(
        self,
        name: str,
        module: str,
        *arguments: str,
        log: Path | None = None,
        end_with: signal.Signals = signal.SIGTERM,
    ) -> None:
        """Start `python -m module arguments`. log: where its output goes instead of ours; end_with: what asks it to end."""
        self.name, self._end_with = name, end_with
        where = log.open("ab") if log else None
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], start_new_session=True, stdout=where, stderr=where
        )  # fmt: skip
        if where:
            where.close()

    @property
    def ended(self) -> int | None:
        """Its exit status, None while it runs."""
        return self._process.poll()

    def stop(self) -> None:
        """Ask it to end; after STOP_SECONDS end it and whatever it has started."""
        if self.ended is None:
            self._process.send_signal(self._end_with)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError):  # it left nobody behind
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def prefect_server(port: int, *, host: str = HOST, ui: bool = True, log: Path | None = None) -> Child:
    """Prefect's server; on loopback, unless said."""
    return Child(
        "Prefect", "flows.server", "server", "start", "--host", host, "--port", str(port), "--ui" if ui else "--no-ui",
        log=log,
    )  # fmt: skip


def wait_healthy(server: Child, api: str, stop: threading.Event | None = None) -> bool:
    """Wait until the server answers. False where it ended, did not answer in time, or `stop` was set meanwhile."""
    until = time.monotonic() + START_SECONDS
    stopping = stop or threading.Event()
    while server.ended is None and time.monotonic() < until:
        if answers(api):
            return True
        if stopping.wait(0.2):
            return False
    return False


def answers(api: str) -> bool:
    """Whether a Prefect server answers at this address."""
    try:
        with urllib.request.urlopen(f"{api}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def lets_in(api: str, authorization: str) -> bool:
    """Whether the server answers to who bears this header."""
    asked = urllib.request.Request(
        f"{api}/admin/version", headers={"Authorization": authorization} if authorization else {}
    )
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a program of ours could listen on this port."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((HOST, port))
        except OSError:
            return False
        return True
