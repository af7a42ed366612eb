"""The release page as its readers meet it: on a desk, on a phone, on paper, in both languages, without a network."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

both_widths = pytest.mark.parametrize("page", [1280, 360], indirect=True, ids=["desk", "phone"])


@both_widths
def test_it_fits_and_asks_nobody(page: Page, release_page: Path, watched: Watched) -> None:
    page.goto(release_page.as_uri())

    expect(page.get_by_role("heading", name="Số liệu chính")).to_be_visible()
    expect(page.locator(".card").first).to_contain_text("46")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert watched.requests == [release_page.as_uri()]
    assert watched.errors == []


@both_widths
def test_what_is_too_wide_is_scrolled_in_its_own_box(page: Page, release_page: Path) -> None:
    page.goto(release_page.as_uri())
    wide = "table => table.getBoundingClientRect().right > document.documentElement.clientWidth && !table.closest('.scroll')"
    assert [t for t in page.locator("table").all() if t.evaluate(wide)] == []


def test_the_language_is_switched_and_back(page: Page, release_page: Path) -> None:
    page.goto(release_page.as_uri())
    page.get_by_role("button", name="English").click()

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", name="Key figures")).to_be_visible()
    expect(page.get_by_role("heading", name="Số liệu chính")).to_be_hidden()
    page.get_by_role("button", name="Tiếng Việt").click()
    expect(page.get_by_role("heading", name="Số liệu chính")).to_be_visible()


def test_charts_are_drawn_and_named(page: Page, release_page: Path) -> None:
    page.goto(release_page.as_uri())
    charts = page.locator("#bieu-do").locator("xpath=ancestor::section").locator("svg")
    assert charts.count() > 0
    assert charts.first.bounding_box()["width"] > 200  # type: ignore[index]  # it is drawn


def test_it_prints_on_a4(page: Page, release_page: Path, tmp_path: Path) -> None:
    page.goto(release_page.as_uri())
    paper = tmp_path / "page.pdf"
    page.pdf(path=paper, format="A4")

    about = subprocess.run(["pdfinfo", paper], capture_output=True, encoding="utf-8", check=True).stdout
    text = subprocess.run(
        ["pdftotext", "-layout", paper, "-"], capture_output=True, encoding="utf-8", check=True
    ).stdout
    assert re.search(r"Page size:.*\(A4\)", about)
    assert "Số liệu chính" in text
    assert "Miến dong Bình Lư" in text
    assert "English" not in text  # the switch is for the screen


@both_widths
@pytest.mark.parametrize("language", ["Tiếng Việt", "English"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(page: Page, release_page: Path, language: str, scheme: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page.emulate_media(color_scheme=scheme)
    page.goto(release_page.as_uri())
    page.get_by_role("button", name=language).click()
    found = axe.Axe().run(page).response["violations"]

    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == []
