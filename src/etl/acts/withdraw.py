"""Take a submission back, or let it count again: on someone's word, and never by removing anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from etl.errors import UsageError
from etl.pipeline import Stores


def withdraw(stores: Stores, submission: str, *, by: str, reason: str, at: datetime) -> Mapping[str, str]:
    """A submission counts no more; the one before it does again. Returns what changed: submission → state.

    Raises UsageError for an unknown submission, or without a name or reason.
    """
    return stores.ledger.withdraw(submission, *_signed(by, reason), at)


def reinstate(stores: Stores, submission: str, *, by: str, reason: str, at: datetime) -> Mapping[str, str]:
    """A withdrawn submission takes part again. Returns what changed; errors as for `withdraw`."""
    return stores.ledger.reinstate(submission, *_signed(by, reason), at)


def _signed(by: str, reason: str) -> tuple[str, str]:
    if not by.strip() or not reason.strip():
        raise UsageError("Cần --by TÊN và --reason LÝ_DO / --by NAME and --reason TEXT are needed")
    return by.strip(), reason.strip()
