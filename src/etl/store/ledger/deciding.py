"""Decisions in the ledger: added, undone, never removed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from etl.errors import UsageError
from etl.model.decisions import (
    ACCEPT,
    CORRECTION,
    DEADLINE,
    DECLARED_NIL,
    LOCK,
    LOCK_EXCEPTION,
    WAIVER,
    Decision,
    case_of,
    in_force,
)
from etl.model.findings import Finding
from etl.store.ledger import chain, withdrawing
from etl.store.ledger.schema import decisions
from etl.store.ledger.settling import SAME_RANK
from etl.store.ledger.shapes import to_json

#: what a person says unasked has a name of its own in the log
UNASKED = {
    WAIVER: "waive", CORRECTION: "correct", DEADLINE: "extend", DECLARED_NIL: "nil", LOCK: "lock",
    LOCK_EXCEPTION: "let-in",
}  # fmt: skip

_FINDING = tuple(item.name for item in fields(Finding))


def add(
    connection: Connection,
    holds: Sequence[Finding],
    verb: str,
    argument: str | None,
    by: str,
    reason: str,
    at: datetime,
) -> list[Decision]:
    """Decide each hold; a decision that stands already, the same again, is no error and adds nothing."""
    standing = in_force(all_decisions(connection))
    new = []
    for hold in holds:
        case = case_of(hold)
        known = standing.get(case)
        if known is not None and (known.verb, known.argument) == (verb, argument):
            continue
        kind = UNASKED.get(hold.code, "decide")
        position = chain.append(connection, kind, by, hold.id, _payload(hold, verb, argument, reason), at)
        row = {
            "finding_id": hold.id,
            "submission": hold.submission,
            "case_key": case,
            "finding": to_json({name: getattr(hold, name) for name in _FINDING}),
            "verb": verb,
            "argument": argument,
            "by_name": by,
            "reason": reason,
            "at": at,
            "position": position,
        }
        key = connection.execute(decisions.insert().values(row)).inserted_primary_key
        new.append(Decision(int(key[0]) if key else 0, case, hold, verb, argument, by, reason, at))
        if hold.code == SAME_RANK:
            withdrawing.withdraw(connection, _loser(hold, verb), by, reason, at)
    return new


def _loser(hold: Finding, verb: str) -> str:
    """Of two submissions of one rank the hold proposes its own: refused, the other one goes on counting."""
    return (hold.expected if verb == ACCEPT else hold.submission) or ""


def undo(connection: Connection, decision: int, by: str, reason: str, at: datetime) -> Decision:
    """Take a decision back by another entry; the case is open again. Raises UsageError for what is not in force."""
    known = {d.id: d for d in in_force(all_decisions(connection)).values()}
    if decision not in known:
        raise UsageError(f"Không có quyết định {decision} đang có hiệu lực / decision {decision} is not in force")
    old = known[decision]
    position = chain.append(connection, "undo", by, str(decision), {"reason": reason, "case": old.case}, at)
    row = {
        "finding_id": old.finding.id,
        "submission": old.finding.submission,
        "case_key": old.case,
        "finding": to_json({name: getattr(old.finding, name) for name in _FINDING}),
        "verb": "undo",
        "argument": None,
        "by_name": by,
        "reason": reason,
        "at": at,
        "undoes": decision,
        "position": position,
    }
    connection.execute(decisions.insert().values(row))
    if old.finding.code == SAME_RANK:
        withdrawing.reinstate(connection, _loser(old.finding, old.verb), by, reason, at)
    return old


def _payload(hold: Finding, verb: str, argument: str | None, reason: str) -> dict[str, Any]:
    about = {"code": hold.code, "submission": hold.submission, "verb": verb, "argument": argument, "reason": reason}
    if hold.code not in UNASKED:
        return about
    place = {name: getattr(hold, name) for name in ("form", "unit", "period", "sheet", "cell", "value", "expected")}
    return about | {"about": {name: value for name, value in place.items() if value is not None}}


def all_decisions(connection: Connection, until: int | None = None) -> list[Decision]:
    """Every decision and undoing, in order; `until` a ledger position."""
    query = select(decisions).order_by(decisions.c.id)
    if until is not None:
        query = query.where(decisions.c.position <= until)
    return [_value(row) for row in connection.execute(query)]


def _value(row: Row[Any]) -> Decision:
    finding = Finding(**json.loads(row.finding))
    return Decision(row.id, row.case_key, finding, row.verb, row.argument, row.by_name, row.reason, row.at, row.undoes)
