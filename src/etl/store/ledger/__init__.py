"""The ledger: what arrived, what it is, what was found, what counts, and who did what, in one database.

values: what goes in and out · schema, migrations: the tables · connection: SQLite and PostgreSQL · recording: a batch ·
standing, settling: which revision counts · chain: the audit log · queries: what it is asked · ledger: the door.
"""

from etl.store.ledger.ledger import Ledger, View
from etl.store.ledger.values import (
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

__all__ = [
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
