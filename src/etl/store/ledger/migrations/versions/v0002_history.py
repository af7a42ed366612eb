"""When each delivery, reading and finding began and ceased to hold: so that a release can be made again.

What the first tables know is carried over from the events: the batch that brought a delivery or a reading, the recheck
that put another reading in its place. Values that a recheck had overwritten before this migration are lost.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", _position())
    for column in (_position(), *_since_when(), *_as_read()):
        op.add_column("readings", column)
    op.add_column("findings", _position())
    op.add_column("findings", sa.Column("ended", sa.Integer))
    _what_was_read()
    _when()


def _position() -> sa.Column[Any]:
    """The event from which on it holds; 0 where that is not known: from the beginning."""
    return sa.Column("position", sa.Integer, nullable=False, server_default="0")


def _since_when() -> list[sa.Column[Any]]:
    """ended: the event that put another reading in its place; gone: the one at which the file no longer gave it."""
    return [sa.Column("ended", sa.Integer), sa.Column("gone", sa.Integer)]


def _as_read() -> list[sa.Column[Any]]:
    """What a reading says of its submission; the submission itself keeps the newest."""
    return [
        sa.Column("stated_revision", sa.Integer, nullable=False, server_default="0"),
        sa.Column("signed", sa.Date),
        sa.Column("content", sa.Text, nullable=False, server_default=""),
        sa.Column("nil", sa.Boolean, nullable=False, server_default=sa.false()),
    ]


def _what_was_read() -> None:
    names = ("stated_revision", "signed", "content", "nil")
    values = ", ".join(
        f"{name} = (SELECT s.{name} FROM submissions s WHERE s.id = readings.submission)" for name in names
    )
    op.execute(f"UPDATE readings SET {values}")


def _when() -> None:
    connection = op.get_bind()
    events = connection.execute(sa.text("SELECT position, kind, payload FROM events ORDER BY position")).all()
    for position, kind, text in events:
        payload = json.loads(text)
        if kind == "batch":
            _set("deliveries", "id", payload.get("deliveries", {}), position)
            _set("readings", "id", payload.get("readings", {}).values(), position)
        elif kind == "recheck" and "batch" in payload:
            connection.execute(
                sa.text("UPDATE readings SET position = :position WHERE batch = :batch"),
                {"position": position, "batch": payload["batch"]},
            )
    following = "n.submission = readings.submission AND n.number = readings.number + 1"
    op.execute(f"UPDATE readings SET ended = (SELECT n.position FROM readings n WHERE {following})")


def _set(table: str, column: str, values: Any, position: int) -> None:
    rows = [{"which": value, "position": position} for value in values]
    if rows:
        op.get_bind().execute(sa.text(f"UPDATE {table} SET position = :position WHERE {column} = :which"), rows)
