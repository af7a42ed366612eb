"""Folders into which DuckDB puts what does not fit into memory: each belongs to a process, and goes with it."""

from __future__ import annotations

import shutil
from pathlib import Path

from etl.store.holder import is_gone, me

_PREFIX = "duckdb-"


def spill_below(cache: Path) -> Path:
    """How the paths of this process's folders begin; each connection puts a hyphen and a name of its own behind it."""
    return cache / f"{_PREFIX}{me()}"


def sweep_spilt(cache: Path) -> None:
    """Take away what killed processes of this machine left: it may be as large as the disk."""
    for left in cache.glob(f"{_PREFIX}*"):
        if is_gone(left.name.removeprefix(_PREFIX).rpartition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
