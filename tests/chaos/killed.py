"""Runs `etl …` in a process that kills itself: at the n-th step between two writes, or at the n-th call of any function.

Only here, never in the product: os.replace, os.rename, os.fsync and the database's commit are wrapped in the child.
A fork server that has loaded the libraries once gives each run its own process in a moment.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: what a run loads; loaded once, by the fork server
PRELOADED = [
    "etl.cli",
    "etl.pipeline",
    "etl.remaking",
    "etl.report.page",
    "great_expectations",
    "etl.steps.validate",
    "duckdb",
]

STEPS, CALLS = "steps", "calls"


@dataclass(frozen=True)
class Run:
    """How a run ended. status: the exit status, negative the signal; count: steps or calls that it came to."""

    status: int
    count: int
    said: str = ""


def etl(
    arguments: list[str], environment: dict[str, str], kind: str = STEPS, kill_at: int = 0, file_bytes: int = 0
) -> Run:
    """Run `etl ARGUMENTS` in a process of its own; with `kill_at` it is killed at that step or call.

    file_bytes: no file can grow beyond this, as on a disk that is full.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    here, there = context.Pipe(duplex=False)
    with tempfile.NamedTemporaryFile() as said:
        arguments_of_child = (arguments, environment, kind, kill_at, file_bytes, said.name, there)
        process = context.Process(target=_child, args=arguments_of_child)
        process.start()
        there.close()
        try:
            count = here.recv()
        except EOFError:
            count = kill_at
        process.join(300)
        assert process.exitcode is not None, "the run hangs"
        return Run(process.exitcode, count, Path(said.name).read_text(errors="replace"))


def together(*runs: tuple[list[str], dict[str, str]]) -> list[Run]:
    """Several runs at the same time."""
    with ThreadPoolExecutor(len(runs)) as pool:
        return list(pool.map(lambda run: etl(*run), runs))


def _child(
    arguments: list[str], environment: dict[str, str], kind: str, kill_at: int, file_bytes: int, said: str, there: Any
) -> None:
    os.environ.update(environment)
    output = os.open(said, os.O_WRONLY | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    if file_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    counter = _Counter(kill_at)
    if kind == STEPS:
        _watch_steps(counter)
    else:
        sys.setprofile(lambda _frame, event, _arg: counter.step() if event == "call" else None)
    status = _main(arguments)
    sys.setprofile(None)
    there.send(counter.count)
    os._exit(status)


def _main(arguments: list[str]) -> int:
    from etl.cli import main

    sys.argv = ["etl", *arguments]
    try:
        main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except BaseException:
        traceback.print_exc()
        return 99
    finally:
        sys.stdout.flush()
    return 0


class _Counter:
    def __init__(self, kill_at: int) -> None:
        self.count, self._kill_at, self._lock = 0, kill_at, threading.Lock()

    def step(self) -> None:
        with self._lock:
            self.count += 1
            if self.count == self._kill_at:
                os.kill(os.getpid(), signal.SIGKILL)


def _watch_steps(counter: _Counter) -> None:
    """A step before and one after each call that makes something durable or visible."""
    from sqlalchemy.engine import Connection

    from etl.store.bucket import Bucket

    files = ((os, "replace"), (os, "rename"), (os, "fsync"), (os, "mkdir"))
    for owner, name in (*files, (Connection, "_commit_impl"), (Bucket, "put"), (Bucket, "remove")):
        setattr(owner, name, _wrapped(getattr(owner, name), counter))


def _wrapped(function: Callable[..., Any], counter: _Counter) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        counter.step()
        result = function(*arguments, **named)
        counter.step()
        return result

    return call


def inbox(folder: Path, samples: Path) -> Path:
    """Three files that have something of everything: a district, the register, the gifts."""
    folder.mkdir()
    for name in ("BC_KHCN_2021_SinHo.xlsx", "BC_KHCN_2021_SoKHCN.xlsx", "QuaTang_22-01-2022_LDLD.xlsx"):
        (folder / name).write_bytes((samples / name).read_bytes())
    return folder
