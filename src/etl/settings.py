"""ETL_*: where things lie and how wide to run. Cheap to import: every command passes here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from etl.errors import UsageError
from etl.model.clock import LOCAL_TIME as LOCAL_TIME

ENGINES = ("processes", "dask")

#: what a checkout has and nothing else does
_MARKS = ("pyproject.toml", "expectations", "data/reference")


@dataclass(frozen=True)
class Settings:
    """Where things lie and how wide to run; all paths are absolute.

    store: the folder of archive and lake, where they are kept apart from the rest of `data`.
    engine: processes (this machine) or dask. workers: how many batches run at once.
    """

    data: Path
    reference: Path
    expectations: Path
    database_url: str
    store: str | None
    engine: str
    workers: int

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
        )

    @property
    def inbox(self) -> Path:
        return self.data / "inbox"

    @property
    def archive(self) -> Path:
        return self._kept / "archive"

    @property
    def lake(self) -> Path:
        return self._kept / "lake"

    @property
    def releases(self) -> Path:
        return self.data / "releases"

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
    def _kept(self) -> Path:
        return Path(self.store) if self.store else self.data


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
    if "://" in store:
        raise UsageError(f"ETL_STORE: chỉ dùng được thư mục / only a folder can be used here: {store!r}")
    return str((root / os.path.expanduser(store)).absolute())


def _engine(engine: str) -> str:
    if engine and engine not in ENGINES:
        raise UsageError(f"ETL_ENGINE: phải là một trong / must be one of {', '.join(ENGINES)}: {engine!r}")
    return engine or ENGINES[0]


def _workers(workers: str) -> int:
    if not workers:
        return len(os.sched_getaffinity(0))
    if not (workers.isascii() and workers.isdigit() and int(workers) > 0):
        raise UsageError(f"ETL_WORKERS: phải là số nguyên dương / must be a whole number above 0: {workers!r}")
    return int(workers)
