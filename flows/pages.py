"""Release folders over HTTP, read-only, for those whom the UI admits: browsers refuse file:// links from there."""

from __future__ import annotations

import html
import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

from etl.access import Access

_KINDS = {"provisional": "tạm tính / provisional", "official": "chính thức / official"}


def serve_pages(root: Path, port: int, access: Access) -> Callable[[], None]:
    """Show the folders under `root` until the function that this returns is called."""
    root.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer((access.host, port), partial(_Pages, access, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def end() -> None:
        server.shutdown()
        server.server_close()

    return end


def index(root: Path) -> str:
    """A list of the releases as a page, the newest first."""
    lines = [
        f'<li><a href="{r["number"]}/index.html">Bản / release {r["number"]}</a>: {html.escape(r["report"])},'
        f" {html.escape(r['period'])}, {_KINDS.get(r['kind'], html.escape(r['kind']))}, {html.escape(r['created_at'][:16])}</li>"
        for r in _releases(root)
    ]
    listed = f"<ul>{''.join(lines)}</ul>" if lines else "<p>Chưa có bản công bố nào. / There is no release yet.</p>"
    title = "Các bản công bố / releases"
    return (
        f'<!DOCTYPE html><html lang="vi"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><h1>{title}</h1>{listed}</html>'
    )


def _releases(root: Path) -> Iterator[dict[str, Any]]:
    numbers = sorted((int(p.name) for p in root.iterdir() if p.name.isdigit()), reverse=True)
    for number in numbers:
        about = root / str(number) / "release.json"
        if about.is_file():
            yield json.loads(about.read_text("utf-8"))


class _Pages(SimpleHTTPRequestHandler):
    def __init__(self, access: Access, *arguments: Any, **options: Any) -> None:
        self._access = access
        super().__init__(*arguments, **options)

    def send_head(self) -> Any:
        """GET and HEAD begin here: who does not know the password gets nothing."""
        if self._access.admits(self.headers.get("Authorization")):
            return super().send_head()
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="etl", charset="UTF-8"')
        self.send_header("Content-Length", "0")
        self.end_headers()
        return None

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the log is the operator's."""

    def list_directory(self, path: Any) -> BytesIO | None:
        """The list of releases in the place of a bare listing; other folders are not listed."""
        if Path(path).resolve() != Path(self.directory).resolve():
            self.send_error(404)
            return None
        page = index(Path(path)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        return BytesIO(page)

    def end_headers(self) -> None:
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        super().end_headers()
