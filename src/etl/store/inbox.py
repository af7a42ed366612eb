"""What lies in a folder: the files that are submissions, whole and no longer being written."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import re
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from etl.errors import UsageError

_log = logging.getLogger(__name__)

#: seconds without change after which a file on a share is taken for whole
SETTLED = 2.0

#: what a folder holds beside submissions: notes, machine files, files on their way
NOT_SENT = frozenset(
    (".json", ".md", ".tmp", ".part", ".partial", ".crdownload", ".ini", ".lnk", ".db", ".log", ".sha256", ".yaml")
)

_COPY = re.compile(r"( - Copy| - Sao chép| ?\(\d{1,2}\))\.\w+$")


class Memory(Protocol):
    """Remembers what was taken in of a folder (`etl.store.seen.Seen`)."""

    def has(self, name: str, stat: os.stat_result) -> bool: ...
    def was_read(self, name: str, stat: os.stat_result, data: bytes) -> None: ...


def arrived(paths: Iterable[Path], memory: Memory | None = None) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of every file named, or inside a folder named, sorted by name.

    A name inside a folder is its path from there. A file that is still being written, vanishes, or cannot be read is told
    (a warning in the log) and left for the next time. memory: files of folders that it knows are passed over unread.
    Raises UsageError for a path that does not exist.
    """
    for path in paths:
        if path.is_file():
            yield from _whole(path, path.name, None)
        elif path.is_dir():
            names = [name for name, entry in _below(path) if not _passed_over(memory, name, entry)]
            for name in sorted(filter(is_sent, names), key=lambda name: name.split("/")):
                yield from _whole(path / name, name, memory)
        else:
            raise UsageError(f"Không có tệp hay thư mục này / no such file or folder: {path}")


def _below(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Every file below a folder, by its path from there; links to folders are not followed."""
    ahead = [("", os.fspath(folder))]
    while ahead:
        above, place = ahead.pop()
        try:
            entries = list(os.scandir(place))
        except (PermissionError, FileNotFoundError):  # it is not ours, or has vanished
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                ahead.append((f"{above}{entry.name}/", entry.path))
            elif entry.is_file():
                yield above + entry.name, entry


def _passed_over(memory: Memory | None, name: str, entry: os.DirEntry[str]) -> bool:
    try:
        return memory is not None and memory.has(name, entry.stat())
    except OSError:  # it has vanished: whoever opens it tells so
        return False


def is_sent(name: str) -> bool:
    """Whether a file of a folder is meant as a submission: not hidden, no lock of an open workbook, no machine file."""
    parts = name.split("/")
    if any(part.startswith((".", "~$")) for part in parts):
        return False
    return Path(name).suffix.lower() not in NOT_SENT and parts[-1] not in ("Thumbs.db", "README", "SHA256SUMS")


def _whole(path: Path, name: str, memory: Memory | None) -> Iterator[tuple[str, bytes]]:
    """The file, if it can be had whole; else it is told why it waits for the next time."""
    try:
        with open(path, "rb") as file:
            before = os.fstat(file.fileno())
            busy = _being_written(file.fileno(), before)
            data = b"" if busy else file.read()
        after = path.stat()
    except FileNotFoundError:
        _log.warning("%s: vừa biến mất, để lần sau / has vanished, left for the next time", name)
        return
    except OSError as error:
        _log.warning(
            "%s: không đọc được, để lần sau / cannot be read, left for the next time (%s)", name, error.strerror
        )
        return
    if busy or _version(before) != _version(after) or len(data) != after.st_size:
        _log.warning("%s: đang được ghi, để lần sau / is still being written, left for the next time", name)
    else:
        if memory:
            memory.was_read(name, after, data)
        yield name, data


def _version(stat: os.stat_result) -> tuple[int, int, int]:
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns)


def _being_written(handle: int, stat: os.stat_result) -> bool:
    """Whether somebody has the file open for writing; where the disk cannot say, whether it has just grown.

    Linux grants a read lease only on a file that nobody writes. It is given back at once, and a writer that comes in
    between is told by a signal that nobody minds.
    """
    try:
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EBUSY):
            return True
        if time.time() - stat.st_mtime < SETTLED:  # a share, or another user's file
            time.sleep(SETTLED)
            return _version(os.fstat(handle)) != _version(stat)
    return False


def is_copy(name: str) -> bool:
    """Whether a name looks like a browser's second download: 'BC 2020 (1).xlsx'. The original goes first."""
    return _COPY.search(name) is not None
