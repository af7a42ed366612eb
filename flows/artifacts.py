"""What an operator reads in the Prefect UI after a run: intake, findings, figures, coverage, a link to the release page.

All are Markdown: the UI's own tables show ten rows a page and no emphasis.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from prefect.artifacts import create_markdown_artifact

from etl.model.findings import Finding
from etl.model.reference import Report
from etl.model.releases import StatusRow
from etl.pipeline import Stores
from etl.queries.figures import figures_of
from etl.queries.intake import Intake
from etl.store.ledger import ReleaseRecord
from flows import tables

#: where `make serve` shows release folders; set by flows/serve.py
PAGES_URL = "ETL_PAGES_URL"


def publish_intake(intake: Intake) -> None:
    """What came and what became of it."""
    _publish("intake", tables.intake(intake), "Đã nhận / taken in")


def publish_findings(stores: Stores, findings: Iterable[Finding]) -> None:
    """What was found, by unit, the gravest first."""
    _publish("findings", tables.findings(stores.reference, findings), "Phát hiện / findings")


def publish_figures(stores: Stores, report: Report, record: ReleaseRecord) -> None:
    """The figures of the report's unit: key figures first, then every indicator across the periods."""
    figures = figures_of(stores, record.number, unit=report.unit)
    text = tables.figures(stores.reference, report, record.period, figures)
    _publish("figures", text, f"Số liệu của bản {record.number} / figures of release {record.number}")


def publish_coverage(stores: Stores, status: Sequence[StatusRow]) -> None:
    """Unit × form for each period, and how many of how many."""
    _publish("coverage", tables.coverage(stores.reference, status), "Tình hình nộp / completeness")


def publish_link(record: ReleaseRecord) -> None:
    """A link that opens the release page, where pages are served; else where it lies."""
    text = tables.release_links(record, os.environ.get(PAGES_URL))
    _publish("release-page", text, f"Trang công bố {record.number} / page of release {record.number}")


def _publish(key: str, text: str, description: str) -> None:
    create_markdown_artifact(text, key=key, description=description)
