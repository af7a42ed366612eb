"""Debian's Chromium, headless, with every request of a page written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import SAMPLES, store_at
from tests.flows.serving import Serving, serve
from tests.samples.conftest import publish, take_in_folder

CHROMIUM = "/usr/bin/chromium"
#: quiet and alone: no sandbox (tests may run as root), no look at Google's hosts
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class Watched:
    """What a page asked for, and what it complained of."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def outside(self) -> list[str]:
        """Requests that leave this machine."""
        return [r for r in self.requests if urlsplit(r).scheme not in ("data", "blob", "file", "about")
                and urlsplit(r).hostname not in ("127.0.0.1", "localhost")]  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def page(chromium: Browser, watched: Watched, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page 1280 wide, or as wide as the test's parameter says."""
    width = getattr(request, "param", 1280)
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh"
    )
    context.set_default_timeout(60_000)
    context.on("request", lambda asked: watched.requests.append(asked.url))
    context.on("weberror", lambda error: watched.errors.append(str(error.error)))
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """`make serve`, once for all tests here."""
    serving = serve(tmp_path_factory.mktemp("served") / "data")
    yield serving
    ended = serving.stop()
    assert (ended.status, ended.left, ended.taken) == (0, [], [])


@pytest.fixture(scope="session")
def release_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """index.html of a release of the sample inbox."""
    stores = store_at(tmp_path_factory.mktemp("release") / "data")
    take_in_folder(stores, SAMPLES)
    record, _ = publish(stores)
    return Path(record.folder) / "index.html"
