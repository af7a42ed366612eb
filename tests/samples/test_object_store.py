"""The plain set with everything in a bucket: the same releases to the byte as in a folder, kept, proved and brought back."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest

from etl.access import Access
from etl.acts.backup import backup, restore
from etl.acts.rebuild import rebuild
from etl.pipeline import Stores
from etl.queries.trace import trace
from etl.queries.verify import verify
from flows.pages import serve_pages
from tests.conftest import SAMPLES, store_at
from tests.objects import ObjectStore
from tests.samples.conftest import Night, publish, take_in_folder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def kept(objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """After one night, as `plain` is in a folder."""
    stores = store_at(tmp_path_factory.mktemp("bucket"), **objects.environment(f"s3://{objects.bucket()}/lai-chau/etl"))
    take_in_folder(stores, SAMPLES)
    publish(stores)
    return stores


def released(stores: Stores, number: int = 1) -> dict[str, bytes]:
    return {name: stores.releases.read(number, name) for name in stores.releases.names(number)}


def test_a_release_is_the_same_to_the_byte_as_in_a_folder(kept: Stores, plain: Night) -> None:
    assert released(kept) == released(plain.stores)
    assert list(kept.archive.all()) == list(plain.stores.archive.all())
    assert [(f.path, f.sha256) for f in kept.ledger.lake_files()] == [
        (f.path, f.sha256) for f in plain.stores.ledger.lake_files()
    ]
    # on this machine there are only copies of rows and what goes back to senders
    here = {path.name for path in kept.settings.data.iterdir()}
    assert not here & {"archive", "lake", "releases"}


def test_the_same_files_again_put_no_object(kept: Stores) -> None:
    bucket = kept.settings.bucket("ETL_STORE", kept.settings.store or "")
    before, events = bucket.listed(), len(kept.ledger.submissions())

    take_in_folder(kept, SAMPLES)
    record, new = publish(kept)

    assert (record.number, new, len(kept.ledger.submissions())) == (1, False, events)
    assert bucket.listed() == before


def test_a_figure_is_traced_to_cells_read_out_of_the_bucket(kept: Stores, plain: Night) -> None:
    asked = {"unit": "12", "period": "2020..2021"}
    told = trace(kept, "NV.T", **asked).as_json()
    assert told["contributions"] == trace(plain.stores, "NV.T", **asked).as_json()["contributions"]
    assert told["contributions"]


def test_pages_of_releases_are_served_out_of_the_bucket(kept: Stores) -> None:
    from flows.children import free_port

    port = free_port()
    end = serve_pages(kept.releases, port, Access())
    try:
        for path in ("/1/index.html", "/1/"):
            page = urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30).read()
            assert page == kept.releases.read(1, "index.html")
        index = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30).read().decode()
        assert "1/index.html" in index
    finally:
        end()


def test_a_backup_of_a_bucket_fills_a_folder_and_a_folder_s_fills_a_bucket(
    kept: Stores, objects: ObjectStore, tmp_path: Path
) -> None:
    done = backup(kept, tmp_path / "one.tar")
    assert done.missing == ()
    folder = store_at(tmp_path / "empty").settings
    assert restore(_fresh(folder.data), tmp_path / "one.tar") == done.files
    back = store_at(folder.data)
    assert released(back) == released(kept)
    assert backup(back, tmp_path / "two.tar").files == done.files
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()

    there = objects.environment(f"s3://{objects.bucket()}")
    restore(_fresh(tmp_path / "third", **there), tmp_path / "two.tar")
    again = store_at(tmp_path / "third", **there)
    assert released(again) == released(kept)
    assert verify(again, rebuild=False).faults == ()


def _fresh(data: Path, **environment: str):
    """Settings of a place in which nothing is yet."""
    from etl.settings import Settings
    from tests.conftest import ROOT

    (data / "ledger.sqlite").unlink(missing_ok=True)
    return Settings.from_environment({"ETL_DATA": str(data), **environment}, ROOT)


def test_what_is_lost_or_changed_in_the_bucket_is_named_and_made_again(kept: Stores) -> None:
    assert verify(kept, rebuild=False).faults == ()
    whole, file = released(kept), kept.ledger.lake_files()[0]
    kept.lake.place.put(file.path, b"PAR1 other bytes")
    kept.releases.place.remove("1/figures.csv")
    kept.releases.place.put("1/more.txt", b"not ours")

    found = {(fault.part, fault.where, fault.what) for fault in verify(kept, rebuild=False).faults}
    assert found == {
        ("lake", f"{kept.settings.store}/lake/{file.path}", "đã bị sửa / changed"),
        ("release", f"{kept.settings.store}/releases/1/figures.csv", "thiếu / missing"),
        ("release", f"{kept.settings.store}/releases/1/more.txt", "không có trong danh sách / not listed"),
    }
    done = rebuild(kept, 1)
    assert (done.same, set(done.mended)) == (True, {file.path, f"{kept.settings.store}/releases/1"})
    assert released(kept) == whole
    assert verify(kept, rebuild=False).faults == ()
