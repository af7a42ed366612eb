"""A mailbox on an IMAP server: what waits in it, the bytes of a message, and the note that it was fetched."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from imaplib import IMAP4, IMAP4_SSL
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from etl.errors import MailError, UsageError
from etl.mail.hosts import is_loopback
from etl.mail.tls import context, not_trusted

IMAP = "ETL_IMAP_URL"

#: what says on the server that a message was fetched: a person who opens the mailbox changes nothing by reading
FETCHED = "EtlFetched"
_SECONDS = 20  # to wait for a server that does not answer
_AT_ONCE = 500  # messages named in one command
_SIZE = re.compile(rb"UID (\d+)\b.*?RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+)\b.*?UID (\d+)")


class Mailbox:
    """An opened mailbox. Its errors are MailError, without the server's own words: these may repeat a password."""

    def __init__(self, connection: IMAP4) -> None:
        self._connection = connection
        flags = b" ".join(part for part in connection.response("PERMANENTFLAGS")[1] if isinstance(part, bytes))
        keeps = b"\\*" in flags or FETCHED.encode() in flags
        #: a server that keeps no keywords (Exchange) only knows what was seen
        self._asked, self._noted = (f"UNKEYWORD {FETCHED}", FETCHED) if keeps else ("UNSEEN", r"\Seen")
        self._noting = keeps or rb"\Seen" in flags

    def waiting(self) -> Mapping[int, int]:
        """UID → size in bytes of each message that was not fetched yet, the oldest first."""
        found = self._ask("SEARCH", f"UNDELETED {self._asked}")
        uids = sorted(int(uid) for part in found if isinstance(part, bytes) for uid in part.split())
        sizes: dict[int, int] = {}
        for start in range(0, len(uids), _AT_ONCE):
            names = ",".join(str(uid) for uid in uids[start : start + _AT_ONCE])
            for part in self._ask("FETCH", names, "(RFC822.SIZE)"):
                if isinstance(part, bytes) and (size := _SIZE.search(part)):
                    uid, length, other_length, other_uid = size.groups()
                    sizes[int(uid or other_uid)] = int(length or other_length)
        return {uid: sizes[uid] for uid in uids if uid in sizes}

    def message(self, uid: int, part: str = "") -> bytes:
        """A message as it lies there, not marked as read by this. part: '' for all of it, HEADER for its head."""
        for found in self._ask("FETCH", str(uid), f"(BODY.PEEK[{part}])"):
            if isinstance(found, tuple) and isinstance(found[1], bytes):
                return found[1]
        raise MailError(f"Máy chủ thư không đưa thư {uid} / the mail server does not give message {uid}")

    def fetched(self, uid: int) -> bool:
        """Note on the server that a message need not be fetched again; False where the server lets nothing be noted."""
        return self._noting and self._said("STORE", str(uid), "+FLAGS.SILENT", f"({self._noted})")[0]

    def _ask(self, command: str, *arguments: str) -> Sequence[Any]:
        good, found = self._said(command, *arguments)
        if not good:
            raise MailError(f"Máy chủ thư từ chối / the mail server refuses: {command}")
        return found

    def _said(self, command: str, *arguments: str) -> tuple[bool, Sequence[Any]]:
        try:
            status, found = self._connection.uid(command, *arguments)
        except (OSError, IMAP4.error) as error:
            raise _unreachable(error) from error
        return status == "OK", found or ()


@contextmanager
def mailbox(address: str, environ: Mapping[str, str]) -> Iterator[Mailbox]:
    """Open imaps://user:password@host/FOLDER, by default INBOX; imap:// to this machine, or where the server takes STARTTLS.

    environ: for ETL_CA_FILE. Raises UsageError for an address that is none, and where the password would go unencrypted to
    another machine; MailError for a server that does not answer, refuses, or has a certificate that is not trusted.
    """
    server = urlsplit(address)
    folder = unquote(server.path.strip("/")) or "INBOX"
    if server.scheme not in ("imap", "imaps") or not server.hostname or not (folder.isascii() and folder.isprintable()):
        raise UsageError(
            f"{IMAP} phải có dạng imaps://người:mật-khẩu@máy/INBOX / must be imaps://user:password@host/INBOX, in ASCII"
        )
    try:
        connection = _connected(server, context(environ))
        try:
            _log_in(connection, unquote(server.username or ""), unquote(server.password or ""))
            quoted = '"' + folder.replace("\\", r"\\").replace('"', r"\"") + '"'
            if connection.select(quoted)[0] != "OK":
                raise MailError(f"{IMAP}: không có hộp thư này / there is no such mailbox: {folder}")
            opened = Mailbox(connection)
        except BaseException:
            connection.shutdown()
            raise
    except ssl.SSLCertVerificationError as error:
        raise not_trusted(IMAP, error) from error
    except (OSError, IMAP4.error) as error:
        raise _unreachable(error) from error
    try:
        yield opened
    finally:
        with suppress(OSError, IMAP4.error):
            connection.logout()


def _connected(server: SplitResult, trust: ssl.SSLContext) -> IMAP4:
    host, port = server.hostname or "", server.port
    if server.scheme == "imaps":
        return IMAP4_SSL(host, port or 993, timeout=_SECONDS, ssl_context=trust)
    connection = IMAP4(host, port or 143, timeout=_SECONDS)
    if is_loopback(host):
        return connection
    if "STARTTLS" not in connection.capabilities:
        connection.shutdown()
        raise UsageError(
            f"{IMAP}: máy chủ không mã hoá, mật khẩu không được gửi / the server does not encrypt, no password was sent"
        )
    try:
        connection.starttls(trust)
    except BaseException:
        with suppress(OSError):  # where the certificate was refused the socket is closed already
            connection.shutdown()
        raise
    return connection


def _log_in(connection: IMAP4, user: str, password: str) -> None:
    try:
        connection.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
    except IMAP4.abort:
        raise
    except IMAP4.error as error:
        raise MailError(f"{IMAP}: máy chủ không nhận tên hay mật khẩu / the server refuses user or password") from error


def _unreachable(error: Exception) -> MailError:
    told = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    return MailError(f"{IMAP}: hộp thư không trả lời / the mailbox does not answer ({told})")
