"""Which files of the inbox were taken in already, by what the disk says of them: nothing in the inbox is ever moved, and a
night shall not read years of files to find out that they are known.

A file is remembered when it was read and the ledger knew its bytes under its name; it is passed over as long as the disk
tells the same of it (which file, size, times of content and of name) and the ledger still goes on from where it stood.
What is remembered can be thrown away at any time: then every file is read again, once.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from etl.errors import StoreError
from etl.store.durable import write_durably
from etl.store.inbox import SETTLED
from etl.store.ledger import Ledger


class Seen:
    """What is remembered of one folder. note: the small file that holds it; at: when the run began."""

    def __init__(self, note: Path, ledger: Ledger, at: datetime) -> None:
        self._note, self._ledger = note, ledger
        self._settled = at.timestamp() - SETTLED
        self._known = _remembered(note, ledger)
        self._there: set[str] = set()
        self._read: dict[str, tuple[str, str]] = {}

    def has(self, name: str, stat: os.stat_result) -> bool:
        """Whether this file was taken in, and is still the same."""
        if self._known.get(name) != _version(stat):
            return False
        self._there.add(name)
        return True

    def was_read(self, name: str, stat: os.stat_result, data: bytes) -> None:
        """It was read whole. What was changed just now is not remembered: a clock's tick may hold two changes."""
        if max(stat.st_mtime, stat.st_ctime) < self._settled:
            self._read[name] = (_version(stat), hashlib.sha256(data).hexdigest())

    def keep(self) -> None:
        """Remember what the ledger knows of what was read, and forget what lies there no more."""
        asked = [(sha256, name) for name, (_, sha256) in self._read.items()]
        told = {name: self._read[name][0] for _, name in self._ledger.delivered(asked)}
        if not told and len(self._there) == len(self._known):  # a night with nothing new
            return
        now = {name: version for name, version in self._known.items() if name in self._there} | told
        position = self._ledger.position()
        said = {"rests_on": [position, self._ledger.hash_at(position)], "known": now}
        with suppress(StoreError):  # a disk that refuses: then the files are read again the next time
            write_durably(self._note, json.dumps(said).encode("utf-8", "surrogatepass"))


def _version(stat: os.stat_result) -> str:
    return f"{stat.st_ino} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns}"


def _remembered(note: Path, ledger: Ledger) -> dict[str, str]:
    try:
        said: Any = json.loads(note.read_bytes().decode("utf-8", "surrogatepass"))
        position, last = said["rests_on"]
        known: dict[str, str] = said["known"]  # what is no text there equals no version
        if not isinstance(known, dict) or ledger.hash_at(position) != last or last is None:
            return {}
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    return known
