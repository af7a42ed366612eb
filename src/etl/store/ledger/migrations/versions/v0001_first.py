"""The first tables: deliveries, submissions, readings, findings, lake files, knowledge, releases, events, leases.

A migration is frozen: it names types and columns itself and never looks at `schema`.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: UTC text on SQLite, timestamptz on PostgreSQL
_MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    _events()
    _arrivals()
    _readings()
    _findings()
    _knowledge()
    _releases()
    _append_only()


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        _moment("at"),
        *_texts("kind by_name subject payload previous hash"),
    )
    op.create_table("leases", sa.Column("batch", sa.Text, primary_key=True), *_texts("holder"), _moment("until"))


def _arrivals() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text, primary_key=True),
        *_texts("sha256 name sender batch state"),
        sa.Column("size", sa.BigInteger, nullable=False),
        _moment("received_at"),
        _moment("recorded_at"),
        sa.UniqueConstraint("sha256", "name", name="uq_deliveries_sha256_name"),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("delivery", sa.Text, sa.ForeignKey("deliveries.id"), nullable=False),
        *_texts("sha256 form unit period content state"),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("stated_revision", sa.Integer, nullable=False),
        sa.Column("signed", sa.Date),
        sa.Column("nil", sa.Boolean, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        _moment("received_at"),
        sa.UniqueConstraint("form", "unit", "period", "revision", name="uq_submissions_revision"),
    )
    op.create_index("ix_submissions_sha256", "submissions", ["sha256"])
    op.create_index("ix_submissions_state", "submissions", ["state"])


def _readings() -> None:
    op.create_table(
        "readings",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("submission", sa.Text, sa.ForeignKey("submissions.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("current", sa.Boolean, nullable=False),
        *_texts("verdict batch reference_hash suite_hash version knowledge"),
        *_texts("sheets layout evidence totals row_counts"),
        _moment("created_at"),
        sa.UniqueConstraint("submission", "number", name="uq_readings_number"),
    )
    current = sa.text("current")
    op.create_index(
        "uq_readings_current", "readings", ["submission"], unique=True, sqlite_where=current, postgresql_where=current
    )
    op.create_table(
        "lake_files",
        sa.Column("path", sa.Text, primary_key=True),
        *_texts("table_id batch sha256"),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        _moment("recorded_at"),
        sa.UniqueConstraint("batch", "table_id", name="uq_lake_files_batch_table"),
    )


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("pk", sa.Integer, primary_key=True),
        sa.Column("reading", sa.Text, sa.ForeignKey("readings.id")),
        sa.Column("delivery", sa.Text, sa.ForeignKey("deliveries.id")),
        sa.Column("ordinal", sa.Integer, nullable=False),
        *_texts("finding_id code severity message_vi message_en file"),
        *_texts("submission form unit period sheet cell value expected scope proposal decision", nullable=True),
        sa.CheckConstraint("(reading IS NULL) <> (delivery IS NULL)", name="ck_findings_owner"),
    )
    for column in ("finding_id", "reading", "delivery"):
        op.create_index(f"ix_findings_{column}", "findings", [column])


def _knowledge() -> None:
    """What people decide. Each row names the event that brought it, so a release can be replayed at its position."""
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        *_texts("finding_id case_key finding verb by_name reason"),
        *_texts("submission argument", nullable=True),
        _moment("at"),
        sa.Column("undoes", sa.Integer, sa.ForeignKey("decisions.id")),
        _position(),
    )
    op.create_index("ix_decisions_finding_id", "decisions", ["finding_id"])
    op.create_index("ix_decisions_case_key", "decisions", ["case_key"])
    op.create_table(
        "waivers",
        sa.Column("id", sa.Integer, primary_key=True),
        *_texts("code by_name reason"),
        *_texts("form unit period", nullable=True),
        _moment("at"),
        _moment("until", nullable=True),
        _moment("ended_at", nullable=True),
        _position(),
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("submission", sa.Text, sa.ForeignKey("submissions.id"), nullable=False),
        *_texts("sheet cell by_name reason"),
        *_texts("before after", nullable=True),
        _moment("at"),
        _moment("ended_at", nullable=True),
        _position(),
    )
    op.create_table(
        "entities",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        *_texts("name"),
        *_texts("merged_into", nullable=True),
        _moment("created_at"),
        _position(),
    )


def _releases() -> None:
    op.create_table(
        "releases",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        *_texts("period report kind folder reference_hash suite_hash version figures_sha256 state by_name reason"),
        _moment("created_at"),
        sa.Column("ledger_position", sa.Integer, nullable=False),
    )


def _append_only() -> None:
    """The database itself refuses to change an event, or to forget an entity's id: neither is ever used again."""
    refused = {"events": ("UPDATE", "DELETE"), "entities": ("DELETE",)}
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION etl_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for table, verbs in refused.items():
        for verb in verbs:
            head = f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
            if op.get_bind().dialect.name == "postgresql":
                op.execute(f"{head} FOR EACH ROW EXECUTE FUNCTION etl_refuse()")
            else:
                op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")


def _texts(names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names.split()]


def _moment(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, _MOMENT, nullable=nullable)


def _position() -> sa.Column[Any]:
    return sa.Column("position", sa.Integer, sa.ForeignKey("events.position"), nullable=False)
