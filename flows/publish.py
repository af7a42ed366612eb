"""Consolidate and release: the flow that an operator starts when the figures are wanted."""

from __future__ import annotations

from typing import Literal

from prefect import flow, get_run_logger

from etl.errors import UsageError
from etl.model.periods import parse_period
from etl.pipeline import Stores
from etl.store.ledger import ReleaseRecord
from flows import stages
from flows.artifacts import publish_coverage, publish_figures, publish_link


@flow(name="publish", flow_run_name="publish {period}", persist_result=False)
def publish(
    period: str = "", report: str = "", kind: Literal["provisional", "official"] = "provisional", by: str = "",
    reason: str = "",
) -> None:  # fmt: skip
    """Tổng hợp số liệu và ra một bản công bố. / Consolidate the figures and make a numbered release.

    Args:
        period: Kỳ báo cáo: 2021, 2021-Q2 hoặc 2020..2021; để trống là kỳ của báo cáo. / Period; empty means the report's own.
        report: Tên báo cáo trong data/reference/reports; để trống là báo cáo đầu tiên. / Report; empty means the first.
        kind: Tạm tính (provisional) hay chính thức (official). / Provisional or official.
        by: Người duyệt, bắt buộc khi chính thức. / Who approves, needed for an official release.
        reason: Lý do, bắt buộc khi chính thức. / Why, needed for an official release.
    """
    if kind == "official" and not (by.strip() and reason.strip()):
        raise UsageError("Bản chính thức cần người duyệt và lý do / an official release needs a name and a reason")
    released(stages.open_stores(), period, report, kind, by, reason)


def released(
    stores: Stores, period: str, report: str, kind: str = "provisional", by: str = "", reason: str = ""
) -> tuple[ReleaseRecord, bool]:
    """Consolidate, release, and leave artifacts: figures, coverage, a link to the page."""
    from etl.pipeline import report_named

    wanted = report_named(stores.reference, report or None)
    done = stages.consolidate(stores, wanted.id, parse_period(period or wanted.period))
    record, new = stages.release(stores, done, stages.now(), kind, by, reason)
    log = get_run_logger()
    if new:
        log.info("Bản công bố %d / release %d: %s", record.number, record.number, record.folder)
    else:
        log.info("Không có gì mới, bản %d vẫn đúng / nothing new, release %d holds", record.number, record.number)
    publish_figures(stores, record.number, wanted.unit)
    publish_coverage(stores, done.status)
    publish_link(record)
    return record, new
