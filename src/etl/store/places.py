"""Where a store lies: names with slashes → bytes, in a folder of this machine or in a bucket of an object store.

What is put is whole or absent. Everything above (archive, lake, releases, basis) is written once against `Place`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from etl.store.durable import SCRATCH, differs, make_folder, sweep, sync_folder, temporary_in, write_durably

Item = TypeVar("Item")
Result = TypeVar("Result")


class Place(Protocol):
    """Files under relative names. Errors: StoreError where the place refuses, OSError where a single file cannot be read."""

    @property
    def root(self) -> Path:
        """The folder on this machine: of the files themselves, or of copies of the objects."""

    def put(self, name: str, data: bytes) -> None:
        """Put the bytes there, whole, in the place of what is there."""

    def open(self, name: str) -> BinaryIO:
        """The file to be read; FileNotFoundError, OSError."""

    def read(self, name: str) -> bytes:
        """All its bytes; FileNotFoundError, OSError."""

    def has(self, name: str) -> bool:
        """Whether it is there."""

    def differs(self, name: str, sha256: str) -> str | None:
        """What is wrong with a file that should have this hash, in two languages; None where nothing is."""

    def names(self, under: str = "") -> list[str]:
        """Everything below a folder, relative to it, sorted; what is unfinished is among it."""

    def folders(self) -> list[str]:
        """The folders at the top, sorted; of a bucket, those that hold anything or once did."""

    def remove(self, name: str) -> None:
        """Take it away; what is not there is no error."""

    def local(self, names: Iterable[str]) -> dict[str, Path]:
        """Name → where its bytes lie on this machine; what is not there is left out."""

    def lent(self, names: Iterable[str]) -> AbstractContextManager[Path]:
        """A folder of this machine in which these lie under their names as long as the block lasts."""

    def adopt(self, folder: Path, name: str, seal: str) -> None:
        """What lies in a folder made by `temporary_in(root / SCRATCH)` becomes the folder `name`, in the place of what is there.

        seal: the file of it that says what belongs there; where they cannot come all at once, it comes last.
        """

    def sweep(self) -> list[Path]:
        """Take away what killed runs of this machine left unfinished."""

    def where(self, name: str = "") -> str:
        """The place, or a file in it, as a person looks for it."""

    def below(self, name: str) -> Place:
        """The same for a folder inside."""

    def each(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """The results in the order of the items; several at once where each waits for a network."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine: temporary name, fsync, rename."""

    root: Path

    def put(self, name: str, data: bytes) -> None:
        write_durably(self.root / name, data, self.root / SCRATCH)

    def open(self, name: str) -> BinaryIO:
        return open(self.root / name, "rb")

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def has(self, name: str) -> bool:
        return (self.root / name).is_file()

    def differs(self, name: str, sha256: str) -> str | None:
        return differs(self.root / name, sha256)

    def names(self, under: str = "") -> list[str]:
        folder = self.root / under
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())

    def folders(self) -> list[str]:
        return sorted(path.name for path in self.root.iterdir() if path.is_dir()) if self.root.is_dir() else []

    def remove(self, name: str) -> None:
        (self.root / name).unlink(missing_ok=True)

    def local(self, names: Iterable[str]) -> dict[str, Path]:
        return {name: path for name in names if (path := self.root / name).is_file()}

    def lent(self, names: Iterable[str]) -> AbstractContextManager[Path]:
        return nullcontext(self.root)

    def adopt(self, folder: Path, name: str, seal: str) -> None:
        target = self.root / name
        if target.exists():
            left = temporary_in(self.root / SCRATCH)
            target.rename(left)
            shutil.rmtree(left)
        make_folder(target.parent)
        folder.rename(target)
        sync_folder(target.parent)

    def sweep(self) -> list[Path]:
        return sweep(self.root / SCRATCH)

    def where(self, name: str = "") -> str:
        return str(self.root / name)

    def below(self, name: str) -> Folder:
        return Folder(self.root / name)

    def each(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        return map(work, items)


def place_of(given: Path | Place) -> Place:
    """A path is a folder of this machine."""
    return Folder(given) if isinstance(given, Path) else given
