"""Fetch workbooks from a bucket into the inbox: each object once, under its key; one that was put again is fetched again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from etl.errors import StoreError
from etl.settings import Settings
from etl.store.durable import write_durably
from etl.store.inbox import is_sent
from etl.store.incoming import FOLDER, path_of
from etl.store.letterbox import Letterbox

INCOMING = "ETL_INCOMING"

#: an object above it waits for a person: no workbook of an office is larger
LARGEST = 64 << 20


@dataclass(slots=True)
class Collected:
    """files: new in the inbox; told: what a person should know, a sentence each."""

    files: int = 0
    told: list[str] = field(default_factory=list)

    def text(self) -> str:
        """A line for the person who asked."""
        return f"{self.files} tệp mới từ kho đối tượng / new files from the object store"


def incoming_of(environ: Mapping[str, str]) -> str:
    """The bucket and prefix in which workbooks arrive; '' where none is set."""
    return environ.get(INCOMING, "").strip()


def collect(settings: Settings, address: str) -> Collected:
    """Take what was not fetched yet, or has been put again since; nothing in the bucket is changed.

    The folders of a key are folders of the inbox, and evidence like those. What is too large or cannot be had is told each
    time. Raises UsageError for a wrong address, StoreError where the object store does not answer.
    """
    bucket, done = settings.bucket(INCOMING, address), Collected()
    box = Letterbox(bucket)
    wanted: dict[str, tuple[Path, int]] = {}
    for key, told in sorted(box.listed().items()):
        if key.endswith("/") or not key or not is_sent(key):  # the first are how consoles show a folder
            continue
        if told[0] > LARGEST:
            done.told.append(
                f"Tệp chờ người xem / an object waits for a person: {bucket.where(key)}: lớn quá / is too large: "
                f"{told[0] >> 20} MiB > {LARGEST >> 20} MiB"
            )
        elif not _is_here(place := _place(settings.inbox / FOLDER, key, wanted), told):
            wanted[key] = (place, told[1])

    def fetched(key: str) -> str:
        place, moment = wanted[key]
        try:
            write_durably(place, box.read(key))
            os.utime(place, ns=(moment, moment))  # by size and moment it is known again
        except (OSError, StoreError) as error:
            return f"Để lần sau / left for the next time: {bucket.where(key)}: {error}"
        return ""

    for sentence in bucket.each(fetched, wanted):
        done.files += not sentence
        done.told += [sentence] if sentence else []
    return done


def _place(folder: Path, key: str, wanted: Mapping[str, object]) -> Path:
    """A bucket may hold `a` and `a/b`; a folder may not. Whichever came first has the name."""
    path = path_of(key)
    above = (parent for parent in path.parents if parent.name)
    taken = (folder / path).is_dir() or any(str(one) in wanted or (folder / one).is_file() for one in above)
    return folder / (path_of(key, apart=True) if taken else path)


def _is_here(place: Path, told: tuple[int, int]) -> bool:
    try:
        stat = place.stat()
    except OSError:
        return False
    return (stat.st_size, stat.st_mtime_ns) == told
