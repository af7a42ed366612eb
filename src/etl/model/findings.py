"""A fault, doubt or remark about somebody's data: a value, collected and told, never raised."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

CRITICAL, HOLD, WARNING, INFO = "critical", "hold", "warning", "info"
SEVERITIES = (CRITICAL, HOLD, WARNING, INFO)

#: what a hold keeps waiting: the whole submission, one value, or the merging of two rows
RECOGNITION, CELL, PAIR = "recognition", "cell", "pair"

#: the decision on a finding that a waiver covers: it is told, and keeps nothing from counting
WAIVED = "waive"

ACCEPTED, ACCEPTED_WITH_WARNINGS, HELD, REJECTED = "accepted", "accepted_with_warnings", "held", "rejected"


@dataclass(frozen=True)  # without slots, a finding is sent between processes in half the time
class Finding:
    """One fault at one place. `code` is the rule's id; sheet and cell are None where it has no cell."""

    code: str
    severity: str
    message_vi: str
    message_en: str
    file: str = ""
    submission: str | None = None
    form: str | None = None
    unit: str | None = None
    period: str | None = None
    sheet: str | None = None
    cell: str | None = None
    value: str | None = None
    expected: str | None = None
    scope: str | None = None
    proposal: str | None = None
    decision: str | None = None

    @property
    def waits(self) -> bool:
        """Whether it is a hold on which nobody has decided."""
        return self.severity == HOLD and self.decision is None

    @property
    def id(self) -> str:
        """Stable over runs: the same fault at the same place of the same submission has the same id."""
        parts = (
            self.code,
            self.submission or self.file,
            self.sheet or "",
            self.cell or "",
            self.value or "",
            self.proposal or "",
        )
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]

    @property
    def left_out(self) -> bool:
        """A hold on the whole submission that was decided against it: rejected, or its proposal to leave it out taken."""
        if self.severity != HOLD or self.scope != RECOGNITION or self.decision is None:
            return False
        return self.decision == ("accept" if self.proposal == "reject" else "reject")

    def about(self, **changes: Any) -> Finding:
        """The same finding with its place filled in."""
        told = vars(self) | changes
        if len(told) != len(_NAMES):
            raise TypeError(f"not of a finding: {', '.join(told.keys() - set(_NAMES))}")
        other = object.__new__(Finding)  # field by field, as a frozen class has itself made, takes thrice as long
        vars(other).update(told)
        return other

    @property
    def values(self) -> tuple[Any, ...]:
        """All that it says, in the order of its fields."""
        found: tuple[Any, ...] = _values(self)
        return found

    def as_json(self) -> dict[str, Any]:
        """The documented shape of `etl findings --json`."""
        return {"id": self.id, **dict(zip(_JSON_KEYS, _told(self), strict=True))}


_NAMES = tuple(item.name for item in fields(Finding))
#: all its fields at one go: a night makes tens of thousands, and each is told its place
_values = attrgetter(*_NAMES)

_JSON_KEYS = (
    "code", "severity", "scope", "file", "submission", "form", "unit", "period", "sheet", "cell",
    "value", "expected", "message_vi", "message_en", "proposal", "decision",
)  # fmt: skip
_told = attrgetter(*_JSON_KEYS)


def verdict(findings: Iterable[Finding]) -> str:
    """What becomes of a submission: only an unwaived critical finding or an undecided recognition hold keeps it from counting."""
    result = ACCEPTED
    for finding in findings:
        if finding.decision != WAIVED and (finding.severity == CRITICAL or finding.left_out):
            return REJECTED
        if finding.severity == HOLD and finding.scope == RECOGNITION and finding.decision is None:
            result = HELD
        elif finding.severity != INFO and result != HELD:
            result = ACCEPTED_WITH_WARNINGS
    return result
