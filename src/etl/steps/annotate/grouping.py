"""Findings → causes: one message with 40 cells, not 40 messages; what a worse finding explains is counted, not told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from etl.model.findings import CRITICAL, HOLD, INFO, SEVERITIES, WARNING, Finding
from etl.model.grids import from_a1

#: how grave → what a sender reads
SEVERITY_WORDS = {
    CRITICAL: "Lỗi – phải sửa / Error",
    HOLD: "Chờ cán bộ quyết định / Waits for a decision",
    WARNING: "Cảnh báo – sửa hoặc giải trình / Warning",
    INFO: "Để biết / Note",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """Findings of one rule in one column of one sheet (or with one message all over it), in the order of their cells."""

    findings: tuple[Finding, ...]

    @property
    def severity(self) -> str:
        return self.findings[0].severity

    @property
    def code(self) -> str:
        return self.findings[0].code

    @property
    def sheet(self) -> str | None:
        return self.findings[0].sheet


def causes(findings: Iterable[Finding]) -> tuple[tuple[Cause, ...], int]:
    """The causes, gravest first, and how many findings a worse one at the same cell explains."""
    told, hidden = _without_explained(sorted(set(findings), key=_order))
    messages: dict[tuple[str, str | None], set[str]] = {}
    for finding in told:
        messages.setdefault((finding.code, finding.sheet), set()).add(finding.message_vi)
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in told:
        if finding.severity == INFO:  # the same remark on every sheet is one remark
            groups.setdefault((INFO, finding.code, finding.message_vi, finding.decision or ""), []).append(finding)
            continue
        one = len(messages[finding.code, finding.sheet]) == 1
        column = "" if one else (finding.cell or "").rstrip("0123456789")
        key = (finding.severity, finding.code, finding.sheet or "", column, finding.decision or "")
        groups.setdefault(key, []).append(finding)
    ordered = sorted(groups.values(), key=lambda group: _order(group[0]))
    return tuple(Cause(tuple(group)) for group in ordered), hidden


def _without_explained(findings: Sequence[Finding]) -> tuple[list[Finding], int]:
    worst: dict[tuple[str | None, str], int] = {}
    for finding in findings:
        if finding.cell is not None:
            place = (finding.sheet, finding.cell)
            worst[place] = min(worst.get(place, 9), SEVERITIES.index(finding.severity))
    told = [f for f in findings if f.cell is None or not _explained(f, worst[f.sheet, f.cell])]
    return told, len(findings) - len(told)


def _explained(finding: Finding, worst: int) -> bool:
    """Beside an error the warnings of its cell wait until it is mended; a hold is always told."""
    return worst == 0 and finding.severity in (WARNING, INFO)


def _order(finding: Finding) -> tuple[int, str, str, tuple[int, int], str]:
    return (SEVERITIES.index(finding.severity), finding.sheet or "", finding.code, _place(finding.cell), finding.id)


def _place(cell: str | None) -> tuple[int, int]:
    """Row after row inside a column; what has no cell comes first."""
    if cell is None or not re.fullmatch(r"[A-Z]+\d+", cell):
        return (-1, -1)
    row, column = from_a1(cell)
    return column, row
