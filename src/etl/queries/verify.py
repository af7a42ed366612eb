"""Is everything that was kept still what it was, and does every release come out of it again? Damage is named, nothing mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from etl.consolidation.content import versions
from etl.errors import StoreError
from etl.model.out import InMemory
from etl.pipeline import Stores
from etl.remaking import published, remade
from etl.store.ledger import ReleaseRecord


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was. part: ledger | archive | basis | lake | release | rebuild."""

    part: str
    where: str
    what: str

    def as_json(self) -> dict[str, Any]:
        return {"part": self.part, "where": self.where, "what": self.what}


@dataclass(frozen=True)
class Verified:
    """How much was looked at, and what is wrong."""

    checked: dict[str, int]
    faults: tuple[Fault, ...]

    def as_json(self) -> dict[str, Any]:
        return {"checked": self.checked, "faults": [fault.as_json() for fault in self.faults]}

    def text(self) -> str:
        """A few lines: how much was looked at; each fault with its place."""
        words = {
            "events": "mục nhật ký / events", "archive": "tệp gốc / original files", "basis": "bộ tham chiếu / bases",
            "lake": "tệp dữ liệu / lake files", "releases": "bản công bố / releases", "rebuilt": "bản dựng lại / rebuilt",
        }  # fmt: skip
        lines = [", ".join(f"{count} {words[name]}" for name, count in self.checked.items())]
        lines += [f"HỎNG / DAMAGED  {fault.where}: {fault.what}" for fault in self.faults]
        if not self.faults:
            lines.append("Mọi thứ còn nguyên vẹn. / Everything is whole.")
        return "\n".join(lines)


def verify(stores: Stores, *, rebuild: bool = True) -> Verified:
    """Check the event chain, the hashes of archive, basis, lake and releases; and make every release again.

    rebuild: without it nothing is made again, which takes seconds instead of minutes.
    """
    checked: Counter[str] = Counter()
    faults = list(_kept(stores, checked))
    for record in stores.ledger.releases():
        faults += _release(stores, record, checked, rebuild)
    return Verified(dict(checked), tuple(faults))


def _kept(stores: Stores, checked: Counter[str]) -> Iterator[Fault]:
    checked["events"] = stores.ledger.position()
    yield from (Fault("ledger", "events", fault) for fault in stores.ledger.verify_chain())
    kept = sorted({delivery.sha256 for delivery in stores.ledger.deliveries()})
    for sha256, wrong in zip(kept, stores.archive.each(stores.archive.damage, kept), strict=True):
        checked["archive"] += 1
        if wrong is not None:
            yield Fault("archive", stores.archive.where(sha256), wrong)
    for wanted in sorted(_bases(stores)):
        checked["basis"] += 1
        try:
            stores.basis.files(wanted)
        except StoreError as error:
            yield Fault("basis", stores.basis.where(wanted), str(error))
    files = stores.ledger.lake_files()
    for file, wrong in zip(files, stores.lake.each(stores.lake.damage, files), strict=True):
        checked["lake"] += 1
        if wrong is not None:
            yield Fault("lake", stores.lake.where(file.path), wrong)


def _bases(stores: Stores) -> set[str]:
    """Every set of reference data and suites that a reading or a release rests on."""
    stamps = [stamp for f in stores.ledger.lake_files() if (stamp := stores.ledger.stamp(f.batch)) is not None]
    wanted = {hash_ for stamp in stamps for hash_ in (stamp.reference_hash, stamp.suite_hash)}
    return wanted | {h for r in stores.ledger.releases() for h in (r.reference_hash, r.suite_hash)}


def _release(stores: Stores, record: ReleaseRecord, checked: Counter[str], rebuild: bool) -> Iterator[Fault]:
    event = published(stores, record)
    checked["releases"] += 1
    for wrong in stores.releases.damage(record.number, event.payload.get("sums")):
        name, _, what = wrong.partition(": ")
        yield Fault("release", stores.releases.where(record.number, name), what)
    if rebuild:
        checked["rebuilt"] += 1
        yield from _rebuilt(stores, record)


def _rebuilt(stores: Stores, record: ReleaseRecord) -> Iterator[Fault]:
    try:
        again = remade(stores, record, InMemory(kept=()))
    except StoreError as error:
        yield Fault("rebuild", stores.releases.where(record.number), str(error))
        return
    if again.same:
        return
    here = versions()
    other = [
        f"{name} {then} → {here.get(name, '–')}" for name, then in again.versions.items() if here.get(name) != then
    ]
    why = f" ({', '.join(other)})" if other else ""
    for name, file in again.files.items():
        if stores.releases.differs(record.number, name, file.sha256):
            where = stores.releases.where(record.number, name)
            yield Fault("rebuild", where, f"dựng lại ra khác{why} / comes out otherwise when made again{why}")
