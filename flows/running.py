"""Which Prefect server a flow talks to when it is started by hand: the one of `make serve`, else one for the while."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.errors import StoreError
from flows.children import HOST, answers, free_port, prefect_server, wait_healthy


def _home() -> Path:
    return Path(os.environ["PREFECT_HOME"])


@contextmanager
def announced(api: str) -> Iterator[None]:
    """While this lasts, `make run` finds the server of `make serve` and leaves its runs there, for the UI."""
    note = _home() / "serving"
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(api)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


@contextmanager
def some_server() -> Iterator[str]:
    """The address of a server that answers: PREFECT_API_URL, that of `make serve`, or one of our own until the end.

    Prefect's own temporary server ends with tracebacks on a busy machine, so it is not used. Ours writes to server.log.
    """
    known = os.environ.get("PREFECT_API_URL") or _serving()
    if known:
        yield known
        return
    port, log = free_port(), _home() / "server.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    api, server = f"http://{HOST}:{port}/api", prefect_server(port, ui=False, log=log)
    try:
        if not wait_healthy(server, api):
            raise StoreError(f"Không khởi động được Prefect, xem / Prefect cannot be started, see {log}")
        yield api
    finally:
        server.stop()


def _serving() -> str | None:
    note = _home() / "serving"
    api = note.read_text().strip() if note.is_file() else ""
    return api if api and answers(api) else None
