"""The ledger's tables, as the newest migration leaves them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)
from sqlalchemy.types import TypeEngine

from etl.model.clock import LOCAL_TIME
from etl.store.ledger.shapes import clean

#: the newest migration; a test holds it to the folder
HEAD = "0004"


class Moment(TypeDecorator[datetime]):
    """A moment with its zone: UTC text of one width on SQLite (so it sorts), timestamptz on PostgreSQL.

    Always read back in the office's time. A moment without a zone is refused.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs its time zone: {value!r}")
        return value if dialect.name == "postgresql" else moment_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(LOCAL_TIME)


class Words(TypeDecorator[str]):
    """Text from outside: a sender's file name or cell may hold what a database refuses, and must not stop a batch."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean(value)


def moment_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


metadata = MetaData()

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("name", Words, nullable=False),
    Column("sender", Words, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("batch", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("subject", Words, nullable=False, server_default=""),
    UniqueConstraint("sha256", "name", name="uq_deliveries_sha256_name"),
    Index("ix_deliveries_batch", "batch"),
    Index("ix_deliveries_name", "name"),
    Index("ix_deliveries_state", "state"),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", Words, primary_key=True),
    Column("delivery", Text, ForeignKey("deliveries.id"), nullable=False),
    Column("sha256", Text, nullable=False),
    Column("form", Words, nullable=False),
    Column("unit", Words, nullable=False),
    Column("period", Words, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("stated_revision", Integer, nullable=False),
    Column("signed", Date),
    Column("content", Text, nullable=False),
    Column("nil", Boolean, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    UniqueConstraint("form", "unit", "period", "revision", name="uq_submissions_revision"),
    Index("ix_submissions_sha256", "sha256"),
    Index("ix_submissions_state", "state"),
    Index("ix_submissions_period", "period", "form"),
)

readings = Table(
    "readings",
    metadata,
    Column("id", Words, primary_key=True),
    Column("submission", Words, ForeignKey("submissions.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("reference_hash", Text, nullable=False),
    Column("suite_hash", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("knowledge", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("sheets", Words, nullable=False),
    Column("layout", Words, nullable=False),
    Column("evidence", Words, nullable=False),
    Column("totals", Words, nullable=False),
    Column("row_counts", Words, nullable=False),
    # in force from this event on, up to `ended`; `gone`: from then on the file no longer gave it
    Column("position", Integer, nullable=False, server_default="0"),
    Column("ended", Integer),
    Column("gone", Integer),
    Column("stated_revision", Integer, nullable=False, server_default="0"),
    Column("signed", Date),
    Column("content", Text, nullable=False, server_default=""),
    Column("nil", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("submission", "number", name="uq_readings_number"),
    Index("ix_readings_batch", "batch"),
    # exactly one reading of a submission is the current one: only those, which the migration says and this does not, since
    # SQLAlchemy would load PostgreSQL's dialect and all its drivers for it, at every start
    Index("uq_readings_current", "submission", unique=True),
)

lake_files = Table(
    "lake_files",
    metadata,
    Column("path", Text, primary_key=True),
    Column("table_id", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    UniqueConstraint("batch", "table_id", name="uq_lake_files_batch_table"),
)

findings = Table(
    "findings",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("finding_id", Text, nullable=False),
    Column("reading", Words, ForeignKey("readings.id")),
    Column("delivery", Text, ForeignKey("deliveries.id")),
    Column("ordinal", Integer, nullable=False),
    Column("code", Words, nullable=False),
    Column("severity", Text, nullable=False),
    Column("message_vi", Words, nullable=False),
    Column("message_en", Words, nullable=False),
    Column("file", Words, nullable=False),
    Column("submission", Words),
    Column("form", Words),
    Column("unit", Words),
    Column("period", Words),
    Column("sheet", Words),
    Column("cell", Words),
    Column("value", Words),
    Column("expected", Words),
    Column("scope", Text),
    Column("proposal", Words),
    Column("decision", Words),
    # told from this event on, up to `ended`; findings of a reading hold as long as it does
    Column("position", Integer, nullable=False, server_default="0"),
    Column("ended", Integer),
    CheckConstraint("(reading IS NULL) <> (delivery IS NULL)", name="ck_findings_owner"),
    Index("ix_findings_finding_id", "finding_id"),
    Index("ix_findings_reading", "reading"),
    Index("ix_findings_delivery", "delivery"),
    Index("ix_findings_severity", "severity"),
    Index("ix_findings_submission", "submission"),
)

# What people decide, from the first day so that trace can replay a release; nothing in these is ever removed.
decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("finding_id", Text, nullable=False),
    Column("submission", Words),
    Column("case_key", Words, nullable=False),
    Column("finding", Words, nullable=False),
    Column("verb", Text, nullable=False),
    Column("argument", Words),
    Column("by_name", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("undoes", Integer, ForeignKey("decisions.id")),
    Column("position", Integer, ForeignKey("events.position"), nullable=False),
    Index("ix_decisions_finding_id", "finding_id"),
    Index("ix_decisions_case_key", "case_key"),
)

waivers = Table(
    "waivers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False),
    Column("form", Words),
    Column("unit", Words),
    Column("period", Words),
    Column("by_name", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("until", Moment),
    Column("ended_at", Moment),
    Column("position", Integer, ForeignKey("events.position"), nullable=False),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission", Words, ForeignKey("submissions.id"), nullable=False),
    Column("sheet", Words, nullable=False),
    Column("cell", Text, nullable=False),
    Column("before", Words),
    Column("after", Words),
    Column("by_name", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("position", Integer, ForeignKey("events.position"), nullable=False),
)

entities = Table(
    "entities",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Words, nullable=False),
    Column("merged_into", Text),
    Column("created_at", Moment, nullable=False),
    Column("position", Integer, ForeignKey("events.position"), nullable=False),
)

releases = Table(
    "releases",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("period", Words, nullable=False),
    Column("report", Words, nullable=False),
    Column("kind", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("folder", Words, nullable=False),
    Column("reference_hash", Text, nullable=False),
    Column("suite_hash", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("ledger_position", Integer, nullable=False),
    Column("figures_sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by_name", Words, nullable=False),
    Column("reason", Words, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("by_name", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("payload", Words, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_events_kind", "kind"),
)

leases = Table(
    "leases",
    metadata,
    Column("batch", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Moment, nullable=False),
)
