"""What an operator does at the Prefect UI: open a deployment's form, submit it, watch the run, read an artifact."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.flows.serving import SECONDS, Serving, until


def field(page: Page, name: str, *, needed: bool = False) -> Locator:
    """The part of a run's form that asks for a parameter; of one without a default where it is `needed`."""
    title = name if needed else f"{name} (Optional)"
    return page.locator(".p-label").filter(has=page.get_by_text(title, exact=True))


def open_form(page: Page, served: Serving, name: str) -> None:
    page.goto(served.ui)
    page.locator("a[href='/deployments']").click()
    page.wait_for_url("**/deployments")
    page.get_by_role("link", name=name, exact=True).first.click()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("Custom run", exact=True).click()


def submit(page: Page) -> None:
    """Submit the form and open the run that it made: the deployment's older runs are on the page too."""
    run = until(lambda: _submitted(page), "the form is taken")
    page.locator(f"a[href*='/runs/flow-run/{run}']").first.click()
    page.wait_for_url(f"**/runs/flow-run/{run}*")


def submit_and_watch(page: Page, *, ends: str) -> None:
    """Submit the form, open the run that it made, and stay until its chip says how it ended."""
    submit(page)
    expect_state(page, ends)


def _submitted(page: Page) -> str | None:
    """Press Submit; returns the run's id. When its database is busy the UI says "Oops", and an operator presses again."""
    with page.expect_response(lambda answer: answer.url.endswith("/create_flow_run")) as answered:
        page.get_by_role("button", name="Submit").click()
    return str(answered.value.json()["id"]) if answered.value.ok else None


def open_artifact(page: Page, key: str) -> Locator:
    """From the run's page to one of its artifacts; returns what is written there."""
    page.get_by_text("Artifacts", exact=True).click()
    page.locator(".artifact-card__title").get_by_text(key, exact=True).click()
    article = page.locator("article.artifact-data-markdown")
    expect(article).to_be_visible()
    return article


def choose(where: Locator, choice: str) -> None:
    """Open the select of a field by the keyboard, take one of its choices, and see that it stands there."""
    until(lambda: _chosen(where, choice), f"{choice} is chosen")


def _chosen(where: Locator, choice: str) -> bool | None:
    """Take the choice; the form of a long list is drawn anew for a moment, and what is pressed then is lost."""
    shown = where.locator(".p-select-button")
    where.locator(".p-select-button__control").press("Space")
    try:
        where.page.locator(".p-select-option").get_by_text(choice, exact=True).click(timeout=5_000)
        expect(shown).to_contain_text(choice, timeout=5_000)
    except (TimeoutError, AssertionError):
        return None
    return True


def expect_state(page: Page, state: str) -> None:
    """On a run's page: stay until its chip says so."""
    expect(page.get_by_role("banner").get_by_text(state, exact=True)).to_be_visible(timeout=SECONDS * 1000)
