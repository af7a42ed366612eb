"""Objects in the inbox: the folder of what came out of a bucket, and which path an object has there."""

from __future__ import annotations

import hashlib
from pathlib import Path

from etl.store.outbox import plain_name

#: the folder of what came out of a bucket inside the inbox
FOLDER = "s3"

#: a folder's name is looked at for units, like a file's: from these letters no name or code can be made by chance
_LETTERS = str.maketrans("0123456789abcdef", "bcdfghjkmnpqrstv")


def path_of(key: str, *, apart: bool = False) -> Path:
    """Where in that folder an object lies. A key is a stranger's: what is no plain name is made one, and kept apart by its hash.

    apart: keep it apart in any case; its name is taken by a folder, or that of a folder in it by a file.
    """
    parts = [plain_name(part) for part in key.split("/") if part]
    if apart or "/".join(parts) != key:
        parts.insert(0, "khoa-" + hashlib.sha256(key.encode()).hexdigest()[:16].translate(_LETTERS))
    return Path(*parts)
