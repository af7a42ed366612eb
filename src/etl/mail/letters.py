"""Letters in the inbox: a folder for each e-mail, in it its attachments and a note of who says to have sent them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from etl.errors import StoreError
from etl.mail.mime import Mail
from etl.store.durable import make_folder, sweep, sync_folder, temporary_in, write_durably

#: the folder of letters inside the inbox, and the note in each
FOLDER, NOTE = "mail", "thu.json"

#: a folder's name is looked at for units, like a file's: from these letters no name or code can be made by chance
_LETTERS = str.maketrans("0123456789abcdef", "bcdfghjkmnpqrstv")


def letter_id(mail: Mail, files: Iterable[tuple[str, bytes]]) -> str:
    """Names an e-mail by all that it says and holds: the same again is the same, and nobody can take another's place."""
    said = [*asdict(mail).items(), *((name, hashlib.sha256(data).hexdigest()) for name, data in files)]
    return "thu-" + hashlib.sha256(json.dumps(said).encode()).hexdigest()[:24].translate(_LETTERS)


def put(inbox: Path, mail: Mail, files: Iterable[tuple[str, bytes]]) -> bool:
    """Put a letter's attachments and its note into the inbox, all of it or nothing; whether it was not there yet.

    Raises StoreError where the disk refuses.
    """
    given = list(files)
    root = inbox / FOLDER
    place = root / letter_id(mail, given)
    if place.is_dir():
        return False
    make_folder(root)
    sweep(root)
    unfinished = temporary_in(root)
    try:
        write_durably(unfinished / NOTE, json.dumps(asdict(mail), ensure_ascii=False, indent=1).encode("utf-8"))
        for name, data in given:
            write_durably(unfinished / name, data)
        os.rename(unfinished, place)
        sync_folder(root)
    except OSError as error:
        if place.is_dir():  # another run was faster
            return False
        raise StoreError(f"Không ghi được thư vào / the letter cannot be put into {root} ({error.strerror})") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return True


def mail_beside(path: Path) -> Mail | None:
    """What the note beside a file of the inbox says; None where there is none that can be read."""
    try:
        said = json.loads((path.parent / NOTE).read_text("utf-8"))
        texts = {name: said[name] for name in ("address", "name", "subject", "message_id", "date")}
        if not all(isinstance(text, str) for text in texts.values()):
            return None
        return Mail(**texts, answer=said["answer"] is True)
    except (OSError, ValueError, LookupError, TypeError):
        return None


def letter_of(delivery_name: str) -> str | None:
    """The letter that a delivery of the inbox came with; None for a file that somebody put there."""
    parts = delivery_name.split("/")
    return parts[1] if len(parts) == 3 and parts[0] == FOLDER and parts[1].startswith("thu-") else None
