"""ETL_*: where things lie and how wide to run. Cheap to import: every command passes here."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from etl.errors import UsageError
from etl.model.clock import LOCAL_TIME as LOCAL_TIME
from etl.model.stored import USUAL, Room
from etl.store.bucket import SCHEME, Bucket, Door, bucket_at
from etl.store.places import Folder, Place
from etl.store.spill import spill_below

ENGINES = ("processes", "dask")

#: what DuckDB takes for a bound on its memory
_MEMORY = re.compile(r"(?P<number>[0-9]{1,6}(\.[0-9]{1,3})?) ?(?P<unit>[MGT]i?B|%)", re.IGNORECASE)
_BYTES = {"mb": 10**6, "gb": 10**9, "tb": 10**12, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40}
_LEAST = 64 << 20

#: what a checkout has and nothing else does
_MARKS = ("pyproject.toml", "expectations", "data/reference")


@dataclass(frozen=True)
class Settings:
    """Where things lie and how wide to run; all paths are absolute.

    store: the folder of archive and lake, where they are kept apart from the rest of `data`; or s3://bucket/prefix, which
    holds the releases too. door: how an object store is reached. engine: processes (this machine) or dask; scheduler: the
    address of a Dask cluster that runs already. workers: how many files a machine reads at once. memory: what DuckDB may
    take for the figures, as it writes it (2GiB, 25%); what does not fit goes to the cache's disk.
    """

    data: Path
    reference: Path
    expectations: Path
    database_url: str
    store: str | None
    engine: str
    workers: int
    door: Door = field(default_factory=Door)
    scheduler: str = ""
    memory: str = USUAL.memory

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], root: Path) -> Settings:
        """Read ETL_*; what is unset or empty has its default, relative paths count from `root`.

        Raises UsageError, naming the variable, for a value that cannot be used.
        """
        data = _folder(environ, "ETL_DATA", root, "data")
        return cls(
            data=data,
            reference=_folder(environ, "ETL_REFERENCE", root, "data/reference"),
            expectations=_folder(environ, "ETL_EXPECTATIONS", root, "expectations"),
            database_url=_database_url(environ.get("ETL_DATABASE_URL", ""), root, data),
            store=_store(environ.get("ETL_STORE", ""), root),
            engine=_engine(environ.get("ETL_ENGINE", "")),
            workers=_workers(environ.get("ETL_WORKERS", "")),
            door=Door.from_environment(environ),
            scheduler=_scheduler(environ.get("ETL_DASK_ADDRESS", "").strip()),
            memory=_memory(environ.get("ETL_MEMORY", "").strip()),
        )

    @property
    def inbox(self) -> Path:
        return self.data / "inbox"

    @property
    def archive(self) -> Place:
        return self._kept.below("archive")

    @property
    def lake(self) -> Place:
        return self._kept.below("lake")

    @property
    def releases(self) -> Place:
        return self._kept.below("releases") if self.in_bucket else Folder(self.data / "releases")

    @property
    def in_bucket(self) -> bool:
        """Whether archive, lake and releases are objects of an object store."""
        return bool(self.store and self.store.startswith(SCHEME))

    def bucket(self, name: str, url: str) -> Bucket:
        """A place in an object store, as the variable `name` says; copies of what is read lie in the cache."""
        return bucket_at(name, url, self.door, self.cache)

    @property
    def outbox(self) -> Path:
        return self.data / "outbox"

    @property
    def sent(self) -> Path:
        """What went out by e-mail. Not in the outbox: that can be thrown away and made again, letters are not sent again."""
        return self.data / "sent"

    @property
    def cache(self) -> Path:
        """What can be thrown away at any time."""
        return self.data / "cache"

    @property
    def room(self) -> Room:
        """What DuckDB may take for the figures."""
        return Room(self.memory, spill_below(self.cache))

    @property
    def _kept(self) -> Place:
        if self.store and self.in_bucket:
            return self.bucket("ETL_STORE", self.store)
        return Folder(Path(self.store) if self.store else self.data)


def find_root() -> Path:
    """The checkout's root: above this file, else above the current folder, else the current folder."""
    here = Path.cwd()
    for place in (*Path(__file__).resolve().parents, here, *here.parents):
        if all((place / mark).exists() for mark in _MARKS):
            return place
    return here


def _folder(environ: Mapping[str, str], name: str, root: Path, default: str) -> Path:
    path = root / os.path.expanduser(environ.get(name) or default)
    if path.exists() and not path.is_dir():
        raise UsageError(f"{name}: không phải thư mục / not a folder: {path}")
    return path.absolute()


def _database_url(url: str, root: Path, data: Path) -> str:
    if not url:
        return f"sqlite:///{data / 'ledger.sqlite'}"
    scheme, _, rest = url.partition("://")
    if scheme.partition("+")[0] in ("postgresql", "postgres"):
        return url
    path = rest.removeprefix("/")
    if scheme.partition("+")[0] == "sqlite" and rest.startswith("/") and path and not path.startswith(":"):
        return f"sqlite:///{(root / path).absolute()}"
    # the address may hold a password: only its beginning is told
    raise UsageError(
        f"ETL_DATABASE_URL: cần sqlite:///tệp hoặc postgresql://… / "
        f"needs sqlite:///file or postgresql://…, not {scheme!r}"
    )


def _store(store: str, root: Path) -> str | None:
    if not store:
        return None
    if store.startswith(SCHEME):
        bucket_at("ETL_STORE", store, Door(), root)
        return store
    if "://" in store:
        raise UsageError(
            f"ETL_STORE: cần thư mục hoặc s3://bucket/tiền-tố / needs a folder or s3://bucket/prefix: {store!r}"
        )
    return str((root / os.path.expanduser(store)).absolute())


def _engine(engine: str) -> str:
    if engine and engine not in ENGINES:
        raise UsageError(f"ETL_ENGINE: phải là một trong / must be one of {', '.join(ENGINES)}: {engine!r}")
    return engine or ENGINES[0]


def _scheduler(address: str) -> str:
    if address and not address.startswith(("tcp://", "tls://")):
        raise UsageError(
            f"ETL_DASK_ADDRESS: cần tcp://máy:cổng hoặc tls:// / needs tcp://host:port or tls://: {address!r}"
        )
    return address


def _workers(workers: str) -> int:
    if not workers:
        return len(os.sched_getaffinity(0))
    if not (workers.isascii() and workers.isdigit() and int(workers) > 0):
        raise UsageError(f"ETL_WORKERS: phải là số nguyên dương / must be a whole number above 0: {workers!r}")
    return int(workers)


def _memory(memory: str) -> str:
    if not memory:
        return USUAL.memory
    found = _MEMORY.fullmatch(memory)
    if found is not None:
        number, unit = float(found["number"]), found["unit"].lower()
        if 1 <= number <= 100 if unit == "%" else number * _BYTES[unit] >= _LEAST:
            return memory
    raise UsageError(
        f"ETL_MEMORY: cần dung lượng từ 64MiB trở lên, như 2GiB, hoặc phần trăm bộ nhớ của máy, như 25% / "
        f"needs a size of at least 64MiB, as 2GiB, or a share of the machine's memory, as 25%: {memory!r}"
    )
