"""The files of a release on their way: written part after part, safe, listed, and gone where they become nothing."""

from __future__ import annotations

import hashlib
import random
import resource
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pytest

from etl.errors import StoreError
from etl.model.out import InMemory, Out, Written
from etl.report.typed import typed
from etl.store.bucket import Door, bucket_at
from etl.store.draft import Draft
from etl.store.releases import Releases
from tests.objects import ObjectStore

#: more than an object store takes in one piece
LARGE = random.Random(7).randbytes(12 << 20)


@pytest.fixture(params=["folder", "bucket"])
def releases(request: pytest.FixtureRequest, tmp_path: Path) -> Releases:
    if request.param == "folder":
        return Releases(tmp_path / "releases")
    objects: ObjectStore = request.getfixturevalue("objects")
    door = Door.from_environment(objects.environment())
    return Releases(bucket_at("ETL_STORE", f"s3://{objects.bucket()}/releases", door, tmp_path))


def written(out: Out) -> None:
    out.put("b.csv", b"b\n")
    with out.open("rows/a.parquet") as file:
        for start in range(0, len(LARGE), 1_000_000):
            file.write(LARGE[start : start + 1_000_000])
    out.put("empty.txt", b"")


def test_a_release_is_put_as_it_was_written_and_nothing_is_left_beside_it(releases: Releases) -> None:
    with releases.draft() as draft:
        written(draft)
        sums = draft.seal()
        assert releases.numbers() == []
        releases.put(draft, 3)

    assert releases.numbers() == [3]
    assert releases.names(3) == ["SHA256SUMS", "b.csv", "empty.txt", "rows/a.parquet"]
    assert releases.read(3, "rows/a.parquet") == LARGE
    assert releases.damage(3, sums) == []
    assert not list(releases.root.rglob("*.tmp/*"))


def test_hashes_and_sizes_are_those_of_the_files_on_disk_and_in_memory(tmp_path: Path) -> None:
    draft, held = Draft(tmp_path / "draft"), InMemory()
    written(draft)
    written(held)
    assert draft.files == held.files
    assert held.files["rows/a.parquet"] == Written(len(LARGE), hashlib.sha256(LARGE).hexdigest())
    assert held.contents == {name: (draft.folder / name).read_bytes() for name in draft.files}

    assert draft.seal() == hashlib.sha256((draft.folder / "SHA256SUMS").read_bytes()).hexdigest()
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=draft.folder, check=True)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in draft.folder.rglob("*") if path.is_file()}
    assert modes == {0o440}


def test_in_memory_only_what_is_wanted_is_kept() -> None:
    out = InMemory(kept={"b.csv"})
    written(out)
    assert (set(out.files), out.contents) == ({"b.csv", "empty.txt", "rows/a.parquet"}, {"b.csv": b"b\n"})


def test_a_name_is_written_once(tmp_path: Path) -> None:
    draft, held = Draft(tmp_path / "draft"), InMemory()
    for out, refused in ((draft, StoreError), (held, FileExistsError)):
        out.put("a.csv", b"first")
        with pytest.raises(refused, match=r"a\.csv"):
            out.put("a.csv", b"second")
        assert out.files["a.csv"].size == 5
    assert (draft.folder / "a.csv").read_bytes() == b"first"


def broken(draft: Draft, *, seal: bool = False) -> None:
    """A run that comes to grief over its second file, or when the draft is ready."""
    with draft:
        draft.put("rows/whole.csv", b"1")
        if seal:
            draft.seal()
        with draft.open("half.csv") as file:
            file.write(b"1")
            raise ZeroDivisionError


@pytest.mark.parametrize("seal", [False, True])
def test_what_goes_wrong_leaves_no_folder_and_no_file_half_written(tmp_path: Path, seal: bool) -> None:
    draft = Releases(tmp_path).draft()
    with pytest.raises(ZeroDivisionError):
        broken(draft, seal=seal)
    assert set(draft.files) == {"rows/whole.csv"}
    assert [path.name for path in tmp_path.rglob("*")] == [".tmp"]


def test_what_was_not_sealed_is_gone(tmp_path: Path) -> None:
    with Releases(tmp_path).draft() as draft:
        draft.put("whole.csv", b"1")
    assert [path.name for path in tmp_path.rglob("*")] == [".tmp"]


def test_a_folder_that_was_there_before_stays(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        broken(Draft(tmp_path))
    assert list(tmp_path.iterdir()) == []


@contextmanager
def a_full_disk(file_bytes: int) -> Iterator[None]:
    """No file can grow beyond this."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def plainly(draft: Draft) -> None:
    with draft, draft.open("b.csv") as file:
        file.write(LARGE)


def by_arrow(draft: Draft) -> None:
    table = pa.table({"n": random.Random(7).sample(range(1 << 40), 50_000)})
    with draft, draft.open("rows/n.parquet") as file, typed(file, table.schema) as rows:
        rows.write(table.to_batches()[0])


@pytest.mark.parametrize(("write", "name"), [(plainly, "b.csv"), (by_arrow, "rows/n.parquet")])
def test_a_full_disk_is_told_with_the_file_whoever_writes(
    tmp_path: Path, write: Callable[[Draft], None], name: str
) -> None:
    draft = Releases(tmp_path).draft()
    with a_full_disk(100_000), pytest.raises(StoreError, match=rf"dung lượng đĩa / .*free space: .*{name}"):
        write(draft)
    assert [path.name for path in tmp_path.rglob("*")] == [".tmp"]
