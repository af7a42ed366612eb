"""Error cells of xlsb, which calamine gives as '': found in the sheet's records, whose layout [MS-XLSB] describes."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from etl.model.grids import At
from etl.steps.read.package import Package
from etl.steps.read.sheets_xml import link_targets

_ROW, _CELL_ERROR, _FORMULA_ERROR, _BOOK_SETTINGS, _SHEET = 0, 3, 11, 153, 156
_TEXTS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip


def xlsb_errors(archive: Package) -> dict[str, dict[At, str]]:
    """Sheet name → its error cells. Raises what is in sheets_xml.DAMAGE for a damaged package."""
    names, targets = archive.plain_names, link_targets(archive, "workbook.bin")
    found = {}
    for kind, body in _records(archive.read(_book(names))):
        if kind == _SHEET and len(body) >= 12:
            relation, rest = _text(body[8:])
            name, _ = _text(rest)
            if (part := names.get(targets.get(relation, ""))) is not None:
                found[name] = _errors(archive.read(part))
    return found


def xlsb_from_1904(archive: Package) -> bool:
    """Whether the workbook counts its days from 1904. Raises what is in sheets_xml.DAMAGE for a damaged package."""
    records = _records(archive.read(_book(archive.plain_names)))
    return any(kind == _BOOK_SETTINGS and bool(body) and bool(body[0] & 1) for kind, body in records)


def _book(names: Mapping[str, str]) -> str:
    """The workbook's part. Raises KeyError."""
    found = [name for plain, name in names.items() if plain.endswith("workbook.bin")]
    if not found:
        raise KeyError("workbook.bin")
    return found[0]


def _errors(data: bytes) -> dict[At, str]:
    found: dict[At, str] = {}
    row = 0
    for kind, body in _records(data):
        if kind == _ROW and len(body) >= 4:
            row = struct.unpack_from("<I", body)[0]
        elif kind in (_CELL_ERROR, _FORMULA_ERROR) and len(body) >= 9:
            found[row, struct.unpack_from("<I", body)[0]] = _TEXTS.get(body[8], "#ERROR!")
    return found


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(kind, body) of each record; a stream that is cut off ends early."""
    at, end = 0, len(data)
    while at < end:
        kind = data[at]
        at += 1
        if kind & 0x80 and at < end:
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while at < end and shift < 28:
            byte = data[at]
            size |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if not byte & 0x80:
                break
        yield kind, data[at : at + size]
        at += size


def _text(body: bytes) -> tuple[str, bytes]:
    """A counted UTF-16 text, and what follows it. Raises ValueError when it is cut off."""
    if len(body) < 4:
        raise ValueError("cut off")
    count = struct.unpack_from("<I", body)[0]
    end = 4 + 2 * count if count != 0xFFFFFFFF else 4
    return body[4:end].decode("utf-16-le", "replace"), body[end:]
