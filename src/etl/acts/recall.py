"""Recall a release that turned out wrong: it is marked, with a notice, and stays where it is."""

from __future__ import annotations

from datetime import datetime

from etl.errors import UsageError
from etl.pipeline import Stores
from etl.releasing import write_index


def recall(stores: Stores, number: int, *, by: str, reason: str, at: datetime) -> bool:
    """Mark a release as wrong; False where it was already. The next publication makes a new one.

    Its folder is immutable: the notice stands in the ledger, beside the folder and in the index of releases.
    Raises UsageError for an unknown release, or without a name or reason.
    """
    if not by.strip() or not reason.strip():
        raise UsageError("Cần --by TÊN và --reason LÝ_DO / --by NAME and --reason TEXT are needed")
    new = stores.ledger.recall(number, by.strip(), reason.strip(), at)
    write_index(stores)  # also where a run was killed before it came to that
    return new
