"""What was made is made again, to the same bytes: a release from archive and ledger, rows of the lake from the archive.

The ledger says what counted, and under which reference data each file was read; the basis has these by their hash; the
archive has the senders' bytes. The lake is a saving: where a file of it is lost, its senders' files are read anew.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import etl
from etl.consolidation.content import (
    files_of_release,
    previous_of,
    release_content,
    stages_of,
    with_previous,
    with_sources,
)
from etl.consolidation.figures import consolidated
from etl.consolidation.replay import Replay, base_of, unpacked
from etl.errors import StoreError
from etl.judging import gathered
from etl.model.decisions import Decision, in_force, knowledge_hash
from etl.model.out import InMemory, Out, Written
from etl.model.periods import parse_period
from etl.pipeline import Stores, isolated
from etl.store.draft import sums
from etl.store.lake import Lake
from etl.store.ledger import EventRecord, KnownLakeFile, ReleaseRecord, Stamp
from etl.store.reference.learnt import learnt


@dataclass(frozen=True)
class Remade:
    """A release made again. files: relative path → size and hash; lake: path → bytes of the lake's files that had to be too.

    wanted: the sha256 of the SHA256SUMS that it had when it was published. versions: what it was made with then.
    """

    record: ReleaseRecord
    files: Mapping[str, Written]
    lake: Mapping[str, bytes]
    wanted: str
    versions: Mapping[str, str]

    @property
    def same(self) -> bool:
        """Whether every byte is what was published."""
        return hashlib.sha256(sums(self.files)).hexdigest() == self.wanted


def replay(stores: Stores, record: ReleaseRecord) -> Replay:
    """A release's own view: the ledger at its position, the reference data that it rests on.

    Raises StoreError where what it rests on is lost.
    """
    view = stores.ledger.at(record.ledger_position)
    wanted = (record.reference_hash, record.suite_hash)
    base = stores.base if wanted == (stores.base.hash, stores.base.suite_hash) else base_of(stores.basis, *wanted)
    reference = learnt(base, in_force(view.decisions()))
    return Replay(reference.reports[record.report], parse_period(record.period), view, stores.lake, reference)


def remade(stores: Stores, record: ReleaseRecord, out: Out) -> Remade:
    """All files of a release, made from archive and ledger into `out`. Nothing in the stores is changed.

    Raises StoreError where the archive or the basis lacks what it rests on.
    """
    view, event = replay(stores, record), published(stores, record)
    needed = {path for one in view.view.current(superseded=True) for path in one.lake.values()}
    with _whole_lake(stores, needed) as (lake, again):
        done = consolidated(view.view, lake, view.reference, view.report, view.period, stores.settings.room)
        content = release_content(
            done, record.number, record.created_at, record.kind, record.version, record.by, record.reason,
            stages_of([event])[record.number],
        )  # fmt: skip
        content = with_sources(content, done, view.view, lake)
        previous = previous_of(stores.ledger.releases(), record.report, record.period, record.number)
        if previous is not None:
            content = with_previous(content, previous, _figures_of(stores, previous).splitlines())
        files_of_release(content, event.payload["versions"], out)
    return Remade(record, out.files, again, event.payload["sums"], event.payload["versions"])


def published(stores: Stores, record: ReleaseRecord) -> EventRecord:
    """The event by which a release came to be; `sums` and `versions` stand in it."""
    return next(e for e in stores.ledger.events(kinds=("release",)) if e.subject == str(record.number))


def _figures_of(stores: Stores, number: int) -> bytes:
    """figures.json of an earlier release: as it lies there, or made again where its folder is lost or damaged."""
    record = stores.ledger.release(number)
    if not stores.releases.damage(number, published(stores, record).payload["sums"]):
        return stores.releases.read(number, "figures.json")
    again = InMemory(kept={"figures.json"})
    remade(stores, record, again)
    return again.contents["figures.json"]


@contextmanager
def _whole_lake(stores: Stores, needed: Iterable[str]) -> Iterator[tuple[Lake, dict[str, bytes]]]:
    """A lake with these files: those that are sound, and those that are lost made again; and the latter's bytes."""
    known = {file.path: file for file in stores.ledger.lake_files()}
    looked_at = stores.lake.each(stores.lake.damage, (known[path] for path in sorted(needed)))
    lost = [known[path] for path, wrong in zip(sorted(needed), looked_at, strict=True) if wrong]
    again = rows_again(stores, lost) if lost else {}
    with tempfile.TemporaryDirectory(prefix="etl-lake-") as place:
        sound = stores.lake.local(path for path in needed if path not in again)
        for path in needed:
            target = Path(place) / path
            target.parent.mkdir(exist_ok=True)
            if path in again:
                target.write_bytes(again[path])
            else:
                target.symlink_to(sound[path])
        yield Lake(Path(place)), again


def rows_again(stores: Stores, files: Iterable[KnownLakeFile]) -> dict[str, bytes]:
    """Lake files made again from the archive: path → bytes, each with the hash that the ledger knows.

    Raises StoreError where they cannot be: another version of the program reads otherwise than the one of then.
    """
    found: dict[str, bytes] = {}
    wanted = {file.path: file for file in files}
    for batch in sorted({file.batch for file in wanted.values()}):
        found |= {path: data for path, data in _batch_again(stores, batch).items() if path in wanted}
    for path, file in wanted.items():
        if path not in found or hashlib.sha256(found[path]).hexdigest() != file.sha256:
            raise StoreError(
                f"Không dựng lại được tệp của hồ dữ liệu bằng phiên bản {etl.__version__}; hãy phục hồi từ bản sao lưu / "
                f"a file of the lake cannot be made again by version {etl.__version__}; restore it from a backup: {path}"
            )
    return found


def _batch_again(stores: Stores, batch: str) -> dict[str, bytes]:
    """Read a batch's files again, under what was known when it was recorded."""
    event = next(e for e in stores.ledger.events(kinds=("batch", "recheck")) if e.subject == batch)
    stamp = stores.ledger.stamp(batch)
    names = {delivery.id: delivery.name for delivery in stores.ledger.deliveries()}
    if stamp is None or not isinstance(event.payload.get("read"), dict):
        return {}
    items = [(names[delivery], sha256, batch[:12]) for sha256, delivery in sorted(event.payload["read"].items())]
    with tempfile.TemporaryDirectory(prefix="etl-again-") as place:
        reference, expectations = unpacked(stores.basis, stamp.reference_hash, stamp.suite_hash, Path(place))
        settings = replace(stores.settings, reference=reference, expectations=expectations)
        known = replace(stores.base, decided=_heeded(stores, event, stamp))
        files = isolated(settings, known, "etl.reader:read_one", items, archive=stores.archive)
    rows = gathered(reading for file in files for reading in file.readings)
    with tempfile.TemporaryDirectory(prefix="etl-lake-") as place:
        lake = Lake(Path(place))
        written = [lake.write(table, batch, part) for table, part in rows.items() if part.num_rows]
        return {file.path: (lake.root / file.path).read_bytes() for file in written}


def _heeded(stores: Stores, event: EventRecord, stamp: Stamp) -> dict[str, Decision]:
    """The decisions that a batch's readings heeded: of all that stood before it was recorded, those of the stamp's hash."""
    for position in range(event.position, -1, -1):
        decided = in_force(stores.ledger.decisions(position))
        if knowledge_hash(decided) == stamp.knowledge:
            return decided
    raise StoreError(
        f"Sổ cái không có các quyết định mà lô này đã theo / the ledger lacks the decisions that a batch heeded: {event.subject}"
    )
