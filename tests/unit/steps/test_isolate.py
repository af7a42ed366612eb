"""A worker may die of its item; its neighbours never notice."""

from __future__ import annotations

import os
import time

import pytest

from etl.steps.isolate import Died, Workers

HERE = "tests.unit.steps.test_isolate"


def act(word: str) -> str:
    """What a hostile file does to its reader, on command."""
    if word == "abort":
        os.abort()
    if word == "exit":
        os._exit(3)
    if word == "memory":
        return str(len(bytearray(2 << 30)))
    if word == "forever":
        time.sleep(3600)
    if word == "print":
        print("noise on standard output")
    if word == "raise":
        raise ValueError("told")
    if word == "key":
        return ",".join(name for name in os.environ if name.startswith("AWS_"))
    return word.upper()


_prefix = ""


def learn(prefix: str) -> None:
    global _prefix
    _prefix = prefix


def prefixed(word: str) -> str:
    return _prefix + word


def test_one_abort_among_two_hundred_costs_only_itself() -> None:
    items = [(f"f{i}",) for i in range(200)]
    items[77] = ("abort",)
    with Workers(f"{HERE}:act", count=2) as workers:
        results = list(workers.map(items))

    assert isinstance(results[77], Died)
    assert results[77].reason == "crash"
    assert [r for i, r in enumerate(results) if i != 77] == [f"F{i}" for i in range(200) if i != 77]


def test_each_death_says_why() -> None:
    with Workers(f"{HERE}:act", count=1, memory_bytes=256 << 20, seconds=0.5) as workers:
        results = list(workers.map([("exit",), ("memory",), ("forever",), ("fine",)]))

    assert [r.reason if isinstance(r, Died) else r for r in results] == ["crash", "memory", "time", "FINE"]


def test_what_the_function_prints_does_not_disturb() -> None:
    with Workers(f"{HERE}:act", count=1) as workers:
        assert list(workers.map([("print",), ("x",)])) == ["PRINT", "X"]


def test_an_exception_is_raised_at_its_item() -> None:
    with Workers(f"{HERE}:act", count=1) as workers, pytest.raises(ValueError, match="told"):
        list(workers.map([("raise",)]))


def test_setup_runs_once_a_worker_and_workers_serve_again() -> None:
    with Workers(f"{HERE}:prefixed", count=2, setup=f"{HERE}:learn", setup_args=("a-",)) as workers:
        assert list(workers.map([("1",), ("2",), ("3",)])) == ["a-1", "a-2", "a-3"]
        assert list(workers.map([("4",)])) == ["a-4"]
        assert list(workers.map([])) == []


def test_a_worker_has_no_key_to_the_object_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "khong-bi-mat")
    with Workers(f"{HERE}:act", count=1) as workers:
        assert list(workers.map([("key",)])) == [""]
