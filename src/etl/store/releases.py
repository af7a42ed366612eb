"""Numbered, immutable folders: written beside, renamed into place, never touched again."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from etl.errors import StoreError
from etl.store.durable import SCRATCH, differs, make_folder, sweep, sync_folder, temporary_in, write_durably

SUMS, INDEX, PAGE = "SHA256SUMS", "index.json", "index.html"


@dataclass(frozen=True, slots=True)
class Draft:
    """All files of a release, written and safe, but not in their place yet. sums: sha256 of its SHA256SUMS."""

    folder: Path
    sums: str


class Releases:
    """Release folders under one root: `<root>/<number>/`. Beside them `index.json` says which were recalled."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, number: int) -> Path:
        return self.root / str(number)

    def draft(self, files: Mapping[str, bytes]) -> Draft:
        """Write all files of a release and their SHA256SUMS where nobody looks. files: relative path → bytes.

        Raises StoreError where the disk refuses.
        """
        folder = temporary_in(self.root / SCRATCH)
        text = sums(files)
        try:
            for name, data in sorted(files.items()):
                write_durably(folder / name, data)
            write_durably(folder / SUMS, text)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return Draft(folder, hashlib.sha256(text).hexdigest())

    def put(self, draft: Draft, number: int) -> Path:
        """Rename a draft into its place. Only for whoever holds the number: the ledger gives it, in a transaction.

        A folder of this number that stands there already was left by a run that was killed before the ledger knew of it.
        """
        target = self.folder(number)
        try:
            if target.exists():
                left = temporary_in(self.root / SCRATCH)
                target.rename(left)
                shutil.rmtree(left)
            draft.folder.rename(target)
            sync_folder(self.root)
        except OSError as error:
            raise StoreError(
                f"Không ghi được bản công bố {number} / release {number} cannot be written: {error}"
            ) from error
        return target

    def discard(self, draft: Draft) -> None:
        """Take a draft away that did not become a release."""
        shutil.rmtree(draft.folder, ignore_errors=True)

    def write_index(self, text: bytes, page: bytes, notices: Mapping[int, bytes]) -> None:
        """Renew `index.json` and `index.html`, and `<number>.recalled.txt` beside each recalled folder: the folders stay as they are."""
        make_folder(self.root)
        for number, notice in notices.items():
            write_durably(self.root / f"{number}.recalled.txt", notice, self.root / SCRATCH)
        write_durably(self.root / INDEX, text, self.root / SCRATCH)
        write_durably(self.root / PAGE, page, self.root / SCRATCH)

    def sweep(self) -> list[Path]:
        """Take away what killed runs left unfinished."""
        return sweep(self.root / SCRATCH)

    def read(self, number: int, name: str) -> bytes:
        """One file of a release; StoreError where it is missing."""
        try:
            return (self.folder(number) / name).read_bytes()
        except OSError as error:
            raise StoreError(
                f"Không đọc được {name} của bản {number} / {name} of release {number} cannot be read"
            ) from error

    def names(self, number: int) -> Sequence[str]:
        """Every file that lies in a release's folder, relative to it, sorted."""
        folder = self.folder(number)
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())

    def damage(self, number: int, wanted: str | None = None) -> list[str]:
        """What differs from SHA256SUMS: changed, missing and additional files. wanted: the sha256 of SHA256SUMS itself."""
        folder = self.folder(number)
        if not (folder / SUMS).is_file():
            return [f"{SUMS}: thiếu / missing"]
        text = self.read(number, SUMS)
        found = []
        if wanted is not None and hashlib.sha256(text).hexdigest() != wanted:
            found.append(f"{SUMS}: đã bị sửa / changed")
        listed = dict(line.split("  ", 1)[::-1] for line in text.decode(errors="replace").splitlines() if "  " in line)
        found += [f"{name}: {wrong}" for name, digest in listed.items() if (wrong := differs(folder / name, digest))]
        present = set(self.names(number)) - {SUMS}
        return found + [f"{name}: không có trong danh sách / not listed" for name in sorted(present - set(listed))]


def sums(files: Mapping[str, bytes]) -> bytes:
    """The text of SHA256SUMS, as `sha256sum -c` reads it."""
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())).encode()
