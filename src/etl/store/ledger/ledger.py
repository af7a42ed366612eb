"""The ledger: the truth about what counts. Values in, values out; each method is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, select

from etl.model.decisions import Decision
from etl.model.findings import Finding
from etl.store.ledger import chain, connection, deciding, dumping, publishing, recording, rereading, withdrawing
from etl.store.ledger.schema import leases
from etl.store.ledger.values import BatchRecord, FileOutcome, LakeEntry, ReleaseRecord, Stamp
from etl.store.ledger.view import Past, Present, Snapshot, View


class Ledger(Present):
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

    @classmethod
    def restore(cls, url: str, lines: Iterable[str]) -> Ledger:
        """A ledger made of what `dump` gave, on whichever database; brought up to date where it is older.

        Raises StoreError where there is a ledger with something in it already.
        """
        engine = connection.open_engine(url)
        with connection.writing(engine) as c:
            dumping.load(c, lines)
        return cls.open(url)

    @contextmanager
    def snapshot(self) -> Iterator[Present]:
        """One consistent view for several questions: what others record meanwhile is not seen."""
        with self._reading() as c:
            yield Snapshot(c)

    @contextmanager
    def exclusively(self) -> Iterator[Present]:
        """One view during which nobody else can record anything: for tidying up what no one is about to need."""
        with self._writing() as c:
            yield Snapshot(c)

    def at(self, position: int) -> View:
        """The ledger as it was when it had this many events: what counted then, what was told, what was decided."""
        return Past(self._engine, position)

    def record_batch(
        self,
        batch: str,
        outcomes: Sequence[FileOutcome],
        lake_files: Sequence[LakeEntry],
        at: datetime,
        stamp: Stamp,
        check: Callable[[], object] | None = None,
    ) -> BatchRecord:
        """Record all that a batch of files gave, in one transaction; what is known already stays as it is.

        batch: its name (`batch_hash`); rows in the lake bear `reading_id(submission, batch)`. The same bytes under
        another name are one delivery more; same bytes and name change nothing, so recording a batch again is harmless.
        check: runs first, while no other run can write; what it raises stops the recording.

        Raises StoreError where the database fails or a submission's id is taken; then nothing was recorded.
        """
        with self._writing() as c:
            if check is not None:
                check()
            return recording.record(c, batch, outcomes, lake_files, at, stamp)

    def reread(
        self,
        batch: str,
        outcomes: Sequence[FileOutcome],
        lake_files: Sequence[LakeEntry],
        at: datetime,
        stamp: Stamp,
        by: str,
        check: Callable[[], object] | None = None,
    ) -> Mapping[str, str]:
        """Record new readings of kept files in the place of the current ones; returns what changed: submission → state."""
        with self._writing() as c:
            if check is not None:
                check()
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
        with self._writing() as c:
            return withdrawing.withdraw(c, submission, by, reason, at)

    def reinstate(self, submission: str, by: str, reason: str, at: datetime) -> Mapping[str, str]:
        """Let a withdrawn submission take part again; returns what changed. Raises UsageError for an unknown one."""
        with self._writing() as c:
            return withdrawing.reinstate(c, submission, by, reason, at)

    def add_event(self, kind: str, by: str, subject: str, payload: Mapping[str, Any], at: datetime) -> int:
        """Append to the audit log; returns the position. payload: what JSON can hold."""
        with self._writing() as c:
            return chain.append(c, kind, by, subject, payload, at)

    def add_release(
        self,
        release: ReleaseRecord,
        basis: Mapping[str, Any] | None = None,
        place: Callable[[], object] | None = None,
    ) -> int:
        """Record a release; returns the position of its event.

        basis: what is needed to make and check it again. place: puts its folder where it belongs, while no other run can
        write. Raises ReleaseExists where the number is taken, or a release of this report has seen more of the ledger.
        """
        with self._writing() as c:
            return publishing.add(c, release, basis or {}, place)

    def recall(self, number: int, by: str, reason: str, at: datetime) -> bool:
        """Mark a release as wrong; False where it was already. Raises UsageError for an unknown number."""
        with self._writing() as c:
            return publishing.recall(c, number, by, reason, at)

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
