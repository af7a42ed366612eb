"""A period is locked, opened again, or opened for one unit: what arrives after a lock waits for a person."""

from __future__ import annotations

from datetime import datetime

from etl.acts.decide.applying import Decided, apply, moved, signed
from etl.errors import UsageError
from etl.model.decisions import CLOSE, LET_IN, LOCK, Decision, in_force, lock_exception, period_lock
from etl.model.findings import Finding
from etl.model.periods import parse_period
from etl.pipeline import Stores


def lock(stores: Stores, period: str, form: str | None = None, *, by: str, reason: str, at: datetime) -> Decided:
    """From now on submissions for this period (one form, or all) are kept and told, and count only once let in.

    What counts already goes on counting. A lock that stands already is left as it is. Raises UsageError for an unknown
    period or form, or without a name or reason.
    """
    who, why = signed(by, reason)
    about = period_lock(_known_form(stores, form), parse_period(period).code)
    if _standing(stores, about) is not None:
        return Decided()
    # the time is part of what readings rest on: a second lock, after the first was taken back, is another one
    return Decided(stores.ledger.decide([about], CLOSE, at.isoformat(), who, why, at))


def unlock(stores: Stores, period: str, form: str | None = None, *, by: str, reason: str, at: datetime) -> Decided:
    """Take a lock back: all that waited because of it counts. Raises UsageError where there is no such lock."""
    who, why = signed(by, reason)
    about = period_lock(_known_form(stores, form), parse_period(period).code)
    standing = _standing(stores, about)
    if standing is None:
        raise UsageError(f"Không có khoá nào như vậy / there is no such lock: {about.message_vi}. {_locked(stores)}")
    position = stores.ledger.position()
    old = stores.ledger.undo(standing.id, who, why, at)
    return Decided([old], moved(stores, position) | dict(apply(stores, [about], at, who)))


def let_in(
    stores: Stores, period: str, unit: str, form: str | None = None, *, by: str, reason: str, at: datetime
) -> Decided:
    """An exception: what one unit has sent or sends for a locked period counts. `etl undo` takes it back.

    Raises UsageError for an unknown unit or form, where the period is not locked, or without a name or reason.
    """
    who, why = signed(by, reason)
    if not stores.reference.units.known(unit):
        raise UsageError(f"Không có đơn vị {unit} / there is no unit {unit}")
    about = lock_exception(_known_form(stores, form), unit, parse_period(period).code)
    if not any(_meet(one.finding, about) for one in locks(stores)):
        raise UsageError(f"Kỳ {period} không khoá / the period is not locked. {_locked(stores)}")
    position = stores.ledger.position()
    added = stores.ledger.decide([about], LET_IN, None, who, why, at)
    return Decided(added, moved(stores, position) | dict(apply(stores, [about], at, who)) if added else {})


def locks(stores: Stores) -> list[Decision]:
    """The locks in force, the oldest first."""
    standing = in_force(stores.ledger.decisions()).values()
    return sorted((one for one in standing if one.finding.code == LOCK), key=lambda one: one.id)


def _standing(stores: Stores, about: Finding) -> Decision | None:
    return next(
        (one for one in locks(stores) if (one.finding.form, one.finding.period) == (about.form, about.period)), None
    )


def _meet(locked: Finding, about: Finding) -> bool:
    """Whether a lock and an exception speak of a day and a form in common."""
    a, b = parse_period(locked.period or ""), parse_period(about.period or "")
    return a.start <= b.end and b.start <= a.end and (None in (locked.form, about.form) or locked.form == about.form)


def _locked(stores: Stores) -> str:
    told = ", ".join(one.finding.message_vi for one in locks(stores))
    return f"Đang có / in force: {told or '–'}"


def _known_form(stores: Stores, form: str | None) -> str | None:
    if form is not None and form not in stores.reference.forms:
        known = ", ".join(sorted(stores.reference.forms))
        raise UsageError(f"Không có biểu “{form}” / there is no form {form!r}: {known}")
    return form
