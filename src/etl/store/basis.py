"""What readings and releases rest on: the reference data and suites of each day that used any, kept under their hash."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path

from etl.errors import StoreError
from etl.store.places import Place, place_of
from etl.store.reference.files import digest, files_of

_HASH = re.compile(r"[0-9a-f]{64}")


class Basis:
    """One tar for each set of files: `<root>/<hash>.tar`, where the hash is that of a loaded `Reference`."""

    def __init__(self, root: Path | Place) -> None:
        self.place = place_of(root)

    def keep(self, wanted: str, folder: Path) -> None:
        """Keep the files of a folder under their hash, once.

        Raises StoreError where the folder no longer holds what has this hash: somebody is editing it.
        """
        if self.has(wanted):
            return
        files = files_of(folder)
        if digest(files) != wanted:
            raise StoreError(
                f"Dữ liệu tham chiếu vừa được sửa trong lúc chạy; hãy chạy lại / the reference data was changed during "
                f"the run; run again: {folder}"
            )
        self.place.put(_name(wanted), packed(files))

    def has(self, wanted: str) -> bool:
        return self.place.has(_name(wanted))

    def path(self, wanted: str) -> Path:
        """Where the tar lies on this machine, or would."""
        return self.place.root / _name(wanted)

    def where(self, wanted: str) -> str:
        """The same as a person looks for it."""
        return self.place.where(_name(wanted))

    def files(self, wanted: str) -> dict[str, bytes]:
        """Relative path → bytes, checked against the hash. Raises StoreError where they are missing or damaged."""
        try:
            found = unpacked(self.place.read(_name(wanted)))
        except (OSError, tarfile.TarError) as error:
            raise _lost(self.where(wanted), str(error)) from error
        if digest(found) != wanted:
            raise _lost(self.where(wanted), "sha256")
        return found

    def unpack(self, wanted: str, folder: Path) -> None:
        """Put the files into a folder, as they lay in data/reference or expectations."""
        for name, data in self.files(wanted).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def all(self) -> list[str]:
        """The hash of everything kept, sorted."""
        names = (name.removesuffix(".tar") for name in self.place.names() if name.endswith(".tar"))
        return [name for name in names if _HASH.fullmatch(name)]

    def sweep(self) -> list[Path]:
        """Take away what killed runs left unfinished."""
        return self.place.sweep()


def _name(wanted: str) -> str:
    if not _HASH.fullmatch(wanted):
        raise StoreError(f"Không phải mã sha256 / not a sha256: {wanted!r}")
    return f"{wanted}.tar"


def packed(files: Mapping[str, bytes]) -> bytes:
    """A tar whose bytes depend on names and contents alone."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(files[name]), 0o644
            tar.addfile(entry, io.BytesIO(files[name]))
    return sink.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of a tar; a name that leads out of a folder is refused."""
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for entry in tar:
            parts = entry.name.split("/")
            content = tar.extractfile(entry) if entry.isfile() else None
            if content is None or entry.name.startswith("/") or ".." in parts:
                raise tarfile.TarError(f"not a plain file: {entry.name!r}")
            found[entry.name] = content.read()
    return found


def _lost(where: str, why: str) -> StoreError:
    return StoreError(
        f"Dữ liệu tham chiếu đã dùng bị mất hoặc hỏng, hãy phục hồi từ bản sao lưu / reference data that was used is "
        f"missing or damaged, restore it from a backup: {where} ({why})"
    )
