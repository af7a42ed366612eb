"""Killed while it puts objects into a bucket, and run again: the same figures as without, nothing lost, doubled or left over."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.chaos.conftest import PUBLISH, at, everything
from tests.chaos.killed import STEPS, etl, inbox
from tests.conftest import SAMPLES, store_at
from tests.objects import ObjectStore

#: of all steps: among the rows, before the ledger's last word; among the files of a release
POINTS = [("ingest", 0.7), ("publish", 0.5)]


@pytest.mark.slow
def test_killed_between_two_objects(objects: ObjectStore, tmp_path: Path) -> None:
    sent = inbox(tmp_path / "in", SAMPLES)
    commands = {"ingest": ["ingest", str(sent), "--no-outbox"], "publish": PUBLISH}

    def environment(name: str) -> dict[str, str]:
        return at(tmp_path / name) | objects.environment(f"s3://{bucket}/{name}")

    bucket = objects.bucket()
    calm = {stage: etl(command, environment("calm"), STEPS) for stage, command in commands.items()}
    assert [run.status for run in calm.values()] == [0, 0], [run.said for run in calm.values()]
    told = everything(store_at(tmp_path / "calm", **objects.environment(f"s3://{bucket}/calm")))
    assert told["left over"] == []

    here = environment("killed")
    for stage, part in POINTS:
        killed = etl(commands[stage], here, STEPS, int(calm[stage].count * part))
        assert killed.status == -signal.SIGKILL, (stage, part, killed.said)
        assert etl(commands["ingest"], here).status == 0
    assert etl(PUBLISH, here).status == 0

    assert everything(store_at(tmp_path / "killed", **here)) == told
