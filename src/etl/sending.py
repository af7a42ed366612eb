"""A batch that is read on another machine: what is sent there, what is done there, what comes back and is recorded here.

Only whoever sends asks the ledger and writes to it, batch by batch in the order of one machine: so the same figures come
out of any number of machines, and a machine that dies has promised nothing. It sees archive and lake, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import etl
from etl.errors import StoreError, UsageError
from etl.judging import arrivals_of, compare_senders, judge
from etl.model.decisions import Decision
from etl.model.reference import Reference
from etl.model.submissions import Delivery, FileReading, Reading
from etl.pipeline import LEASE, Batch, Stores, accept, isolated, planned, written
from etl.settings import Settings
from etl.store.archive import Archive
from etl.store.holder import me
from etl.store.lake import Lake, LakeFile
from etl.store.ledger import BatchRecord, Stamp
from etl.store.reference import load_reference
from etl.store.reference.learnt import learnt

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Order:
    """What is sent: names and hashes, the decisions to heed, and under which reference data and program. No bytes, no keys."""

    batch: Batch
    fresh: tuple[Delivery, ...]
    decided: Mapping[str, Decision]
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back: all that was read and found but the rows, which lie in the lake; of them only how many."""

    files: tuple[FileReading, ...]
    lake_files: tuple[LakeFile, ...]


def orders(stores: Stores, batches: Sequence[Batch]) -> list[Order]:
    """An order for each batch; one with nothing fresh in it has nothing to be read. Each content is read once in all of them."""
    if stores.settings.store is None and stores.settings.scheduler:
        raise UsageError(
            "Nhiều máy cần một kho chung: đặt ETL_STORE=s3://… hoặc một thư mục mà máy nào cũng thấy / "
            "several machines need one store: set ETL_STORE=s3://… or a folder that each of them sees"
        )
    before: set[str] = set()
    found = []
    for batch in batches:
        named, fresh = planned(stores, batch, before)
        before |= {d.sha256 for d in fresh}
        found.append(Order(named, tuple(fresh), dict(stores.reference.decided), stores.stamp))
    return found


@contextmanager
def leased(stores: Stores, batches: Iterable[str], at: datetime) -> Iterator[None]:
    """While they are under way elsewhere nobody tidies up what they write. batches: their names."""
    names = list(batches)
    for name in names:
        stores.ledger.take_lease(name, me(), at + LEASE, at)
    try:
        yield
    finally:
        for name in names:
            stores.ledger.drop_lease(name, me())


def carried_out(settings: Settings, order: Order) -> Answer:
    """Read, recognise, normalise, derive, validate; the rows go to the lake. Run on the other machine.

    Raises StoreError where this machine has another version of the program or other reference data than the sender.
    """
    reference = learnt(_base(settings, order.stamp), order.decided)
    items = [(d.name, d.sha256, order.batch.name[:12]) for d in order.fresh]
    archive = Archive(settings.archive)
    found = isolated(settings, reference, "etl.reader:read_one", items, archive=archive)
    files = judge(reference, found, arrivals_of(order.batch.deliveries))
    compare_senders(reference, files, {d.sha256: d for d in order.fresh})
    lake_files = written(Lake(settings.lake), order.batch.name, files)
    return Answer(tuple(_without_rows(file) for file in files), tuple(lake_files))


def recorded(stores: Stores, order: Order, answer: Answer, at: datetime) -> BatchRecord:
    """One ledger transaction, as if the batch had been read here."""
    return accept(stores, order.batch, answer.files, at, answer.lake_files)


def _base(settings: Settings, wanted: Stamp) -> Reference:
    """The reference data of this machine; loaded again where it has changed since the last batch. Raises StoreError."""
    for again in (False, True):
        if again:
            _loaded.cache_clear()
        found = _loaded(settings.reference, settings.expectations)
        if (found.hash, found.suite_hash, etl.__version__) == (
            wanted.reference_hash,
            wanted.suite_hash,
            wanted.version,
        ):
            return found
    raise StoreError(
        f"Máy đọc có phiên bản hoặc dữ liệu tham chiếu khác máy gửi; hãy cập nhật cho giống nhau / this machine has another "
        f"version or other reference data than the sender; bring both to the same: etl {etl.__version__}, {settings.reference}"
    )


@lru_cache(maxsize=1)
def _loaded(reference: Path, expectations: Path) -> Reference:
    return load_reference(reference, expectations)


def _without_rows(file: FileReading) -> FileReading:
    return replace(file, readings=[_bare(reading) for reading in file.readings])


def _bare(reading: Reading) -> Reading:
    return replace(reading, rows={table: _as_many(rows.num_rows) for table, rows in reading.rows.items()})


def _as_many(rows: int) -> pa.Table:
    """A table that weighs nothing and has so many rows."""
    import pyarrow as pa

    return pa.table({"": pa.nulls(rows)})
