"""A real IMAP server for a test: Debian's Dovecot, in a folder that is thrown away."""

from __future__ import annotations

import getpass
import imaplib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.certificates import self_signed

PASSWORD = "bí-mật/1"  # a slash, and letters that IMAP's own LOGIN does not take

_CONF = """
base_dir = {root}/run
log_path = {root}/log
protocols = imap
listen = 127.0.0.1
{tls}
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0
default_internal_user = {server}
default_internal_group = {server_group}
default_login_user = {login}
mail_location = maildir:{root}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner_group} home={root}/mail/%u
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
"""


@contextmanager
def server() -> Iterator[int]:
    """Its port; every user is let in by PASSWORD and has a mailbox of its own. Skips where Dovecot is not installed."""
    with _running("ssl = no", 0) as (port, _):
        yield port


@contextmanager
def restricting_server(rights: str) -> Iterator[int]:
    """Its port; nobody has more than these rights (RFC 4314) in any mailbox: l r s w i …"""
    with _running("ssl = no", 0, rights) as (port, _):
        yield port


@contextmanager
def encrypting_server(folder: Path) -> Iterator[tuple[int, int, Path]]:
    """Ports of STARTTLS and of TLS, and the certificate, made in `folder`, by which 127.0.0.1 and 0.0.0.0 are known."""
    certificate, key = self_signed(folder)
    with _running(f"ssl = yes\nssl_cert = <{certificate}\nssl_key = <{key}", _free_port()) as (port, tls_port):
        yield port, tls_port, certificate


@contextmanager
def _running(tls: str, tls_port: int, rights: str = "") -> Iterator[tuple[int, int]]:
    program = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None or not Path("/usr/lib/dovecot/imap").exists():
        pytest.skip("Dovecot is not installed: apt-get install dovecot-imapd")
    port = _free_port()
    root = Path(tempfile.mkdtemp(prefix="etl-imap-"))  # short: a socket's path has at most 108 signs
    root.chmod(0o755)
    (root / "mail").mkdir()
    (root / "mail").chmod(0o777)  # mailboxes belong to another user where root runs the tests
    if rights:
        (root / "acl").write_text(f"* owner {rights}\n")
        tls += f"\nmail_plugins = acl\nplugin {{\n  acl = vfile:{root}/acl\n}}"
    said = {"root": root, "port": port, "password": PASSWORD, "tls": tls, "tls_port": tls_port}
    (root / "conf").write_text(_CONF.format(**said, **_users()), "utf-8")
    running = subprocess.Popen([program, "-F", "-c", str(root / "conf")], stderr=subprocess.DEVNULL)
    try:
        _wait(port, root, running)
        yield port, tls_port
    finally:
        running.terminate()
        running.wait()
        shutil.rmtree(root, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _users() -> dict[str, str]:
    me = getpass.getuser()
    if os.geteuid() == 0:
        owner, owner_group = "nobody", "nogroup"
        return {
            "server": "dovecot",
            "server_group": "dovecot",
            "login": "dovenull",
            "owner": owner,
            "owner_group": owner_group,
        }
    group = subprocess.run(["id", "-gn"], capture_output=True, text=True, check=True).stdout.strip()
    return {"server": me, "server_group": group, "login": me, "owner": me, "owner_group": group}


def _wait(port: int, root: Path, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while running.poll() is None and time.monotonic() < until:
        try:
            logged_in(port).logout()
            return
        except OSError:
            time.sleep(0.02)
    pytest.fail((root / "log").read_text("utf-8"))


def logged_in(port: int, user: str = "so") -> imaplib.IMAP4:
    """A connection of the test's own, at the mailbox."""
    connection = imaplib.IMAP4("127.0.0.1", port, timeout=20)
    connection.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
    connection.select("INBOX")
    return connection
