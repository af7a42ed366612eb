"""Rows that stay in their files until somebody looks at them, and how much memory looking at them may take."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Stored:
    """The rows of Parquet files of this machine.

    schema: their columns; a file that is older than one of them has nulls there. readings: whose rows count, a file may
    hold others.
    """

    files: tuple[Path, ...]
    schema: pa.Schema
    readings: frozenset[str]

    @property
    def size(self) -> int:
        """Bytes of the files."""
        return sum(file.stat().st_size for file in self.files)


@dataclass(frozen=True, slots=True)
class Room:
    """What DuckDB may take. memory: as DuckDB writes it, 2GiB or a share of the machine's, 25%. spill: the beginning of the
    folders' path into which it puts what does not fit; without one it is the system's folder for temporary files.
    """

    memory: str
    spill: Path | None = None


#: a quarter of the machine's memory: reading workers, the rows of a release, the ledger and the system need the rest
USUAL = Room("25%")
