"""Consolidate and release: the flow that an operator starts when the figures are wanted."""

from __future__ import annotations

from typing import Any, Literal

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from etl.consolidation.figures import Consolidated
from etl.consolidation.reports import period_due, report_named
from etl.errors import UsageError
from etl.model.periods import parse_period
from etl.model.reference import Report
from etl.pipeline import Stores
from etl.store.ledger import ReleaseRecord
from flows import stages, states
from flows.artifacts import publish_coverage, publish_figures, publish_link
from flows.choices import FIRST_REPORT, ReportId


def _name() -> str:
    period = flow_run.parameters.get("period") or "kỳ đến hạn / the period due"
    return f"publish {period} ({flow_run.parameters.get('kind') or 'provisional'})"


@flow(name="publish", flow_run_name=_name, persist_result=False)
@states.told
def publish(
    period: str = "", report: ReportId = FIRST_REPORT, kind: Literal["provisional", "official"] = "provisional", by: str = "",
    reason: str = "", with_open_holds: bool = False,
) -> State[Any]:  # fmt: skip
    """Tổng hợp số liệu và ra một bản công bố. / Consolidate the figures and make a numbered release.

    Args:
        period: Kỳ: 2021, 2021-Q2 hoặc 2020..2021; để trống là kỳ đến hạn theo lịch. / Period; empty: the one due by the calendar.
        report: Báo cáo nào trong data/reference/reports. / Which report of data/reference/reports.
        kind: Tạm tính (provisional) hay chính thức (official). / Provisional or official.
        by: Người duyệt, bắt buộc khi chính thức. / Who approves, needed for an official release.
        reason: Lý do, bắt buộc khi chính thức. / Why, needed for an official release.
        with_open_holds: Chính thức dù còn việc chờ; sổ cái ghi lại. / Official although holds wait; the ledger notes it.
    """
    if kind == "official" and not (by.strip() and reason.strip()):
        raise UsageError("Bản chính thức cần người duyệt và lý do / an official release needs a name and a reason")
    stores = stages.open_stores()
    wanted = report_named(stores.reference, report or None)
    _, record, new = released(stores, wanted, period, kind, by, reason, open_holds=with_open_holds)
    if not new:
        return states.nothing_new(f"Bản {record.number} vẫn đúng. / Release {record.number} holds.")
    return states.done(f"Bản công bố {record.number} / release {record.number}")


def released(
    stores: Stores, report: Report, period: str, kind: str = "provisional", by: str = "", reason: str = "", *,
    open_holds: bool = False, alone: bool = True,
) -> tuple[Consolidated, ReleaseRecord, bool]:  # fmt: skip
    """Consolidate, release, and leave artifacts: figures, coverage, a link to the page.

    alone: of a run that makes several reports each has artifacts of its own.
    """
    log = get_run_logger()
    wanted = parse_period(period or period_due(stores.reference, report, stages.now()))
    log.info("Tổng hợp kỳ %s / consolidating", wanted.code)
    named = stages.consolidate.with_options(task_run_name=f"consolidate {wanted.code}")
    done = named(stages.whole(stores), report.id, wanted)
    record, new = stages.release(stages.whole(stores), stages.whole(done), stages.now(), kind, by, reason, open_holds)
    if new:
        log.info("Bản công bố %d / release %d: %s", record.number, record.number, record.folder)
    else:
        log.info("Không có gì mới, bản %d vẫn đúng / nothing new, release %d holds", record.number, record.number)
    of = "" if alone else report.id
    publish_figures(stores, report, record, of)
    publish_coverage(stores, done.status, of)
    publish_link(record, of)
    return done, record, new
