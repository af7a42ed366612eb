"""What an intake did, for the person who started it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from etl.model.findings import CRITICAL, HOLD, RECOGNITION, Finding
from etl.pipeline import Stores
from etl.store.ledger import BatchRecord

_WORDS = {
    "accepted": "đã nhận / accepted", "accepted_with_warnings": "đã nhận, có cảnh báo / accepted with warnings",
    "held": "chờ quyết định / held", "rejected": "bị trả lại / rejected", "superseded": "đã thay thế / superseded",
}  # fmt: skip


@dataclass(frozen=True)
class Intake:
    """Counts of files, states of their submissions, findings of the files that were new."""

    new: int
    duplicate: int
    repeated: int
    states: dict[str, str]
    findings: tuple[Finding, ...]
    files: tuple[str, ...] = field(default_factory=tuple)

    def as_json(self) -> dict[str, Any]:
        return {
            "new": self.new, "duplicate": self.duplicate, "repeated": self.repeated, "submissions": self.states,
            "findings": [f.as_json() for f in self.findings],
        }  # fmt: skip

    def text(self) -> str:
        """A few lines: what came, what became of it."""
        if not self.new and not self.duplicate:
            return "Không có gì mới. / Nothing new."
        lines = [f"Tệp mới / new files: {self.new}"]
        if self.duplicate:
            lines.append(f"Tệp trùng nội dung / same bytes under another name: {self.duplicate}")
        counts = Counter(self.states.values())
        lines += [f"  {_WORDS.get(state, state)}: {n}" for state, n in sorted(counts.items())]
        grave = Counter(f.severity for f in self.findings)
        lines.append(
            f"Phát hiện / findings: {grave['critical']} lỗi, {grave['hold']} chờ, {grave['warning']} cảnh báo, {grave['info']} ghi chú"
        )
        return "\n".join(lines)


def summary(stores: Stores, records: Sequence[BatchRecord]) -> Intake:
    """Put the records of all batches of one intake together."""
    states = {name: state for record in records for name, state in record.states.items()}
    new = sum(record.new for record in records)
    duplicate = sum(record.duplicate for record in records)
    found: tuple[Finding, ...] = ()
    if new or duplicate:
        ledger = stores.ledger
        names = {came.name for came in ledger.deliveries_of(batches={record.batch for record in records})}
        told = ledger.findings_of({named.sha256 for named in ledger.deliveries_of(names=names)})
        found = tuple(f for f in told if f.file in names)
    return Intake(new, duplicate, sum(record.repeated for record in records), states, found)


def needs_person(intake: Intake) -> bool:
    """Something was rejected, or waits for a decision on what it is."""
    return any(f.severity == CRITICAL or (f.severity == HOLD and f.scope == RECOGNITION) for f in intake.findings)
