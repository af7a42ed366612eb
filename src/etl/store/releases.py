"""Numbered, immutable folders: written beside, put into place at once, never touched again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from etl.errors import StoreError
from etl.store.draft import SUMS, Draft
from etl.store.durable import SCRATCH, refusing, temporary_in
from etl.store.places import Place, place_of

INDEX = "index.json"


class Releases:
    """Release folders under one root: `<root>/<number>/`. Beside them `index.json` says which were recalled."""

    def __init__(self, root: Path | Place) -> None:
        self.place = place_of(root)

    @property
    def root(self) -> Path:
        """The folder on this machine: of the releases, or of copies of what lies in a bucket."""
        return self.place.root

    def folder(self, number: int) -> Path:
        return self.root / str(number)

    def where(self, number: int, name: str = "") -> str:
        """A release, or a file of it, as a person looks for it."""
        return self.place.where(f"{number}/{name}" if name else str(number))

    def numbers(self) -> list[int]:
        """Every number that has a folder; whether it counts, the ledger says."""
        return sorted(int(name) for name in self.place.folders() if name.isdigit())

    def draft(self) -> Draft:
        """Where the files of a release are written: nobody looks there, and it is gone with its block unless it was put.

        Raises StoreError where the disk refuses.
        """
        with refusing(self.root):
            return Draft(temporary_in(self.root / SCRATCH))

    def put(self, draft: Draft, number: int) -> None:
        """Put a sealed draft into its place. Only for whoever holds the number: the ledger gives it, in a transaction.

        A folder of this number that stands there already was left by a run that was killed before the ledger knew of it.
        """
        try:
            self.place.adopt(draft.folder, str(number), SUMS)
        except OSError as error:
            raise StoreError(
                f"Không ghi được bản công bố {number} / release {number} cannot be written: {error}"
            ) from error

    def write_index(self, text: bytes, pages: Mapping[str, bytes], notices: Mapping[int, bytes]) -> None:
        """Renew `index.json`, the pages that are not so already, and `<number>.recalled.txt` beside each recalled folder.

        The folders stay as they are.
        """
        for number, notice in notices.items():
            self.place.put(f"{number}.recalled.txt", notice)
        self.place.put(INDEX, text)
        for name, page in pages.items():
            if self.place.differs(name, hashlib.sha256(page).hexdigest()) is not None:
                self.place.put(name, page)

    def beside(self, name: str, data: bytes) -> Path:
        """Put a file beside the folders; where it lies on this machine."""
        self.place.put(name, data)
        return self.place.local([name])[name]

    def sweep(self) -> list[Path]:
        """Take away what killed runs left unfinished."""
        return self.place.sweep()

    def read(self, number: int, name: str) -> bytes:
        """One file of a release; StoreError where it is missing."""
        try:
            return self.place.read(f"{number}/{name}")
        except OSError as error:
            raise _unreadable(number, name) from error

    def open(self, number: int, name: str) -> BinaryIO:
        """One file of a release, to be read little by little; StoreError where it is missing."""
        try:
            return self.place.open(f"{number}/{name}")
        except OSError as error:
            raise _unreadable(number, name) from error

    def differs(self, number: int, name: str, sha256: str) -> bool:
        """Whether a file of a release is another than the one of this hash, or is not there."""
        return self.place.differs(f"{number}/{name}", sha256) is not None

    def names(self, number: int) -> Sequence[str]:
        """Every file that lies in a release's folder, relative to it, sorted."""
        return self.place.names(str(number))

    def damage(self, number: int, wanted: str | None = None) -> list[str]:
        """What differs from SHA256SUMS: changed, missing and additional files. wanted: the sha256 of SHA256SUMS itself."""
        if not self.place.has(f"{number}/{SUMS}"):
            return [f"{SUMS}: thiếu / missing"]
        text = self.read(number, SUMS)
        found = []
        if wanted is not None and hashlib.sha256(text).hexdigest() != wanted:
            found.append(f"{SUMS}: đã bị sửa / changed")
        listed = dict(line.split("  ", 1)[::-1] for line in text.decode(errors="replace").splitlines() if "  " in line)
        looked_at = self.place.each(lambda name: self.place.differs(f"{number}/{name}", listed[name]), listed)
        found += [f"{name}: {wrong}" for name, wrong in zip(listed, looked_at, strict=True) if wrong]
        present = set(self.names(number)) - {SUMS}
        return found + [f"{name}: không có trong danh sách / not listed" for name in sorted(present - set(listed))]


def _unreadable(number: int, name: str) -> StoreError:
    return StoreError(f"Không đọc được {name} của bản {number} / {name} of release {number} cannot be read")
