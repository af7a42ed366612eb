"""An operator at the Prefect UI, with no internet: start from a form, watch, read the artifacts, open the release page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser.conftest import Watched
from tests.conftest import SAMPLES
from tests.flows.serving import SECONDS, Serving, until

pytestmark = pytest.mark.browser


def field(page: Page, name: str) -> Locator:
    """The part of a run's form that asks for a parameter."""
    return page.locator(".p-label").filter(has=page.get_by_text(f"{name} (Optional)", exact=True))


def open_form(page: Page, served: Serving, name: str) -> None:
    page.goto(served.ui)
    page.locator("a[href='/deployments']").click()
    page.wait_for_url("**/deployments")
    page.get_by_role("link", name=name, exact=True).first.click()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("Custom run", exact=True).click()


def submit_and_watch(page: Page, *, ends: str) -> None:
    """Submit the form, open the run that it made, and stay until its chip says how it ended."""
    until(lambda: _submitted(page), "the form is taken")
    page.locator("a[href*='/runs/flow-run/']").first.click()
    page.wait_for_url("**/runs/flow-run/*")
    expect(page.get_by_role("banner").get_by_text(ends, exact=True)).to_be_visible(timeout=SECONDS * 1000)


def _submitted(page: Page) -> bool | None:
    """Press Submit. When its database is busy the UI says "Oops", and an operator presses again."""
    page.get_by_role("button", name="Submit").click()
    try:
        page.wait_for_url(lambda url: not url.partition("?")[0].endswith("/run"), timeout=10_000)
    except TimeoutError:
        return None
    return True


def open_artifact(page: Page, key: str) -> Locator:
    """From the run's page to one of its artifacts; returns what is written there."""
    page.get_by_text("Artifacts", exact=True).click()
    page.locator(".artifact-card__title").get_by_text(key, exact=True).click()
    article = page.locator("article.artifact-data-markdown")
    expect(article).to_be_visible()
    return article


def test_ingest_is_started_from_its_form_and_watched(page: Page, served: Serving, watched: Watched) -> None:
    open_form(page, served, "ingest")
    folder = field(page, "folder")
    expect(folder).to_contain_text("để trống là hộp nhận")
    expect(folder).to_contain_text("empty means the inbox")
    folder.locator("textarea").fill(str(SAMPLES))
    submit_and_watch(page, ends="Completed")

    expect(page.get_by_text("Xong lô 1/1").first).to_be_visible()  # the log
    run = page.url
    expect(open_artifact(page, "intake")).to_contain_text("Tệp mới / new files: 21")
    page.goto(run)
    expect(open_artifact(page, "findings")).to_contain_text("1 ghi chú")
    assert watched.outside() == []


def test_publish_leads_to_the_release_page(page: Page, served: Serving, watched: Watched) -> None:
    served.run("ingest", folder=str(SAMPLES))
    open_form(page, served, "publish")
    field(page, "period").locator("textarea").fill("2020..2021")
    expect(field(page, "kind")).to_contain_text("provisional")
    submit_and_watch(page, ends="Completed")
    run = page.url

    figures = open_artifact(page, "figures")
    expect(figures).to_contain_text("46 nhiệm vụ")
    expect(figures).to_contain_text("Miến dong Bình Lư")
    for narrow in figures.locator("table").all():  # the UI breaks no line in a table: ours fit beside its side bars
        assert narrow.evaluate("table => table.scrollWidth - table.parentElement.clientWidth") <= 0
    page.goto(run)
    expect(open_artifact(page, "coverage")).to_contain_text("2021: 50/50")
    page.goto(run)
    link = open_artifact(page, "release-page").get_by_role("link", name="Mở trang công bố")
    with page.context.expect_page() as opened:  # in a tab of its own
        link.click()
    expect(opened.value.locator("h1")).to_contain_text("khoa học và công nghệ tỉnh Lai Châu")
    assert opened.value.url.startswith(served.pages)
    assert watched.outside() == []


def test_what_a_sender_wrote_stays_text(page: Page, served: Serving, watched: Watched, tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)>![a](b) www.vidu.vn.xlsx"
    (tmp_path / name).write_bytes(b"no workbook")
    run = served.run("ingest", folder=str(tmp_path))
    page.goto(f"{served.ui}/runs/flow-run/{run['id']}")
    findings = open_artifact(page, "findings")

    expect(findings).to_contain_text(name)
    assert (findings.locator("img").count(), findings.locator("a").count()) == (0, 0)
    assert watched.outside() == []


def test_the_ui_that_asks_outside_hosts_is_not_to_be_had(page: Page, served: Serving, watched: Watched) -> None:
    page.goto(served.ui)
    page.get_by_text("Switch to V2 UI").click()
    expect(page.get_by_text("Switch to V2 UI")).to_be_visible()  # back again, by the page in its place
    assert "/v2" not in page.url
    page.goto(f"{served.ui}/v2/runs")
    expect(page.get_by_text("Switch to V2 UI")).to_be_visible()
    assert watched.outside() == []
