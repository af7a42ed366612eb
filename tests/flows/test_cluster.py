"""Two workers over TCP, the store in a bucket, the ledger in PostgreSQL: the same bytes as on one machine, whoever dies."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from distributed import Client

from etl import pipeline
from tests.conftest import AT, SAMPLES, store_at
from tests.flows.dasking import Cluster, cluster, end_of, start_night
from tests.flows.serving import clean_environment, until
from tests.objects import ObjectStore
from tests.samples.conftest import publish, take_in_folder

pytestmark = [pytest.mark.dask, pytest.mark.server]

#: 21 workbooks in six batches
FILES = 4


@pytest.mark.postgres
def test_a_night_on_two_workers_of_which_one_is_killed_gives_the_bytes_of_one_machine(
    objects: ObjectStore, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BATCH_FILES", FILES)
    alone = store_at(tmp_path / "alone")
    take_in_folder(alone, SAMPLES)
    publish(alone)

    stored = objects.environment(f"s3://{objects.bucket()}/etl")
    on_workers = clean_environment(tmp_path / "worker") | {"ETL_WORKERS": "1"} | stored
    here = clean_environment(tmp_path / "data") | {"ETL_ENGINE": "dask", "ETL_DATABASE_URL": postgres_url} | stored
    log = tmp_path / "night.log"
    # one is a process that dies for good, the other has a nanny, as in an office: there what reads is a daemon's child
    with cluster(on_workers, ("mortal", "--no-nanny"), ("lasting",)) as running:
        night = start_night(SAMPLES, AT, FILES, here | {"ETL_DASK_ADDRESS": running.address}, log)
        until(lambda: "Xong lô 1/6" in log.read_text("utf-8") or None, f"the first batch is recorded, see {log}")
        assert kill_at_work(running, "mortal")
        assert end_of(night, log) == ["COMPLETED", "Bản công bố 1 / release 1"]

    stores = store_at(tmp_path / "data", ETL_DATABASE_URL=postgres_url, **stored)
    assert [e.kind for e in stores.ledger.events()] == [e.kind for e in alone.ledger.events()]
    assert {name: stores.releases.read(1, name) for name in stores.releases.names(1)} == {
        name: alone.releases.read(1, name) for name in alone.releases.names(1)
    }
    assert (stores.ledger.leases(AT), stores.lake.orphans([f.path for f in stores.ledger.lake_files()])) == ({}, [])


def kill_at_work(running: Cluster, name: str) -> bool:
    """Kill a worker as soon as it has a batch in hand; whether it had."""
    with Client(running.address, set_as_default=False) as asking:
        workers = asking.scheduler_info(n_workers=-1)["workers"]
        address = next(where for where, told in workers.items() if told["name"] == name)
        until(lambda: asking.processing()[address] or None, f"a batch is read by {name}")
        running.workers[name].send_signal(signal.SIGKILL)
    return running.workers[name].wait() == -signal.SIGKILL


def test_without_an_address_the_cluster_is_this_machine(tmp_path: Path) -> None:
    sent = tmp_path / "in"
    sent.mkdir()
    for name in ("BC_KHCN_2021_SinHo.xlsx", "BC_KHCN_2021_NamNhun.xlsx"):
        (sent / name).write_bytes((SAMPLES / name).read_bytes())
    log = tmp_path / "night.log"
    night = start_night(sent, AT, 1, clean_environment(tmp_path / "data") | {"ETL_ENGINE": "dask"}, log)

    assert end_of(night, log) == ["COMPLETED", "Bản công bố 1 / release 1"]
    assert [d.name for d in store_at(tmp_path / "data").ledger.deliveries()] == sorted(p.name for p in sent.iterdir())
