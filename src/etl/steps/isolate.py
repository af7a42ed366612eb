"""Run a function in worker processes that may die: a hostile file costs itself, never a neighbour.

A plain process pool loses every queued job when one worker aborts; a thread dies with the whole process.
Here each worker is a child with its own pipe, a memory limit and a time limit a call: a child that dies or
overruns is replaced, its item is told (`Died`), the other items never notice.

Children are subprocesses (not multiprocessing daemons), so they can be started from a Dask worker too.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import queue
import select
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

MEMORY_BYTES = 1 << 30
SECONDS = 20.0
_HEADER = struct.Struct("!Q")
_START_SECONDS = 120.0
#: lists and tuples more than were freed before the collector looks for rings of them: a file or two's, some megabytes
_NEW_OBJECTS = 50_000


@dataclass(frozen=True, slots=True)
class Died:
    """The worker did not survive this item. reason: time | memory | crash, or what was found to be behind a crash."""

    reason: str
    detail: str = ""


class Workers:
    """A few persistent children that all run one importable function, `module:name`.

    `setup`, when given, is `module:name` of a function called once a child with `setup_args` (loading reference data).
    Not thread-safe: one `map` at a time. Use as a context manager; closing ends the children.
    """

    def __init__(
        self, function: str, *, count: int, setup: str | None = None, setup_args: tuple[Any, ...] = (),
        memory_bytes: int = MEMORY_BYTES, seconds: float = SECONDS,
    ) -> None:  # fmt: skip
        self._first = (function, setup, setup_args, memory_bytes)
        self._seconds = seconds
        self._children: list[_Child | None] = [None] * max(1, count)
        self.served = 0  # items so far

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the children."""
        for child in self._children:
            if child is not None:
                child.stop()
        self._children = [None] * len(self._children)

    def map(self, items: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """Results in the order of the items; `Died` in the place of an item whose worker did not survive it.

        An exception that the function raised is raised here, at its item.
        """
        work: queue.SimpleQueue[tuple[int, tuple[Any, ...]] | None] = queue.SimpleQueue()
        done: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        total = 0
        for total, item in enumerate(items, 1):
            work.put((total - 1, item))
        self.served += total
        count = min(len(self._children), total)
        threads = [threading.Thread(target=self._serve, args=(i, work, done), daemon=True) for i in range(count)]
        for _ in threads:
            work.put(None)
        for thread in threads:
            thread.start()
        yield from _in_order(done, total)

    def _serve(self, slot: int, work: queue.SimpleQueue[Any], done: queue.SimpleQueue[tuple[int, Any]]) -> None:
        while (task := work.get()) is not None:
            index, item = task
            try:
                result = self._call(slot, item)
            except BaseException as error:  # told at its item, in the caller's thread
                result = _Raised(error)
            done.put((index, result))

    def _call(self, slot: int, item: tuple[Any, ...]) -> Any:
        child = self._children[slot] or _Child(self._first)
        self._children[slot] = child
        kind, value = child.call(item, self._seconds)
        if kind == "died":
            self._children[slot] = None
            return value
        return _Raised(value) if kind == "raised" else value


@dataclass(frozen=True, slots=True)
class _Raised:
    error: BaseException


def _in_order(done: queue.SimpleQueue[tuple[int, Any]], total: int) -> Iterator[Any]:
    early: dict[int, Any] = {}
    for wanted in range(total):
        while wanted not in early:
            index, result = done.get()
            early[index] = result
        result = early.pop(wanted)
        if isinstance(result, _Raised):
            raise result.error
        yield result


class _Child:
    """The parent's end of one worker."""

    def __init__(self, first: tuple[Any, ...]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "etl.steps.isolate"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=_environment(), close_fds=True,
        )  # fmt: skip
        assert self._process.stdin is not None  # both are pipes
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin, self._process.stdout
        _write(self._to, first)
        self._ready = False

    def call(self, item: tuple[Any, ...], seconds: float) -> tuple[str, Any]:
        try:
            if not self._ready:  # starting up is not the file's fault
                kind, value = _read_within(self._from, _START_SECONDS)
                if kind == "raised":
                    return kind, value
                self._ready = True
            _write(self._to, item)
            return _read_within(self._from, seconds)
        except TimeoutError:
            self.stop()
            return "died", Died("time", f"{seconds:g} s")
        except (EOFError, BrokenPipeError, OSError, pickle.UnpicklingError) as error:
            code = self.stop()
            return "died", Died("memory" if _out_of_memory(code) else "crash", f"{type(error).__name__}, exit {code}")

    def stop(self) -> int | None:
        self._process.kill()
        code = self._process.wait()
        with suppress(BrokenPipeError):  # what was still on its way to it
            self._to.close()
        self._from.close()
        return code


def _out_of_memory(code: int | None) -> bool:
    return code == _MEMORY_EXIT


_MEMORY_EXIT = 77


def _environment() -> dict[str, str]:
    paths = [p for p in sys.path if p]
    limits = {
        "OMP_NUM_THREADS": "1",
        "ARROW_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",  # the others reserve gigabytes of addresses, against the memory limit
    }
    # what opens a stranger's file needs no key to the object store
    known = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**known, "PYTHONPATH": os.pathsep.join(paths), **limits}


def _write(pipe: IO[bytes], value: object) -> None:
    body = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(_HEADER.pack(len(body)))
    pipe.write(body)
    pipe.flush()


def _read_within(pipe: IO[bytes], seconds: float) -> tuple[str, Any]:
    """One message; TimeoutError when the first byte does not come in time (the rest then follows at once)."""
    if not select.select([pipe], [], [], seconds)[0]:
        raise TimeoutError
    kind, value = _read(pipe)
    return kind, value


def _read(pipe: IO[bytes]) -> Any:
    head = pipe.read(_HEADER.size)
    if len(head) < _HEADER.size:
        raise EOFError
    size = _HEADER.unpack(head)[0]
    body = pipe.read(size)
    if len(body) < size:
        raise EOFError
    return pickle.loads(body)


def _resolve(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def _limit_memory(extra: int) -> None:
    """Let the child grow by `extra` bytes beyond what it maps after its imports."""
    import resource

    with open("/proc/self/statm", encoding="ascii") as statm:
        mapped = int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (mapped + extra, mapped + extra))


def keep_what_is_there() -> None:
    """What the setup made stays as long as the child: the collector need not look through it with every file."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


def _child_main() -> None:
    """The worker's end: one function, one call after another, until the pipe closes."""
    private = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print must not end up in the protocol
    source = sys.stdin.buffer
    try:
        function, setup, setup_args, memory_bytes = _read(source)
        call = _resolve(function)
        if setup:
            _resolve(setup)(*setup_args)
        keep_what_is_there()
        _limit_memory(memory_bytes)
    except Exception as error:
        _write(private, ("raised", error))
        return
    _write(private, ("ready", None))
    while True:
        try:
            item = _read(source)
        except EOFError:
            return
        _write(private, _answer(call, item))


def _answer(call: Callable[..., Any], item: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return "ok", call(*item)
    except MemoryError:
        os._exit(_MEMORY_EXIT)
    except Exception as error:
        return "raised", error


if __name__ == "__main__":
    _child_main()
