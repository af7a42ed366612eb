"""Taking a submission back, and putting it in again: nothing is removed, what counts is worked out anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select, update

from etl.errors import UsageError
from etl.store.ledger import chain
from etl.store.ledger.schema import submissions
from etl.store.ledger.settling import settle


def withdraw(connection: Connection, submission: str, by: str, reason: str, at: datetime) -> Mapping[str, str]:
    """Take a submission back inside the caller's transaction; returns what changed: submission → state."""
    return _set(connection, submission, True, by, reason, at)


def reinstate(connection: Connection, submission: str, by: str, reason: str, at: datetime) -> Mapping[str, str]:
    """Let a submission that was taken back take part again; returns what changed: submission → state."""
    return _set(connection, submission, False, by, reason, at)


def _set(
    connection: Connection, submission: str, withdrawn: bool, by: str, reason: str, at: datetime
) -> Mapping[str, str]:
    s = submissions.c
    row = connection.execute(select(submissions).where(s.id == submission)).first()
    if row is None:
        raise UsageError(f"Không có bài nộp này / there is no such submission: {submission}")
    if row.withdrawn == withdrawn:
        return {}
    connection.execute(update(submissions).where(s.id == submission).values(withdrawn=withdrawn))
    changed = settle(connection, [(row.form, row.unit, row.period)])
    kind = "withdraw" if withdrawn else "reinstate"
    chain.append(connection, kind, by, submission, {"reason": reason, "states": changed}, at)
    return changed
