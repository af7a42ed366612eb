"""Release folders over HTTP, read-only, for those whom the UI admits: browsers refuse file:// links from there."""

from __future__ import annotations

import html
import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from etl.access import Access
from etl.errors import StoreError
from etl.store.releases import Releases

_ABOUT = "release.json"
#: lines of a list that is made here
_MOST = 200
_KINDS = {"provisional": "tạm tính / provisional", "official": "chính thức / official"}


def serve_pages(releases: Releases, port: int, access: Access) -> Callable[[], None]:
    """Show the releases until the function that this returns is called; out of a bucket each file when it is asked for."""
    releases.root.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer((access.host, port), partial(_Pages, access, releases))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def end() -> None:
        server.shutdown()
        server.server_close()

    return end


def index(releases: Releases) -> str:
    """A list of the newest releases as a page, where there is no index.html."""
    lines = [
        f'<li><a href="{r["number"]}/index.html">Bản / release {r["number"]}</a>: {html.escape(r["report"])},'
        f" {html.escape(r['period'])}, {_KINDS.get(r['kind'], html.escape(r['kind']))}, {html.escape(r['created_at'][:16])}</li>"
        for r in islice(_listed(releases), _MOST)
    ]
    listed = f"<ul>{''.join(lines)}</ul>" if lines else "<p>Chưa có bản công bố nào. / There is no release yet.</p>"
    title = "Các bản công bố / releases"
    return (
        f'<!DOCTYPE html><html lang="vi"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><h1>{title}</h1>{listed}</html>'
    )


def _listed(releases: Releases) -> Iterator[dict[str, Any]]:
    for number in reversed(releases.numbers()):
        if releases.place.has(f"{number}/{_ABOUT}"):
            yield json.loads(releases.read(number, _ABOUT))


class _Pages(SimpleHTTPRequestHandler):
    def __init__(self, access: Access, releases: Releases, *arguments: Any, **options: Any) -> None:
        self._access, self._releases = access, releases
        super().__init__(*arguments, directory=str(releases.root), **options)

    def send_head(self) -> Any:
        """GET and HEAD begin here: who does not know the password gets nothing."""
        if self._access.admits(self.headers.get("Authorization")):
            try:
                self._fetch()
                return super().send_head()
            except StoreError:
                self.send_error(502, "The object store does not answer; see etl doctor")
                return None
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="etl", charset="UTF-8"')
        self.send_header("Content-Length", "0")
        self.end_headers()
        return None

    def _fetch(self) -> None:
        """Have the file here that is asked for: a copy is brought from the bucket where it has changed or is not there yet."""
        asked = Path(self.translate_path(self.path))
        name = (asked / "index.html" if self.path.endswith("/") else asked).relative_to(self.directory).as_posix()
        self._releases.place.local([name])

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the log is the operator's."""

    def list_directory(self, path: Any) -> BytesIO | None:
        """The list of releases in the place of a bare listing; other folders are not listed."""
        if Path(path).resolve() != Path(self.directory).resolve():
            self.send_error(404)
            return None
        page = index(self._releases).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        return BytesIO(page)

    def end_headers(self) -> None:
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        super().end_headers()
