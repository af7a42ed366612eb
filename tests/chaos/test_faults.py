"""A disk that is full, a folder that may not be written, a file on its way: told, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.chaos.conftest import PUBLISH, Calm, at, everything
from tests.chaos.killed import etl
from tests.conftest import store_at

pytestmark = pytest.mark.chaos20


@pytest.mark.parametrize(
    ("stage", "file_bytes"), [("ingest", 2_000), ("ingest", 40_000), ("publish", 2_000), ("publish", 100_000)]
)
def test_a_full_disk_is_told_and_the_next_run_makes_everything_good(
    calm: Calm, tmp_path: Path, stage: str, file_bytes: int
) -> None:
    """2,000 bytes: not even a workbook fits; 40,000: the archive does, the ledger does not; 100,000: half of a release."""
    data = tmp_path / "data"
    if stage == "publish":
        shutil.copytree(calm.ingested, data)
    run = etl(calm.command(stage), at(data), file_bytes=file_bytes)
    assert run.status == 3, run.said
    assert " / " in run.said
    assert "Traceback" not in run.said

    assert etl(calm.ingest, at(data)).status == 0
    assert etl(PUBLISH, at(data)).status == 0
    assert everything(store_at(data)) == calm.told


def test_an_inbox_that_may_only_be_read_is_enough(calm: Calm, tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    shutil.copytree(calm.inbox, inbox)
    for path in (*inbox.iterdir(), inbox):
        path.chmod(0o444 if path.is_file() else 0o555)
    before = sorted((p.name, p.stat().st_mtime_ns) for p in inbox.iterdir())

    assert etl(["ingest", str(inbox)], at(tmp_path / "data")).status == 0
    assert sorted((p.name, p.stat().st_mtime_ns) for p in inbox.iterdir()) == before


def test_a_file_on_its_way_is_told_and_taken_the_next_time(calm: Calm, tmp_path: Path) -> None:
    inbox, data = tmp_path / "in", tmp_path / "data"
    shutil.copytree(calm.inbox, inbox)
    whole = (inbox / "QuaTang_22-01-2022_LDLD.xlsx").read_bytes()
    with open(inbox / "QuaTang_22-01-2022_LDLD.xlsx", "wb") as writer:
        writer.write(whole[:1000])
        writer.flush()
        os.fsync(writer.fileno())
        first = etl(["ingest", str(inbox), "--json"], at(data))
        assert first.status == 0
        assert "QuaTang_22-01-2022_LDLD.xlsx: đang được ghi" in first.said
        assert json.loads(first.said[first.said.index("{") :])["new"] == 2
        writer.write(whole[1000:])
    second = etl(["ingest", str(inbox), "--json"], at(data))
    assert json.loads(second.said[second.said.index("{") :])["new"] == 1
    assert etl(PUBLISH, at(data)).status == 0
    assert everything(store_at(data))["figures"] == calm.told["figures"]
