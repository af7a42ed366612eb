"""Decide holds: accept their proposal, reject it, correct a value, map a name; one or many alike; undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

from etl.errors import UsageError
from etl.model.decisions import ACCEPT, CORRECT, MAP, REJECT, VERBS, Decision, case_of
from etl.model.findings import HOLD, PAIR, Finding
from etl.model.submissions import Delivery
from etl.pipeline import Stores, heeding, reread, standing_findings
from etl.store.ledger import SAME_RANK

#: what may be said of a hold beside accept and reject
_MORE = {
    "V.ambiguous": (CORRECT,),
    "V.two-readers": (CORRECT,),
    "V.unknown-name": (MAP,),
    "S4.doubtful-heading": (MAP,),
    "S2.near-unit": (MAP,),
    "M.id-missing": (MAP,),
    "M.id-differs": (MAP,),
}

#: holds that a decision settles in the ledger itself: no file reads otherwise for it
UNREAD = frozenset((SAME_RANK,))


@dataclass(frozen=True)
class Decided:
    """What a decision did: the decisions added, and submissions whose state changed."""

    decisions: list[Decision] = field(default_factory=list)
    changed: Mapping[str, str] = field(default_factory=dict)


def decide(
    stores: Stores, holds: Sequence[str], verb: str, argument: str | None, *, by: str, reason: str, at: datetime
) -> Decided:
    """Decide holds by their ids; each identical case, here and in later workbooks, is decided with it.

    Raises UsageError for an unknown hold, a verb that does not fit it, or a missing name or reason.
    """
    if not by.strip() or not reason.strip():
        raise UsageError("Cần --by TÊN và --reason LÝ_DO / --by NAME and --reason TEXT are needed")
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
    return Decided(added, _states(stores, position) | dict(_apply(stores, unread, at, by.strip())))


def undo(stores: Stores, decision: int, *, by: str, reason: str, at: datetime) -> Decided:
    """Take a decision back: the case is open again, and the submissions concerned are read anew."""
    if not by.strip() or not reason.strip():
        raise UsageError("Cần --by TÊN và --reason LÝ_DO / --by NAME and --reason TEXT are needed")
    position = stores.ledger.position()
    old = stores.ledger.undo(decision, by.strip(), reason.strip(), at)
    changed = _states(stores, position) | dict(_apply(stores, [old.finding], at, by.strip()))
    return Decided([old], changed)


def _open_holds(stores: Stores) -> list[Finding]:
    return [f for f in (*stores.ledger.findings(severity=HOLD), *standing_findings(stores)) if f.severity == HOLD]


def _check(stores: Stores, hold: Finding, verb: str, argument: str | None) -> None:
    allowed = (ACCEPT, REJECT, *_MORE.get(hold.code, ()))
    if verb not in VERBS or verb not in allowed:
        raise UsageError(f"{hold.id} ({hold.code}): chỉ có thể / only: {' | '.join(allowed)}")
    if verb in (CORRECT, MAP) and not argument:
        raise UsageError(f"{verb}: cần giá trị hoặc đích / needs a value or target")
    if verb == CORRECT:
        try:
            Decimal(argument or "")
        except InvalidOperation as error:
            raise UsageError(f"{argument!r} không phải số dạng máy (1234.5) / is no number in machine form") from error
    if verb == MAP and not _known_target(stores, hold, argument or ""):
        raise UsageError(f"{argument!r}: không có đích này / there is no such target for {hold.code}")


def _known_target(stores: Stores, hold: Finding, target: str) -> bool:
    reference = stores.reference
    if hold.code == "S2.near-unit":
        return reference.units.known(target)
    if hold.code == "S4.doubtful-heading":
        table, _, field_id = target.partition(".")
        return any(t.id == table and any(f.id == field_id for f in t.fields) for t in reference.tables)
    return True


def _states(stores: Stores, after: int) -> dict[str, str]:
    """What the decision itself changed: of two files of one rank one is withdrawn, or comes back."""
    events = stores.ledger.events(after)
    return {name: state for event in events for name, state in event.payload.get("states", {}).items()}


def _apply(stores: Stores, holds: Sequence[Finding], at: datetime, by: str) -> Mapping[str, str]:
    """Read the files concerned anew under what is known now; pairs need no reading, they are matched at consolidation.

    A hold whose decision stands already but is still open was decided by a run that was killed: it is read anew too.
    """
    cases = {case_of(f) for f in holds if f.scope != PAIR and f.code not in UNREAD}
    if not cases:
        return {}
    names = {f.file for f in stores.ledger.findings(severity=HOLD) if case_of(f) in cases}
    names |= {f.file for f in holds if case_of(f) in cases}
    files: dict[str, Delivery] = {}
    for record in stores.ledger.deliveries():
        if record.name in names and record.sha256 not in files:
            files[record.sha256] = Delivery(record.name, record.sha256, record.size, record.received_at, record.sender)
    return reread(heeding(stores, stores.ledger), list(files.values()), at, by)
