"""Releases come out of archive and ledger again, to the byte; damage is named; a backup brings everything back."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from etl.acts.backup import backup, restore
from etl.acts.rebuild import rebuild
from etl.acts.recheck import recheck
from etl.acts.withdraw import withdraw
from etl.cli import app
from etl.errors import StoreError
from etl.pipeline import Stores
from etl.queries.trace import trace
from etl.queries.verify import verify
from etl.settings import Settings
from etl.store.ledger import Ledger
from tests.conftest import AT, ROOT, store_at
from tests.samples.conftest import Messy, Night, publish
from tests.samples.test_diff import bytes_of, corrected


@pytest.fixture
def messy_copy(messy: Messy, tmp_path: Path) -> Stores:
    """Decisions, a recheck, a superseded file: the richest history."""
    shutil.copytree(messy.stores.settings.data, tmp_path / "data")
    return store_at(tmp_path / "data")


def test_in_another_folder_zone_language_and_hash_seed_the_bytes_are_the_same(
    messy_copy: Stores, tmp_path: Path
) -> None:
    there = tmp_path / "elsewhere"
    there.mkdir()
    environment = {
        **os.environ, "ETL_DATA": str(messy_copy.settings.data), "TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONHASHSEED": "4242",
        "PYTHONPATH": f"{ROOT / 'src'}", "PYTHONUTF8": "1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "etl.cli", "rebuild", "1", "--out", "again", "--json"],
        cwd=there, env=environment, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["same"] is True
    assert bytes_of(there / "again") == bytes_of(messy_copy.releases.folder(1))


@pytest.mark.slow
def test_whatever_happened_since_every_release_comes_out_again(copied: Stores, tmp_path: Path) -> None:
    name, *_ = corrected(copied, tmp_path / "in", "SP.HA", "108", "99")
    publish(copied, at=AT + timedelta(days=31))
    recheck(copied, at=AT + timedelta(days=32), by="Lan")
    wrong = next(s.submission for s in copied.ledger.submissions("sp") if s.file == name)
    withdraw(copied, wrong, by="Lan", reason="nhầm", at=AT + timedelta(days=33))
    publish(copied, at=AT + timedelta(days=34), kind="official", by="Trần Văn A", reason="đã duyệt")

    found = verify(copied)
    assert found.faults == ()
    assert (found.checked["rebuilt"], found.checked["releases"], found.checked["archive"]) == (3, 3, 22)


def test_without_the_lake_the_archive_is_enough(messy_copy: Stores) -> None:
    shutil.rmtree(messy_copy.lake.root)
    assert {fault.part for fault in verify(messy_copy, rebuild=False).faults} == {"lake"}

    done = rebuild(messy_copy, 1)
    assert (done.same, done.differs) == (True, ())
    assert len(done.mended) > 5
    assert verify(messy_copy, rebuild=False).faults == ()


def test_a_damaged_release_is_put_back_from_its_own_bytes(copied: Stores) -> None:
    before = bytes_of(copied.releases.folder(1))
    shutil.rmtree(copied.releases.folder(1))

    done = rebuild(copied, 1)
    assert (done.same, done.mended) == (True, (str(copied.releases.folder(1)),))
    assert bytes_of(copied.releases.folder(1)) == before


@pytest.mark.slow
def test_other_reference_data_since_then_does_not_matter(copied: Stores, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data" / "reference", tmp_path / "reference")
    indicators = tmp_path / "reference" / "indicators.csv"
    accepted = "ngay_chap_nhan IS NOT NULL"
    text = indicators.read_text("utf-8-sig").replace(f"{accepted} AND loai <> 'CDĐL'", accepted)
    indicators.write_text(text, "utf-8-sig")
    changed = store_at(copied.settings.data, ETL_REFERENCE=str(tmp_path / "reference"))
    publish(changed, at=AT + timedelta(days=1))

    assert changed.ledger.release(2).reference_hash != changed.ledger.release(1).reference_hash
    assert [rebuild(changed, number).same for number in (1, 2)] == [True, True]
    assert trace(changed, "NH.D", release=1).figure["value"] == "80"
    assert trace(changed, "NH.D", release=2).figure["value"] == "81"
    assert sum(c.counted for c in trace(changed, "NH.D", release=1).contributions) == 80


def overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o640)
    path.write_bytes(data)


def test_damage_is_named_file_by_file(copied: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    sha = copied.ledger.deliveries()[0].sha256
    lake = copied.lake.root / copied.ledger.lake_files()[0].path
    release = copied.releases.folder(1)
    overwrite(copied.archive.path(sha), b"x")
    lake.unlink()
    overwrite(release / "figures.json", b"[]")
    (release / "more.txt").write_text("x")
    copied.basis.path(copied.reference.suite_hash).unlink()

    found = verify(copied, rebuild=False)
    assert {(fault.part, fault.where) for fault in found.faults} == {
        ("archive", str(copied.archive.path(sha))),
        ("lake", str(lake)),
        ("release", str(release / "figures.json")),
        ("release", str(release / "more.txt")),
        ("basis", str(copied.basis.path(copied.reference.suite_hash))),
    }
    monkeypatch.setenv("ETL_DATA", str(copied.settings.data))
    told = CliRunner().invoke(app, ["verify", "--quick"])
    assert told.exit_code == 1
    assert f"{lake}: thiếu / missing" in told.stdout


def forged(copied: Stores) -> str:
    """Somebody changes a figure and the list of hashes with it."""
    folder = copied.releases.folder(1)
    text = (folder / "figures.csv").read_bytes().replace(b"published", b"official!")
    overwrite(folder / "figures.csv", text)
    sums = subprocess.run(
        "sha256sum $(grep -o '[^ ]*$' SHA256SUMS)", shell=True, cwd=folder, capture_output=True
    ).stdout
    overwrite(folder / "SHA256SUMS", sums)
    return "SHA256SUMS"


def rewritten(copied: Stores) -> str:
    """Somebody with the database's file changes what the log says."""
    with sqlite3.connect(copied.settings.data / "ledger.sqlite") as connection:
        connection.execute("DROP TRIGGER events_no_update")
        connection.execute("UPDATE events SET by_name = 'x' WHERE position = 1")
    return "event 1 was changed"


@pytest.mark.parametrize("fraud", [forged, rewritten])
def test_a_clever_change_is_found_by_the_ledger(copied: Stores, fraud: Callable[[Stores], str]) -> None:
    told = fraud(copied)
    assert any(told in f"{fault.where} {fault.what}" for fault in verify(copied, rebuild=False).faults)


def test_a_backup_brings_everything_back_and_is_the_same_bytes(messy_copy: Stores, tmp_path: Path) -> None:
    done = backup(messy_copy, tmp_path / "a.tar")
    again = backup(messy_copy, tmp_path / "b.tar")
    assert done.missing == ()
    assert done.file.read_bytes() == again.file.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.tar", "b.tar", "data"]

    settings = Settings.from_environment({"ETL_DATA": str(tmp_path / "new")}, ROOT)
    assert restore(settings, done.file) == done.files
    back = store_at(tmp_path / "new")
    assert verify(back).faults == ()
    assert bytes_of(back.releases.folder(1)) == bytes_of(messy_copy.releases.folder(1))
    assert back.ledger.events() == messy_copy.ledger.events()
    assert backup(back, tmp_path / "c.tar").file.read_bytes() == done.file.read_bytes()


def test_restoring_needs_an_empty_place_and_a_backup(copied: Stores, tmp_path: Path) -> None:
    done = backup(copied, tmp_path / "a.tar")
    with pytest.raises(StoreError, match="empty place"):
        restore(copied.settings, done.file)
    (tmp_path / "letter.tar").write_bytes(b"Dear Sir or Madam" * 100)
    with pytest.raises(StoreError, match="cannot be read"):
        restore(Settings.from_environment({"ETL_DATA": str(tmp_path / "new")}, ROOT), tmp_path / "letter.tar")


def test_a_backup_of_a_damaged_store_names_what_it_lacks(copied: Stores, tmp_path: Path) -> None:
    lost = copied.archive.path(copied.ledger.deliveries()[0].sha256)
    lost.unlink()
    assert backup(copied, tmp_path / "a.tar").missing == (str(lost),)


@pytest.mark.postgres
def test_a_backup_moves_a_ledger_from_sqlite_to_postgresql(plain: Night, tmp_path: Path, postgres_url: str) -> None:
    done = backup(plain.stores, tmp_path / "a.tar")
    settings = Settings.from_environment({"ETL_DATA": str(tmp_path / "new"), "ETL_DATABASE_URL": postgres_url}, ROOT)
    restore(settings, done.file)
    back = store_at(tmp_path / "new", ETL_DATABASE_URL=postgres_url)

    assert list(back.ledger.dump()) == list(plain.stores.ledger.dump())
    assert verify(back).faults == ()
    with pytest.raises(StoreError, match="empty ledger"):
        Ledger.restore(postgres_url, plain.stores.ledger.dump())
    sub = back.ledger.current()[0].submission
    withdraw(back, sub, by="Lan", reason="thử", at=AT)  # the counters go on where the backup ended
