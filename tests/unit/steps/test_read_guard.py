"""Each kind of file that is no workbook of ours is refused for its own reason, before a parser touches it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import xlsxwriter

from etl.errors import WorkbookUnreadable
from etl.steps.read import guard, read
from etl.steps.read.guard import kind_of, reaches_too_far

ROOT = Path(__file__).resolve().parents[3]
FORMATS = ROOT / "tests" / "cases" / "formats"
DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><sst/>'


def packed(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def workbook(**cells: object) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for place, value in cells.items():
        sheet.write(place, value)
    book.close()
    return out.getvalue()


def ole(*names: str) -> bytes:
    """The head of an OLE file, and the names of its streams as its directory writes them."""
    return guard.OLE + bytes(504) + b"".join(name.encode("utf-16-le") + bytes(64) for name in names)


def xlsx_with(part: str, body: bytes) -> bytes:
    return packed({"xl/workbook.xml": b"<workbook/>", part: body})


def with_encrypted_manifest() -> bytes:
    manifest = b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    return packed({"mimetype": b"", "content.xml": b"x", "META-INF/manifest.xml": manifest})


REFUSED = {
    "nothing": (b"", "empty_file"),
    "only NUL bytes": (bytes(4096), "damaged"),
    "a locked xlsx": (ole("EncryptionInfo", "EncryptedPackage"), "password"),
    "a locked ods": (with_encrypted_manifest(), "password"),
    "a web page": (b"<html><table><tr><td>1</td></tr></table></html>", "html"),
    "a web page after a comment": (b"\xef\xbb\xbf <!-- xls --> <TABLE border=1>", "html"),
    "a web page in UTF-16": ("<html><body>số liệu</body></html>".encode("utf-16"), "html"),
    "Excel's XML of 2003": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "xml_2003",
    ),
    "other XML": (b'<?xml version="1.0"?><report/>', "not_a_workbook"),
    "a PDF": (b"%PDF-1.7\n1 0 obj", "pdf"),
    "a docx": (packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}), "word"),
    "an odt": (packed({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}), "word"),
    "an rtf": (b"{\\rtf1\\ansi so lieu}", "word"),
    "an old doc": (ole("WordDocument"), "word"),
    "another OLE file": (ole("PowerPoint Document"), "not_a_workbook"),
    "a zip of pictures": (packed({"a.png": b"1", "b.png": b"2"}), "not_a_workbook"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "not_a_workbook"),
    "a gzip": (b"\x1f\x8b\x08\x00" + bytes(range(32)) * 4, "not_a_workbook"),
    "text without any separator": (b"KHCN", "not_a_workbook"),
    "a zip cut off": (workbook(A1="x")[:-400], "damaged"),
    "the head of a zip": (b"PK\x03\x04" + bytes(40), "damaged"),
    "a document type": (xlsx_with("xl/sharedStrings.xml", DOCTYPE), "document_type"),
    "a document type in UTF-16": (
        xlsx_with("xl/sharedStrings.xml", DOCTYPE.decode().encode("utf-16")), "document_type",
    ),
    "a document type behind a long comment": (
        xlsx_with("xl/a.xml", b"<?xml version='1.0'?><!-- <sst> " + b"x" * 9000 + b" --><!DOCTYPE x><sst/>"),
        "document_type",
    ),
    "a document type in the relations": (xlsx_with("xl/_rels/workbook.xml.rels", DOCTYPE), "document_type"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_each_is_refused_for_its_own_reason(what: str) -> None:
    data, code = REFUSED[what]

    with pytest.raises(WorkbookUnreadable) as refused:
        read("tệp.xlsx", data)

    assert refused.value.code == code
    assert refused.value.reason_vi != refused.value.reason_en


def test_a_part_that_unpacks_to_far_too_much_is_not_unpacked() -> None:
    """Its directory says 9 MiB from 9 KiB: nothing is parsed."""
    with pytest.raises(WorkbookUnreadable) as refused:
        kind_of("bom.xlsx", xlsx_with("xl/sharedStrings.xml", b"A" * (9 << 20)))

    assert refused.value.code == "unpacks_too_large"


def test_parts_that_together_unpack_to_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MAX_UNPACKED", 1000)

    with pytest.raises(WorkbookUnreadable) as refused:
        kind_of("bom.xlsx", workbook(A1="x"))

    assert refused.value.code == "unpacks_too_large"


def test_a_container_of_too_many_parts() -> None:
    parts = {f"xl/{i}": b"" for i in range(guard.MAX_PARTS + 1)}

    with pytest.raises(WorkbookUnreadable) as refused:
        kind_of("nhiều.xlsx", packed(parts, zipfile.ZIP_STORED))

    assert refused.value.code == "too_many_parts"


def test_a_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MAX_BYTES", 100)

    with pytest.raises(WorkbookUnreadable) as refused:
        kind_of("lớn.csv", b"a;b\n" * 50)

    assert refused.value.code == "too_large"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (workbook(A1="x"), "xlsx"),
        ((FORMATS / "BC_KHCN_2021_MuongTe.xls").read_bytes(), "xls"),
        ((FORMATS / "BC_KHCN_2021_MuongTe.ods").read_bytes(), "ods"),
        (packed({"xl\\workbook.xml": b"<workbook/>", "xl\\worksheets\\sheet1.xml": b""}), "xlsx"),
        (packed({"XL/Workbook.xml": b"<workbook/>"}), "xlsx"),
        (packed({"sheets/workbook.xml": b"<workbook/>", "sheets/sheet1.xml": b""}), "xlsx"),
        (packed({"xl/workbook.bin": b"", "xl/worksheets/sheet1.bin": b""}), "xlsb"),
        (b"a;b\r\n1;2\r\n", "csv"),
        (b"ten\rso\r", "csv"),
        ("tên\tsố\n".encode("utf-16"), "csv"),
    ],
)
def test_the_content_decides_what_a_file_is(data: bytes, kind: str) -> None:
    assert kind_of("BC.doc", data)[0] == kind


SHEET = '<worksheet><sheetData><row r="{row}"><c r="A{row}"><v>1</v></c>{more}</row></sheetData></worksheet>'


@pytest.mark.parametrize(
    ("row", "more", "far"),
    [
        (1, '<c r="XFD1048576"><v>1</v></c>', True),
        (1, '<c r="L1048576"><v>1</v></c>', False),
        (1, "<c r='XFD2000'><v>1</v></c>", True),
        (1048576, "", False),
        (1, "", False),
    ],
)
def test_a_stray_cell_at_the_end_of_a_sheet_is_told_from_other_deaths(row: int, more: str, far: bool) -> None:
    data = packed({"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": SHEET.format(row=row, more=more).encode()})

    assert reaches_too_far(data) is far


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", workbook(A1="x")[:900], b"a;b"])
def test_a_file_that_cannot_be_looked_at_reaches_nowhere(data: bytes) -> None:
    assert reaches_too_far(data) is False
