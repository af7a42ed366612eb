"""Office files whose bytes depend on their parts alone."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime

#: the zip's own clock: the first day that it knows
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_SAVED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms)")


def stored(data: bytes, made: datetime | None = None) -> bytes:
    """The same file, not compressed and with a fixed time: its bytes do not hang on a zlib or on a clock.

    made: put in the place of the times of saving that the file tells.
    """
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as plain:
        for name in packed.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.create_system = 3  # the same on every host
            entry.external_attr = 0o644 << 16
            part = packed.read(name)
            if made is not None and name == "docProps/core.xml":
                part = _SAVED.sub(rb"\g<1>" + f"{made.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode() + rb"\g<2>", part)
            plain.writestr(entry, part)
    return sink.getvalue()
