"""Where the files of a release go as they are made, one after the other: none of them has to be held in memory."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


@dataclass(frozen=True, slots=True)
class Written:
    """A file that is whole: its size in bytes, and its sha256 in hex."""

    size: int
    sha256: str


class Out(Protocol):
    """Files under relative names with slashes, each written once."""

    @property
    def files(self) -> Mapping[str, Written]:
        """What is whole so far, by name."""

    def put(self, name: str, data: bytes) -> None:
        """Write a file. Raises StoreError where the disk refuses."""

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A file to be written part after part, whole when the block ends. Raises StoreError where the disk refuses."""


class Hashed(io.RawIOBase):
    """Hashes and counts what goes through it to `write`, which takes bytes and says how many of them it took."""

    def __init__(self, write: Callable[[memoryview], int]) -> None:
        self._write, self._hash, self._size = write, hashlib.sha256(), 0

    @property
    def written(self) -> Written:
        return Written(self._size, self._hash.hexdigest())

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def write(self, data: ReadableBuffer, /) -> int:
        view = memoryview(data)
        taken = self._write(view)
        self._hash.update(view[:taken])
        self._size += taken
        return taken


@dataclass(frozen=True, slots=True)
class InMemory:
    """Files that lie nowhere. kept: whose bytes are in `contents`, of the others only size and hash are; None: all."""

    kept: Container[str] | None = None
    files: dict[str, Written] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)

    def put(self, name: str, data: bytes) -> None:
        with self.open(name) as file:
            file.write(data)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        if name in self.files:
            raise FileExistsError(name)
        wanted, held = self.kept is None or name in self.kept, io.BytesIO()
        through = Hashed(held.write if wanted else len)
        with io.BufferedWriter(through) as file:
            yield file
        if wanted:
            self.contents[name] = held.getvalue()
        self.files[name] = through.written
