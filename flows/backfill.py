"""Make releases of several periods in one run: after rules, decisions or late files have changed the past."""

from __future__ import annotations

from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from etl.consolidation.reports import report_named
from etl.errors import UsageError
from etl.model.periods import Period, parse_period
from etl.model.reference import Reference
from etl.store.ledger import ReleaseRecord
from flows import stages, states
from flows.artifacts import publish_backfill
from flows.choices import FIRST_REPORT, PeriodCode, ReportId, period_codes


def _name() -> str:
    given = flow_run.parameters
    return f"backfill {given.get('first')}..{given.get('last')}"


@flow(name="backfill", flow_run_name=_name, persist_result=False)
@states.told
def backfill(first: PeriodCode, last: PeriodCode, report: ReportId = FIRST_REPORT) -> State[Any]:
    """Tổng hợp lại từng kỳ, ra bản tạm tính ở kỳ có số đổi. / Consolidate each period again, release where a figure moved.

    Args:
        first: Kỳ đầu. / The first period.
        last: Kỳ cuối, cùng loại (năm, quý, tháng) với kỳ đầu. / The last one, of the same kind as the first.
        report: Báo cáo nào trong data/reference/reports. / Which report of data/reference/reports.
    """
    stores = stages.open_stores()
    wanted = report_named(stores.reference, report or None)
    made: list[tuple[str, ReleaseRecord, bool]] = []
    for period in periods_between(stores.reference, first, last):
        done = stages.consolidated(stores, wanted, period)
        record, new = stages.release(stages.whole(stores), stages.whole(done), stages.now())
        get_run_logger().info(
            "%s: bản / release %d%s", period.code, record.number, "" if new else " (vẫn đúng / holds)"
        )
        made.append((period.code, record, new))
    publish_backfill(made)
    moved = sum(new for *_, new in made)
    if not moved:
        return states.nothing_new(f"{len(made)} kỳ, không số nào đổi. / {len(made)} periods, no figure moved.")
    return states.done(f"{moved} bản mới cho {len(made)} kỳ / {moved} new releases for {len(made)} periods")


def periods_between(reference: Reference, first: str, last: str) -> list[Period]:
    """The calendar's periods of one kind from one to another, in order. Raises UsageError where there is none."""
    a, b = parse_period(first), parse_period(last)
    known = [parse_period(code) for code in period_codes(reference)]
    found = [p for p in known if a.kind == b.kind == p.kind and a.start <= p.start and p.end <= b.end]
    if not found:
        raise UsageError(
            f"Lịch không có kỳ nào từ {first} đến {last} / the calendar has no period of one kind from {first} to {last}"
        )
    return found
