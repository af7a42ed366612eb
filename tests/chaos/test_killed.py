"""Killed at any point between two writes, or at any moment, and run again: always the same figures, nothing lost or doubled.

Twenty in `make test-all` (mark `chaos20`), two hundred by `make chaos` (mark `chaos`): every gap between two writes of an
ingest and of a publication, and random calls besides.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
from pathlib import Path

import pytest

from tests.chaos.conftest import PUBLISH, Calm, at, everything
from tests.chaos.killed import CALLS, STEPS, etl
from tests.conftest import store_at

SEED = 20220131


def killed_and_run_again(calm: Calm, data: Path, stage: str, kind: str, point: int) -> None:
    if stage == "publish":
        shutil.copytree(calm.ingested, data)
    run = etl(calm.command(stage), at(data), kind, point)
    assert run.status == -signal.SIGKILL, f"{stage} ended before {kind} {point}"

    assert etl(calm.ingest, at(data)).status == 0
    assert etl(PUBLISH, at(data)).status == 0
    assert everything(store_at(data)) == calm.told, json.dumps([stage, kind, point])


def gaps(calm: Calm) -> list[tuple[str, str, int]]:
    """Each gap between two writes once: before the first, and before each that follows (a step stands on either side)."""
    return [
        (stage, STEPS, point) for stage in ("ingest", "publish") for point in range(1, calm.counts[stage, STEPS] + 1, 2)
    ]


def moments(calm: Calm, count: int) -> list[tuple[str, str, int]]:
    """Random calls of random functions; the first tenth of them is only starting up."""
    chance = random.Random(SEED)
    found = []
    for _ in range(count):
        stage = chance.choice(("ingest", "publish"))
        calls = calm.counts[stage, CALLS]
        found.append((stage, CALLS, chance.randrange(calls // 10, calls * 9 // 10)))
    return found


@pytest.mark.chaos20
@pytest.mark.parametrize("number", range(16))
def test_killed_between_two_writes(calm: Calm, tmp_path: Path, number: int) -> None:
    points = gaps(calm)
    killed_and_run_again(calm, tmp_path / "data", *points[number * len(points) // 16])


@pytest.mark.chaos20
@pytest.mark.parametrize("number", range(4))
def test_killed_at_a_random_moment(calm: Calm, tmp_path: Path, number: int) -> None:
    killed_and_run_again(calm, tmp_path / "data", *moments(calm, 4)[number])


@pytest.mark.chaos
@pytest.mark.parametrize("number", range(180))
def test_killed_between_any_two_writes(calm: Calm, tmp_path: Path, number: int) -> None:
    points = gaps(calm)
    chosen = [points[i] for i in range(number, len(points), 180)]
    for index, point in enumerate(chosen):
        killed_and_run_again(calm, tmp_path / str(index), *point)


@pytest.mark.chaos
@pytest.mark.parametrize("number", range(4, 24))
def test_killed_at_any_moment(calm: Calm, tmp_path: Path, number: int) -> None:
    killed_and_run_again(calm, tmp_path / "data", *moments(calm, 24)[number])
