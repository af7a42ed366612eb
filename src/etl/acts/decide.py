"""Decide holds: accept their proposal, reject it, correct a value, map a name; one or many alike; undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation

from etl.errors import UsageError
from etl.model.decisions import ACCEPT, CORRECT, MAP, REJECT, VERBS, Decision, case_of, in_force
from etl.model.findings import HOLD, PAIR, Finding
from etl.model.submissions import Delivery
from etl.pipeline import Stores, reread, standing_findings
from etl.store.reference import load_reference
from etl.store.reference.learnt import learnt

#: what may be said of a hold beside accept and reject
_MORE = {
    "V.ambiguous": (CORRECT,),
    "V.two-readers": (CORRECT,),
    "V.unknown-name": (MAP,),
    "S4.doubtful-heading": (MAP,),
    "S2.near-unit": (MAP,),
}


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
    added = stores.ledger.decide(chosen, verb, argument, by.strip(), reason.strip(), at)
    return Decided(added, _apply(stores, added, at, by.strip()))


def undo(stores: Stores, decision: int, *, by: str, reason: str, at: datetime) -> Decided:
    """Take a decision back: the case is open again, and the submissions concerned are read anew."""
    if not by.strip() or not reason.strip():
        raise UsageError("Cần --by TÊN và --reason LÝ_DO / --by NAME and --reason TEXT are needed")
    old = stores.ledger.undo(decision, by.strip(), reason.strip(), at)
    return Decided([old], _apply(stores, [old], at, by.strip()))


def _open_holds(stores: Stores) -> list[Finding]:
    return [f for f in (*stores.ledger.findings(severity=HOLD), *standing_findings(stores)) if f.severity == HOLD]


def _check(stores: Stores, hold: Finding, verb: str, argument: str | None) -> None:
    allowed = (ACCEPT, REJECT, *_MORE.get(hold.code, (MAP,) if hold.scope == PAIR else ()))
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


def _apply(stores: Stores, decisions: Sequence[Decision], at: datetime, by: str) -> Mapping[str, str]:
    """Read the files concerned anew under what is known now; pairs need no reading, they are matched at consolidation."""
    cases = {d.case for d in decisions if d.finding.scope != PAIR}
    if not cases:
        return {}
    names = {f.file for f in stores.ledger.findings(severity=HOLD) if case_of(f) in cases}
    names |= {d.finding.file for d in decisions if d.case in cases}
    files: dict[str, Delivery] = {}
    for record in stores.ledger.deliveries():
        if record.name in names and record.sha256 not in files:
            files[record.sha256] = Delivery(record.name, record.sha256, record.size, record.received_at, record.sender)
    return reread(_with_knowledge(stores), list(files.values()), at, by)


def _with_knowledge(stores: Stores) -> Stores:
    """The same stores, knowing what the ledger knows now. The base reference data is loaded anew."""
    base = load_reference(stores.settings.reference, stores.settings.expectations)
    return replace(stores, reference=learnt(base, in_force(stores.ledger.decisions())))
