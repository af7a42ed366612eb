"""The zip of a workbook in memory, read with less ceremony than a file on a disk needs.

Every workbook's parts are looked at twice, once by the reader and once for what the reader does not say. What is plainly
as it should be is unpacked at one go, once, and handed on unpacked to the reader too, which takes five times as long to
unpack it by itself; everything else goes the way of `zipfile`, with its checks and its errors.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from functools import cached_property, lru_cache

from isal import isal_zlib
from isal.igzip_lib import IsalError

_ENCRYPTED_OR_PATCHED = 0x21
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LENGTHS = struct.Struct("<HH")
_LOCAL = b"PK\x03\x04"
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _FIRST_DAY = 20, 0x21
#: as much of a workbook's parts is kept unpacked while it is read
_KEPT = 32 << 20
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
        self._kept: dict[tuple[int, int, int], bytes] = {}
        self._room = _KEPT

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
        plain = self._whole(part)
        return super().read(name, pwd) if plain is None else plain

    def head(self, part: zipfile.ZipInfo, size: int) -> bytes:
        """The first bytes of a deflated part, at most so many, unchecked; b"" where it is not plainly such a part."""
        if part.file_size <= self._room and (plain := self._whole(part)) is not None:
            return plain[:size]
        start = self._start(part) if part.compress_type == zipfile.ZIP_DEFLATED else None
        return b"" if start is None or not size else _inflated(self._packed(part, start), size)

    def unpacked(self) -> bytes:
        """The same package with its XML stored unpacked, for a reader; the bytes as they came where it is not plain."""
        bodies, entries, at = [], [], 0
        for part in self.infolist():
            start = self._start(part)
            if start is None or at > _KEPT:
                return self._data
            name, crc = part.orig_filename.encode("ascii"), part.CRC
            plain = self._whole(part) if part.filename.lower().endswith((".xml", ".rels")) else None
            body = self._packed(part, start) if plain is None else plain
            method = part.compress_type if plain is None else zipfile.ZIP_STORED
            same = (_VERSION, 0, method, 0, _FIRST_DAY, crc, len(body), part.file_size, len(name), 0)
            bodies += [_LOCAL_HEADER.pack(_LOCAL, *same), name, body]
            entries += [_ENTRY.pack(b"PK\x01\x02", _VERSION, *same, 0, 0, 0, 0, at), name]
            at += _LOCAL_HEADER.size + len(name) + len(body)
        directory, count = b"".join(entries), len(entries) // 2
        end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), at, 0)
        return b"".join([*bodies, directory, end])

    def _whole(self, part: zipfile.ZipInfo) -> bytes | None:
        """A deflated part whose size and sum are as declared, kept for the next time; None where it is not so."""
        place = part.header_offset, part.file_size, part.CRC
        if (known := self._kept.get(place)) is not None:
            return known
        start = self._start(part)
        if start is None or part.compress_type != zipfile.ZIP_DEFLATED:
            return None
        packed, size = self._packed(part, start), part.file_size
        little = len(packed) <= _SMALL and size <= _SMALL_PLAIN
        plain = _small(bytes(packed), size) if little else _inflated(packed, size)
        if len(plain) != size or isal_zlib.crc32(plain) != part.CRC:
            return None
        if size <= self._room:
            self._kept[place] = plain
            self._room -= size
        return plain

    def _packed(self, part: zipfile.ZipInfo, start: int) -> memoryview:
        return memoryview(self._data)[start : start + part.compress_size]

    def _start(self, part: zipfile.ZipInfo) -> int | None:
        """Where a part's bytes begin, behind its own header, which must agree with the directory; None where that is in doubt."""
        at, name = part.header_offset, part.orig_filename
        if part.compress_type not in _METHODS or part.flag_bits & _ENCRYPTED_OR_PATCHED or not name.isascii():
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
        plain: bytes = isal_zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size)
    except IsalError:  # type: ignore[misc]  # its stub calls a class what is an exception
        return b""
    return plain


@lru_cache(maxsize=_REMEMBERED)
def _small(packed: bytes, size: int) -> bytes:
    return _inflated(packed, size)
