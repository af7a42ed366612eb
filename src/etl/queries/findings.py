"""What was found, in the documented shape and for people."""

from __future__ import annotations

from collections.abc import Iterable

from etl.model.findings import Finding
from etl.pipeline import Stores, standing_findings
from etl.queries.tables import table

SEVERITY_VI = {"critical": "LỖI", "hold": "CHỜ", "warning": "cảnh báo", "info": "ghi chú"}
_ORDER = {"critical": 0, "hold": 1, "warning": 2, "info": 3}


def findings(
    stores: Stores, submission: str | None = None, severity: str | None = None, file: str | None = None
) -> list[Finding]:
    """Findings of current readings and deliveries, and those of the matching over all current rows."""
    own = stores.ledger.findings(submission=submission, severity=severity, file=file)
    shared = [
        f for f in standing_findings(stores)
        if (submission is None or f.submission == submission) and (severity is None or f.severity == severity)
        and (file is None or f.file == file)
    ]  # fmt: skip
    return sorted(
        {*own, *shared}, key=lambda f: (f.file, f.sheet or "", _ORDER[f.severity], f.cell or "", f.code, f.id)
    )


def findings_table(found: Iterable[Finding]) -> str:
    """One line a finding: how grave, where, what, what to do."""
    rows = [
        (
            SEVERITY_VI[f.severity],
            f.file,
            "!".join(p for p in (f.sheet, f.cell) if p),
            f.code,
            f.message_vi,
            f.message_en,
        )
        for f in sorted(found, key=lambda f: (_ORDER[f.severity], f.file, f.sheet or "", f.cell or ""))
    ]
    return table(("Mức", "Tệp", "Ô", "Luật", "Nội dung", "In English"), rows)
