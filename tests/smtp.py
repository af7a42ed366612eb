"""A mail server on this machine that keeps what it is sent."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast


class Post(socketserver.StreamRequestHandler):
    """As much of SMTP as a sender needs; it refuses addresses that say khong-co, and lets in who has any password.

    Where its server has a certificate it offers STARTTLS.
    """

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            verb = line.split(b" ")[0].strip().upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    body += part
                cast(Any, self.server).got.append(body)
            self.wfile.write(self._answer(verb, line))
            if verb == b"STARTTLS":
                self._encrypt()
            if verb == b"QUIT":
                return

    def _answer(self, verb: bytes, line: bytes) -> bytes:
        if verb == b"EHLO":
            offers = b"250-STARTTLS\r\n" if hasattr(self.server, "trust") else b""
            return b"250-here\r\n" + offers + b"250 AUTH PLAIN\r\n"
        if verb == b"RCPT" and b"khong-co" in line:
            return b"550 none\r\n"
        return {b"QUIT": b"221 bye\r\n", b"STARTTLS": b"220 go on\r\n", b"AUTH": b"235 ok\r\n"}.get(verb, b"250 ok\r\n")

    def _encrypt(self) -> None:
        self.connection = cast(Any, self.server).trust.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), cast(Any, self.connection.makefile("wb", buffering=0))


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[tuple[int, list[bytes]]]:
    """The server's port, and what it is sent."""
    got: list[bytes] = []
    cast(Any, server).got = got
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1], got  # type: ignore[misc]  # an address is (host, port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def mail_server() -> Iterator[tuple[int, list[bytes]]]:
    """Its port, and the letters that it was sent."""
    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post)) as found:
        yield found


@contextmanager
def encrypting_server(certificate: Path, key: Path, *, at_once: bool) -> Iterator[tuple[int, list[bytes]]]:
    """The same over TLS at once, or by STARTTLS."""
    server = _Quiet(("0.0.0.0", 0), Post)
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(certificate, key)
    if at_once:
        server.socket = trust.wrap_socket(server.socket, server_side=True)
    else:
        cast(Any, server).trust = trust
    with serving(server) as found:
        yield found


class _Quiet(socketserver.ThreadingTCPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that believes no certificate hangs up."""
