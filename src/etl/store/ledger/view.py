"""What the ledger can be asked: as it is now, as it was in one moment, as it was at a position of its log."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from sqlalchemy import Connection, Engine

from etl.model.decisions import Decision
from etl.model.findings import HOLD, Finding
from etl.model.submissions import Evidence, Layout, TypedTotal
from etl.store.ledger import chain, connection, deciding, dumping, few, past, queries
from etl.store.ledger.values import (
    CurrentSubmission,
    DeliveryRecord,
    EventRecord,
    KnownLakeFile,
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

    def submissions_named(self, names: Collection[str]) -> list[SubmissionRecord]:
        """Those of these ids, sorted as `submissions` sorts."""
        return [one for one in self.submissions() if one.submission in names]

    def submissions_of(self, sha256s: Collection[str]) -> list[SubmissionRecord]:
        """Those that came in files of these bytes, sorted as `submissions` sorts."""
        return [one for one in self.submissions() if one.sha256 in sha256s]

    def senders(self, names: Collection[str]) -> dict[str, set[tuple[str, str]]]:
        """File name → (unit, period) of each submission that its bytes gave; names of files that gave none are left out."""
        names_of = _names_of(self.deliveries())
        found: dict[str, set[tuple[str, str]]] = {}
        for one in self.submissions():
            for name in names_of[one.sha256] & set(names):
                found.setdefault(name, set()).add((one.unit, one.period))
        return found

    def names(self) -> dict[str, list[str]]:
        """The first name of bytes that came under several → every name, that one first."""
        found: dict[str, list[str]] = {}
        for delivery in sorted(self.deliveries(), key=lambda d: d.state == "duplicate"):
            found.setdefault(delivery.sha256, []).append(delivery.name)
        return {own[0]: own for own in found.values() if len(own) > 1}

    def findings_for(self, submissions: Collection[str]) -> list[Finding]:
        """The findings of these submissions, those that belong to none, and every hold; sorted as `findings` sorts."""
        return [f for f in self.findings() if f.submission is None or f.submission in submissions or f.severity == HOLD]

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

    def stamp(self, batch: str) -> Stamp | None:
        """What the readings of a batch rest on; None where it gave none."""
        with self._reading() as c:
            return queries.stamp(c, batch)

    def dump(self) -> Iterator[str]:
        """The whole ledger as lines of JSON, the same for the same ledger on every database."""
        with self._reading() as c:
            yield from dumping.dump(c)

    def leases(self, at: datetime) -> dict[str, str]:
        """The batches that somebody is working on, and who: batch → holder."""
        with self._reading() as c:
            return queries.leases(c, at)

    def events(self, after: int = 0, kinds: Collection[str] | None = None) -> list[EventRecord]:
        """The audit log after a position, in order. kinds: only events of these."""
        with self._reading() as c:
            return list(chain.all_events(c, after, kinds))

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


def _names_of(found: Iterable[DeliveryRecord]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for delivery in found:
        names[delivery.sha256].add(delivery.name)
    return names


class Present(View):
    """The ledger as it is now: asked for a few of many, it looks at these alone."""

    def submissions_named(self, names: Collection[str]) -> list[SubmissionRecord]:
        with self._reading() as c:
            return few.submissions_named(c, names)

    def submissions_of(self, sha256s: Collection[str]) -> list[SubmissionRecord]:
        with self._reading() as c:
            return few.submissions_of(c, sha256s)

    def senders(self, names: Collection[str]) -> dict[str, set[tuple[str, str]]]:
        with self._reading() as c:
            return few.senders(c, names)

    def names(self) -> dict[str, list[str]]:
        with self._reading() as c:
            return few.names(c)

    def findings_for(self, submissions: Collection[str]) -> list[Finding]:
        with self._reading() as c:
            return few.findings_for(c, submissions)

    def findings_of(self, sha256s: Collection[str]) -> list[Finding]:
        """Those of files with these bytes, under every name; sorted as `findings` sorts."""
        with self._reading() as c:
            return few.findings_of(c, sha256s)

    def deliveries_of(
        self, ids: Collection[str] = (), sha256s: Collection[str] = (), batches: Collection[str] = (),
        names: Collection[str] = (),
    ) -> list[DeliveryRecord]:  # fmt: skip
        """The files of these ids, of these bytes, of these batches and of these names, in the order of arrival."""
        with self._reading() as c:
            return few.deliveries_of(c, ids, sha256s, batches, names)

    def delivered(self, files: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of these (sha256, name) that were taken in."""
        with self._reading() as c:
            return few.delivered(c, files)

    def lake_paths(self) -> list[str]:
        """The path of every Parquet file that counts, sorted."""
        with self._reading() as c:
            return few.lake_paths(c)

    def hash_at(self, position: int) -> str | None:
        """The hash of one event, which covers all before it; None where there is no such event."""
        with self._reading() as c:
            return chain.hash_at(c, position)

    def last_event(self, after: int, *, but: str) -> EventRecord | None:
        """The last event after a position that is not of this kind."""
        with self._reading() as c:
            return chain.last_event(c, after, but)


class Snapshot(Present):
    """One consistent view: what others record meanwhile is not seen."""

    def __init__(self, c: Connection) -> None:
        self._connection = c

    def _reading(self) -> AbstractContextManager[Connection]:
        return nullcontext(self._connection)


class Past(View):
    """The ledger as it was at a position. What had happened by then never changes, so it needs no snapshot."""

    def __init__(self, engine: Engine, until: int) -> None:
        self._engine, self._until = engine, until

    def _reading(self) -> AbstractContextManager[Connection]:
        return connection.reading(self._engine)

    def position(self) -> int:
        return self._until

    def deliveries(self) -> list[DeliveryRecord]:
        with self._reading() as c:
            return past.all_deliveries(c, self._until)

    def submissions(self, form: str | None = None, periods: Collection[str] | None = None) -> list[SubmissionRecord]:
        with self._reading() as c:
            return past.all_submissions(c, self._until, form, periods)

    def current(
        self, form: str | None = None, periods: Collection[str] | None = None, superseded: bool = False
    ) -> list[CurrentSubmission]:
        with self._reading() as c:
            return past.current(c, self._until, form, periods, superseded)

    def findings(
        self, submission: str | None = None, severity: str | None = None, file: str | None = None
    ) -> list[Finding]:
        with self._reading() as c:
            return past.all_findings(c, self._until, submission, severity, file)

    def decisions(self, until: int | None = None) -> list[Decision]:
        return super().decisions(self._until if until is None else min(until, self._until))

    def events(self, after: int = 0, kinds: Collection[str] | None = None) -> list[EventRecord]:
        return [event for event in super().events(after, kinds) if event.position <= self._until]
