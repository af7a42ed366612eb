"""The quick way to a part of a zip gives what the careful way gives, or leaves the part to it."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest

from etl.steps.read.package import Package

PARTS = {
    "xl/workbook.xml": b"<workbook/>",
    "xl/worksheets/sheet1.xml": b"<c r='A1'/>" * 9000,
    "empty.xml": b"",
    "số.xml": b"x" * 99,
}


def packed(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in PARTS.items():
            archive.writestr(name, body)
    return out.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2])
def test_every_part_whatever_its_method_and_name(method: int) -> None:
    with Package(packed(method)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == PARTS
        with pytest.raises(KeyError):
            archive.read("absent.xml")


def test_the_head_of_a_part() -> None:
    with Package(packed()) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
        assert archive.head(part, 20) == PARTS[part.filename][:20]
        assert archive.head(archive.getinfo("số.xml"), 20) == b""  # left to the careful way


def test_bytes_that_changed_are_told_as_zipfile_tells_them() -> None:
    data = bytearray(packed())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        at = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    data[at + 30 + len("xl/worksheets/sheet1.xml") + 8] ^= 0xFF

    with Package(bytes(data)) as archive, pytest.raises((zipfile.BadZipFile, zlib.error)):
        archive.read("xl/worksheets/sheet1.xml")


def test_a_part_that_unpacks_to_more_than_it_says_is_not_unpacked_further() -> None:
    data = packed()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = data.replace(size.to_bytes(4, "little"), (11).to_bytes(4, "little"))

    with Package(lying) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
        assert archive.head(part, part.file_size) == PARTS[part.filename][:11]
        with pytest.raises(zipfile.BadZipFile):
            archive.read(part)


def test_a_name_that_differs_from_the_directory_is_told_as_zipfile_tells_it() -> None:
    data = packed().replace(b"xl/workbook.xml", b"xl/workboot.xml", 1)
    with Package(data) as archive, pytest.raises(zipfile.BadZipFile):
        archive.read("xl/workbook.xml")


def test_a_package_handed_on_unpacked_holds_the_same() -> None:
    plain = {name: body for name, body in PARTS.items() if name.isascii()} | {"xl/media/seal.png": b"seal" * 500}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in plain.items():
            archive.writestr(name, body)
    with Package(out.getvalue()) as package, zipfile.ZipFile(io.BytesIO(package.unpacked())) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == plain
        assert archive.getinfo("xl/worksheets/sheet1.xml").compress_type == zipfile.ZIP_STORED
        assert archive.getinfo("xl/media/seal.png").compress_type == zipfile.ZIP_DEFLATED


@pytest.mark.parametrize("data", [packed(), packed(zipfile.ZIP_BZIP2)], ids=["a name with marks", "another method"])
def test_a_package_that_is_not_plain_is_handed_on_as_it_came(data: bytes) -> None:
    with Package(data) as package:
        assert package.unpacked() == data


def test_a_damaged_part_is_handed_on_as_it_is() -> None:
    data = bytearray(packed().replace("số.xml".encode(), b"so.xml.."))
    name = "xl/worksheets/sheet1.xml"
    data[data.find(name.encode()) + len(name) + 8] ^= 0xFF
    with Package(bytes(data)) as package, zipfile.ZipFile(io.BytesIO(package.unpacked())) as archive:
        assert archive.read("xl/workbook.xml") == PARTS["xl/workbook.xml"]
        with pytest.raises((zipfile.BadZipFile, zlib.error)):
            archive.read(name)
