"""The audit log is only ever appended, and whoever changes it all the same is found out."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from etl.errors import StoreError
from etl.store.ledger.connection import open_engine, writing

TRIGGERS = ("events_no_update", "events_no_delete")


@pytest.fixture
def told(ledger, files):
    for number in range(5):
        ledger.add_event("note", "Nguyễn Thị Lan", f"s{number}", {"số": number, "by": "Lan"}, files.at(number))
    return ledger


def change(url, statement, triggers=()):
    """What somebody with the database's password could do."""
    with writing(open_engine(url)) as connection:
        for trigger in triggers:
            on = " ON events" if connection.dialect.name == "postgresql" else ""
            connection.execute(sa.text(f"DROP TRIGGER {trigger}{on}"))
        connection.execute(sa.text(statement))


def test_events_come_back_in_order_with_what_was_said(told, files):
    events = told.events()
    assert [(e.position, e.at, e.kind, e.by, e.subject, e.payload) for e in events] == [
        (n + 1, files.at(n), "note", "Nguyễn Thị Lan", f"s{n}", {"số": n, "by": "Lan"}) for n in range(5)
    ]
    assert [e.previous for e in events] == ["", *[e.hash for e in events[:-1]]]
    assert [e.position for e in told.events(after=3)] == [4, 5]
    assert (told.position(), told.verify_chain()) == (5, [])


@pytest.mark.parametrize("statement", ["UPDATE events SET by_name = 'x'", "DELETE FROM events"])
def test_the_database_itself_refuses_to_change_an_event(told, url, statement):
    with pytest.raises(StoreError, match="append-only"):
        change(url, statement)
    assert told.verify_chain() == []


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE events SET by_name = 'Trần Văn A' WHERE position = 3", "event 3 was changed"),
        ("UPDATE events SET payload = '{}' WHERE position = 1", "event 1 was changed"),
        ("DELETE FROM events WHERE position = 2", "lacks event 2"),
        ("UPDATE events SET hash = 'f' WHERE position = 4", "event 5 does not continue"),
        ("DELETE FROM events WHERE position = 5", "release 1 had seen event 5"),
    ],
)
def test_a_changed_removed_or_cut_log_is_told(told, url, release, statement, fault):
    told.add_release(release(1, ledger_position=5))
    change(url, "DELETE FROM events WHERE position = 6", TRIGGERS)  # the release's own event, which no one has seen yet
    assert told.verify_chain() == []
    change(url, statement)
    assert any(fault in line for line in told.verify_chain())
