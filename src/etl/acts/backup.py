"""Everything that is kept, in one tar; and back out of it into an empty place."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from etl.errors import StoreError
from etl.pipeline import Stores
from etl.releasing import write_index
from etl.settings import Settings
from etl.store.archive import name_of
from etl.store.durable import make_folder, sweep, sync_folder, temporary_in
from etl.store.ledger import Ledger
from etl.store.places import Folder, Place

LEDGER = "ledger.jsonl"


@dataclass(frozen=True)
class BackedUp:
    """The file, how many files are in it, and what should have been in it and is not there any more."""

    file: Path
    files: int
    missing: tuple[str, ...]


def backup(stores: Stores, file: Path) -> BackedUp:
    """Write ledger, archive, basis, lake and releases into one tar; the same store gives the same bytes.

    Only what the ledger knows is taken, as of one moment: a night may go on meanwhile. A file that is lost is named and
    left out, so that the rest is safe. Raises StoreError where the disk refuses.
    """
    folder = file.absolute().parent
    try:
        make_folder(folder)
        sweep(folder)
        temporary, lines = temporary_in(folder), temporary_in(folder)
        try:
            missing: list[str] = []
            count = 0
            with open(temporary, "xb") as sink:
                with tarfile.open(fileobj=sink, mode="w|", format=tarfile.PAX_FORMAT) as tar:
                    for name, place, file_there in _parts(stores, lines):
                        if _added(tar, name, place, file_there):
                            count += 1
                        else:
                            missing.append(place.where(file_there))
                os.fsync(sink.fileno())
            temporary.replace(file)
            sync_folder(folder)
        finally:
            temporary.unlink(missing_ok=True)
            lines.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"Không ghi được bản sao lưu / the backup cannot be written: {file} ({error})") from error
    return BackedUp(file, count, tuple(missing))


def _parts(stores: Stores, lines: Path) -> Iterator[tuple[str, Place, str]]:
    """Name in the tar, the place and the name there where it lies, in one order. lines: where the ledger's dump is put."""
    with stores.ledger.snapshot() as view:
        with open(lines, "x", encoding="utf-8", newline="\n") as sink:
            sink.writelines(line + "\n" for line in view.dump())
        archived = sorted({delivery.sha256 for delivery in view.deliveries()})
        lake_files, releases = view.lake_files(), view.releases()
    yield LEDGER, Folder(lines.parent), lines.name
    yield from ((f"archive/{sha256}", stores.archive.place, name_of(sha256)) for sha256 in archived)
    yield from ((f"basis/{wanted}", stores.basis.place, f"{wanted}.tar") for wanted in stores.basis.all())
    yield from ((f"lake/{file.path}", stores.lake.place, file.path) for file in lake_files)
    for release in releases:
        names = (f"{release.number}/{name}" for name in stores.releases.names(release.number))
        yield from ((f"releases/{name}", stores.releases.place, name) for name in names)


def _added(tar: tarfile.TarFile, name: str, place: Place, there: str) -> bool:
    """Put one file into the tar; whether it was there."""
    try:
        with place.open(there) as source:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = source.seek(0, os.SEEK_END), 0o440
            source.seek(0)
            tar.addfile(entry, source)
    except FileNotFoundError:
        return False
    return True


def restore(settings: Settings, file: Path) -> int:
    """Fill an empty place from a backup; returns how many files came back.

    Raises StoreError where something is there already, or the file is no backup; `etl verify` then proves the rest.
    """
    _refuse_full(settings)
    try:
        with tarfile.open(file, mode="r|") as tar:
            count = sum(_put(settings, entry, tar.extractfile(entry)) for entry in tar)
    except (OSError, tarfile.TarError) as error:
        raise StoreError(f"Không đọc được bản sao lưu / the backup cannot be read: {file} ({error})") from error
    return count


def renew_index(stores: Stores) -> None:
    """The index of releases is no part of a backup: it follows from the ledger."""
    write_index(stores)


def _refuse_full(settings: Settings) -> None:
    for place in (settings.archive, settings.lake, settings.releases):
        if place.names():
            raise StoreError(f"Phục hồi cần nơi trống / restoring needs an empty place: {place.where()}")


def _put(settings: Settings, entry: tarfile.TarInfo, content: IO[bytes] | None) -> int:
    """Put one file where it belongs; a name that leads elsewhere is refused."""
    zone, _, name = entry.name.partition("/")
    parts = name.split("/")
    if content is None or ".." in parts or (zone != LEDGER and not all(parts)):
        raise StoreError(f"Bản sao lưu có mục lạ, không phục hồi / the backup holds something odd: {entry.name!r}")
    if zone == LEDGER:
        Ledger.restore(settings.database_url, (line.decode() for line in content))
        return 1
    places = {
        "archive": (settings.archive, f"{name[:2]}/{name[2:4]}/{name}"), "basis": (settings.archive, f"basis/{name}.tar"),
        "lake": (settings.lake, name), "releases": (settings.releases, name),
    }  # fmt: skip
    if zone not in places:
        raise StoreError(f"Bản sao lưu có mục lạ, không phục hồi / the backup holds something odd: {entry.name!r}")
    place, there = places[zone]
    place.put(there, content.read())
    return 1
