"""What people decided about holds: dated, signed, reversible; it applies to the next identical case."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from etl.model.findings import PAIR, Finding

ACCEPT, REJECT, CORRECT, MAP = "accept", "reject", "correct", "map"
VERBS = (ACCEPT, REJECT, CORRECT, MAP)


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
    elif finding.code in ("V.ambiguous", "V.two-readers"):
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
