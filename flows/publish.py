"""Consolidate and release: the flow that an operator starts when the figures are wanted."""

from __future__ import annotations

from typing import Any, Literal

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from etl.consolidation.reports import period_due, report_named
from etl.model.periods import Period, parse_period
from etl.model.reference import Report
from etl.pipeline import Stores
from etl.store.ledger import ReleaseRecord
from flows import stages, states
from flows.approve import approved
from flows.artifacts import publish_coverage, publish_figures, publish_link
from flows.choices import FIRST_REPORT, ReportId, SpanCode


def _name() -> str:
    period = flow_run.parameters.get("period") or "kỳ đến hạn / the period due"
    return f"publish {period} ({flow_run.parameters.get('kind') or 'provisional'})"


@flow(name="publish", flow_run_name=_name, persist_result=False)
@states.told
def publish(
    period: SpanCode = "", report: ReportId = FIRST_REPORT, kind: Literal["provisional", "official"] = "provisional"
) -> State[Any]:
    """Tổng hợp số liệu và ra một bản công bố. / Consolidate the figures and make a numbered release.

    Args:
        period: Kỳ, hay nhiều năm; để trống là kỳ đến hạn theo lịch. / A period, or years; empty: the one due by the calendar.
        report: Báo cáo nào trong data/reference/reports. / Which report of data/reference/reports.
        kind: provisional ra ngay bản tạm tính; official chờ người duyệt trên trang của lần chạy. / At once, or after approval.
    """
    stores = stages.open_stores()
    wanted = report_named(stores.reference, report or None)
    asked = parse_period(period or period_due(stores.reference, wanted, stages.now()))
    if kind == "official":
        return approved(stores, wanted, asked)
    record, new = released(stores, wanted, asked)
    if not new:
        return states.nothing_new(f"Bản {record.number} vẫn đúng. / Release {record.number} holds.")
    return states.done(f"Bản công bố {record.number} / release {record.number}")


def released(stores: Stores, report: Report, period: Period, of: str = "") -> tuple[ReleaseRecord, bool]:
    """Consolidate, make a provisional release where a figure moved, and leave artifacts: figures, coverage, a link.

    of: where a run makes several each has artifacts of its own, called so.
    """
    log = get_run_logger()
    log.info("Tổng hợp kỳ %s / consolidating", period.code)
    done = stages.consolidated(stores, report, period)
    record, new = stages.release(stages.whole(stores), stages.whole(done), stages.now())
    if new:
        log.info("Bản công bố %d / release %d: %s", record.number, record.number, record.folder)
    else:
        log.info("Không có gì mới, bản %d vẫn đúng / nothing new, release %d holds", record.number, record.number)
    publish_figures(stores, report, record, of)
    publish_coverage(stores, done.status, of)
    publish_link(stores, record, of)
    return record, new
