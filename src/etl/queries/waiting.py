"""What waits for a person's decision, remembered from the last time that it was looked for.

To look for it is to match all rows that count. It can only have changed where something was recorded since, or the
reference data, the suites or the program are others: a night with nothing new reads it from a small file.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from etl.errors import StoreError
from etl.model.findings import HOLD, Finding
from etl.pipeline import Stores
from etl.queries.findings import findings
from etl.store.durable import write_durably


def waiting(stores: Stores) -> list[Finding]:
    """The holds on which nobody has decided, also those of the matching over all current rows."""
    place, rests_on = stores.settings.cache / "waiting.json", _rests_on(stores)
    known = _remembered(place, rests_on)
    if known is None:
        known = [f for f in findings(stores, severity=HOLD) if f.waits]
        said = {"rests_on": rests_on, "waiting": [f.values for f in known]}
        with suppress(StoreError):  # a disk that refuses: then it is looked for again the next time
            write_durably(place, json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return known


def _rests_on(stores: Stores) -> str:
    """Names all that it is made of. The last event's hash covers those before it: another ledger has another one."""
    last = stores.ledger.hash_at(stores.ledger.position())
    return hashlib.sha256(json.dumps([last, asdict(stores.stamp)]).encode()).hexdigest()


def _remembered(place: Path, rests_on: str) -> list[Finding] | None:
    try:
        said = json.loads(place.read_bytes().decode("utf-8", "surrogatepass"))
        return [Finding(*values) for values in said["waiting"]] if said["rests_on"] == rests_on else None
    except (OSError, ValueError, LookupError, TypeError):
        return None
