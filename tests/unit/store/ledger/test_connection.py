"""Opening the ledger: made where there is none, refused with reasons where it cannot be, quick where all is well."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from etl.errors import StoreError
from etl.store.ledger import Ledger, connection
from etl.store.ledger.connection import open_engine, reading, writing
from etl.store.ledger.schema import HEAD, metadata

MIGRATIONS = Path(connection.__file__).parent / "migrations"


def test_the_migrations_lead_to_the_tables_that_the_code_uses(ledger, url):
    with reading(open_engine(url)) as c:
        assert compare_metadata(MigrationContext.configure(c, opts={"compare_type": True}), metadata) == []


def test_the_head_is_the_newest_migration():
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def test_sqlite_waits_checks_and_survives_a_power_cut(tmp_path):
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    Ledger.open(url)
    with reading(open_engine(url)) as c:
        told = {p: c.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "busy_timeout", "foreign_keys")}
        assert told == {"journal_mode": "wal", "busy_timeout": 30_000, "foreign_keys": 1}
        assert c.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_ledger_of_a_newer_program_is_refused(ledger, url):
    with writing(open_engine(url)) as c:
        c.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"nâng cấp.*/ .*upgrade the program"):
        Ledger.open(url)


def test_a_file_that_is_no_ledger_is_refused_in_two_languages(tmp_path):
    (tmp_path / "ledger.sqlite").write_bytes(b"this is a workbook, not a database" * 100)
    with pytest.raises(StoreError, match=r"Không dùng được sổ cái.*/ .*cannot be used.*ledger\.sqlite"):
        Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite")


def test_a_place_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "data").write_text("a file, no folder")
    with pytest.raises(StoreError, match="Không dùng được sổ cái"):
        Ledger.open(f"sqlite:///{tmp_path}/data/ledger.sqlite")


@pytest.mark.parametrize("url", ["mysql://etl:secret@db/x", "ledger.sqlite", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_means_no_ledger_is_refused(url):
    with pytest.raises(StoreError) as told:
        Ledger.open(url)
    assert "secret" not in str(told.value)


def test_a_server_that_does_not_answer_is_told_without_the_password():
    with pytest.raises(StoreError, match=r"127\.0\.0\.1") as told:
        Ledger.open("postgresql://etl:secret@127.0.0.1:1/ledger")
    assert "secret" not in str(told.value)


def test_a_snapshot_does_not_see_what_is_recorded_meanwhile(ledger, files):
    with ledger.snapshot() as view:
        assert (view.position(), view.current()) == (0, [])
        files.record(ledger, files.outcome("a.xlsx"))
        assert (view.position(), view.current()) == (0, [])
    assert (ledger.position(), len(ledger.current())) == (1, 1)


def test_opening_a_ledger_that_is_up_to_date_loads_nothing_heavy(ledger, url):
    program = (
        "import sys\nfrom etl.store.ledger import Ledger\n"
        "Ledger.open(sys.argv[1]).submissions()\n"
        "print(sorted({'alembic', 'pyarrow', 'pandas', 'duckdb', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program, url], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_migration_never_looks_at_the_tables_of_today():
    for file in sorted((MIGRATIONS / "versions").glob("v*.py")):
        assert re.findall(r"^(?:from|import) etl.*", file.read_text(encoding="utf-8"), re.M) == []
