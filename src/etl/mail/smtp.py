"""Sending letters through the office's mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from etl.errors import UsageError
from etl.mail.hosts import is_loopback
from etl.mail.tls import context, not_trusted

SMTP = "ETL_SMTP_URL"
_SECONDS = 20  # to wait for a server that does not answer


def host_of(address: str) -> str:
    """The host of smtp://user:password@host:587 or smtps://…. Raises UsageError for what is no such address."""
    server = urlsplit(address)
    if server.scheme not in ("smtp", "smtps") or server.hostname is None:
        raise UsageError(f"{SMTP} phải có dạng smtp://máy:cổng / must be smtp://host:port or smtps://host:port")
    return server.hostname


@contextmanager
def connected(address: str, environ: Mapping[str, str]) -> Iterator[smtplib.SMTP]:
    """A connection that is logged in. Over the network the password goes encrypted, to a server that proves its name, or not.

    environ: for ETL_CA_FILE. Raises UsageError where a password would go unencrypted, and for an address that is none;
    MailError for a certificate that is not trusted; else OSError and SMTPException as smtplib does.
    """
    host, server = host_of(address), urlsplit(address)
    trust = context(environ)
    try:
        connection = _opened(host, server.port or 0, trust, encrypted=server.scheme == "smtps")
    except ssl.SSLCertVerificationError as error:
        raise not_trusted(SMTP, error) from error
    with connection:
        if server.username:
            if not (is_loopback(host) or isinstance(connection.sock, ssl.SSLSocket)):
                raise UsageError(
                    f"{SMTP}: máy chủ không mã hoá, mật khẩu không được gửi / the server does not encrypt, no password was sent"
                )
            connection.login(unquote(server.username), unquote(server.password or ""))
        yield connection


def _opened(host: str, port: int, trust: ssl.SSLContext, *, encrypted: bool) -> smtplib.SMTP:
    """Encrypted from the start, or as soon as a server of the network offers it; to this machine plain."""
    if encrypted:
        return smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=trust)
    connection = smtplib.SMTP(host, port, timeout=_SECONDS)
    try:
        connection.ehlo()
        if not is_loopback(host) and connection.has_extn("starttls"):
            connection.starttls(context=trust)
    except BaseException:
        connection.close()
        raise
    return connection
