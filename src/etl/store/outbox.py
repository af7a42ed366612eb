"""What goes back to senders: a folder a unit, in it a folder a delivery; all of it can be made again from the ledger."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from etl.store.durable import sweep, write_durably

if TYPE_CHECKING:
    from etl.store.ledger import DeliveryRecord, Ledger

#: where deliveries go whose sender is not known
UNKNOWN = "chua-ro-don-vi"

_CODE = re.compile(r"[A-Za-z0-9]{1,20}")
_NOT_IN_NAMES = re.compile(r"[^\w .()-]|\s+")
#: hidden beside the units' folders: the ledger's position up to which everything was written
_REACHED = ".reached"
_LONGEST_NAME = 120  # bytes; file systems take 255


class Outbox:
    """The root folder of what goes back. A unit's folder holds nothing of any other unit."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, unit_or_sender: str, delivery: str) -> Path:
        """Where the files of a delivery lie. Neither name is trusted: what is no plain code is replaced by its hash."""
        return self.root / _plain(unit_or_sender or UNKNOWN) / _plain(delivery)

    def write(self, unit_or_sender: str, delivery: str, files: Mapping[str, bytes]) -> Path:
        """Put files for a sender; each is whole or absent, the same again changes nothing. Returns the folder."""
        folder = self.folder(unit_or_sender, delivery)
        wanted = {plain_name(name): data for name, data in files.items()}
        for name, data in sorted(wanted.items()):
            place = folder / name
            if not _holds(place, data):
                write_durably(place, data, self.root)  # unfinished beside it, another run would take it for an old one
        for old in sorted(folder.iterdir()) if folder.is_dir() else ():
            if old.is_file() and old.name not in wanted:
                old.unlink(missing_ok=True)
        return folder

    def position(self) -> int:
        """Up to which event of the ledger what goes back was written; 0 for a new folder."""
        try:
            return int((self.root / _REACHED).read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return 0

    def reached(self, position: int) -> None:
        """Remember it. Two runs may write it in either order: what is then done twice comes out the same.

        What a killed run left unfinished beside it goes.
        """
        sweep(self.root)
        write_durably(self.root / _REACHED, str(position).encode("ascii"))


def _holds(place: Path, data: bytes) -> bool:
    try:
        return place.read_bytes() == data
    except FileNotFoundError:
        return False


def whose(units: Iterable[str]) -> str:
    """Whose a delivery is that gave submissions of these units; a file of several units or of none is nobody's."""
    found = set(units)
    return found.pop() if len(found) == 1 else UNKNOWN


def stirred(ledger: Ledger, after: int) -> list[DeliveryRecord]:
    """Deliveries of which the ledger recorded something after an event: they came, or what became of them changed."""
    events = ledger.events(after)
    if not events:
        return []
    new = {name for e in events for name in e.payload.get("deliveries", {})}
    moved = {name for e in events for part in ("states", "readings") for name in e.payload.get(part, {})}
    return ledger.deliveries_of(ids=new, sha256s={one.sha256 for one in ledger.submissions_named(moved)})


def _plain(name: str) -> str:
    if name == UNKNOWN or _CODE.fullmatch(name):
        return name
    return "x-" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def plain_name(name: str) -> str:
    """A file name that is one: no folders, no control signs, no leading point, not too long; the ending is kept."""
    text = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    text = _NOT_IN_NAMES.sub(lambda found: " " if found.group().isspace() else "_", text).strip(" .") or "tep"
    stem, point, ending = text.rpartition(".")
    if not point:
        stem, ending = text, ""
    room = _LONGEST_NAME - len(point + ending)
    return stem.encode("utf-8")[:room].decode("utf-8", "ignore").strip() + point + ending
