"""Sending letters through the office's mail server."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from etl.errors import UsageError
from etl.mail.hosts import is_loopback

SMTP = "ETL_SMTP_URL"
_SECONDS = 20  # to wait for a server that does not answer


def host_of(address: str) -> str:
    """The host of smtp://user:password@host:587 or smtps://…. Raises UsageError for what is no such address."""
    server = urlsplit(address)
    if server.scheme not in ("smtp", "smtps") or server.hostname is None:
        raise UsageError(f"{SMTP} phải có dạng smtp://máy:cổng / must be smtp://host:port or smtps://host:port")
    return server.hostname


@contextmanager
def connected(address: str) -> Iterator[smtplib.SMTP]:
    """A connection that is logged in. The password goes over the network encrypted, or to this machine, or not at all.

    Raises UsageError where it would not, and for an address that is none; OSError and SMTPException as smtplib does.
    """
    host, server = host_of(address), urlsplit(address)
    kind = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
    with kind(host, server.port or 0, timeout=_SECONDS) as connection:
        connection.ehlo()
        secure = server.scheme == "smtps" or is_loopback(host)
        if server.scheme == "smtp" and connection.has_extn("starttls"):
            connection.starttls()
            secure = True
        if server.username:
            if not secure:
                raise UsageError(
                    f"{SMTP}: máy chủ không mã hoá, mật khẩu không được gửi / the server does not encrypt, no password was sent"
                )
            connection.login(unquote(server.username), unquote(server.password or ""))
        yield connection
