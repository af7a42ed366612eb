"""A ledger that the first version wrote goes up to today's tables with everything in it, and can be asked as it was."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from etl.store.ledger import Ledger, connection
from etl.store.ledger.connection import open_engine, reading, writing
from etl.store.ledger.schema import HEAD
from tests.unit.store.ledger.conftest import all_of

#: what version 0001 wrote: two batches, a decision, a recheck, a withdrawal, a release; a line a row
FIRST = Path(__file__).parent / "first-schema.jsonl"


@pytest.fixture
def first(url):
    """The URL of a ledger with the tables and rows of version 0001."""
    with writing(open_engine(url)) as c:
        config = Config()
        config.set_main_option("script_location", str(Path(connection.__file__).parent / "migrations"))
        config.attributes["connection"] = c
        command.upgrade(config, "0001")
        tables = sa.MetaData()
        tables.reflect(c)
        for line in map(json.loads, FIRST.read_text(encoding="utf-8").splitlines()):
            if isinstance(line, dict):
                table, columns = tables.tables[line["table"]], line["columns"]
                continue
            c.execute(
                table.insert().values({name: typed(table.c[name], v) for name, v in zip(columns, line, strict=True)})
            )
    return url


def typed(column: sa.Column, value: object) -> object:
    if isinstance(value, str) and isinstance(column.type, sa.DateTime):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and isinstance(column.type, sa.Date):
        return date.fromisoformat(value)
    return bool(value) if isinstance(column.type, sa.Boolean) else value


def test_it_goes_up_with_its_data_and_its_log_is_whole(first):
    ledger = Ledger.open(first)

    with reading(open_engine(first)) as c:
        assert c.scalar(sa.text("SELECT version_num FROM alembic_version")) == HEAD
    assert ledger.verify_chain() == []
    assert [e.kind for e in ledger.events()] == ["batch", "batch", "decide", "recheck", "withdraw", "release"]
    assert {s.submission: s.state for s in ledger.submissions()} == {
        "nv-106-2021-90e06ba3": "superseded",
        "nv-106-2021-e1184ff5": "accepted",
        "nv-107-2021-32f8acc9": "withdrawn",
        "sp-106-2021-90e06ba3": "accepted_with_warnings",
    }


def test_it_can_be_asked_as_it_was(first):
    ledger = Ledger.open(first)

    assert all_of(ledger.at(6)) == all_of(ledger)
    known: dict[str, str] = {}
    for event in ledger.events():
        known |= event.payload.get("states", {})
        assert {s.submission: s.state for s in ledger.at(event.position).submissions()} == known, event.kind
    assert [len(ledger.at(p).deliveries()) for p in (0, 1, 2)] == [0, 3, 5]
    assert [s.reading[-12:] for s in ledger.at(3).current("nv")] == ["6a441bfc3edd", "80d7246567a5"]


def test_it_goes_on(first, files):
    ledger = Ledger.open(first)
    files.record(ledger, files.outcome("e.xlsx", unit="107", minutes=9))

    assert [s.file for s in ledger.current() if s.unit == "107"] == ["e.xlsx"]
    assert all_of(ledger.at(ledger.position())) == all_of(ledger)
