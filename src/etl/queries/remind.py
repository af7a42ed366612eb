"""Whom to remind: before the deadline in good time, after it with the days that have passed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from etl.consolidation.scope import Scope
from etl.model.reference import Reference
from etl.model.releases import StatusRow
from etl.pipeline import Stores
from etl.queries.status import status, unit_title
from etl.queries.tables import table

#: what the sender still has to do, by the state of what he sent
_TODO = {
    "missing": ("chưa gửi; hãy gửi biểu", "not sent; send the form"),
    "withdrawn": ("đã rút; hãy gửi lại", "withdrawn; send it again"),
    "rejected": ("bị trả lại; hãy sửa theo phiếu tiếp nhận rồi gửi lại", "sent back; mend it as the receipt says"),
    "held": ("đang chờ xác nhận; hãy trả lời câu hỏi", "waits for an answer to a question"),
}


@dataclass(frozen=True, slots=True)
class Reminder:
    """One form that one unit still owes. days: until the deadline; negative after it; None without a deadline."""

    unit: str
    unit_title: str
    form: str
    form_title: str
    period: str
    state: str
    deadline: date | None
    days: int | None
    message_vi: str
    message_en: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"deadline": self.deadline.isoformat() if self.deadline else None}


def reminders(stores: Stores, period: str, at: datetime, unit: str | None = None) -> list[Reminder]:
    """Everyone who owes something of the period, most overdue first; nobody before the form opens.

    unit: only this one and the units under it.
    """
    rows = status(stores, period)
    return owed(stores.reference, rows if unit is None else Scope(unit, stores.reference).status(rows), at)


def owed(reference: Reference, rows: Iterable[StatusRow], at: datetime) -> list[Reminder]:
    """The same from status rows."""
    rows = list(rows)
    asked = {(row.form, row.period) for row in rows}
    opens = {
        (unit, line.form, line.period.code): line.opens
        for line in reference.calendar if line.role == "expected" and (line.form, line.period.code) in asked
        for unit in line.senders(reference.units)
    }  # fmt: skip
    today = at.date()
    found = []
    for row in rows:
        opening = opens.get((row.unit, row.form, row.period))
        if row.role == "expected" and row.state in _TODO and (opening is None or opening <= today):
            found.append(_reminder(reference, row, today))
    return in_order(found)


def in_order(found: Iterable[Reminder]) -> list[Reminder]:
    """The most overdue first."""
    return sorted(found, key=lambda r: (r.days is None, r.days or 0, r.unit, r.form, r.period))


def _reminder(reference: Reference, row: StatusRow, today: date) -> Reminder:
    form = reference.forms[row.form]
    title = unit_title(reference, row.unit, row.period)
    days = (row.deadline - today).days if row.deadline else None
    when_vi, when_en = _when(days)
    todo_vi, todo_en = _TODO[row.state]
    return Reminder(
        row.unit, title, row.form, form.title_vi, row.period, row.state, row.deadline, days,
        f"{title}: Biểu {form.number} kỳ {row.period} {todo_vi}{when_vi}.",
        f"{title}: form {form.number} for {row.period} {todo_en}{when_en}.",
    )  # fmt: skip


def _when(days: int | None) -> tuple[str, str]:
    if days is None:
        return "", ""
    if days < 0:
        return f" (quá hạn {-days} ngày)", f" ({-days} days late)"
    if days == 0:
        return " (hạn là hôm nay)", " (due today)"
    return f" (còn {days} ngày)", f" ({days} days left)"


def reminders_table(found: Iterable[Reminder]) -> str:
    """For people: one line a form that is owed."""
    rows = [
        (r.unit_title, r.form, r.period, f"{r.deadline:%d/%m/%Y}" if r.deadline else "", r.days, r.message_vi)
        for r in found
    ]
    return table(("Đơn vị", "Biểu", "Kỳ", "Hạn", "Còn (ngày)", "Việc cần làm"), rows)
