"""The zip of a workbook in memory, read with less ceremony than a file on a disk needs.

Every workbook's parts are looked at twice, once by the reader and once for what the reader does not say. What is plainly
as it should be is unpacked at one go; everything else goes the way of `zipfile`, with its checks and its errors.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from functools import cached_property, lru_cache

_ENCRYPTED_OR_PATCHED = 0x21
_LENGTHS = struct.Struct("<HH")
_LOCAL = b"PK\x03\x04"
#: packed parts up to this size are alike to the byte in the workbooks of one program: unpacked once for many of them
_SMALL, _SMALL_PLAIN, _REMEMBERED = 4 << 10, 64 << 10, 256


def plain_name(part: str) -> str:
    """A part's name as everybody should write it: some programs write backslashes, capitals or a slash before it."""
    return part.replace("\\", "/").lstrip("/").lower()


class Package(zipfile.ZipFile):
    """A zip whose bytes are at hand. Raises what ZipFile raises."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))
        self._data = data

    @cached_property
    def plain_names(self) -> Mapping[str, str]:
        """Each part's plain name → the name under which the archive holds it."""
        return {plain_name(name): name for name in self.namelist()}

    def called(self, end: str) -> str:
        """The part whose name ends so, wherever it lies. Raises KeyError."""
        names = self.plain_names
        found = sorted((name for name in names if name == end or name.endswith("/" + end)), key=lambda n: (len(n), n))
        if not found:
            raise KeyError(end)
        return names[found[0]]

    def read(self, name: str | zipfile.ZipInfo, pwd: bytes | None = None) -> bytes:
        """A whole part. Never more than its declared size is unpacked."""
        part = name if isinstance(name, zipfile.ZipInfo) else self.getinfo(name)
        plain = self.head(part, part.file_size)
        if len(plain) == part.file_size and zlib.crc32(plain) == part.CRC:
            return plain
        return super().read(name, pwd)

    def head(self, part: zipfile.ZipInfo, size: int) -> bytes:
        """The first bytes of a deflated part, at most so many, unchecked; b"" where it is not plainly such a part."""
        start = self._start(part)
        if start is None or not size:
            return b""
        packed = memoryview(self._data)[start : start + part.compress_size]
        return (
            _small(bytes(packed), size) if len(packed) <= _SMALL and size <= _SMALL_PLAIN else _inflated(packed, size)
        )

    def _start(self, part: zipfile.ZipInfo) -> int | None:
        """Where the bytes of a deflated part begin: behind its own header, which must agree with the directory."""
        at, name = part.header_offset, part.orig_filename
        if part.compress_type != zipfile.ZIP_DEFLATED or part.flag_bits & _ENCRYPTED_OR_PATCHED or not name.isascii():
            return None
        if self._data[at : at + 4] != _LOCAL or len(self._data) < at + 30:
            return None
        named, more = _LENGTHS.unpack_from(self._data, at + 26)
        start: int = at + 30 + named + more
        end = getattr(part, "_end_offset", None)  # newer Pythons refuse parts that overlap
        overlaps = end is not None and start + part.compress_size > end
        return None if overlaps or self._data[at + 30 : at + 30 + named] != name.encode("ascii") else start


def _inflated(packed: bytes | memoryview, size: int) -> bytes:
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size)
    except zlib.error:
        return b""


@lru_cache(maxsize=_REMEMBERED)
def _small(packed: bytes, size: int) -> bytes:
    return _inflated(packed, size)
