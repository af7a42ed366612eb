"""`python -m tests.browser.screenshots`: take the pictures of docs/images anew, from a real `make serve` on the sample inbox."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.operating import choose, field, open_artifact, open_form, submit_and_watch
from tests.conftest import ROOT
from tests.flows.serving import Serving, asks, serve

IMAGES = ROOT / "docs" / "images"
INBOX = "data/samples/laichau-st"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 780}
#: what a page of the README carries without making people wait
MOST_BYTES = 300_000


def main() -> None:
    """Serve, operate, and keep what was seen."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        serving = serve(Path(folder) / "data")
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            take(browser, serving)
            browser.close()
        finally:
            serving.kill()
    for picture in sorted(IMAGES.glob("*.png")):
        size = picture.stat().st_size
        print(f"{picture.relative_to(ROOT)}: {size // 1000} kB")
        assert size < MOST_BYTES, picture


def take(browser: Browser, serving: Serving) -> None:
    """Ingest from its form, and its run; publish, its figures; the deployments; the release page on a desk and on a phone."""
    page = open_page(browser, DESK)
    open_form(page, serving, "ingest")
    field(page, "folder").locator("textarea").fill(INBOX)
    keep(page, "ui-ingest-form")
    submit_and_watch(page, ends="Completed")
    run = page.url
    page.goto(run)  # anew: the drawing of a run that was watched stays at its first seconds
    page.get_by_text("Artifacts", exact=True).click()
    expect(page.locator(".artifact-card__title").first).to_be_visible()
    keep(page, "ui-ingest-run")
    open_form(page, serving, "publish")
    choose(field(page, "period"), "2020..2021")
    keep(page, "ui-publish-form")
    page.goto(f"{serving.ui}/runs/flow-run/{serving.run('publish', period='2020..2021')['id']}")
    open_artifact(page, "figures")
    keep(page, "ui-figures")
    take_approval(page, serving)
    page.goto(f"{serving.ui}/deployments")
    expect(page.get_by_text("nightly").first).to_be_visible()
    keep(page, "ui-deployments")
    for name, size in (("release-1280", {**DESK, "height": 1180}), ("release-360", PHONE)):
        page = open_page(browser, size)
        page.goto(f"{serving.pages}/1/index.html")
        keep(page, name)


def take_approval(page: Page, serving: Serving) -> None:
    """The form of an official release while a question waits."""
    with tempfile.TemporaryDirectory() as folder:
        asks(Path(folder) / "BC_KHCN_2021_SinHo (sửa lần 2).xlsx")
        serving.run("ingest", folder=folder)
    run = serving.suspended(serving.start("publish", period="2021", kind="official"))
    page.goto(f"{serving.ui}/runs/flow-run/{run['id']}")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("dialog")).to_contain_text("approve-with-open-holds")
    keep(page, "ui-approve-form")


def open_page(browser: Browser, size: dict[str, int]) -> Page:
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]}, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh",
        color_scheme="light",
    )  # fmt: skip
    context.set_default_timeout(120_000)
    return context.new_page()


def keep(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    main()
