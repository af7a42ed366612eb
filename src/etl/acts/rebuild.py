"""Make a release again from archive and ledger: to prove it, to have it elsewhere, or to put back what was damaged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from etl.errors import StoreError
from etl.pipeline import Stores
from etl.remaking import Remade, remade
from etl.store.durable import write_durably
from etl.store.releases import SUMS, sums


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
    again = remade(stores, stores.ledger.release(number))
    mended = [*_mend_lake(stores, again)]
    if out is not None:
        _write(out, again)
    elif again.same and stores.releases.damage(number, again.wanted):
        stores.releases.put(stores.releases.draft(again.files), number)
        mended.append(stores.releases.where(number))
    return Rebuilt(
        number, str(out) if out else stores.releases.where(number), again.same, () if again.same else tuple(_differing(stores, again)),
        tuple(mended), dict(again.versions),
    )  # fmt: skip


def _mend_lake(stores: Stores, again: Remade) -> list[str]:
    for path, data in again.lake.items():
        stores.lake.mend(path, data)
    return sorted(again.lake)


def _write(out: Path, again: Remade) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise StoreError(f"Thư mục đích phải trống / the folder must be empty: {out}")
    for name, data in again.files.items():
        write_durably(out / name, data)
    write_durably(out / SUMS, sums(again.files))


def _differing(stores: Stores, again: Remade) -> list[str]:
    """Files that are not what lies in the release's folder."""
    number = again.record.number
    names = sorted({*again.files, *stores.releases.names(number)} - {SUMS})
    return [n for n in names if n not in again.files or stores.releases.differs(number, n, again.files[n])]
