"""An object store that speaks S3, by pyarrow: a put is whole or absent, nothing is renamed, copies are kept beside the data.

Reads ask the store each time whether a copy still is what lies there (size and time), so that no copy is ever believed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from etl.errors import StoreError, UsageError
from etl.store.durable import SCRATCH, sweep, write_durably
from etl.store.places import Item, Result
from etl.store.secrets import secret

SCHEME = "s3://"

#: requests under way at once; from so many names in one folder on, it is listed instead of asked for each
_AT_ONCE, _LISTED = 16, 8
_CONNECT_SECONDS, _ANSWER_SECONDS = 10, 60
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Door:
    """How the object store is reached; the names are AWS's own. Empty: as its program library finds out by itself."""

    endpoint: str = ""
    region: str = ""
    key: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    authorities: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Door:
        """Read AWS_*; each of the keys may stand in a file that AWS_…_FILE names. Raises UsageError, naming the variable."""
        endpoint = (environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL") or "").strip()
        if endpoint and (urlsplit(endpoint).scheme not in ("http", "https") or urlsplit(endpoint).path.strip("/")):
            raise UsageError(
                f"AWS_ENDPOINT_URL: cần https://máy[:cổng] / needs https://host[:port]: {urlsplit(endpoint).hostname!r}"
            )
        return cls(
            endpoint,
            (environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "us-east-1").strip(),
            secret(environ, "AWS_ACCESS_KEY_ID"), secret(environ, "AWS_SECRET_ACCESS_KEY"),
            secret(environ, "AWS_SESSION_TOKEN"), environ.get("AWS_CA_BUNDLE", "").strip(),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bucket:
    """Objects under `s3://<bucket>/<prefix>/`. root: where copies of them lie on this machine; it can be thrown away."""

    bucket: str
    prefix: str
    door: Door
    root: Path

    def put(self, name: str, data: bytes) -> None:
        try:
            with self._files.open_output_stream(self._key(name)) as sink:
                sink.write(data)
        except OSError as error:
            raise self.refused(name, error) from error

    def open(self, name: str) -> BinaryIO:
        source: BinaryIO = self._files.open_input_file(self._key(name))
        return source

    def read(self, name: str) -> bytes:
        with self.open(name) as source:
            return source.read()

    def has(self, name: str) -> bool:
        return bool(self._found([name]))

    def differs(self, name: str, sha256: str) -> str | None:
        hashed = hashlib.sha256()
        try:
            with self.open(name) as source:
                while piece := source.read(_PIECE):
                    hashed.update(piece)
        except FileNotFoundError:
            return "thiếu / missing"
        except OSError as error:
            return f"không đọc được / cannot be read ({error})"
        return None if hashed.hexdigest() == sha256 else "đã bị sửa / changed"

    def names(self, under: str = "") -> list[str]:
        return sorted(self.listed(under))

    def listed(self, under: str = "") -> dict[str, tuple[int, int]]:
        """Name relative to the folder → size in bytes and time of the last put in ns, of everything below it."""
        from pyarrow.fs import FileSelector

        base = self._key(under).rstrip("/")
        return self._asked(base, FileSelector(base, allow_not_found=True, recursive=True))

    def folders(self) -> list[str]:
        from pyarrow.fs import FileSelector, FileType

        base = self._key("").rstrip("/")
        found = self._info(FileSelector(base, allow_not_found=True))
        return sorted(one.base_name for one in found if one.type == FileType.Directory)

    def remove(self, name: str) -> None:
        try:
            self._files.delete_file(self._key(name))
        except FileNotFoundError:
            return
        except OSError as error:
            raise self.refused(name, error) from error

    def local(self, names: Iterable[str]) -> dict[str, Path]:
        found = self._found(list(names))
        list(self.each(lambda name: self._copied(name, found[name]), found))
        return {name: self.root / name for name in found}

    @contextmanager
    def lent(self, names: Iterable[str]) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="etl-lent-") as place:
            list(self.each(lambda name: self._lent(Path(place) / name, name), set(names)))
            yield Path(place)

    def adopt(self, folder: Path, name: str, seal: str) -> None:
        files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        for left in {seal, *self.names(name)} - (set(files) - {seal}):
            self.remove(f"{name}/{left}")
        rest = sorted(set(files) - {seal})
        list(self.each(lambda file: self._put_file(f"{name}/{file}", files[file]), rest))
        self._put_file(f"{name}/{seal}", files[seal])
        shutil.rmtree(folder)

    def sweep(self) -> list[Path]:
        return sweep(self.root / SCRATCH)

    def where(self, name: str = "") -> str:
        return SCHEME + self._key(name).rstrip("/")

    def below(self, name: str) -> Bucket:
        return Bucket(self.bucket, f"{self.prefix}/{name}".strip("/"), self.door, self.root / name)

    def each(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            under_way: deque[Future[Result]] = deque()
            for item in items:
                under_way.append(pool.submit(work, item))
                if len(under_way) > _AT_ONCE:  # the next item is not made before there is room for it
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()

    def _put_file(self, name: str, path: Path) -> None:
        """Put a file of this machine; it is not read into memory."""
        import pyarrow as pa

        with pa.memory_map(str(path)) as file:
            self.put(name, file.read_buffer())

    @property
    def _files(self) -> Any:
        return _filesystem(self.door)

    def _key(self, name: str) -> str:
        return "/".join(part for part in (self.bucket, self.prefix, name) if part)

    def _found(self, names: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Those of the names that are there, with size and time; a folder with many of them is listed once."""
        folders: dict[str, list[str]] = {}
        for name in names:
            folders.setdefault(name.rpartition("/")[0], []).append(name)
        found: dict[str, tuple[int, int]] = {}
        for folder, mine in folders.items():
            if len(mine) > _LISTED:
                there = {f"{folder}/{name}".strip("/"): told for name, told in self.listed(folder).items()}
                found |= {name: there[name] for name in mine if name in there}
        few = [name for mine in folders.values() if len(mine) <= _LISTED for name in mine]
        if few:
            found |= self._asked(self._key("").rstrip("/"), [self._key(name) for name in few])
        return found

    def _asked(self, base: str, question: Any) -> dict[str, tuple[int, int]]:
        from pyarrow.fs import FileType

        files = (one for one in self._info(question) if one.type == FileType.File)
        return {one.path.removeprefix(f"{base}/"): (one.size, one.mtime_ns) for one in files}

    def _info(self, question: Any) -> Any:
        try:
            return self._files.get_file_info(question)
        except OSError as error:
            raise self.refused("", error) from error

    def _copied(self, name: str, told: tuple[int, int]) -> None:
        path = self.root / name
        try:
            stat = path.stat()
            if (stat.st_size, stat.st_mtime_ns) == told:
                return
        except FileNotFoundError:
            pass
        write_durably(path, self._downloaded(name), self.root / SCRATCH)
        os.utime(path, ns=(told[1], told[1]))

    def _lent(self, path: Path, name: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self._downloaded(name))

    def _downloaded(self, name: str) -> bytes:
        try:
            return self.read(name)
        except OSError as error:
            raise StoreError(
                f"Không lấy được tệp từ kho đối tượng / an object cannot be fetched: {self.where(name)} ({error})"
            ) from error

    def refused(self, name: str, error: Exception) -> StoreError:
        """What a person is told."""
        return StoreError(
            f"Kho đối tượng từ chối hoặc không trả lời; hãy xem AWS_ENDPOINT_URL, khóa và quyền trên bucket (etl doctor) / "
            f"the object store refuses or does not answer; look at AWS_ENDPOINT_URL, the keys and rights on the bucket "
            f"(etl doctor): {self.where(name)} ({error})"
        )


def bucket_at(name: str, url: str, door: Door, copies: Path) -> Bucket:
    """s3://bucket/prefix as a place. name: the variable that says so. copies: a folder of this machine; each address gets its own inside.

    Raises UsageError for what is no such address.
    """
    bucket, _, prefix = url.removeprefix(SCHEME).partition("/")
    parts = prefix.strip("/").split("/") if prefix.strip("/") else []
    if not url.startswith(SCHEME) or not bucket or not all(parts) or {".", ".."} & set(parts):
        raise UsageError(f"{name}: cần s3://bucket/tiền-tố / needs s3://bucket/prefix: {url!r}")
    named = hashlib.sha256(f"{door.endpoint} {bucket}/{'/'.join(parts)}".encode()).hexdigest()[:16]
    return Bucket(bucket, "/".join(parts), door, copies / named)


@lru_cache(maxsize=8)
def _filesystem(door: Door) -> Any:
    from pyarrow.fs import S3FileSystem

    given: dict[str, Any] = {
        "region": door.region,
        "connect_timeout": _CONNECT_SECONDS,
        "request_timeout": _ANSWER_SECONDS,
    }
    if door.key:
        given |= {"access_key": door.key, "secret_key": door.secret, "session_token": door.token or None}
    if door.endpoint:
        given |= {"scheme": urlsplit(door.endpoint).scheme, "endpoint_override": urlsplit(door.endpoint).netloc}
    if door.authorities:
        given["tls_ca_file_path"] = door.authorities
    # delayed: one request for a small object, in the place of three; not in the background, where a large one is copied whole
    return S3FileSystem(allow_delayed_open=True, background_writes=False, **given)
