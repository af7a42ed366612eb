"""What people decided about holds: dated, signed, reversible; it applies to the next identical case."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from etl.model.findings import INFO, PAIR, Finding

ACCEPT, REJECT, CORRECT, MAP = "accept", "reject", "correct", "map"
VERBS = (ACCEPT, REJECT, CORRECT, MAP)

#: what a person says unasked, recorded, undone and replayed like any decision: its finding's code says which
WAIVER, CORRECTION, DEADLINE, DECLARED_NIL = "K.waiver", "K.correction", "K.deadline", "K.nil"
LOCK, LOCK_EXCEPTION = "K.lock", "K.lock-exception"
WAIVE, EXTEND, NIL, CLOSE, LET_IN = "waive", "extend", "nil", "lock", "let-in"


#: cells without a value until a person has chosen one
CHOSEN_VALUES = ("V.ambiguous", "V.two-readers", "V.several-units")


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision on one case. `finding` is the hold as it was told; `argument` is the value or target given."""

    id: int
    case: str
    finding: Finding
    verb: str
    argument: str | None
    by: str
    reason: str
    at: datetime
    undoes: int | None = None

    @property
    def answer(self) -> str | None:
        """What is taken for the hold's value: the argument, or the proposal that was accepted; None when rejected."""
        if self.verb == REJECT:
            return None
        return self.argument if self.verb in (CORRECT, MAP) else self.finding.proposal


def case_of(finding: Finding) -> str:
    """Names the case, not its place: the same heading, name, value or pair in the next workbook is the same case."""
    value, proposal = _plain(finding.value), finding.proposal or ""
    if finding.scope == PAIR:
        parts = [finding.code, finding.unit or "", value, proposal]
    elif finding.code == "S4.doubtful-heading":
        parts = [finding.code, finding.form or "", value, proposal]
    elif finding.code == "S2.near-unit":
        parts = [finding.code, value]
    elif finding.code == "V.unknown-name":
        parts = [finding.code, finding.form or "", value]
    elif finding.code == WAIVER:
        parts = [finding.code, value, finding.form or "", finding.unit or "", finding.period or ""]
    elif finding.code == CORRECTION:
        parts = [finding.code, finding.submission or "", finding.sheet or "", finding.cell or ""]
    elif finding.code in (DEADLINE, DECLARED_NIL, LOCK, LOCK_EXCEPTION):
        parts = [finding.code, finding.form or "", finding.unit or "", finding.period or ""]
    elif finding.code == "S2.several-units":
        parts = [finding.code, value, finding.file or ""]
    elif finding.code in CHOSEN_VALUES:
        parts = [finding.code, finding.form or "", finding.unit or "", finding.period or "", value]
    else:
        parts = [finding.code, finding.form or "", finding.unit or "", finding.period or "", finding.submission or ""]
    return "|".join(parts)


def _plain(text: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", text or "").casefold().split())


def in_force(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """Case → the last decision on it that was not undone."""
    ordered = sorted(decisions, key=lambda d: d.id)
    undone = {d.undoes for d in ordered if d.undoes is not None}
    return {d.case: d for d in ordered if d.id not in undone and d.undoes is None}


def knowledge_hash(decided: Mapping[str, Decision]) -> str:
    """Names what was decided; '' when nothing was."""
    if not decided:
        return ""
    lines = sorted(f"{case}\x1f{d.verb}\x1f{d.argument or ''}" for case, d in decided.items())
    return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()[:16]


def waiver(rule: str, form: str, unit: str | None, period: str | None, until: date | None) -> Finding:
    """What a waiver is about: a rule of a form, of one unit or of all, in one period or in all; until: its last day."""
    whom = f"{unit or 'mọi đơn vị / all units'}, {period or 'mọi kỳ / all periods'}"
    return Finding(
        WAIVER, INFO, f"Miễn luật {rule} của biểu {form}: {whom}", f"Rule {rule} of form {form} is waived: {whom}",
        form=form, unit=unit, period=period, value=rule, expected=until.isoformat() if until else None,
    )  # fmt: skip


def correction(about: Finding, before: str, after: str) -> Finding:
    """What a correction is about. about: where (file, submission, form, unit, period, sheet, cell); before: the guard."""
    return about.about(
        code=CORRECTION, severity=INFO, value=before, expected=after,
        message_vi=f"Sửa ô từ “{before}” thành “{after}”", message_en=f"The cell is corrected from “{before}” to “{after}”",
    )  # fmt: skip


def extension(form: str, unit: str, period: str, deadline: date) -> Finding:
    """What an extension is about: one form of one unit for one period, and its new last day."""
    return Finding(
        DEADLINE, INFO, f"Gia hạn biểu {form} kỳ {period} cho {unit} đến {deadline:%d/%m/%Y}",
        f"The deadline of form {form} for {period} is {deadline} for {unit}",
        form=form, unit=unit, period=period, expected=deadline.isoformat(),
    )  # fmt: skip


def declared_nil(form: str, unit: str, period: str) -> Finding:
    """What a declaration without a workbook is about: one form of one unit for one period has nothing to report."""
    return Finding(
        DECLARED_NIL, INFO, f"{unit} báo không phát sinh: biểu {form} kỳ {period}",
        f"{unit} declares form {form} for {period} as nil", form=form, unit=unit, period=period,
    )  # fmt: skip


def period_lock(form: str | None, period: str) -> Finding:
    """What a lock is about: a period and all that lie in it; of one form, or of all."""
    what_vi, what_en = (f"biểu {form} kỳ {period}", f"form {form} for {period}") if form else (f"kỳ {period}", period)
    return Finding(LOCK, INFO, f"Khoá {what_vi}", f"{what_en} is locked", form=form, period=period)


def lock_exception(form: str | None, unit: str, period: str) -> Finding:
    """What an exception is about: one unit may still send a form (None: any) for a locked period."""
    what_vi, what_en = (f"biểu {form} ", f"form {form} ") if form else ("", "")
    return Finding(
        LOCK_EXCEPTION, INFO, f"{unit} được nộp {what_vi}kỳ {period} sau khi khoá",
        f"{unit} may send {what_en}for {period} after the lock", form=form, unit=unit, period=period,
    )  # fmt: skip


def waives(decision: Decision, finding: Finding, received: date) -> bool:
    """Whether a decision is a waiver of this finding, for what arrived on this day: rule × unit × period, and an expiry."""
    waiver = decision.finding
    return (
        waiver.code == WAIVER
        and waiver.value == finding.code
        and waiver.form == finding.form
        and waiver.unit in (None, finding.unit)
        and waiver.period in (None, finding.period)
        and (waiver.expected is None or received <= date.fromisoformat(waiver.expected))
    )
