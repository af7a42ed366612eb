"""The ledger: the truth about what counts. Values in, values out; each method is one transaction."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, update

from etl.errors import ReleaseExists, UsageError
from etl.model.decisions import Decision
from etl.model.findings import Finding
from etl.model.submissions import Evidence, Layout, TypedTotal
from etl.store.ledger import chain, connection, deciding, queries, recording, rereading
from etl.store.ledger.rows import release_row
from etl.store.ledger.schema import leases, releases, submissions
from etl.store.ledger.settling import settle
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
)


class View(ABC):
    """What the ledger can be asked."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Connection]: ...

    def known(self, sha256s: Iterable[str]) -> set[str]:
        """Those of these bytes that were taken in; a batch is recorded whole or not at all, nothing is half known."""
        with self._reading() as c:
            return queries.known(c, sha256s)

    def deliveries(self) -> list[DeliveryRecord]:
        """Every file as it arrived, in the order of arrival."""
        with self._reading() as c:
            return queries.all_deliveries(c)

    def submissions(self, form: str | None = None, periods: Collection[str] | None = None) -> list[SubmissionRecord]:
        """Every submission whatever its state, sorted by form, unit, period and revision. periods: their codes."""
        with self._reading() as c:
            return queries.all_submissions(c, form, periods)

    def current(
        self, form: str | None = None, periods: Collection[str] | None = None, superseded: bool = False
    ) -> list[CurrentSubmission]:
        """The submissions that count, at most one for each form, unit and period; sorted by these.

        superseded: with those that counted until a later revision came, for what is still to be told about them.
        """
        with self._reading() as c:
            return queries.current(c, form, periods, superseded)

    def findings(
        self, submission: str | None = None, severity: str | None = None, file: str | None = None
    ) -> list[Finding]:
        """Findings of current readings and of deliveries, told under every name that their bytes came under."""
        with self._reading() as c:
            return queries.all_findings(c, submission, severity, file)

    def layout(self, reading: str) -> dict[str, Layout]:
        """Table → where its rows stand. Raises UsageError for an unknown reading."""
        with self._reading() as c:
            return queries.layout(c, reading)

    def evidence(self, reading: str) -> list[Evidence]:
        """Why the submission was taken for what it is. Raises UsageError for an unknown reading."""
        with self._reading() as c:
            return queries.evidence(c, reading)

    def totals(self, reading: str) -> list[TypedTotal]:
        """The totals that the sender typed. Raises UsageError for an unknown reading."""
        with self._reading() as c:
            return queries.totals(c, reading)

    def decisions(self, until: int | None = None) -> list[Decision]:
        """Every decision and undoing in order, up to a ledger position where one is given."""
        with self._reading() as c:
            return deciding.all_decisions(c, until)

    def lake_files(self) -> list[KnownLakeFile]:
        """Every Parquet file that counts, sorted by path."""
        with self._reading() as c:
            return queries.all_lake_files(c)

    def leased(self, at: datetime) -> set[str]:
        """The batches that somebody is working on."""
        with self._reading() as c:
            return queries.leased(c, at)

    def events(self, after: int = 0) -> list[EventRecord]:
        """The audit log after a position, in order."""
        with self._reading() as c:
            return list(chain.all_events(c, after))

    def position(self) -> int:
        """The position of the last event; 0 in an empty ledger."""
        with self._reading() as c:
            return chain.position(c)

    def verify_chain(self) -> list[str]:
        """What is wrong with the audit log, in two languages; empty when nobody has touched it."""
        with self._reading() as c:
            return chain.faults(c)

    def releases(self) -> list[ReleaseRecord]:
        """Every release, by number."""
        with self._reading() as c:
            return queries.all_releases(c)

    def release(self, number: int) -> ReleaseRecord:
        """One release. Raises UsageError where there is none of this number."""
        with self._reading() as c:
            return queries.release(c, number)

    def next_release_number(self) -> int:
        """1, 2, …: one more than the last. Two runs may be told the same; `add_release` takes only one of them."""
        return max((release.number for release in self.releases()), default=0) + 1


class _Snapshot(View):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _reading(self) -> AbstractContextManager[Connection]:
        return nullcontext(self._connection)


class Ledger(View):
    """The ledger in a database. It holds no connection between calls: safe to share with threads and forks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Ledger:
        """Open `sqlite:///file` or `postgresql://…`, made or brought up to date where needed.

        Raises StoreError where it cannot be opened, or was written by a newer version of the program.
        """
        engine = connection.open_engine(url)
        connection.upgrade(engine)
        return cls(engine)

    @contextmanager
    def snapshot(self) -> Iterator[View]:
        """One consistent view for several questions: what others record meanwhile is not seen."""
        with self._reading() as c:
            yield _Snapshot(c)

    def record_batch(
        self, batch: str, outcomes: Sequence[FileOutcome], lake_files: Sequence[LakeEntry], at: datetime, stamp: Stamp
    ) -> BatchRecord:
        """Record all that a batch of files gave, in one transaction; what is known already stays as it is.

        batch: its name (`batch_hash`); rows in the lake bear `reading_id(submission, batch)`. The same bytes under
        another name are one delivery more; same bytes and name change nothing, so recording a batch again is harmless.
        Raises StoreError where the database fails or a submission's id is taken; then nothing was recorded.
        """
        with self._writing() as c:
            return recording.record(c, batch, outcomes, lake_files, at, stamp)

    def reread(
        self,
        batch: str,
        outcomes: Sequence[FileOutcome],
        lake_files: Sequence[LakeEntry],
        at: datetime,
        stamp: Stamp,
        by: str,
    ) -> Mapping[str, str]:
        """Record new readings of kept files in the place of the current ones; returns what changed: submission → state."""
        with self._writing() as c:
            return rereading.reread(c, batch, outcomes, lake_files, at, stamp, by)

    def decide(
        self, holds: Sequence[Finding], verb: str, argument: str | None, by: str, reason: str, at: datetime
    ) -> list[Decision]:
        """Record a decision on each hold; one that stands already adds nothing. Returns those added."""
        with self._writing() as c:
            return deciding.add(c, holds, verb, argument, by, reason, at)

    def undo(self, decision: int, by: str, reason: str, at: datetime) -> Decision:
        """Take a decision back; returns it. Raises UsageError for what is not in force."""
        with self._writing() as c:
            return deciding.undo(c, decision, by, reason, at)

    def withdraw(self, submission: str, by: str, reason: str, at: datetime) -> Mapping[str, str]:
        """Take a submission back; the one before it counts again. Returns what changed: submission → state.

        Withdrawn twice is withdrawn once. Raises UsageError for an unknown submission.
        """
        s = submissions.c
        with self._writing() as c:
            row = c.execute(select(submissions).where(s.id == submission)).first()
            if row is None:
                raise UsageError(f"Không có bài nộp này / there is no such submission: {submission}")
            if row.withdrawn:
                return {}
            c.execute(update(submissions).where(s.id == submission).values(withdrawn=True))
            changed = settle(c, [(row.form, row.unit, row.period)])
            chain.append(c, "withdraw", by, submission, {"reason": reason, "states": changed}, at)
            return changed

    def add_event(self, kind: str, by: str, subject: str, payload: Mapping[str, Any], at: datetime) -> int:
        """Append to the audit log; returns the position. payload: what JSON can hold."""
        with self._writing() as c:
            return chain.append(c, kind, by, subject, payload, at)

    def add_release(self, release: ReleaseRecord) -> int:
        """Record a release; returns the position of its event. Raises ReleaseExists where the number is taken."""
        with self._writing() as c:
            taken = c.execute(select(releases).where(releases.c.number == release.number)).first()
            if taken is not None:
                raise ReleaseExists(release.number, taken.folder)
            c.execute(releases.insert().values(release_row(release)))
            payload = {key: value for key, value in release_row(release).items() if key != "created_at"}
            by = release.by or chain.PROGRAM
            return chain.append(c, "release", by, str(release.number), payload, release.created_at)

    def take_lease(self, batch: str, holder: str, until: datetime, at: datetime) -> bool:
        """Say that a batch is being worked on. False where another holder's lease still runs at `at`.

        Leases are no knowledge: they leave no event, and recording the batch ends its lease.
        """
        with self._writing() as c:
            held = c.execute(select(leases).where(leases.c.batch == batch)).first()
            if held is not None and held.holder != holder and held.until > at:
                return False
            c.execute(delete(leases).where(leases.c.batch == batch))
            c.execute(leases.insert().values(batch=batch, holder=holder, until=until))
            return True

    def drop_lease(self, batch: str, holder: str) -> None:
        """Give a lease back before it runs out; another holder's is left alone."""
        with self._writing() as c:
            c.execute(delete(leases).where((leases.c.batch == batch) & (leases.c.holder == holder)))

    def _reading(self) -> AbstractContextManager[Connection]:
        return connection.reading(self._engine)

    def _writing(self) -> AbstractContextManager[Connection]:
        return connection.writing(self._engine)
