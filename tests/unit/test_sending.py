"""What is sent to another machine to be read, and what is refused there."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from etl import pipeline
from etl.errors import StoreError, UsageError
from etl.pipeline import receive
from etl.sending import Answer, carried_out, orders, recorded
from tests.conftest import AT, SAMPLES, store_at


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two workbooks, and the first again under another name; each is a batch."""
    monkeypatch.setattr(pipeline, "BATCH_FILES", 1)
    folder = tmp_path / "in"
    folder.mkdir()
    for name, source in (("a.xlsx", "SinHo"), ("b.xlsx", "NamNhun"), ("c.xlsx", "SinHo")):
        (folder / name).write_bytes((SAMPLES / f"BC_KHCN_2021_{source}.xlsx").read_bytes())
    return folder


def test_each_content_is_read_once_and_recorded_as_on_one_machine(sent: Path, tmp_path: Path) -> None:
    stores, alone = store_at(tmp_path / "data"), store_at(tmp_path / "alone")
    for batch in receive(alone, [sent], AT):
        pipeline.take_in(alone, batch, AT)

    asked = orders(stores, receive(stores, [sent], AT))
    assert [[d.name for d in order.fresh] for order in asked] == [["a.xlsx"], ["b.xlsx"], []]
    for order in asked:
        there = pickle.loads(pickle.dumps(order))
        answer = carried_out(stores.settings, there) if order.fresh else Answer((), ())
        recorded(stores, order, pickle.loads(pickle.dumps(answer)), AT)

    assert [e.hash for e in stores.ledger.events()] == [e.hash for e in alone.ledger.events()]
    assert [(f.path, f.sha256) for f in stores.ledger.lake_files()] == [
        (f.path, f.sha256) for f in alone.ledger.lake_files()
    ]
    assert stores.ledger.current("nv") == alone.ledger.current("nv")


def test_a_machine_with_another_program_or_other_reference_data_reads_nothing(sent: Path, tmp_path: Path) -> None:
    stores = store_at(tmp_path / "data")
    order = orders(stores, receive(stores, [sent], AT))[0]
    for stamp in (replace(order.stamp, version="0.0"), replace(order.stamp, reference_hash="0" * 64)):
        with pytest.raises(StoreError, match="this machine has another version or other reference data"):
            carried_out(stores.settings, replace(order, stamp=stamp))
    assert stores.lake.paths() == []


def test_several_machines_need_one_store(sent: Path, tmp_path: Path) -> None:
    stores = store_at(tmp_path / "data", ETL_ENGINE="dask", ETL_DASK_ADDRESS="tcp://may-2:8786")
    with pytest.raises(UsageError, match="ETL_STORE"):
        orders(stores, receive(stores, [sent], AT))
