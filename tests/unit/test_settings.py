"""ETL_*: what is set is heeded, what is not has its place in the checkout, what is wrong is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from etl.errors import UsageError
from etl.settings import LOCAL_TIME, Settings, find_root
from etl.steps.consolidate.opened import connect

ROOT = Path("/srv/thống kê")


def test_without_any_variable_everything_lies_in_the_checkout():
    settings = Settings.from_environment({}, ROOT)
    assert (settings.data, settings.reference, settings.expectations) == (
        ROOT / "data",
        ROOT / "data" / "reference",
        ROOT / "expectations",
    )
    assert settings.database_url == f"sqlite:///{ROOT}/data/ledger.sqlite"
    assert (
        settings.inbox,
        settings.archive.root,
        settings.lake.root,
        settings.releases.root,
        settings.outbox,
    ) == tuple(ROOT / "data" / zone for zone in ("inbox", "archive", "lake", "releases", "outbox"))
    assert (settings.store, settings.engine) == (None, "processes")
    assert settings.workers >= 1


def test_an_empty_variable_is_an_unset_one():
    names = ("DATA", "REFERENCE", "EXPECTATIONS", "DATABASE_URL", "STORE", "ENGINE", "WORKERS", "MEMORY")
    empty = {f"ETL_{name}": "" for name in names}
    assert Settings.from_environment(empty, ROOT) == Settings.from_environment({}, ROOT)


def test_relative_paths_count_from_the_root_and_absolute_ones_stand():
    settings = Settings.from_environment({"ETL_DATA": "zones", "ETL_REFERENCE": "/opt/reference"}, ROOT)
    assert (settings.data, settings.reference) == (ROOT / "zones", Path("/opt/reference"))
    assert settings.database_url == f"sqlite:///{ROOT}/zones/ledger.sqlite"


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("sqlite:///ledgers/a.sqlite", "sqlite:////srv/thống kê/ledgers/a.sqlite"),
        ("sqlite:////var/lib/a.sqlite", "sqlite:////var/lib/a.sqlite"),
        ("postgresql://etl:secret@db/ledger", "postgresql://etl:secret@db/ledger"),
        ("postgresql+psycopg://db/ledger", "postgresql+psycopg://db/ledger"),
    ],
)
def test_a_database_is_a_file_or_a_postgresql_server(url, opened):
    assert Settings.from_environment({"ETL_DATABASE_URL": url}, ROOT).database_url == opened


def test_a_store_keeps_archive_and_lake_apart_from_the_rest():
    settings = Settings.from_environment({"ETL_STORE": "/mnt/store"}, ROOT)
    assert (settings.archive.root, settings.lake.root) == (Path("/mnt/store/archive"), Path("/mnt/store/lake"))
    assert settings.releases.root == ROOT / "data" / "releases"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ETL_WORKERS", "0"),
        ("ETL_WORKERS", "-2"),
        ("ETL_WORKERS", "two"),
        ("ETL_WORKERS", "２"),
        ("ETL_ENGINE", "threads"),
        *(("ETL_MEMORY", value) for value in ("2", "0%", "101%", "10MB", "-1", "2 potatoes", "1e3GB", "٢GiB")),
        ("ETL_DATABASE_URL", "mysql://etl:secret@db/ledger"),
        ("ETL_DATABASE_URL", "sqlite://"),
        ("ETL_DATABASE_URL", "sqlite:///:memory:"),
        ("ETL_DATABASE_URL", "ledger.sqlite"),
        ("ETL_STORE", "gs://bucket/etl"),
        ("ETL_STORE", "s3:///etl"),
        ("ETL_STORE", "s3://bucket/../other"),
        ("AWS_ENDPOINT_URL", "etl:secret@minio:9000"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_and_no_password_is_told(name, value):
    with pytest.raises(UsageError, match=name) as told:
        Settings.from_environment({name: value}, ROOT)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("memory", ["2GiB", "512 MB", "1.5gib", "25%", "64MiB"])
def test_duckdb_takes_every_memory_that_is_taken(memory, tmp_path):
    room = Settings.from_environment({"ETL_MEMORY": memory}, tmp_path).room
    assert room.memory == memory
    with connect(room) as connection:  # what it cannot use it would refuse here
        assert connection.execute("SELECT current_setting('memory_limit')").fetchall() != [("0 bytes",)]


def test_what_does_not_fit_into_memory_goes_to_the_cache(tmp_path):
    room = Settings.from_environment({}, tmp_path).room
    assert (room.memory, room.spill.parent) == ("25%", tmp_path / "data" / "cache")


def test_a_file_where_a_folder_is_needed_is_named(tmp_path):
    (tmp_path / "data").write_text("")
    with pytest.raises(UsageError, match="ETL_DATA"):
        Settings.from_environment({}, tmp_path)


def test_the_checkout_is_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (find_root() / "src" / "etl" / "settings.py").is_file()


def test_the_office_keeps_the_time_of_vietnam():
    assert str(LOCAL_TIME) == "Asia/Ho_Chi_Minh"


def test_importing_settings_loads_nothing_heavy():
    program = "import sys, etl.settings; print(sorted({'sqlalchemy', 'pyarrow', 'yaml', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_object_store_holds_archive_lake_and_releases_and_its_keys_may_lie_in_files(tmp_path):
    (tmp_path / "key").write_text("minio-etl\n")
    (tmp_path / "secret").write_text("rất-bí-mật\n")
    settings = Settings.from_environment(
        {
            "ETL_STORE": "s3://so-khcn/etl",
            "AWS_ENDPOINT_URL": "https://minio.laichau.gov.vn:9000",
            "AWS_ACCESS_KEY_ID_FILE": str(tmp_path / "key"),
            "AWS_SECRET_ACCESS_KEY_FILE": str(tmp_path / "secret"),
        },
        tmp_path,
    )
    places = (settings.archive, settings.lake, settings.releases)
    assert [place.where() for place in places] == [
        f"s3://so-khcn/etl/{zone}" for zone in ("archive", "lake", "releases")
    ]
    assert (settings.door.key, settings.door.secret) == ("minio-etl", "rất-bí-mật")
    assert "rất-bí-mật" not in f"{settings!r} {settings.archive!r}"
    assert settings.inbox == tmp_path / "data" / "inbox"
