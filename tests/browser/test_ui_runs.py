"""An operator steers a run at the Prefect UI: approves what it shows, stops it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched
from tests.browser.operating import choose, expect_state, field, open_artifact, open_form, submit
from tests.conftest import SAMPLES
from tests.flows.serving import Serving

pytestmark = pytest.mark.browser


def test_an_official_release_is_read_and_approved(page: Page, served: Serving, watched: Watched) -> None:
    served.run("ingest", folder=str(SAMPLES))
    open_form(page, served, "publish")
    choose(field(page, "period"), "2020")
    choose(field(page, "kind"), "official")
    submit(page)
    run = page.url
    served.suspended(run.rpartition("/")[2])
    page.goto(run)  # as somebody who was told that it waits
    expect_state(page, "Suspended")
    expect(open_artifact(page, "approval")).to_contain_text("thiếu / missing: 0")
    page.goto(run)

    page.get_by_role("button", name="Resume").click()
    form = page.get_by_role("dialog")
    expect(form).to_contain_text("Việc chờ quyết định / open holds: 0")
    choose(field(page, "Decision", needed=True), "approve")
    field(page, "By", needed=True).locator("textarea").fill("Lò Văn Hải")
    field(page, "Reason", needed=True).locator("textarea").fill("đã đối chiếu với các huyện")
    form.get_by_role("button", name="Submit").click()
    expect_state(page, "Completed")

    page.goto(run)  # anew: what a run leaves after it went on is not added to an open page
    link = open_artifact(page, "release-page").get_by_role("link", name="Mở trang công bố")
    with page.context.expect_page() as opened:
        link.click()
    expect(opened.value.locator("body")).to_contain_text("chính thức")
    assert watched.outside() == []


def test_a_run_is_stopped_and_the_next_one_does_its_work(
    page: Page, served: Serving, watched: Watched, tmp_path: Path
) -> None:
    for number in range(12):
        book = openpyxl.load_workbook(SAMPLES / "BC_KHCN_2021_SinHo.xlsx")
        book.properties.title = str(number)  # other bytes, the same values
        book.save(tmp_path / f"BC_KHCN_2021_SinHo ({number}).xlsx")
    run = served.start("ingest", folder=str(tmp_path))
    page.goto(f"{served.ui}/runs/flow-run/{run}")
    expect_state(page, "Running")
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    expect_state(page, "Cancelled")
    served.nobody_works_on(run)

    after = served.run("ingest", folder=str(tmp_path))
    assert (after["state_name"], "new files: **12**" in served.artifacts(after)["intake"]) == ("Completed", True)
    assert watched.outside() == []
