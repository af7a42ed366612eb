"""An operator at the Prefect UI, with no internet: start from a form, watch, read the artifacts, open the release page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched
from tests.browser.operating import choose, field, open_artifact, open_form, submit_and_watch
from tests.conftest import SAMPLES
from tests.flows.serving import Serving, asks, holds_in

pytestmark = pytest.mark.browser


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
    choose(field(page, "period"), "2020..2021")
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


def test_a_hold_is_decided_from_the_to_do_list(page: Page, served: Serving, watched: Watched, tmp_path: Path) -> None:
    asks(tmp_path / "BC_KHCN_2021_SinHo (sửa lần 2).xlsx")
    run = served.run("ingest", folder=str(tmp_path))
    (hold,) = holds_in(served.artifacts(run)["todo"])
    page.goto(f"{served.ui}/runs/flow-run/{run['id']}")
    expect(open_artifact(page, "todo")).to_contain_text("có thể đọc là 1234 / 1.234")

    open_form(page, served, "decide")
    field(page, "holds", needed=True).locator("textarea").fill(hold)
    field(page, "by", needed=True).locator("textarea").fill("Lò Văn Hải")
    field(page, "reason", needed=True).locator("textarea").fill("đã hỏi lại xã")
    submit_and_watch(page, ends="Completed")
    decided = page.url
    expect(open_artifact(page, "decided")).to_contain_text("accept")
    page.goto(decided)
    expect(open_artifact(page, "todo")).not_to_contain_text(hold)
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
