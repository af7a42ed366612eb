"""Apply changed rules, headings, units or decisions to submissions that are kept: new readings, never new revisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from etl.model.submissions import Delivery
from etl.pipeline import Stores, read, reread, validate


def recheck(stores: Stores, *, at: datetime, by: str) -> Mapping[str, str]:
    """Read every kept file again under today's reference data; returns what changed: submission → state."""
    return reread(stores, _kept(stores), at, by)


def preview(stores: Stores) -> dict[str, str]:
    """What a recheck would change, before anything does: submission → 'verdict now → verdict then'."""
    files = validate(stores.reference, read(stores, _kept(stores), "preview"))
    now = {one.submission: one.verdict for one in stores.ledger.submissions()}
    then = {reading.submission: reading.verdict for file in files for reading in file.readings}
    return {
        name: f"{now.get(name, '–')} → {then.get(name, '–')}"
        for name in sorted(now.keys() | then.keys())
        if now.get(name) != then.get(name)
    }


def _kept(stores: Stores) -> list[Delivery]:
    """Each archived file once, under the name of its first delivery."""
    files: dict[str, Delivery] = {}
    for record in stores.ledger.deliveries():
        if record.sha256 not in files:
            files[record.sha256] = Delivery(record.name, record.sha256, record.size, record.received_at, record.sender)
    return list(files.values())
