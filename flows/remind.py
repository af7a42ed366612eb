"""Whom to remind: who still owes a form of a period, most overdue first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from etl.consolidation.reports import period_due
from etl.model.reference import Report
from etl.pipeline import Stores
from etl.queries.remind import Reminder, in_order, reminders
from flows import stages, states
from flows.artifacts import publish_reminders
from flows.choices import EVERY, ReportIds, SpanCode, chosen


def _name() -> str:
    return f"remind {flow_run.parameters.get('period') or 'kỳ đến hạn / the period due'}"


@flow(name="remind", flow_run_name=_name, persist_result=False)
@states.told
def remind(period: SpanCode = "", report: ReportIds = EVERY) -> State[Any]:
    """Ai còn nợ biểu nào của kỳ, quá hạn lâu nhất đứng đầu. / Who still owes which form, most overdue first.

    Args:
        period: Kỳ, hay nhiều năm; để trống là kỳ đến hạn theo lịch. / A period, or years; empty: the one due by the calendar.
        report: Các đơn vị thuộc mọi báo cáo, hoặc thuộc một báo cáo. / The units of every report, or of one.
    """
    stores = stages.open_stores()
    at = stages.now()
    wanted = [(one, period or period_due(stores.reference, one, at)) for one in chosen(stores.reference, report)]
    found = owing(stores, wanted, at)
    due = ", ".join(dict.fromkeys(period for _, period in wanted))
    publish_reminders(found)
    if not found:
        return states.done("Không ai còn nợ biểu nào. / Nobody owes a form.")
    units = len({one.unit for one in found})
    return states.done(
        f"{units} đơn vị còn nợ {len(found)} biểu của {due} / {units} units owe {len(found)} forms of {due}"
    )


def owing(stores: Stores, wanted: Iterable[tuple[Report, str]], at: datetime) -> list[Reminder]:
    """Who owes a form of a period among the units of a report, each once, most overdue first."""
    return in_order({r for one, period in wanted for r in reminders(stores, period, at, one.unit)})
