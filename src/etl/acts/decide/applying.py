"""What a decision moves: the files concerned are read anew under what is known now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from etl.errors import UsageError
from etl.model.decisions import CORRECTION, DEADLINE, DECLARED_NIL, LOCK, LOCK_EXCEPTION, WAIVER, Decision, case_of
from etl.model.findings import HOLD, PAIR, Finding
from etl.model.periods import parse_period
from etl.model.submissions import Delivery
from etl.pipeline import Stores, heeding, reread
from etl.store.ledger import SAME_RANK

#: what is settled in the ledger itself, or at consolidation: no file reads otherwise for it
_UNREAD = frozenset((SAME_RANK, DEADLINE, DECLARED_NIL))


@dataclass(frozen=True)
class Decided:
    """What a decision did: the decisions added, and submissions whose state changed."""

    decisions: list[Decision] = field(default_factory=list)
    changed: Mapping[str, str] = field(default_factory=dict)


def signed(by: str, reason: str) -> tuple[str, str]:
    """Who and why, without the blanks around. Raises UsageError where either is missing."""
    if not by.strip() or not reason.strip():
        raise UsageError("Cần --by TÊN và --reason LÝ_DO / --by NAME and --reason TEXT are needed")
    return by.strip(), reason.strip()


def moved(stores: Stores, after: int) -> dict[str, str]:
    """What the decision itself changed: of two files of one rank one is withdrawn, or comes back."""
    events = stores.ledger.events(after)
    return {name: state for event in events for name, state in event.payload.get("states", {}).items()}


def apply(stores: Stores, about: Sequence[Finding], at: datetime, by: str) -> Mapping[str, str]:
    """Read the files concerned anew under what is known now; pairs need no reading, they are matched at consolidation.

    A hold whose decision stands already but is still open was decided by a run that was killed: it is read anew too.
    """
    told = [f for f in about if f.scope != PAIR and f.code not in _UNREAD]
    if not told:
        return {}
    cases = {case_of(f) for f in told if f.code not in (WAIVER, CORRECTION, LOCK, LOCK_EXCEPTION)}
    names = {f.file for f in stores.ledger.findings(severity=HOLD) if case_of(f) in cases}
    names |= {f.file for f in told if case_of(f) in cases}
    names |= {name for f in told for name in _files_of(stores, f)}
    files: dict[str, Delivery] = {}
    for record in stores.ledger.deliveries():
        if record.name in names and record.sha256 not in files:
            files[record.sha256] = record.delivery
    return reread(heeding(stores, stores.ledger), list(files.values()), at, by)


def _files_of(stores: Stores, about: Finding) -> set[str]:
    """The files that a waiver, a correction, a lock or an exception to one is about."""
    if about.code in (LOCK, LOCK_EXCEPTION):
        return {
            one.file for one in stores.ledger.submissions(about.form)
            if about.unit in (None, one.unit) and parse_period(about.period or "").contains(parse_period(one.period))
        }  # fmt: skip
    if about.code == CORRECTION:
        return {one.file for one in stores.ledger.submissions(about.form) if one.submission == about.submission}
    if about.code != WAIVER:
        return set()
    return {
        f.file for f in stores.ledger.findings()
        if (f.code, f.form) == (about.value, about.form) and about.unit in (None, f.unit)
        and about.period in (None, f.period)
    }  # fmt: skip
