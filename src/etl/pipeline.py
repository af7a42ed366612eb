"""The way of the data: receive, read, recognise, normalise, derive, validate, accept, consolidate; then `releasing`.

Every function here is one stage, in the order in which the data passes them. Whoever runs them (the command line,
a Prefect flow, a Dask worker) says where things lie (`Stores`) and what time it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import etl
from etl.collector import collecting_later
from etl.judging import arrivals_of, compare_senders, gathered, judge
from etl.kept import kept_workers
from etl.model.decisions import in_force, knowledge_hash
from etl.model.findings import Finding
from etl.model.periods import Period
from etl.model.reference import Reference, Report
from etl.model.releases import StatusRow
from etl.model.submissions import Delivery, FileReading
from etl.settings import Settings
from etl.steps.isolate import Died, Workers
from etl.store.archive import Archive
from etl.store.basis import Basis
from etl.store.holder import is_gone, me
from etl.store.inbox import arrived, is_copy
from etl.store.lake import Lake, LakeFile
from etl.store.ledger import BatchRecord, FileOutcome, Ledger, Stamp, View, batch_hash
from etl.store.reference import load_reference
from etl.store.reference.learnt import learnt
from etl.store.releases import Releases
from etl.store.seen import Seen
from etl.store.spill import sweep_spilt

if TYPE_CHECKING:
    from etl.consolidation.figures import Consolidated

#: files a batch: enough that one GX call for each table pays, few enough that memory does not grow with the night
BATCH_FILES = 400

#: how long a batch's unfinished files are left alone, should its machine vanish: longer than any night
LEASE = timedelta(hours=12)


@dataclass(frozen=True)
class Stores:
    """Where everything lies, opened. base: the reference data as it lies there; reference: with what was decided since."""

    settings: Settings
    reference: Reference
    archive: Archive
    ledger: Ledger
    lake: Lake
    releases: Releases
    basis: Basis
    base: Reference

    @property
    def stamp(self) -> Stamp:
        return Stamp(
            self.reference.hash, self.reference.suite_hash, etl.__version__, knowledge_hash(self.reference.decided)
        )


def open_stores(settings: Settings) -> Stores:
    """Load and check the reference data with what was decided since, open archive, ledger, lake and releases."""
    base = load_reference(settings.reference, settings.expectations)
    settings.data.mkdir(parents=True, exist_ok=True)
    ledger = Ledger.open(settings.database_url)
    reference = learnt(base, in_force(ledger.decisions()))
    return Stores(
        settings, reference, Archive(settings.archive), ledger, Lake(settings.lake), Releases(settings.releases),
        Basis(settings.archive.below("basis")), base,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """Up to BATCH_FILES deliveries that are read, validated and recorded together; a picklable value."""

    name: str
    deliveries: tuple[Delivery, ...]


# receive ----------------------------------------------------------------------------------------------------------


def receive(stores: Stores, paths: Sequence[Path], at: datetime) -> list[Batch]:
    """Files → bytes under their sha256 in the archive, and batches of what is not known yet. The inbox is never touched.

    A file that is still being written (it changes while it is read) waits for the next time. In the inbox itself files that
    were taken in and are still the same are not read again (`etl.store.seen`): they are in no batch.
    """
    from etl.mail.letters import mail_beside

    tidy(stores, at)
    inbox = stores.settings.inbox
    seen = Seen(stores.settings.cache / "inbox.json", stores.ledger, at) if inbox in paths else None

    def kept(found: tuple[Path, str, bytes]) -> Delivery:
        path, name, data = found
        mail = mail_beside(path if path.is_file() else path / name)
        sender, subject = (mail.sender, mail.subject) if mail else ("", "")
        return Delivery(name, stores.archive.put(data), len(data), at, sender, subject)

    found = ((path, name, data) for path in paths for name, data in arrived([path], seen if path == inbox else None))
    deliveries = list(stores.archive.each(kept, found))
    if seen:
        seen.keep()
    deliveries.sort(key=lambda d: (is_copy(d.name), d.name, d.sha256))
    return [
        Batch(batch_hash((d.sha256 for d in part), stores.stamp), tuple(part))
        for part in (deliveries[i : i + BATCH_FILES] for i in range(0, len(deliveries), BATCH_FILES))
    ]


def tidy(stores: Stores, at: datetime) -> None:
    """Take away what killed runs left behind: unfinished files, leases of processes that are gone, rows that never counted."""
    for store in (stores.archive, stores.lake, stores.releases, stores.basis):
        store.sweep()
    sweep_spilt(stores.settings.cache)
    for batch, holder in stores.ledger.leases(at).items():
        if is_gone(holder):
            stores.ledger.drop_lease(batch, holder)
    if stores.lake.orphans(stores.ledger.lake_paths()):
        with stores.ledger.exclusively() as view:  # nobody records meanwhile
            leased = view.leases(at)
            for path in stores.lake.orphans(view.lake_paths()):
                if Path(path).stem not in leased:
                    stores.lake.remove(path)


def take_in(stores: Stores, batch: Batch, at: datetime, read_one: Callable[[], None] | None = None) -> BatchRecord:
    """One batch through read … accept. Bytes that the ledger knows are not read again.

    What is written is named by what is read, so that two runs on the same files write the same. read_one: called after
    each file that was read, for whoever watches.
    """
    batch, fresh = planned(stores, batch)
    if not fresh:
        return accept(stores, batch, [], at)
    stores.ledger.take_lease(batch.name, me(), at + LEASE, at)
    try:
        found = read(stores, fresh, batch.name, read_one)
        files = judge(stores.reference, found, arrivals_of(batch.deliveries))
        compare_senders(stores.reference, files, {d.sha256: d for d in fresh})
        return accept(stores, batch, files, at)
    finally:
        stores.ledger.drop_lease(batch.name, me())


def planned(stores: Stores, batch: Batch, before: Collection[str] = ()) -> tuple[Batch, list[Delivery]]:
    """The batch, named by what of it is to be read, and that: each content once that the ledger does not know.

    before: sha256 of what earlier batches of the same run read and have not recorded yet.
    """
    known = {*before, *stores.ledger.known({d.sha256 for d in batch.deliveries})}
    fresh = {d.sha256: d for d in reversed(batch.deliveries) if d.sha256 not in known}
    if not fresh:
        return batch, []
    return replace(batch, name=batch_hash(fresh, stores.stamp)), list(fresh.values())[::-1]


# read, recognise, normalise ---------------------------------------------------------------------------------------


def read(
    stores: Stores, deliveries: Sequence[Delivery], batch: str, read_one: Callable[[], None] | None = None
) -> list[FileReading]:
    """Read, recognise and normalise each file in a worker process that may die; meanwhile the validator warms up."""
    import threading

    from etl.steps.validate import warm_up

    if not deliveries:
        return []
    warming = threading.Thread(target=warm_up, daemon=True)
    warming.start()
    items = [(d.name, d.sha256, batch[:12]) for d in deliveries]
    found = isolated(stores.settings, stores.reference, "etl.reader:read_one", items, read_one, stores.archive)
    warming.join()
    return found


def isolated(
    settings: Settings,
    reference: Reference,
    function: str,
    items: Sequence[tuple[Any, ...]],
    read_one: Callable[[], None] | None = None,
    archive: Archive | None = None,
) -> list[FileReading]:
    """Run a reader's function over (name, sha256, …) in workers; a file whose worker died is told, not lost.

    archive: where it finds the bytes; without one they are part of the item. A worker sees a folder, never an object store.
    """
    from etl.reader import died

    knowing, setup = (reference.hash, reference.suite_hash), "etl.reader:prepare"
    with archive.lent(item[1] for item in items) if archive else nullcontext(Path()) as lent:
        places = (str(settings.reference), str(settings.expectations), str(lent), dict(reference.decided))
        with kept_workers(function, count=settings.workers, setup=setup, setup_args=places, knowing=knowing) as workers:
            results = _explained(str(lent), items, list(_counted(workers.map(items), read_one)))
    return [
        died(reference, item[0], item[1], result) if isinstance(result, Died) else result
        for item, result in zip(items, results, strict=True)
    ]


def _counted(results: Iterator[Any], read_one: Callable[[], None] | None) -> Iterator[Any]:
    for result in results:
        yield result
        if read_one is not None:
            read_one()


def _explained(archive: str, items: Sequence[tuple[Any, ...]], results: list[Any]) -> list[Any]:
    """Where a reader broke down, look for the usual cause in another worker: a sheet that spans too many cells."""
    broken = [i for i, result in enumerate(results) if isinstance(result, Died) and result.reason == "crash"]
    place = (archive,)
    with Workers("etl.reader:spans_too_much", count=1, setup="etl.reader:open_archive", setup_args=place) as workers:
        for i, spans in zip(broken, workers.map([items[i] for i in broken]), strict=True):
            if spans is True:
                results[i] = Died("span")
    return results


# accept -----------------------------------------------------------------------------------------------------------


def accept(
    stores: Stores,
    batch: Batch,
    files: Sequence[FileReading],
    at: datetime,
    lake_files: Sequence[LakeFile] | None = None,
) -> BatchRecord:
    """Rows → one Parquet a table, then one ledger transaction: only then do they count. lake_files: those written already."""
    keep_basis(stores, stores.reference)
    if lake_files is None:
        lake_files = written(stores.lake, batch.name, files)
    by_sha = {file.sha256: file for file in files}
    outcomes = []
    for delivery in batch.deliveries:
        found = by_sha.pop(delivery.sha256, None) or FileReading(delivery.name, delivery.sha256)
        outcomes.append(FileOutcome(delivery, found))
    check = partial(stores.lake.require, lake_files)
    return stores.ledger.record_batch(batch.name, outcomes, lake_files, at, stores.stamp, check)


def written(lake: Lake, batch: str, files: Sequence[FileReading]) -> list[LakeFile]:
    """The rows of a batch as one Parquet a table."""
    rows = gathered(reading for file in files for reading in file.readings)
    return [lake.write(table, batch, part) for table, part in rows.items() if part.num_rows]


def reread(stores: Stores, deliveries: Sequence[Delivery], at: datetime, by: str) -> Mapping[str, str]:
    """Kept files through read … accept again: new readings under what is known now, never new revisions."""
    changed: dict[str, str] = {}
    for start in range(0, len(deliveries), BATCH_FILES):
        part = deliveries[start : start + BATCH_FILES]
        name = batch_hash([*(d.sha256 for d in part), f"reread {stores.ledger.position()}"], stores.stamp)
        files = judge(stores.reference, read(stores, part, name), arrivals_of(part))
        compare_senders(stores.reference, files, {d.sha256: d for d in part})
        keep_basis(stores, stores.reference)
        lake_files = written(stores.lake, name, files)
        outcomes = [FileOutcome(d, file) for d, file in zip(part, files, strict=True)]
        check = partial(stores.lake.require, lake_files)
        changed |= stores.ledger.reread(name, outcomes, lake_files, at, stores.stamp, by, check)
    return changed


# consolidate ------------------------------------------------------------------------------------------------------


def consolidate(stores: Stores, report: Report, period: Period) -> Consolidated:
    """All rows that count → the report's figures. Rules over other units and periods run here and never reject.

    One moment of the ledger: what others record meanwhile is not seen, and what was decided since the start is heeded.
    """
    from etl.consolidation.figures import consolidated

    with stores.ledger.snapshot() as view, collecting_later():
        reference = heeding(stores, view).reference
        return consolidated(view, stores.lake, reference, report, period, stores.settings.room)


def heeding(stores: Stores, view: View) -> Stores:
    """The same stores, knowing what had been decided in this view of the ledger."""
    return replace(stores, reference=learnt(stores.base, in_force(view.decisions())))


def standing_findings(stores: Stores) -> list[Finding]:
    """What is true of the kept files together: pairs that wait, where the register overrules, the same bytes twice."""
    from etl.consolidation.figures import standing_findings as told

    with stores.ledger.snapshot() as view:
        return told(view, stores.lake, stores.reference)


def status_of(stores: Stores, periods: Iterable[Period]) -> list[StatusRow]:
    """What became of each expected (unit, form, period) inside the periods."""
    from etl.consolidation.reported import status_of as rows_of

    with stores.ledger.snapshot() as view:
        return rows_of(view, stores.reference, periods)


def keep_basis(stores: Stores, reference: Reference) -> None:
    """Keep the reference data and suites that are about to be used: what rests on them can be made again."""
    stores.basis.keep(reference.hash, stores.settings.reference)
    stores.basis.keep(reference.suite_hash, stores.settings.expectations)
