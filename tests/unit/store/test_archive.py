"""The original bytes are kept for good, whole, under their hash."""

from __future__ import annotations

import hashlib

import pytest

from etl.errors import StoreError
from etl.store.archive import Archive


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "kho lưu")


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04 workbook", bytes(range(256)) * 4096], ids=["empty", "small", "1 MiB"]
)
def test_what_was_put_comes_back_under_its_hash(archive, data):
    sha256 = archive.put(data)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert archive.get(sha256) == data
    assert archive.path(sha256) == archive.root / sha256[:2] / sha256[2:4] / sha256
    assert list(archive.all()) == [sha256]


def test_the_same_bytes_again_are_not_written_again(archive):
    sha256 = archive.put(b"report")
    before = archive.path(sha256).stat()
    archive.put(b"report")
    after = archive.path(sha256).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_nobody_may_write_what_is_kept(archive):
    path = archive.path(archive.put(b"report"))
    assert path.stat().st_mode & 0o777 == 0o440
    assert {folder.stat().st_mode & 0o777 for folder in (path.parent, path.parent.parent, archive.root)} == {0o750}


def test_damaged_bytes_are_refused_in_two_languages(archive):
    sha256 = archive.put(b"report")
    path = archive.path(sha256)
    path.chmod(0o640)
    path.write_bytes(b"rep0rt")
    with pytest.raises(StoreError, match=r"bị hỏng.*/ .*damaged"):
        archive.get(sha256)


def test_missing_bytes_are_told_in_two_languages(archive):
    sha256 = hashlib.sha256(b"never sent").hexdigest()
    assert not archive.has(sha256)
    with pytest.raises(StoreError, match=r"thiếu tệp gốc.*/ .*lacks"):
        archive.get(sha256)


@pytest.mark.parametrize("name", ["", "../../../etc/passwd", "A" * 64, "a" * 63, f"../{'a' * 61}"])
def test_a_name_never_becomes_a_path(archive, name):
    with pytest.raises(StoreError, match="sha256"):
        archive.get(name)


def test_what_an_interrupted_write_left_behind_is_not_counted(archive):
    sha256 = archive.put(b"report")
    path = archive.path(sha256)
    path.with_name(f".{sha256}.0011.tmp").write_bytes(b"rep")
    assert list(archive.all()) == [sha256]
    assert archive.get(sha256) == b"report"


def test_a_disk_that_refuses_is_told_with_the_place(archive):
    archive.root.write_text("a file where the folder should be")
    with pytest.raises(StoreError, match=r"Không ghi được.*/ cannot be written"):
        archive.put(b"report")
    assert archive.root.read_text().startswith("a file")
