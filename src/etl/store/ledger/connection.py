"""How the ledger's database is opened, read and written: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from etl.errors import StoreError
from etl.store.ledger.mounts import mounts, network_kind
from etl.store.ledger.schema import HEAD

#: how long a run waits for another one's transaction, in seconds
PATIENCE = 30

#: the lock that makes PostgreSQL's writers follow one another, as SQLite's do: the hash chain needs one order
_WRITER_LOCK = 7_205_759_403


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///file` or `postgresql://…`. No connection is kept between uses, so it survives a fork.

    Raises StoreError where the URL means no such database.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise StoreError("Địa chỉ sổ cái không đọc được / the ledger's address is no database URL") from error
    if address.get_backend_name() == "sqlite":
        return _sqlite(address)
    if address.get_backend_name() in ("postgresql", "postgres"):
        return _postgresql(address)
    raise StoreError(
        f"Sổ cái chỉ dùng SQLite hoặc PostgreSQL / the ledger works on SQLite or PostgreSQL only: {address.drivername}"
    )


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view: what others commit meanwhile is not seen. Raises StoreError where the database fails."""
    with _told(engine), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One writing transaction; writers follow one another from its first statement on (BEGIN IMMEDIATE).

    Raises StoreError where the database fails, or another run holds it for longer than `PATIENCE`.
    """
    with _told(engine), engine.connect() as connection:
        connection = connection.execution_options(etl_writing=True)
        with connection.begin():
            yield connection


def upgrade(engine: Engine) -> None:
    """Bring the tables to the newest migration. Alembic is imported only when there is something to do."""
    with reading(engine) as connection:
        if version_of(connection) == HEAD:
            return
    with writing(engine) as connection:
        if version_of(connection) != HEAD:  # another run may have been faster
            migrate(connection)


def version_of(connection: Connection) -> str | None:
    """The migration that a database stands at; None for an empty one."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def migrate(connection: Connection, to: str = "head") -> None:
    """Bring the tables to a migration, inside the caller's transaction."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
    except CommandError as error:
        raise StoreError(
            f"Sổ cái do phiên bản mới hơn của chương trình tạo, hãy nâng cấp chương trình / "
            f"the ledger was written by a newer version of this program, upgrade the program: {error}"
        ) from error


def _sqlite(address: URL) -> Engine:
    if not address.database or address.database.startswith(":"):
        raise StoreError("Sổ cái phải là một tệp / the ledger must be a file: sqlite:///…")
    _refuse_share(Path(address.database))
    _prepare_file(Path(address.database))
    engine = create_engine(
        address.set(drivername="sqlite+pysqlite"), poolclass=NullPool, connect_args={"timeout": PATIENCE}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # the driver must not begin transactions by itself, or BEGIN IMMEDIATE comes too late (SQLAlchemy's recipe)
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        # a committed batch must outlast a power cut: the outbox and the releases rest on it
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("etl_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _refuse_share(path: Path) -> None:
    kind = network_kind(path.parent.resolve(), mounts())
    if kind is not None:
        raise StoreError(
            f"Sổ cái SQLite không dùng được trên ổ mạng ({kind}): hai máy có thể ghi đè nhau. Hãy đặt ETL_DATA trên đĩa "
            f"của máy này, hoặc dùng PostgreSQL bằng ETL_DATABASE_URL / a SQLite ledger cannot be used on a network "
            f"share ({kind}): two machines could overwrite each other. Put ETL_DATA on a disk of this machine, or use "
            f"PostgreSQL by ETL_DATABASE_URL: {path}"
        )


def _prepare_file(path: Path) -> None:
    """Make the file and its folder, in WAL mode: readers and a writer never wait for each other."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            # SQLite does not wait when two connections change the mode at once, so one goes after the other
            fcntl.flock(folder, fcntl.LOCK_EX)
            with closing(sqlite3.connect(path, timeout=PATIENCE)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
        finally:
            os.close(folder)
    except (OSError, sqlite3.Error) as error:
        raise _unusable(str(path), str(error)) from error


def _postgresql(address: URL) -> Engine:
    engine = create_engine(address.set(drivername="postgresql+psycopg"), poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("etl_writing"):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")

    return engine


@contextmanager
def _told(engine: Engine) -> Iterator[None]:
    """Say which database failed, and why, in two languages; the password stays out of it."""
    try:
        yield
    except DBAPIError as error:
        raise _unusable(engine.url.render_as_string(hide_password=True), str(error.orig)) from error


def _unusable(where: str, why: str) -> StoreError:
    return StoreError(
        f"Không dùng được sổ cái, hãy xem đường dẫn, quyền và lần chạy khác / the ledger cannot be used, look at its "
        f"path, rights and other runs: {where} ({why})"
    )
