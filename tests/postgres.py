"""A PostgreSQL of our own for the tests: Debian's server, run by an ordinary user on a free port, thrown away at the end."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

#: names a server that is running already, as .ci/run starts one; its databases are made and dropped here
VARIABLE = "ETL_TEST_DATABASE_URL"


@contextmanager
def server() -> Iterator[sa.URL]:
    """The address of a server that lets us make databases; skips where Debian's postgresql is not installed."""
    given = os.environ.get(VARIABLE)
    if given:
        yield sa.make_url(given).set(drivername="postgresql+psycopg")
        return
    tools = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not tools:
        pytest.skip(f"no PostgreSQL here: apt-get install postgresql, or let {VARIABLE} name a server")
    home = Path(tempfile.mkdtemp(prefix="etl-postgres-"))
    user = _ordinary_user()
    if user:
        shutil.chown(home, user)
    try:
        port = _start(tools[-1], home, user)
        yield sa.URL.create("postgresql+psycopg", "etl", host="127.0.0.1", port=port, database="postgres")
    finally:
        _run(user, tools[-1] / "pg_ctl", "--pgdata", home / "data", "--mode", "immediate", "stop", check=False)
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def database(address: sa.URL) -> Iterator[str]:
    """The URL of a new, empty database; dropped at the end."""
    name = f"etl_test_{secrets.token_hex(6)}"
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    try:
        yield address.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def _start(tools: Path, home: Path, user: str | None) -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    data = ("--pgdata", home / "data")
    _run(
        user,
        tools / "initdb",
        *data,
        "--username",
        "etl",
        "--auth",
        "trust",
        "--encoding",
        "UTF8",
        "--locale",
        "C.UTF-8",
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync=off"
    _run(user, tools / "pg_ctl", *data, "--log", home / "log", "--wait", "--options", options, "start")
    return port


def _ordinary_user() -> str | None:
    """initdb refuses to run as root: then the server's own user runs it, or nobody."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


def _run(user: str | None, *command: object, check: bool = True) -> None:
    # into a file, not a pipe: the server inherits it and would keep a pipe open
    with tempfile.TemporaryFile() as said:
        done = subprocess.run([str(part) for part in command], user=user, cwd="/", stdout=said, stderr=said)
        if check and done.returncode:
            said.seek(0)
            pytest.fail(f"{command[0]}: {said.read().decode(errors='replace')}")
