"""Workers that stay between batches: each costs a second to start, which the files of every batch would pay anew."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from etl.steps.isolate import Workers

#: files, after which workers are started anew: memory that old files have broken up is no later file's fault
_FILES = 2_000

_lock = threading.Lock()
#: who waits for work, and what for: of this process, one set at most
_idle: list[tuple[object, Workers]] = []


@contextmanager
def kept_workers(
    function: str, *, count: int, setup: str, setup_args: tuple[Any, ...], knowing: tuple[str, ...]
) -> Iterator[Workers]:
    """Workers as `Workers` makes them; those of the last time, where they were set up alike.

    knowing: hashes of what the setup reads from the disk. After an error in the block they are not used again.
    """
    wanted = (os.getpid(), function, count, setup, setup_args, knowing)
    workers = _taken(wanted) or Workers(function, count=count, setup=setup, setup_args=setup_args)
    try:
        yield workers
    except BaseException:
        workers.close()
        raise
    _leave(wanted, workers)


def _taken(wanted: object) -> Workers | None:
    with _lock:
        found = next((place for place, (key, _) in enumerate(_idle) if key == wanted), None)
        return None if found is None else _idle.pop(found)[1]


def _leave(key: object, workers: Workers) -> None:
    """Keep them for the next time in the place of those that are there."""
    with _lock:
        ended = [old for _, old in _idle]
        _idle[:] = [(key, workers)] if workers.served < _FILES else []
    for old in ended if workers.served < _FILES else [*ended, workers]:
        old.close()


def close_idle() -> None:
    """End those that wait."""
    with _lock:
        ended = [old for _, old in _idle]
        _idle.clear()
    for old in ended:
        old.close()


atexit.register(close_idle)
