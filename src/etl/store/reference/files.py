"""The files of the reference data, and the hash that names them together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

#: beside the data, and no part of what a figure rests on
NOT_DATA = frozenset(("README.md", "schemas"))


def files_of(folder: Path) -> dict[str, bytes]:
    """Relative path → bytes of every file of the data, in order; what Excel leaves beside an open file is not one."""
    files: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if parts[0] in NOT_DATA or any(part.startswith((".", "~")) for part in parts) or not path.is_file():
            continue
        files["/".join(parts)] = path.read_bytes()
    return files


def digest(files: Mapping[str, bytes]) -> str:
    """sha256 over the files' relative paths and bytes, in order of the paths."""
    found = hashlib.sha256()
    for name in sorted(files):
        found.update(f"{name}\0{len(files[name])}\0".encode())
        found.update(files[name])
    return found.hexdigest()
