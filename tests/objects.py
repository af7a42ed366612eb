"""An object store that speaks S3 on this machine, thrown away at the end: moto's server, a process of its own."""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ObjectStore:
    """A running server."""

    endpoint: str

    def bucket(self) -> str:
        """The name of a new bucket."""
        name = f"etl-{secrets.token_hex(6)}"
        urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}/{name}", method="PUT"), timeout=30).read()
        return name

    def environment(self, store: str = "") -> dict[str, str]:
        """What a run must know. store: s3://bucket/prefix, for archive, lake and releases."""
        known = {"AWS_ENDPOINT_URL": self.endpoint, "AWS_ACCESS_KEY_ID": "etl", "AWS_SECRET_ACCESS_KEY": "khong-bi-mat"}
        return known | ({"ETL_STORE": store} if store else {})


@contextmanager
def server(log: Path | None = None) -> Iterator[ObjectStore]:
    """Start it, and wait until it answers. log: where it writes a line for each request."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    store = ObjectStore(f"http://127.0.0.1:{port}")
    with tempfile.TemporaryDirectory(prefix="etl-moto-") as place, open(log or Path(place) / "log", "w+b") as told:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        process = subprocess.Popen(command, stdout=told, stderr=told)
        try:
            end = time.monotonic() + 120
            while not _answers(store.endpoint):
                stopped = process.poll() is not None or time.monotonic() > end
                assert not stopped, Path(told.name).read_text(errors="replace")
                time.sleep(0.1)
            yield store
        finally:
            process.kill()
            process.wait()


def _answers(endpoint: str) -> bool:
    try:
        urllib.request.urlopen(f"{endpoint}/moto-api/", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
