"""An official release that somebody refused to sign: the ledger keeps who, when, why and what was shown."""

from __future__ import annotations

from datetime import datetime

from etl.errors import UsageError
from etl.pipeline import Stores


def refuse(stores: Stores, report: str, period: str, seen: str, *, by: str, reason: str, at: datetime) -> None:
    """Note the refusal; nothing else changes. seen: the fingerprint of what was shown. Raises UsageError without a name or reason."""
    if not by.strip() or not reason.strip():
        raise UsageError("Cần tên người và lý do / a name and a reason are needed")
    payload = {"report": report, "period": period, "figures_sha256": seen, "reason": reason.strip()}
    stores.ledger.add_event("refuse", by.strip(), f"{report} {period}", payload, at)
