"""Writing a file so that it is whole or absent, whenever the power goes."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.errors import StoreError
from etl.store.holder import is_gone, me

#: written once and then only read; the group may read, strangers may not look
FILE_MODE, FOLDER_MODE = 0o440, 0o750


#: the folder of a store in which unfinished work lies, apart from what is kept
SCRATCH = ".tmp"


def write_durably(path: Path, data: bytes, scratch: Path | None = None) -> None:
    """Put `data` at `path`: temporary name, fsync, rename, fsync of the folder.

    A reader sees the old file, none, or the whole new one. Missing folders are made. scratch: the folder of the temporary
    name, on the same disk; without one it is beside the file. Raises StoreError where the disk refuses.
    """
    with refusing(path):
        make_folder(path.parent)
        temporary = temporary_in(scratch or path.parent)
        try:
            _write_and_sync(temporary, data)
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """What the disk refuses meanwhile is told as a StoreError about this file."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"Không ghi được tệp, hãy xem quyền và dung lượng đĩa / cannot be written, look at rights and free space: "
            f"{path} ({error.strerror or error})"
        ) from error


def new_file(path: Path) -> io.FileIO:
    """A file that is not there yet, to be written once. OSError."""
    file = io.FileIO(path, "x")
    os.fchmod(file.fileno(), FILE_MODE)
    return file


def differs(path: Path, sha256: str) -> str | None:
    """What is wrong with a file that should have this hash, in two languages; None where nothing is."""
    try:
        with open(path, "rb") as file:
            return None if hashlib.file_digest(file, "sha256").hexdigest() == sha256 else "đã bị sửa / changed"
    except FileNotFoundError:
        return "thiếu / missing"
    except OSError as error:
        return f"không đọc được / cannot be read ({error.strerror})"


def temporary_in(folder: Path) -> Path:
    """A name in a folder for what is not finished yet; it says whose it is."""
    make_folder(folder)
    return folder / f".{me()}.{secrets.token_hex(6)}.tmp"


def sweep(folder: Path) -> list[Path]:
    """Take away what killed processes of this machine left unfinished in a folder; returns what was taken."""
    taken = []
    for path in sorted(folder.glob(".*.tmp")):
        holder = path.name.split(".")[1]
        if is_gone(holder):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            taken.append(path)
    return taken


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; each new name is durable before anything is put inside."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    try:
        folder.mkdir()
    except FileExistsError:  # another run was faster
        return
    folder.chmod(FOLDER_MODE)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a rename is only safe after this."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_and_sync(path: Path, data: bytes) -> None:
    with io.BufferedWriter(new_file(path)) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
