"""What goes into the ledger and what comes out: plain values, no row of a database."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from etl.model.submissions import Delivery, FileReading, Layout


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a reading rests on. knowledge: hash over the decisions, waivers and corrections that it heeded."""

    reference_hash: str
    suite_hash: str
    version: str
    knowledge: str = ""


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """A delivery and what its bytes gave. For bytes that are known already the reading may be empty."""

    delivery: Delivery
    reading: FileReading


class LakeEntry(Protocol):
    """A Parquet file as the lake describes it (`etl.store.lake.LakeFile`); size in bytes."""

    @property
    def table(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def rows(self) -> int: ...
    @property
    def size(self) -> int: ...


@dataclass(frozen=True, slots=True)
class KnownLakeFile:
    """A Parquet file that counts. `path` is relative to the lake's root; size in bytes."""

    table: str
    path: str
    sha256: str
    rows: int
    size: int
    batch: str


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """What recording a batch did, or had done already.

    new: files with bytes never seen; duplicate: known bytes under another name; repeated: same bytes, same name.
    states: submission → state, for every submission of these files. changed: the same for what this transaction
    changed, other files' submissions included (superseded, or back). position: of its event, None if nothing was new.
    """

    batch: str
    new: int
    duplicate: int
    repeated: int
    states: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, str] = field(default_factory=dict)
    position: int | None = None

    def count(self, state: str) -> int:
        """How many submissions of these files are in this state."""
        return Counter(self.states.values())[state]


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """A file as it arrived. state: recognised (gave submissions) | unrecognised (findings say why) | duplicate.

    sender, subject: of the e-mail that brought it, as that says.
    """

    id: str
    name: str
    sha256: str
    sender: str
    size: int
    received_at: datetime
    recorded_at: datetime
    batch: str
    state: str
    subject: str = ""

    @property
    def delivery(self) -> Delivery:
        """The file itself, without what became of it."""
        return Delivery(self.name, self.sha256, self.size, self.received_at, self.sender, self.subject)


@dataclass(frozen=True, slots=True)
class SubmissionRecord:
    """A submission and its current reading. received_at: the earliest delivery of its bytes; file: that file's name."""

    submission: str
    reading: str
    form: str
    unit: str
    period: str
    revision: int
    stated_revision: int
    state: str
    verdict: str
    nil: bool
    file: str
    sha256: str
    received_at: datetime
    signed: date | None
    content: str
    batch: str


@dataclass(frozen=True, slots=True)
class CurrentSubmission(SubmissionRecord):
    """A submission that counts. lake: table → path of the Parquet file; only rows with its `reading` are its own."""

    lake: Mapping[str, str] = field(default_factory=dict)
    layouts: Mapping[str, Layout] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One line of the audit log. `hash` covers the event and the hash before it."""

    position: int
    at: datetime
    kind: str
    by: str
    subject: str
    payload: Mapping[str, Any]
    previous: str
    hash: str

    def as_json(self) -> dict[str, Any]:
        """The documented shape of `etl log --json`."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return told | {"at": self.at.isoformat(), "payload": dict(self.payload)}


#: states of a release
PUBLISHED, RECALLED = "published", "recalled"


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """A numbered release. kind: provisional | official; state: published | recalled; ledger_position: what it saw."""

    number: int
    period: str
    report: str
    kind: str
    created_at: datetime
    folder: str
    reference_hash: str
    suite_hash: str
    version: str
    ledger_position: int
    figures_sha256: str
    state: str = PUBLISHED
    by: str = ""
    reason: str = ""


def batch_hash(sha256s: Iterable[str], stamp: Stamp) -> str:
    """The name of a batch: of its files' bytes and of what they are read with, so a retry has the same name."""
    parts = (stamp.reference_hash, stamp.suite_hash, stamp.version, stamp.knowledge, *sorted(set(sha256s)))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def reading_id(submission: str, batch: str) -> str:
    """The id of a submission's reading in a batch: the value of `_reading` in the lake.

    It names the batch: when two runs take in one file in different batches, the rows of the one that came second
    lie in a Parquet file that may count for its other submissions, and must not be counted twice.
    """
    return f"{submission}@{batch[:12]}"
