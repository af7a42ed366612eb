"""Office files whose bytes depend on their parts alone."""

from __future__ import annotations

import io
import zipfile

#: the zip's own clock: the first day that it knows
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def stored(data: bytes) -> bytes:
    """The same file, not compressed and with a fixed time: its bytes do not hang on a zlib or on a clock."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as plain:
        for name in packed.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.create_system = 3  # the same on every host
            entry.external_attr = 0o644 << 16
            plain.writestr(entry, packed.read(name))
    return sink.getvalue()
