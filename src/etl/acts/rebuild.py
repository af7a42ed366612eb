"""Make a release again from archive and ledger: to prove it, to have it elsewhere, or to put back what was damaged."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from etl.errors import StoreError
from etl.model.out import InMemory
from etl.pipeline import Stores
from etl.remaking import Remade, published, remade
from etl.store.draft import SUMS, Draft
from etl.store.ledger import ReleaseRecord


@dataclass(frozen=True)
class Rebuilt:
    """What became of it. same: every byte is what was published; differs: the files that are not; mended: put back."""

    number: int
    folder: str
    same: bool
    differs: tuple[str, ...]
    mended: tuple[str, ...]
    versions: dict[str, str]


def rebuild(stores: Stores, number: int, out: Path | None = None) -> Rebuilt:
    """Make release `number` again.

    out: an empty or new folder for its files. Without one it is compared with what lies in its place; a damaged or
    missing folder is replaced where the new bytes are those that the ledger knows. Rows of the lake that had to be made
    again are put back too. Raises UsageError for an unknown release, StoreError where archive or basis lack something.
    """
    record = stores.ledger.release(number)
    with _draft(stores, record, out) as draft:
        again = remade(stores, record, draft or InMemory(kept=()))
        mended = [*_mend_lake(stores, again)]
        if draft is not None and (out is not None or again.same):
            draft.seal()
            if out is None:
                stores.releases.put(draft, number)
                mended.append(stores.releases.where(number))
    return Rebuilt(
        number, str(out) if out else stores.releases.where(number), again.same, () if again.same else tuple(_differing(stores, again)),
        tuple(mended), dict(again.versions),
    )  # fmt: skip


def _draft(stores: Stores, record: ReleaseRecord, out: Path | None) -> AbstractContextManager[Draft | None]:
    """Where the files are wanted: in `out`, in the place of a damaged folder, or nowhere."""
    if out is not None:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise StoreError(f"Thư mục đích phải trống / the folder must be empty: {out}")
        return Draft(out)
    damaged = stores.releases.damage(record.number, published(stores, record).payload["sums"])
    return stores.releases.draft() if damaged else nullcontext()


def _mend_lake(stores: Stores, again: Remade) -> list[str]:
    for path, data in again.lake.items():
        stores.lake.mend(path, data)
    return sorted(again.lake)


def _differing(stores: Stores, again: Remade) -> list[str]:
    """Files that are not what lies in the release's folder."""
    number = again.record.number
    names = sorted({*again.files, *stores.releases.names(number)} - {SUMS})
    return [n for n in names if n not in again.files or stores.releases.differs(number, n, again.files[n].sha256)]
