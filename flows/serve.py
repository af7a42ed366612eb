"""`make serve`: Prefect's server, the deployments and the release pages, in one foreground command.

Three parts: two programs in process groups of their own, and the pages in a thread. Ctrl-C or SIGTERM ends all of them;
when one of them ends by itself, so do the others, with exit status 1: whoever started us starts us again.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

from etl.access import Access, access
from etl.errors import EtlError, UsageError
from etl.settings import Settings, find_root
from etl.store.releases import Releases
from flows.children import Child, is_free, prefect_server, wait_healthy
from flows.console import announced, serving
from flows.pages import serve_pages
from flows.ui import ui_files

PORT, PAGES_PORT = "ETL_UI_PORT", "ETL_PAGES_PORT"


def main(arguments: list[str]) -> int:
    """Start everything, say where it is, and stay until told to stop. Exit status: 0 told to, 1 a part ended, 2 cannot start."""
    options = _options(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = Settings.from_environment(os.environ, find_root())
        admitted = access(os.environ)
        os.environ |= admitted.environment
        _check_alone(options.port, options.pages_port)
    except EtlError as error:
        print(error, file=sys.stderr)
        return 2
    with ExitStack() as running:
        status = _run(settings, admitted, options.port, options.pages_port, stop, running)
        print("Đang dừng… / stopping…", flush=True)
    print("Đã dừng. / Stopped.", flush=True)
    return status


def _run(
    settings: Settings, admitted: Access, port: int, pages_port: int, stop: threading.Event, running: ExitStack
) -> int:
    """Start the parts, each to be ended by `running`, and watch them."""
    ui, api = f"http://{admitted.name}:{port}", f"http://{admitted.name}:{port}/api"
    pages = f"http://{admitted.name}:{pages_port}"
    home = Path(os.environ["PREFECT_HOME"])
    os.environ |= {"PREFECT_API_URL": api, "ETL_PAGES_URL": pages, "PREFECT_UI_STATIC_DIRECTORY": str(ui_files(home))}
    print("Đang khởi động Prefect… / starting Prefect…", flush=True)
    server = prefect_server(port, host=admitted.host)
    running.callback(server.stop)
    if not wait_healthy(server, api, stop):
        return _gone(server, stop)
    running.callback(serve_pages(Releases(settings.releases), pages_port, admitted))
    running.enter_context(announced(api))
    deployments = Child("deployments", "flows.deployments", end_with=signal.SIGINT)
    running.callback(deployments.stop)
    print(
        f"\n  Giao diện / UI:                 {ui}\n  Trang công bố / release pages:  {pages}"
        "\n  Dừng bằng Ctrl-C / stop with Ctrl-C\n",
        flush=True,
    )
    while not stop.wait(1):
        for child in (server, deployments):
            if child.ended is not None:
                return _gone(child, stop)
    return 0


def _gone(child: Child, stop: threading.Event) -> int:
    if stop.is_set():
        return 0
    print(
        f"{child.name}: đã tự kết thúc hoặc không trả lời, xem thông báo ở trên / ended by itself or does not answer, see above"
        f" (exit {child.ended})",
        file=sys.stderr,
    )
    return 1


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m flows.serve", description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get(PORT, "4200")), help=f"UI; {PORT}")
    parser.add_argument(
        "--pages-port", type=int, default=int(os.environ.get(PAGES_PORT, "4201")), help=f"release pages; {PAGES_PORT}"
    )
    return parser.parse_args(arguments)


def _check_alone(port: int, pages_port: int) -> None:
    """Another server on our port would answer in our place; one on the same files would take our runs for cut off."""
    if there := serving():
        raise UsageError(
            f"`make serve` đã chạy trên dữ liệu này / runs on these files already: {there.removesuffix('/api')}"
        )
    for name, number in ((PORT, port), (PAGES_PORT, pages_port)):
        if not is_free(number):
            raise UsageError(
                f"Cổng {number} đang bận; đặt {name} để dùng cổng khác / port {number} is in use; set {name} to use another"
            )


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent.parent)
    sys.exit(main(sys.argv[1:]))
