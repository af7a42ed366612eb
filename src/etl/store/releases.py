"""Numbered, immutable folders: written beside, renamed into place, never touched again."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from etl.errors import ReleaseExists, StoreError
from etl.store.durable import sync_folder, write_durably

SUMS = "SHA256SUMS"


class Releases:
    """Release folders under one root: `<root>/<number>/`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, number: int) -> Path:
        return self.root / str(number)

    def write(self, number: int, files: Mapping[str, bytes], *, known: bool) -> Path:
        """Write all files of a release and their SHA256SUMS; returns the folder.

        files: relative path → bytes. known: whether the ledger has this release already (then the folder is immutable
        and ReleaseExists is raised); a folder that the ledger does not know was left by a crash and is replaced.
        """
        target = self.folder(number)
        if target.exists():
            if known:
                raise ReleaseExists(number, str(target))
            shutil.rmtree(target)
        beside = self.root / f".{number}.tmp"
        shutil.rmtree(beside, ignore_errors=True)
        try:
            for name, data in sorted(files.items()):
                write_durably(beside / name, data)
            write_durably(beside / SUMS, sums(files))
            beside.rename(target)
            sync_folder(self.root)
        except OSError as error:
            raise StoreError(
                f"Không ghi được bản công bố {number} / release {number} cannot be written: {error}"
            ) from error
        return target

    def read(self, number: int, name: str) -> bytes:
        """One file of a release; StoreError where it is missing."""
        try:
            return (self.folder(number) / name).read_bytes()
        except OSError as error:
            raise StoreError(
                f"Không đọc được {name} của bản {number} / {name} of release {number} cannot be read"
            ) from error

    def damage(self, number: int) -> list[str]:
        """What differs from SHA256SUMS: changed, missing and additional files."""
        folder = self.folder(number)
        listed = dict(line.split("  ", 1)[::-1] for line in self.read(number, SUMS).decode().splitlines())
        found = []
        for name, wanted in listed.items():
            path = folder / name
            if not path.is_file():
                found.append(f"{name}: thiếu / missing")
            elif hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
                found.append(f"{name}: đã bị sửa / changed")
        present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {SUMS}
        return found + [f"{name}: không có trong danh sách / not listed" for name in sorted(present - set(listed))]


def sums(files: Mapping[str, bytes]) -> bytes:
    """The text of SHA256SUMS, as `sha256sum -c` reads it."""
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())).encode()
