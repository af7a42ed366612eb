"""What lies in a folder: the files that are submissions, whole and no longer being written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from etl.errors import UsageError

#: what a folder holds beside submissions: notes, machine files, files on their way
NOT_SENT = frozenset(
    (".json", ".md", ".tmp", ".part", ".partial", ".crdownload", ".ini", ".lnk", ".db", ".log", ".sha256", ".yaml")
)

_COPY = re.compile(r"( - Copy| - Sao chép| ?\(\d{1,2}\))\.\w+$")


def arrived(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of every file named, or inside a folder named, sorted by name.

    A name inside a folder is its path from there. A file that changes while it is read, or vanishes, is left for the
    next time. Raises UsageError for a path that does not exist.
    """
    for path in paths:
        if path.is_file():
            yield from _whole(path, path.name)
        elif path.is_dir():
            for file in sorted(p for p in path.rglob("*") if p.is_file()):
                name = file.relative_to(path).as_posix()
                if is_sent(name):
                    yield from _whole(file, name)
        else:
            raise UsageError(f"Không có tệp hay thư mục này / no such file or folder: {path}")


def is_sent(name: str) -> bool:
    """Whether a file of a folder is meant as a submission: not hidden, no lock of an open workbook, no machine file."""
    parts = name.split("/")
    if any(part.startswith((".", "~$")) for part in parts):
        return False
    return Path(name).suffix.lower() not in NOT_SENT and parts[-1] not in ("Thumbs.db", "README", "SHA256SUMS")


def _whole(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    try:
        before = path.stat()
        data = path.read_bytes()
        after = path.stat()
    except FileNotFoundError:
        return
    if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns) and len(data) == after.st_size:
        yield name, data


def is_copy(name: str) -> bool:
    """Whether a name looks like a browser's second download: 'BC 2020 (1).xlsx'. The original goes first."""
    return _COPY.search(name) is not None
