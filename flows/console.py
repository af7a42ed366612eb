"""A flow that a person starts at a terminal: which Prefect server it talks to, and what is printed while it runs."""

from __future__ import annotations

import atexit
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.access import Access, access
from etl.errors import StoreError
from flows.children import HOST, answers, free_port, lets_in, prefect_server, wait_healthy


@contextmanager
def server() -> Iterator[None]:
    """While this lasts, flows talk to PREFECT_API_URL, or the server of `make serve`, or else one of our own.

    Prefect's own temporary server ends with tracebacks on a busy machine, so it is not used. Ours writes to server.log.
    """
    from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

    _quieten()
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM)
    )  # as Ctrl-C: our server must not stay behind
    known = access(os.environ)
    api = os.environ.get("PREFECT_API_URL") or _serving_us(known) or _own_server()
    with temporary_settings({PREFECT_API_URL: api, PREFECT_API_AUTH_STRING: known.credentials or None}):
        yield


def _serving_us(known: Access) -> str | None:
    """The server of `make serve`, where it lets us in: without its password we have a server of our own."""
    api = serving()
    return api if api and lets_in(api, known.authorization) else None


@contextmanager
def announced(api: str) -> Iterator[None]:
    """While this lasts, `make run` finds the server of `make serve` and leaves its runs there, for the UI."""
    note = _home() / "serving"
    note.write_text(api)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def serving() -> str | None:
    """The address of `make serve`'s server on these files, where one runs."""
    note = _home() / "serving"
    api = note.read_text().strip() if note.is_file() else ""
    return api if api and answers(api) else None


def _own_server() -> str:
    print("Đang khởi động Prefect… / starting Prefect…", flush=True)
    port, log = free_port(), _home() / "server.log"
    api, own = f"http://{HOST}:{port}/api", prefect_server(port, ui=False, log=log)
    atexit.register(own.stop)  # not earlier: when the flow has ended, Prefect still hands in logs and events
    if not wait_healthy(own, api):
        raise StoreError(f"Không khởi động được Prefect, xem / Prefect cannot be started, see {log}")
    return api


def _home() -> Path:
    return Path(os.environ["PREFECT_HOME"])


def _quieten() -> None:
    """Print what our flows say, as plain lines, and everybody else's warnings; the rest is in Prefect's log of the run."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Plain("%(levelname)s: %(name)s: %(message)s"))
    handler.addFilter(lambda record: _is_ours(record) or record.levelno >= logging.WARNING)
    logging.getLogger().handlers = [handler]


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        if _is_ours(record) and record.levelno < logging.WARNING:
            return record.getMessage()
        return super().format(record)


def _is_ours(record: logging.LogRecord) -> bool:
    return Path(record.pathname).parent == Path(__file__).parent
