"""The audit log: events that are only ever appended, each with a hash over itself and the hash before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from etl.store.ledger.schema import events, moment_text, releases
from etl.store.ledger.shapes import clean, to_json
from etl.store.ledger.values import EventRecord

#: who acts where no person does
PROGRAM = "etl"


def append(connection: Connection, kind: str, by: str, subject: str, payload: Mapping[str, Any], at: datetime) -> int:
    """Add an event inside the caller's writing transaction; returns its position (1, 2, … without a gap)."""
    last = connection.execute(select(events).order_by(events.c.position.desc()).limit(1)).first()
    position, previous = (last.position + 1, last.hash) if last else (1, "")
    by, subject, text = clean(by), clean(subject), clean(to_json(payload))
    digest = _digest(position, at, kind, by, subject, text, previous)
    event = {"position": position, "at": at, "kind": kind, "by_name": by, "subject": subject, "payload": text}
    connection.execute(events.insert().values(event | {"previous": previous, "hash": digest}))
    return position


def position(connection: Connection) -> int:
    """The position of the last event; 0 in an empty ledger."""
    return connection.scalar(select(func.max(events.c.position))) or 0


def all_events(connection: Connection, after: int = 0, kinds: Collection[str] | None = None) -> Iterator[EventRecord]:
    """The events after a position, in order. kinds: only events of these."""
    query = select(events).where(events.c.position > after).order_by(events.c.position)
    if kinds is not None:
        query = query.where(events.c.kind.in_(sorted(kinds)))
    for row in connection.execute(query):
        yield _event(row)


def hash_at(connection: Connection, position: int) -> str | None:
    """The hash of one event, which covers all before it; None where there is no such event."""
    return connection.scalar(select(events.c.hash).where(events.c.position == position))


def last_event(connection: Connection, after: int, but: str) -> EventRecord | None:
    """The last event after a position that is not of this kind."""
    e = events.c
    query = select(events).where(e.position > after, e.kind != but).order_by(e.position.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _event(row)


def faults(connection: Connection) -> list[str]:
    """What is wrong with the chain, in two languages; nothing for a chain that nobody has touched."""
    found: list[str] = []
    expected, previous = 1, ""
    for row in connection.execute(select(events).order_by(events.c.position)):
        if row.position != expected:
            found.append(f"Nhật ký thiếu mục {expected} / the log lacks event {expected}: {row.position} follows")
        if row.previous != previous:
            found.append(
                f"Mục {row.position} không nối với mục trước / event {row.position} does not continue the chain"
            )
        if row.hash != _digest(row.position, row.at, row.kind, row.by_name, row.subject, row.payload, row.previous):
            found.append(f"Mục {row.position} đã bị sửa / event {row.position} was changed after it was written")
        expected, previous = row.position + 1, row.hash
    for number, seen in connection.execute(select(releases.c.number, releases.c.ledger_position).order_by("number")):
        if seen >= expected:
            found.append(
                f"Nhật ký bị cắt: bản công bố {number} đã thấy mục {seen} / "
                f"the log was cut: release {number} had seen event {seen}"
            )
    return found


def _digest(position: int, at: datetime, kind: str, by: str, subject: str, payload: str, previous: str) -> str:
    parts = [position, moment_text(at), kind, by, subject, payload, previous]
    return hashlib.sha256(to_json(parts).encode()).hexdigest()


def _event(row: Row[Any]) -> EventRecord:
    payload = json.loads(row.payload)
    return EventRecord(row.position, row.at, row.kind, row.by_name, row.subject, payload, row.previous, row.hash)
