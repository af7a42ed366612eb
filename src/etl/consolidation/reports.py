"""Which report is meant, and for which period."""

from __future__ import annotations

from datetime import datetime

from etl.errors import UsageError
from etl.model.reference import Reference, Report


def period_due(reference: Reference, report: Report, at: datetime) -> str:
    """The period that the calendar says is due: the newest of the report's forms that had ended by `at`.

    While its deadline runs it is the one being collected; before any has ended it is the report's own period.
    """
    forms = {reference.indicators[i].form for item in report.items for i in item.indicators}
    ended = [
        e.period for e in reference.calendar
        if e.form in forms and e.role == "expected" and e.period.kind != "event" and e.period.end < at.date()
    ]  # fmt: skip
    return max(ended).code if ended else report.period


def report_named(reference: Reference, name: str | None) -> Report:
    """The report of this name; without a name the only one, or the first by name."""
    if name is None:
        if not reference.reports:
            raise UsageError("Chưa khai báo báo cáo nào trong data/reference/reports / no report is defined")
        return reference.reports[sorted(reference.reports)[0]]
    if name not in reference.reports:
        raise UsageError(f"Không có báo cáo “{name}” / no report {name!r}: {', '.join(sorted(reference.reports))}")
    return reference.reports[name]
