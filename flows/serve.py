"""`make serve`: Prefect's server, the deployments and the release pages, in one foreground command on loopback.

Everything is a child or a thread of this process: Ctrl-C (or SIGTERM) ends all of it.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import flows  # noqa: F401  # sets Prefect's switches before Prefect is imported

HOST = "127.0.0.1"
NIGHT = "0 2 * * *"
START_SECONDS = 180


def main(arguments: list[str]) -> int:
    """Start server, pages and deployments; block until told to stop."""
    options = _options(arguments)
    api = f"http://{HOST}:{options.port}/api"
    os.environ["PREFECT_API_URL"] = api
    os.environ["ETL_PAGES_URL"] = f"http://{HOST}:{options.pages_port}"
    signal.signal(signal.SIGTERM, _interrupt)
    server = _start_server(options.port)
    pages = None
    try:
        _wait_healthy(api, server)
        pages = _start_pages(options.pages_port)
        print(
            f"\nGiao diện / UI: http://{HOST}:{options.port}\nTrang công bố / release pages: {os.environ['ETL_PAGES_URL']}"
            "\nDừng bằng Ctrl-C / stop with Ctrl-C\n",
            flush=True,
        )
        _serve_deployments()
    except KeyboardInterrupt:
        pass
    finally:
        if pages is not None:
            pages.shutdown()
        _stop_server(server)
        print("Đã dừng. / Stopped.", flush=True)
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m flows.serve", description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("ETL_UI_PORT", "4200")))
    parser.add_argument("--pages-port", type=int, default=int(os.environ.get("ETL_PAGES_PORT", "4201")))
    return parser.parse_args(arguments)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _start_server(port: int) -> subprocess.Popen[bytes]:
    """Prefect's server as a child in its own process group, so that Ctrl-C reaches it only through us."""
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", str(port)]
    return subprocess.Popen(command, start_new_session=True)


def _wait_healthy(api: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(START_SECONDS * 2):
        if server.poll() is not None:
            raise SystemExit(
                f"Máy chủ Prefect không khởi động được / the Prefect server did not start (exit {server.returncode})"
            )
        try:
            with urllib.request.urlopen(f"{api}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise SystemExit("Máy chủ Prefect không trả lời / the Prefect server does not answer")


def _start_pages(port: int) -> ThreadingHTTPServer:
    """Release folders over HTTP on loopback, read-only: browsers refuse file:// links from the UI."""
    from flows.stages import open_stores

    root = open_stores().settings.releases
    root.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer((HOST, port), partial(_Pages, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class _Pages(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the log is the operator's."""

    def end_headers(self) -> None:
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


def _serve_deployments() -> None:
    from prefect import serve
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Cron

    from flows.ingest import ingest
    from flows.nightly import nightly
    from flows.publish import publish

    night = Cron(NIGHT, timezone="Asia/Ho_Chi_Minh")
    deployed = RunnerDeployment.from_flow
    serve(
        deployed(
            nightly,
            "nightly",
            schedule=night,
            tags=["night"],
            concurrency_limit=1,
            description="Hằng đêm 02:00: nhận bài nộp và làm mới số liệu. / Every night: take in, renew the figures.",
        ),
        deployed(
            ingest,
            "ingest",
            tags=["operator"],
            concurrency_limit=1,
            description="Nhận bài nộp ngay. / Take in submissions now.",
        ),
        deployed(
            publish,
            "publish",
            tags=["operator"],
            concurrency_limit=1,
            description="Tổng hợp và ra bản công bố. / Consolidate and make a release.",
        ),
    )


def _stop_server(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent.parent)
    sys.exit(main(sys.argv[1:]))
