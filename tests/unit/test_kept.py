"""Workers stay for the next batch where they know the same; what went wrong or is done is not used again."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from etl import kept
from etl.kept import close_idle, kept_workers

HERE = "tests.unit.test_kept"


def who(word: str) -> int:
    if word == "raise":
        raise ValueError("told")
    return os.getpid()


def nothing() -> None:
    pass


@pytest.fixture(autouse=True)
def _nobody_waits() -> Iterator[None]:
    close_idle()
    yield
    close_idle()


def batch(knows: str = "a", item: str = "x") -> set[int]:
    """The processes that worked on a batch of eight."""
    with kept_workers(f"{HERE}:who", count=1, setup=f"{HERE}:nothing", setup_args=(), knowing=(knows,)) as workers:
        return set(workers.map([(item,)] * 8))


def test_the_next_batch_finds_the_same_worker() -> None:
    assert batch() == batch()


def test_who_knows_something_else_reads_nothing() -> None:
    first = batch("a")

    assert not batch("b") & first
    assert not batch("a") & first  # and has gone: not two sets wait


def test_after_an_error_they_are_gone() -> None:
    first = batch()
    with pytest.raises(ValueError, match="told"):
        batch(item="raise")

    assert not batch() & first


def test_after_many_files_they_start_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_FILES", 8)

    assert not batch() & batch()
