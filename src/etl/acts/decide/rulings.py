"""What a person rules unasked: waive a rule, correct a cell, extend a deadline, take a form as nil."""

from __future__ import annotations

from datetime import date, datetime

from etl.acts.decide.applying import Decided, apply, moved, signed
from etl.errors import UsageError
from etl.model.decisions import CORRECT, EXTEND, NIL, WAIVE, correction, declared_nil, extension, waiver
from etl.model.findings import INFO, Finding
from etl.model.grids import a1, from_a1
from etl.model.periods import parse_period
from etl.model.releases import MISSING
from etl.pipeline import Stores, status_of
from etl.raw import raw_texts

#: what a form must have to be understood at all: nobody can waive it
_NEVER = ("F.", "K.", "M.", "Q.", "S1.", "S2.", "S3.", "S4.", "T.")


def waive(
    stores: Stores, rule: str, *, form: str, unit: str | None, period: str | None, until: date | None, by: str,
    reason: str, at: datetime,
) -> Decided:  # fmt: skip
    """A rule keeps nothing from counting, for one unit or all, in one period or all; what arrives after `until` obeys it.

    The finding is still told, and the release names the waiver. Raises UsageError for an unknown rule, form, unit or period.
    """
    _known_form(stores, form)
    if period is not None:
        parse_period(period)
    if unit is not None and not stores.reference.units.known(unit):
        raise UsageError(f"Không có đơn vị {unit} / there is no unit {unit}")
    if rule not in _rules(stores, form):
        raise UsageError(f"Biểu {form} không có luật “{rule}” để miễn / form {form} has no rule {rule!r} to waive")
    return _rule(stores, waiver(rule, form, unit, period, until), WAIVE, None, by, reason, at)


def _rules(stores: Stores, form: str) -> set[str]:
    """The rules that may be waived for a form: those of its suites, and what is told of its cells."""
    suites = (stores.reference.suites.get(table.id, {}) for table in stores.reference.forms[form].tables)
    own = {str(one["meta"]["rule"]) for suite in suites for one in suite.get("expectations", ())}
    return own | {code for code in stores.reference.messages if not code.startswith(_NEVER)}


def correct(
    stores: Stores, submission: str, sheet: str | None, cell: str, after: str, *, before: str | None, by: str,
    reason: str, at: datetime,
) -> Decided:  # fmt: skip
    """A cell of a kept submission is taken for another value; the sender's file stays as it is.

    sheet: None where the submission stands on one sheet. after: a number in machine form, a date as the form asks for it,
    or a text; `-` is nil. before: what the cell is believed to say; it is the guard. Raises UsageError where there is no
    such submission or cell, or the cell says something else.
    """
    one = next((s for s in stores.ledger.submissions() if s.submission == submission), None)
    if one is None:
        raise UsageError(f"Không có bài nộp này / there is no such submission: {submission}")
    sheets = sorted({b.sheet for layout in stores.ledger.layout(one.reading).values() for b in layout.blocks})
    if sheet is None and len(sheets) > 1:
        raise UsageError(f"Hãy ghi SHEET!Ô / write SHEET!CELL: {', '.join(sheets)}")
    sheet = sheets[0] if sheet is None else sheet
    if sheet not in sheets:
        raise UsageError(
            f"Bài nộp không có sheet “{sheet}” / the submission has no sheet {sheet!r}: {', '.join(sheets)}"
        )
    try:
        place = a1(*from_a1(cell))
    except ValueError as error:
        raise UsageError(f"“{cell}” không phải tên ô / is no name of a cell") from error
    wanted = (one.sha256, sheet or None, place)
    now = raw_texts(stores, {one.sha256: one.file}, [wanted])[wanted]
    if now is None:
        raise UsageError(f"Không mở lại được tệp này / the file cannot be opened again: {one.file}")
    if before is not None and before != now:
        raise UsageError(
            f"Ô {place} đang ghi “{now}”, không phải “{before}”; không sửa / the cell says {now!r}, not {before!r}"
        )
    about = Finding(
        "", INFO, "", "", one.file, submission, one.form, one.unit, one.period, sheet or None, place
    )  # fmt: skip
    return _rule(stores, correction(about, now, after), CORRECT, after, by, reason, at)


def extend(
    stores: Stores, form: str, unit: str, period: str, deadline: date, *, by: str, reason: str, at: datetime
) -> Decided:
    """A unit may send a form later than the calendar says. Raises UsageError where the calendar expects nothing."""
    _expected(stores, form, unit, period)
    about = extension(form, unit, period, deadline)
    return _rule(stores, about, EXTEND, deadline.isoformat(), by, reason, at)


def declare_nil(stores: Stores, form: str, unit: str, period: str, *, by: str, reason: str, at: datetime) -> Decided:
    """A unit has said, without a workbook, that there is nothing to report; what it sends later counts instead.

    Raises UsageError where the calendar expects nothing, or something was sent already.
    """
    _expected(stores, form, unit, period)
    rows = [r for r in status_of(stores, [parse_period(period)]) if (r.form, r.unit, r.period) == (form, unit, period)]
    if rows and rows[0].state != MISSING and not (rows[0].nil and rows[0].submission is None):
        raise UsageError(
            f"{unit} đã gửi biểu {form} kỳ {period}; hãy rút bài đó trước / was sent already; withdraw it first: {rows[0].submission}"
        )
    return _rule(stores, declared_nil(form, unit, period), NIL, None, by, reason, at)


def _known_form(stores: Stores, form: str) -> None:
    if form not in stores.reference.forms:
        known = ", ".join(sorted(stores.reference.forms))
        raise UsageError(f"Không có biểu “{form}” / there is no form {form!r}: {known}")


def _expected(stores: Stores, form: str, unit: str, period: str) -> None:
    _known_form(stores, form)
    if stores.reference.expected(form, unit, parse_period(period).code) is None:
        raise UsageError(
            f"Lịch không yêu cầu {unit} gửi biểu {form} kỳ {period} / the calendar expects no such form of this unit"
        )


def _rule(
    stores: Stores, about: Finding, verb: str, argument: str | None, by: str, reason: str, at: datetime
) -> Decided:
    who, why = signed(by, reason)
    position = stores.ledger.position()
    added = stores.ledger.decide([about], verb, argument, who, why, at)
    return Decided(added, moved(stores, position) | dict(apply(stores, [about], at, who)) if added else {})
