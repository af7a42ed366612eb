"""Look at the container before a parser does: what it is, and whether it is safe to unpack."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from functools import lru_cache
from typing import IO

from etl.errors import WorkbookUnreadable
from etl.steps.read.package import Package

#: a workbook that unpacks to more is refused before parsing; a district's has some hundred kB
MAX_UNPACKED = 300 * 1024 * 1024
MAX_PART = 200 * 1024 * 1024
MAX_RATIO = 400
MAX_PARTS = 20_000
_RATIO_FLOOR = 8 * 1024 * 1024
MAX_BYTES = 100 * 1024 * 1024

#: how an old xls, an old Word document and every encrypted Office file begin
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(rb"^\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|table|meta|div|style)", re.I | re.S)
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORKBOOK_STREAMS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book", "WORKBOOK", "BOOK"))

#: what a sheet may span: a reader holds the whole rectangle, about 50 bytes a cell
MOST_CELLS = 20_000_000
_MOST_LOOKED_AT = 64 * 1024 * 1024
_CELL_NAME = re.compile(rb"""\br=["']([A-Za-z]{1,3})([0-9]{1,7})["']""")
_LONGEST_PROLOG = 1 << 20
_FIRST_LOOK = 2048
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.S)
_ROOT_ELEMENT = re.compile(rb"<[A-Za-z_]")

_REASONS = {
    "empty_file": ("tệp rỗng (0 byte); hãy gửi lại tệp", "the file is empty (0 bytes); send it again"),
    "too_large": ("tệp lớn quá mức cho phép", "the file is larger than allowed"),
    "password": (
        "tệp có mật khẩu; hãy bỏ mật khẩu (Tệp > Thông tin > Bảo vệ) rồi gửi lại",
        "protected by a password; remove it (File > Info > Protect) and send again",
    ),
    "html": (
        "tệp là trang web (HTML) mang tên bảng tính; hãy mở bằng Excel, lưu lại dạng .xlsx rồi gửi",
        "a web page (HTML) under a workbook's name; open it in Excel, save as .xlsx and send again",
    ),
    "xml_2003": (
        "tệp là XML Spreadsheet 2003; hãy lưu lại dạng .xlsx rồi gửi",
        "an XML Spreadsheet 2003; save it as .xlsx and send again",
    ),
    "pdf": (
        "tệp là PDF, không phải bảng tính; hãy gửi tệp Excel gốc",
        "a PDF, not a workbook; send the Excel file itself",
    ),
    "word": (
        "tệp là văn bản Word, không phải bảng tính; hãy gửi tệp Excel",
        "a Word document, not a workbook; send the Excel file",
    ),
    "not_a_workbook": ("tệp không phải bảng tính (xlsx, xls, ods, csv)", "not a workbook (xlsx, xls, ods, csv)"),
    "damaged": (
        "tệp bị hỏng hoặc tải lên chưa xong; hãy mở lại bằng Excel, lưu và gửi lại",
        "damaged or cut off; open it in Excel, save and send it again",
    ),
    "unpacks_too_large": (
        "tệp giải nén ra quá lớn (dấu hiệu bom nén); không mở",
        "unpacks to far too much (a zip bomb); not opened",
    ),
    "too_many_parts": ("tệp nén có quá nhiều thành phần; không mở", "the container has too many parts; not opened"),
    "document_type": (
        "tệp khai báo kiểu tài liệu XML (DTD), không an toàn; hãy lưu lại bằng Excel",
        "declares an XML document type (DTD), which is unsafe; save it again in Excel",
    ),
    "nul_bytes": (
        "tệp csv có ký tự NUL, dữ liệu có thể đã hỏng; hãy xuất lại từ Excel",
        "the csv holds NUL bytes, its data may be damaged; export it again",
    ),
    "too_many_cells": (
        "bảng tính có quá nhiều ô (hoặc có ô lạc ở rất xa); hãy xoá các ô thừa rồi lưu lại",
        "too many cells (or a stray cell far away); delete what is not needed and save again",
    ),
    "too_slow": (
        "đọc tệp quá lâu nên đã dừng; hãy xoá các sheet và ô thừa rồi gửi lại",
        "reading took too long and was stopped; delete sheets and cells not needed and send again",
    ),
    "reader_died": (
        "bộ đọc dừng đột ngột khi mở tệp; hãy lưu lại bằng Excel dạng .xlsx",
        "the reader broke down on this file; save it again in Excel as .xlsx",
    ),
}


def refuse(name: str, code: str, detail: str = "") -> WorkbookUnreadable:
    """The error for a reason code, with its plain sentence in both languages."""
    vi, en = _REASONS[code]
    tail = f" ({detail})" if detail else ""
    return WorkbookUnreadable(name, code, vi + tail, en + tail)


def kind_of(name: str, data: bytes) -> tuple[str, Package | None]:
    """xlsx | xlsb | ods | xls | csv by content, never by name, and the package where it is one.

    Raises WorkbookUnreadable with the reason.
    """
    if not data.strip(b"\x00"):
        raise refuse(name, "empty_file" if not data else "damaged")
    if len(data) > MAX_BYTES:
        raise refuse(name, "too_large", f"{len(data) >> 20} MiB > {MAX_BYTES >> 20} MiB")
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zip_kind(name, data)
    return _ole_kind(name, data) if data[:8] == OLE else _flat_kind(name, data), None


def _ole_kind(name: str, data: bytes) -> str:
    if _ENCRYPTED in data:
        raise refuse(name, "password")
    if any(stream in data for stream in _WORKBOOK_STREAMS):
        return "xls"
    if "WordDocument".encode("utf-16-le") in data:
        raise refuse(name, "word")
    raise refuse(name, "not_a_workbook")


def _flat_kind(name: str, data: bytes) -> str:
    head = data[:4096].lstrip(b"\xef\xbb\xbf")
    if head[:5] == b"%PDF-":
        raise refuse(name, "pdf")
    if head[:5] == b"{\\rtf":
        raise refuse(name, "word")
    plain = head.decode("utf-16", "ignore").encode() if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head
    if _HTML.match(plain):
        raise refuse(name, "html")
    if plain.lstrip()[:5] == b"<?xml":
        code = "xml_2003" if b"urn:schemas-microsoft-com:office:spreadsheet" in data[:8192] else "not_a_workbook"
        raise refuse(name, code)
    if head[:2] in (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00"):  # a bare BIFF stream without its OLE shell
        return "xls"
    if _is_text(data, plain):
        return "csv"
    raise refuse(name, "not_a_workbook")


def _is_text(data: bytes, plain: bytes) -> bool:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    control = sum(byte < 9 or 13 < byte < 32 for byte in plain)
    return control <= len(plain) // 100 + 2 and any(mark in data for mark in (b";", b",", b"\t", b"|", b"\n", b"\r"))


def _zip_kind(name: str, data: bytes) -> tuple[str, Package]:
    try:
        archive = Package(data)
        parts = archive.infolist()
        _check_sizes(name, parts)
        kind = _package_kind(name, archive)
        _check_doctype(name, archive, parts)
        return kind, archive
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError, EOFError) as error:
        raise refuse(name, "damaged", "zip") from error


def _package_kind(name: str, archive: Package) -> str:
    names = archive.plain_names
    if any(part.endswith("workbook.bin") for part in names):
        return "xlsb"
    if any(part.startswith("xl/") or part.endswith("workbook.xml") for part in names):
        return "xlsx"
    if "content.xml" in names:
        if "manifest:encryption-data" in _text_of(archive, "META-INF/manifest.xml"):
            raise refuse(name, "password")
        if "opendocument.text" in _text_of(archive, "mimetype"):
            raise refuse(name, "word")
        return "ods"
    raise refuse(name, "word" if any(part.startswith("word/") for part in names) else "not_a_workbook")


def _text_of(archive: zipfile.ZipFile, part: str) -> str:
    try:
        with archive.open(part) as stream:
            return stream.read(1 << 20).decode("utf-8", "replace")
    except (KeyError, zipfile.BadZipFile, RuntimeError):
        return ""


def _check_sizes(name: str, parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MAX_PARTS:
        raise refuse(name, "too_many_parts", str(len(parts)))
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise refuse(name, "unpacks_too_large", f"> {MAX_UNPACKED >> 20} MiB")
    for part in parts:
        ratio = part.file_size / max(part.compress_size, 1)
        if part.file_size > MAX_PART or (part.file_size > _RATIO_FLOOR and ratio > MAX_RATIO):
            raise refuse(name, "unpacks_too_large", f"{part.file_size >> 20} MiB, {ratio:.0f}:1")


def _check_doctype(name: str, archive: Package, parts: list[zipfile.ZipInfo]) -> None:
    """A DTD stands before the root element; however long the comments before it are, they are read."""
    for part in parts:
        if not part.filename.lower().endswith((".xml", ".rels", ".vml")) or not part.file_size:
            continue
        if _begins_plainly(archive.head(part, _FIRST_LOOK)):
            continue
        try:
            with archive.open(part) as stream:
                if _has_doctype(stream):
                    raise refuse(name, "document_type", part.filename[:60])
        except (zipfile.BadZipFile, RuntimeError, EOFError, NotImplementedError, OSError, zlib.error):
            continue  # damaged parts are the parser's to judge: some readers do without them


@lru_cache(maxsize=256)  # the small parts of most workbooks are one program's, alike to the byte
def _begins_plainly(head: bytes) -> bool:
    """The root element stands in the first bytes, with no comment, no DTD and no other encoding there: most parts."""
    return (
        _ROOT_ELEMENT.search(head) is not None
        and b"<!" not in head
        and b"\x00" not in head
    )  # fmt: skip


def _has_doctype(stream: IO[bytes]) -> bool:
    head = b""
    while len(head) < _LONGEST_PROLOG and (more := stream.read(len(head) + _FIRST_LOOK)):
        head += more.replace(b"\x00", b"")  # UTF-16 as well
        if b"<!DOCTYPE" in head.upper():
            return True
        if _ROOT_ELEMENT.search(_COMMENT.sub(b"", head)):
            return False
    return len(head) >= _LONGEST_PROLOG  # nobody writes so much before the first element


def reaches_too_far(data: bytes) -> bool:
    """Whether a sheet of an xlsx spans more cells than a reader can hold, however few are filled.

    Slow, so only asked when a reader has died on the file. At most _MOST_LOOKED_AT bytes of each sheet are read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sheets = [part for part in archive.infolist() if part.filename.lower().startswith("xl/worksheets/")]
            return any(_span(archive, sheet) > MOST_CELLS for sheet in sheets)
    except (zipfile.BadZipFile, RuntimeError, EOFError, NotImplementedError, OSError, ValueError, zlib.error):
        return False


def _span(archive: zipfile.ZipFile, sheet: zipfile.ZipInfo) -> int:
    """Cells of the smallest rectangle around all cells of the sheet."""
    rows, columns = [0, 0], [0, 0]
    with archive.open(sheet) as stream:
        rest, left = b"", _MOST_LOOKED_AT
        while left > 0 and (more := stream.read(min(left, 1 << 20))):
            left -= len(more)
            for letters, digits in _CELL_NAME.findall(rest + more):
                row, column = int(digits), _number_of(letters)
                rows = [min(rows[0] or row, row), max(rows[1], row)]
                columns = [min(columns[0] or column, column), max(columns[1], column)]
            rest = more[-16:]
    return (rows[1] - rows[0] + 1) * (columns[1] - columns[0] + 1)


def _number_of(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
