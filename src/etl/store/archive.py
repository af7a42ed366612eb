"""The original bytes of every delivery, under their sha256, for good."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from etl.errors import StoreError
from etl.store.places import Item, Place, Result, place_of

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Archive:
    """Content-addressed files: `<root>/ab/cd/<sha256>`. Nothing in it is ever rewritten or removed."""

    def __init__(self, root: Path | Place) -> None:
        self.place = place_of(root)

    @property
    def root(self) -> Path:
        return self.place.root

    def put(self, data: bytes) -> str:
        """Keep the bytes; returns their sha256. Bytes that are kept already are left as they are."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.has(sha256):
            self.place.put(name_of(sha256), data)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes, checked against their name. Raises StoreError where they are missing or damaged."""
        name = name_of(sha256)
        try:
            data = self.place.read(name)
        except OSError as error:
            raise StoreError(
                f"Kho lưu thiếu tệp gốc, hãy phục hồi từ bản sao lưu / the archive lacks the original bytes, "
                f"restore them from a backup: {self.place.where(name)} ({error.strerror or error})"
            ) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StoreError(
                f"Tệp gốc trong kho lưu bị hỏng, hãy phục hồi từ bản sao lưu / the archived bytes are damaged, "
                f"restore them from a backup: {self.place.where(name)}"
            )
        return data

    def damage(self, sha256: str) -> str | None:
        """What is wrong with kept bytes: missing, or no longer those of their name; None where nothing is."""
        return self.place.differs(name_of(sha256), sha256)

    def has(self, sha256: str) -> bool:
        return self.place.has(name_of(sha256))

    def path(self, sha256: str) -> Path:
        """Where the bytes with this hash stand on this machine, or would. Raises StoreError for what is no sha256."""
        return self.root / name_of(sha256)

    def where(self, sha256: str) -> str:
        """The same as a person looks for it."""
        return self.place.where(name_of(sha256))

    def lent(self, wanted: Iterable[str]) -> AbstractContextManager[Path]:
        """The root of an archive on this machine that has these, for processes that shall see no more than a folder."""
        return self.place.lent([name_of(sha256) for sha256 in wanted])

    def each(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """The results in the order of the items; several at once where each waits for a network."""
        return self.place.each(work, items)

    def sweep(self) -> list[Path]:
        """Take away what killed runs left unfinished."""
        return self.place.sweep()

    def all(self) -> Iterator[str]:
        """The sha256 of everything kept, sorted. What an interrupted write left behind is not counted."""
        for name in self.place.names():
            sha256 = name.rpartition("/")[2]
            if _SHA256.fullmatch(sha256) and name == name_of(sha256):
                yield sha256


def name_of(sha256: str) -> str:
    """The name of these bytes in an archive. Raises StoreError for what is no sha256."""
    if not _SHA256.fullmatch(sha256):
        raise StoreError(f"Không phải mã sha256 / not a sha256: {sha256!r}")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
