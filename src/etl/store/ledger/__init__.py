"""The ledger: what arrived, what it is, what was found, what counts, and who did what, in one database.

values: what goes in and out · schema, migrations: the tables · connection: SQLite and PostgreSQL · recording,
rereading: a batch · standing, settling, withdrawing: which revision counts · deciding, publishing: what people say ·
chain: the audit log · queries, past: what it is asked, now and as it was · view, ledger: the door.
"""

from etl.store.ledger.ledger import Ledger
from etl.store.ledger.settling import CONFIRMED, SAME_RANK
from etl.store.ledger.values import (
    PUBLISHED,
    RECALLED,
    BatchRecord,
    CurrentSubmission,
    DeliveryRecord,
    EventRecord,
    FileOutcome,
    KnownLakeFile,
    LakeEntry,
    ReleaseRecord,
    Stamp,
    SubmissionRecord,
    batch_hash,
    reading_id,
)
from etl.store.ledger.view import View

__all__ = [
    "CONFIRMED",
    "PUBLISHED",
    "RECALLED",
    "SAME_RANK",
    "BatchRecord",
    "CurrentSubmission",
    "DeliveryRecord",
    "EventRecord",
    "FileOutcome",
    "KnownLakeFile",
    "LakeEntry",
    "Ledger",
    "ReleaseRecord",
    "Stamp",
    "SubmissionRecord",
    "View",
    "batch_hash",
    "reading_id",
]
