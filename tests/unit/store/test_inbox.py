"""Only whole files are taken; what cannot be taken yet is told and stays where it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from etl.errors import UsageError
from etl.store.inbox import arrived


def names(folder: Path) -> list[str]:
    return [name for name, _ in arrived([folder])]


def test_files_come_by_name_with_their_bytes_and_the_folder_is_only_read(tmp_path: Path) -> None:
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / "b" / "c" / "1.xlsx").write_bytes(b"one")
    (tmp_path / "a.xlsx").write_bytes(b"two")
    for folder in (tmp_path / "b" / "c", tmp_path / "b", tmp_path):
        folder.chmod(0o555)
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}

    assert list(arrived([tmp_path])) == [("a.xlsx", b"two"), ("b/c/1.xlsx", b"one")]
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("name", ["~$BC.xlsx", ".BC.xlsx", "BC.xlsx.part", "Thumbs.db", "ghi chú.md", "truth.json"])
def test_what_lies_beside_submissions_is_passed_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    assert names(tmp_path) == []


def test_a_file_that_somebody_still_writes_waits_and_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"whole")
    with open(tmp_path / "b.xlsx", "wb") as writer:
        writer.write(b"the first half")
        writer.flush()
        assert names(tmp_path) == ["a.xlsx"]
        assert "b.xlsx: đang được ghi, để lần sau / is still being written" in caplog.text
        writer.write(b" and the second")
    assert dict(arrived([tmp_path]))["b.xlsx"] == b"the first half and the second"


def test_a_file_that_vanishes_is_told_and_the_others_are_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a.xlsx", "b.xlsx", "c.xlsx"):
        (tmp_path / name).write_bytes(name.encode())
    files = arrived([tmp_path])
    assert next(files) == ("a.xlsx", b"a.xlsx")
    (tmp_path / "b.xlsx").unlink()

    assert [name for name, _ in files] == ["c.xlsx"]
    assert "b.xlsx: vừa biến mất" in caplog.text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_rights_is_told_and_the_others_are_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"secret")
    (tmp_path / "a.xlsx").chmod(0)
    (tmp_path / "b.xlsx").write_bytes(b"open")
    assert names(tmp_path) == ["b.xlsx"]
    assert "a.xlsx: không đọc được" in caplog.text


def test_a_place_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        names(tmp_path / "none")
