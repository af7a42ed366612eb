"""Whose certificates are believed: those of this machine's authorities, and of the office's own where one is named."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

from etl.errors import MailError, UsageError

AUTHORITY = "ETL_CA_FILE"


def context(environ: Mapping[str, str]) -> ssl.SSLContext:
    """A connection by it checks the server's certificate and name. ETL_CA_FILE: a PEM file, believed as well.

    Raises UsageError where that file cannot be used.
    """
    made, own = ssl.create_default_context(), environ.get(AUTHORITY, "").strip()
    if own:
        try:
            made.load_verify_locations(own)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"{AUTHORITY}: không đọc được chứng chỉ (cần tệp PEM) / no certificate can be read (needs a PEM file): {own}"
            ) from error
    return made


def not_trusted(variable: str, error: ssl.SSLCertVerificationError) -> MailError:
    """What a person is told of a server that cannot prove who it is; nothing was sent to it."""
    return MailError(
        f"{variable}: chứng chỉ của máy chủ thư không được tin, không gửi gì; nếu cơ quan có CA riêng, đặt {AUTHORITY} / the mail "
        f"server's certificate is not trusted, nothing was sent; where the office has its own authority set {AUTHORITY} "
        f"({error.verify_message})"
    )
