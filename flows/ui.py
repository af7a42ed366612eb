"""Prefect brings two UIs. The newer one asks an analytics host from the operator's browser, whatever the server is told,
and the older one invites to it: so in its place stands a page of ours that leads back.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

#: what Prefect puts beside its files to know whether they are current, and how the browser's choice is remembered
_REFERENCE, _COOKIE = "UI_SERVE_BASE", "prefect_ui_version"

_PAGE = f"""<!DOCTYPE html>
<html lang="vi"><meta charset="utf-8"><title>Giao diện / UI</title>
<script>document.cookie = "{_COOKIE}=v1; path=/; max-age=31536000; samesite=lax"; location.replace("/")</script>
<p>Giao diện V2 gửi tín hiệu ra ngoài nên không dùng ở đây; <a href="/">về giao diện chính</a>.
<p lang="en">The V2 UI asks outside hosts, so it is not used here; <a href="/">back to the UI</a>.
</html>
"""


def ui_files(home: Path) -> Path:
    """A folder for PREFECT_UI_STATIC_DIRECTORY: the server puts its older UI there and finds our page for the newer one."""
    root = home / "ui"
    newer = root / "v2"
    newer.mkdir(parents=True, exist_ok=True)
    (newer / "index.html").write_text(_PAGE, encoding="utf-8")
    (newer / _REFERENCE).write_text(f"v2:{version('prefect')}:/v2")
    return root
