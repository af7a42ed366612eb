"""What an operator reads in the Prefect UI after a run: intake, findings, figures, coverage, a link to the release page.

All are Markdown: the UI's own tables show ten rows a page and no emphasis.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence

from prefect.artifacts import create_markdown_artifact
from prefect.settings import PREFECT_UI_URL

from etl.acts.decide import Decided
from etl.acts.recheck import Moves
from etl.model.findings import Finding
from etl.model.reference import Report
from etl.model.releases import StatusRow
from etl.pipeline import Stores
from etl.queries.figures import figures_of
from etl.queries.intake import Intake
from etl.queries.proposal import Proposal
from etl.queries.remind import Reminder
from etl.store.ledger import ReleaseRecord
from flows import approval, tables, todo

#: where `make serve` shows release folders; set by flows/serve.py
PAGES_URL = "ETL_PAGES_URL"


def publish_intake(intake: Intake, mail: Sequence[str] = ()) -> None:
    """What came and what became of it. mail: what a person should know of the mailbox and of the answers."""
    _publish("intake", tables.intake(intake, mail), "Đã nhận / taken in")


def publish_summary(night: tables.Summary) -> None:
    """The night on one page: how it ended, what came, what went out, what is to be done."""
    _publish("summary", tables.summary(night, os.environ.get(PAGES_URL)), "Tóm tắt đêm / the night in short")


def publish_findings(stores: Stores, findings: Iterable[Finding]) -> str:
    """What was found, by unit, the gravest first. Returns the address of the page, '' where no UI is served."""
    return _publish("findings", tables.findings(stores.reference, findings), "Phát hiện / findings")


def publish_figures(stores: Stores, report: Report, record: ReleaseRecord, of: str = "") -> None:
    """The figures of the report's unit: key figures first, then every indicator across the periods.

    of: the report's id where the run makes several, here and below.
    """
    figures = figures_of(stores, record.number, unit=report.unit)
    text = tables.figures(stores.reference, report, record.period, figures)
    _publish(_key("figures", of), text, f"Số liệu của bản {record.number} / figures of release {record.number}")


def publish_proposal(stores: Stores, shown: Proposal, again: bool) -> None:
    """What is to be approved, and its figures. again: shown before, and figures have moved since."""
    content = shown.content
    _publish("approval", approval.approval(shown, again), "Chờ duyệt / waits for approval")
    own = [figure.as_json(content.number) for figure in content.figures.of_unit(content.report.unit)]
    text = tables.figures(stores.reference, content.report, content.period, own)
    _publish("figures", text, "Số liệu chờ duyệt / figures that wait for approval")


def publish_coverage(stores: Stores, status: Sequence[StatusRow], of: str = "") -> None:
    """Unit × form for each period, and how many of how many."""
    told = f"Tình hình nộp / completeness{of and f': {of}'}"
    _publish(_key("coverage", of), tables.coverage(stores.reference, status), told)


def publish_link(stores: Stores, record: ReleaseRecord, of: str = "") -> None:
    """A link that opens the release page, where pages are served; else where it lies."""
    text = tables.release_links(record, stores.releases.names(record.number), os.environ.get(PAGES_URL))
    _publish(_key("release-page", of), text, f"Trang công bố {record.number} / page of release {record.number}")


def publish_backfill(made: Iterable[tuple[str, ReleaseRecord, bool]]) -> None:
    """A line a period, with its release."""
    text = tables.backfilled(made, os.environ.get(PAGES_URL))
    _publish("backfill", text, "Các kỳ đã tổng hợp lại / periods consolidated again")


def publish_todo(stores: Stores, holds: Sequence[Finding]) -> None:
    """Everything that waits for a person, with what `decide` needs."""
    _publish("todo", todo.todo(stores.reference, holds), "Việc chờ quyết định / what waits for a decision")


def publish_decided(done: Decided) -> None:
    """The decisions with their numbers, and what they changed."""
    _publish("decided", todo.decided(done), "Đã quyết định / decided")


def publish_changed(moved: Mapping[str, str]) -> None:
    """Submissions that have another state now."""
    _publish("changed", todo.changed(moved), "Đã thay đổi / changed")


def publish_moves(moves: Moves) -> None:
    """What a recheck would move."""
    _publish("moves", todo.moves(moves), "Sẽ thay đổi / what would move")


def publish_reminders(found: Iterable[Reminder]) -> None:
    """Who owes what."""
    _publish("reminders", todo.reminders(found), "Còn nợ biểu / forms that are owed")


def _key(name: str, of: str) -> str:
    """An artifact's key: small letters, digits and hyphens."""
    return "-".join(part for part in (name, re.sub(r"[^a-z0-9]+", "-", of.lower()).strip("-")) if part)


def _publish(key: str, text: str, description: str) -> str:
    made = create_markdown_artifact(text, key=key, description=description)
    return f"{PREFECT_UI_URL.value()}/artifacts/artifact/{made}" if os.environ.get(PAGES_URL) else ""
