"""A mail server on this machine that keeps what it is sent."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast


class Post(socketserver.StreamRequestHandler):
    """As much of SMTP as a sender without a password needs; it refuses addresses that say khong-co."""

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
            refused = verb == b"RCPT" and b"khong-co" in line
            self.wfile.write(b"550 none\r\n" if refused else b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
            if verb == b"QUIT":
                return


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
