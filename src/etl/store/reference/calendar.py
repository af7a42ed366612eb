"""calendar.csv: who is expected to send which form for which period, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from etl.errors import UsageError
from etl.model.forms import Form
from etl.model.periods import Period, parse_period
from etl.model.reference import Expected
from etl.model.units import LEVELS, Units
from etl.store.reference.cells import Row, read_csv
from etl.store.reference.faults import Faults
from etl.store.reference.running import MARK, written_out
from etl.store.reference.units import unit_code

ROLES = ("expected", "check", "optional")
COLUMNS = ("form", "period", "unit", "role", "opens", "deadline")


def read_calendar(
    files: Mapping[str, bytes], forms: Mapping[str, Form], units: Units, faults: Faults
) -> tuple[Expected, ...]:
    """The lines of the calendar, each form, period and unit once; those that go on (`2026..`) written out.

    A line for one period comes before one that goes on, and one that begins later takes over from one that began earlier.
    """
    seen: set[tuple[str, str, str]] = set()
    found: list[Expected] = []
    running: list[Expected] = []
    for row in read_csv("calendar.csv", files, COLUMNS, faults):
        form, unit = forms.get(row.required("form")), row.required("unit")
        goes_on = row.text("period").endswith(MARK)
        period, role = period_of(row, "period", row.required("period").removesuffix(MARK)), row.one_of("role", ROLES)
        opens, deadline = row.day("opens"), row.day("deadline")
        if form is None:
            row.tell("form", f"không có biểu “{row.text('form')}”.", f"there is no form “{row.text('form')}”.")
        if form is None or period is None:
            continue
        _check_line(row, form, period, unit, units)
        if opens and deadline and deadline < opens:
            row.tell("deadline", "hạn gửi trước ngày mở.", "the deadline is before the day it opens.")
        if goes_on and form.period_kind == "event":
            row.tell("period", "biểu của một sự kiện không lặp lại.", "the form of an event does not go on.")
            continue
        key = (form.id, row.text("period"), unit)
        if key in seen:
            row.tell(None, "dòng này lặp lại (cùng biểu, kỳ, đơn vị).", "this line stands twice (form, period, unit).")
        seen.add(key)
        (running if goes_on else found).append(Expected(form.id, period, unit, role, opens, deadline))
    return (*found, *_going_on(running, found, forms, units))


def _going_on(
    running: Iterable[Expected], single: Iterable[Expected], forms: Mapping[str, Form], units: Units
) -> Iterator[Expected]:
    taken = {(line.form, line.period, line.unit) for line in single}
    for first in sorted(running, key=lambda line: line.period, reverse=True):
        if first.period.kind != forms[first.form].period_kind:
            continue  # told already
        for line in written_out(first, forms[first.form], units):
            if (line.form, line.period, line.unit) not in taken:
                taken.add((line.form, line.period, line.unit))
                yield line


def period_of(row: Row, column: str, value: str) -> Period | None:
    """The period that a cell's text means, or None and a fault."""
    try:
        return parse_period(value) if value else None
    except UsageError:
        row.tell(
            column,
            f"“{value}” không phải mã kỳ (2021, 2021-Q1, 2021-06, 2022-01-22). Excel đã đổi? Định dạng cột là Text.",
            f"“{value}” is no period (2021, 2021-Q1, 2021-06, 2022-01-22). Did Excel turn it? Make the column Text.",
        )
        return None


def _check_line(row: Row, form: Form, period: Period, unit: str, units: Units) -> None:
    if period.kind != form.period_kind:
        row.tell(
            "period",
            f"biểu “{form.id}” có kỳ loại {form.period_kind}, “{period.code}” thì không.",
            f"form “{form.id}” is sent by {form.period_kind}, “{period.code}” is none.",
        )
    elif not form.valid_on(period.end):
        row.tell("period", f"biểu “{form.id}” không có hiệu lực.", f"form “{form.id}” is not valid then.")
    level = unit.removeprefix("level:")
    if level != unit:
        _check_level(row, form, period, level, units)
        return
    unit_code(row, "unit", units)
    known = units.get(unit, period.end)
    if known is None and units.known(unit):
        row.tell("unit", f"đơn vị “{unit}” không còn vào cuối kỳ.", f"there is no unit “{unit}” at the period's end.")
    if known is not None and unit not in form.senders and known.level not in form.senders:
        _not_a_sender(row, form, unit)


def _check_level(row: Row, form: Form, period: Period, level: str, units: Units) -> None:
    if level not in LEVELS.values():
        row.tell("unit", f"không có cấp “{level}”.", f"there is no level “{level}”.")
    elif level not in form.senders:
        _not_a_sender(row, form, f"level:{level}")
    elif not units.at_level(level, period.end):
        row.tell("unit", f"cuối kỳ không có đơn vị cấp {level}.", f"no unit of level {level} at the period's end.")


def _not_a_sender(row: Row, form: Form, unit: str) -> None:
    row.tell(
        "unit",
        f"“{unit}” không thuộc senders của biểu “{form.id}”.",
        f"“{unit}” is none of the senders of form “{form.id}”.",
    )
