"""Releases in the ledger: a number is given once, and what turned out wrong is recalled, never removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from etl.errors import ReleaseExists
from etl.store.ledger import chain, queries
from etl.store.ledger.rows import release_row
from etl.store.ledger.schema import releases
from etl.store.ledger.values import PUBLISHED, RECALLED, ReleaseRecord


def add(
    connection: Connection, release: ReleaseRecord, basis: Mapping[str, Any], place: Callable[[], object] | None
) -> int:
    """Record a release inside the caller's writing transaction; returns the position of its event.

    basis: what is needed to make and check it again, kept in its event. place: puts its folder where it belongs; it
    runs while no other run can write, so a number and its folder are never two runs' work. Raises ReleaseExists where
    the number is taken, or a release of the same report and period has seen more of the ledger than this one.
    """
    r = releases.c
    taken = connection.execute(select(releases).where(r.number == release.number)).first()
    ahead = (r.report == release.report) & (r.period == release.period) & (r.ledger_position > release.ledger_position)
    taken = taken or connection.execute(select(releases).where(ahead)).first()
    if taken is not None:
        raise ReleaseExists(taken.number, taken.folder)
    if place is not None:
        place()
    connection.execute(releases.insert().values(release_row(release)))
    payload = {key: value for key, value in release_row(release).items() if key != "created_at"}
    by = release.by or chain.PROGRAM
    return chain.append(connection, "release", by, str(release.number), payload | dict(basis), release.created_at)


def recall(connection: Connection, number: int, by: str, reason: str, at: datetime) -> bool:
    """Mark a release as wrong; False where it is recalled already. Raises UsageError for an unknown number."""
    if queries.release(connection, number).state == RECALLED:
        return False
    connection.execute(update(releases).where(releases.c.number == number).values(state=RECALLED))
    chain.append(connection, "recall", by, str(number), {"reason": reason, "was": PUBLISHED}, at)
    return True
