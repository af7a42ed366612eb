"""A folder of files on their way: each is written once and safe when it is whole; the list of their hashes comes last."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from etl.model.out import Hashed, Written
from etl.store.durable import make_folder, new_file, refusing, sync_folder, write_durably

SUMS = "SHA256SUMS"


class Draft:
    """The files of a release, in a folder where nobody looks. It is an `etl.model.out.Out`.

    As a context it is taken away, unless it was sealed and its block came to its end.
    """

    def __init__(self, folder: Path) -> None:
        """folder: is not there yet, or is empty."""
        self.folder = folder
        self._files: dict[str, Written] = {}
        self._own, self._sealed = not folder.exists(), False

    @property
    def files(self) -> Mapping[str, Written]:
        """What is whole so far, by name."""
        return self._files

    def put(self, name: str, data: bytes) -> None:
        """Write a file. Raises StoreError where the disk refuses, or has one of this name."""
        with self.open(name) as file:
            file.write(data)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """A file to be written part after part; its bytes are on the disk when the block ends. Errors as for `put`."""
        path = self.folder / name
        with refusing(path):
            make_folder(path.parent)
            raw = new_file(path)
        with raw:
            through = Hashed(refusing(path)(raw.write))
            with io.BufferedWriter(through) as file:
                yield file
            with refusing(path):
                os.fsync(raw.fileno())
        self._files[name] = through.written

    def seal(self) -> str:
        """Make the files' names durable and list them in SHA256SUMS, whose sha256 is returned. Errors as for `put`."""
        text = sums(self._files)
        for folder in sorted({(self.folder / name).parent for name in self._files}):
            with refusing(folder):
                sync_folder(folder)
        write_durably(self.folder / SUMS, text)
        self._sealed = True
        return hashlib.sha256(text).hexdigest()

    def discard(self) -> None:
        """Take the folder away, with what is in it; one that was there before stays, empty."""
        with suppress(OSError):
            for path in [self.folder] if self._own else [*self.folder.iterdir()]:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None or not self._sealed:
            self.discard()


def sums(files: Mapping[str, Written]) -> bytes:
    """The text of SHA256SUMS, as `sha256sum -c` reads it."""
    return "".join(f"{one.sha256}  {name}\n" for name, one in sorted(files.items())).encode()
