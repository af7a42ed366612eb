"""Estimated, preliminary, official: a period's figures go through them one way, and each file says which they are."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from etl.acts.rebuild import rebuild
from etl.acts.recall import recall
from etl.errors import UsageError
from etl.pipeline import Stores, receive, take_in
from tests.conftest import AT, SAMPLES
from tests.samples.conftest import publish

DAYS = [AT + timedelta(days=n) for n in range(9)]


@pytest.mark.slow
def test_a_stage_goes_one_way_and_stands_in_every_file(stores: Stores) -> None:
    for batch in receive(stores, [SAMPLES / "BC_KHCN_2021_NamNhun.xlsx"], AT):
        take_in(stores, batch, AT)
    first, _ = publish(stores, "2021", DAYS[1], stage="estimated")
    again, new = publish(stores, "2021", DAYS[2])
    assert (again.number, new) == (first.number, False)  # without the option the stage stays
    second, new = publish(stores, "2021", DAYS[3], stage="preliminary")
    assert (second.number, new) == (2, True)  # the same figures in another stage are another release
    with pytest.raises(UsageError) as refused:
        publish(stores, "2021", DAYS[4], stage="estimated")
    assert str(refused.value) == (
        "Kỳ 2021 đã có số sơ bộ (bản 2), không quay lại số ước tính / "
        "period 2021 has preliminary figures (release 2) and does not go back to estimated ones"
    )
    assert publish(stores, "2020", DAYS[4])[0].number == 3  # another period has a stage of its own

    for number, stage in ((1, "estimated"), (2, "preliminary"), (3, "official")):
        folder = stores.releases.folder(number)
        assert {f["stage"] for f in json.loads((folder / "figures.json").read_text())} == {stage}
        assert set(pq.read_table(folder / "figures.parquet")["stage"].to_pylist()) == {stage}
        assert json.loads((folder / "release.json").read_text())["stage"] == stage
        assert rebuild(stores, number).same
    page = (stores.releases.folder(1) / "index.html").read_text()
    assert "Đây là số ước tính, sẽ được thay bằng số chính thức." in page
    assert "Đây là số" not in (stores.releases.folder(3) / "index.html").read_text()
    index = json.loads((Path(stores.releases.root) / "index.json").read_text())
    assert [(line["number"], line["stage"]) for line in index] == [
        (1, "estimated"),
        (2, "preliminary"),
        (3, "official"),
    ]


def test_a_recalled_release_holds_no_stage(stores: Stores) -> None:
    publish(stores, "2021", DAYS[1], stage="preliminary")
    publish(stores, "2021", DAYS[2], stage="official")
    recall(stores, 2, by="Lan", reason="nhầm giai đoạn", at=DAYS[3])

    assert publish(stores, "2021", DAYS[4])[0].number == 1
    with pytest.raises(UsageError, match="no stage 'final'"):
        publish(stores, "2021", DAYS[5], stage="final")
