"""Holds: accept their proposal, reject it, correct a value, map a name; one or many alike; undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from etl.acts.decide.applying import Decided, apply, moved, signed
from etl.errors import UsageError
from etl.model.decisions import ACCEPT, CORRECT, MAP, REJECT, VERBS, case_of
from etl.model.findings import HOLD, Finding
from etl.pipeline import Stores, standing_findings

#: what may be said of a hold beside accept and reject
_MORE = {
    "V.ambiguous": (CORRECT,),
    "V.two-readers": (CORRECT,),
    "V.several-units": (MAP,),
    "S2.several-units": (MAP,),
    "V.unknown-name": (MAP,),
    "S4.doubtful-heading": (MAP,),
    "S2.near-unit": (MAP,),
    "M.id-missing": (MAP,),
    "M.id-differs": (MAP,),
    "M.near-name": (MAP,),
    "M.second-id": (MAP,),
}


def decide(
    stores: Stores, holds: Sequence[str], verb: str, argument: str | None, *, by: str, reason: str, at: datetime
) -> Decided:
    """Decide holds by their ids; each identical case, here and in later workbooks, is decided with it.

    Raises UsageError for an unknown hold, a verb that does not fit it, or a missing name or reason.
    """
    signed(by, reason)
    known = {f.id: f for f in _open_holds(stores)}
    missing = [name for name in holds if name not in known]
    if missing or not holds:
        raise UsageError(
            f"Không có việc chờ quyết định mã {', '.join(missing)} / no such hold; see etl findings --severity hold"
        )
    chosen = [known[name] for name in dict.fromkeys(holds)]
    for hold in chosen:
        _check(stores, hold, verb, argument)
    position = stores.ledger.position()
    added = stores.ledger.decide(chosen, verb, argument, by.strip(), reason.strip(), at)
    decided = {d.case for d in added}
    unread = [f for f in chosen if f.decision is None or case_of(f) in decided]
    return Decided(added, moved(stores, position) | dict(apply(stores, unread, at, by.strip())))


def undo(stores: Stores, decision: int, *, by: str, reason: str, at: datetime) -> Decided:
    """Take a decision back: the case is open again, and the submissions concerned are read anew."""
    signed(by, reason)
    position = stores.ledger.position()
    old = stores.ledger.undo(decision, by.strip(), reason.strip(), at)
    changed = moved(stores, position) | dict(apply(stores, [old.finding], at, by.strip()))
    return Decided([old], changed)


def _open_holds(stores: Stores) -> list[Finding]:
    return [f for f in (*stores.ledger.findings(severity=HOLD), *standing_findings(stores)) if f.severity == HOLD]


def _check(stores: Stores, hold: Finding, verb: str, argument: str | None) -> None:
    allowed = (ACCEPT, REJECT, *_MORE.get(hold.code, ()))
    if verb not in VERBS or verb not in allowed:
        raise UsageError(f"{hold.id} ({hold.code}): chỉ có thể / only: {' | '.join(allowed)}")
    if verb in (CORRECT, MAP) and not argument:
        raise UsageError(f"{verb}: cần giá trị hoặc đích / needs a value or target")
    if verb == CORRECT and _is_number(hold.proposal) and not _is_number(argument):
        raise UsageError(f"{argument!r} không phải số dạng máy (1234.5) / is no number in machine form")
    if verb == MAP and not _known_target(stores, hold, argument or ""):
        raise UsageError(f"{argument!r}: không có đích này / there is no such target for {hold.code}")


def _is_number(text: str | None) -> bool:
    try:
        Decimal(text or "")
    except InvalidOperation:
        return False
    return True


def _known_target(stores: Stores, hold: Finding, target: str) -> bool:
    reference = stores.reference
    if hold.code in ("S2.near-unit", "S2.several-units", "V.several-units"):
        return all(reference.units.known(code.strip()) for code in target.split(";"))
    if hold.code == "S4.doubtful-heading":
        table, _, field_id = target.partition(".")
        return any(t.id == table and any(f.id == field_id for f in t.fields) for t in reference.tables)
    return True
