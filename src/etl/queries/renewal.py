"""Which releases the night has to make again: none that nothing has touched, and none twice for the same reason."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from etl.errors import StoreError
from etl.model.periods import Period, parse_period
from etl.model.reference import Report
from etl.pipeline import Stores
from etl.store.durable import write_durably
from etl.store.ledger import PUBLISHED, EventRecord, ReleaseRecord


def periods_to_renew(stores: Stores, report: Report, due: Period) -> list[Period]:
    """The period due, and each other one of this report that was released and of which something was recorded since.

    Of a period of which there is no release nobody has asked for one: `publish` makes the first.
    """
    newest = {r.period: r for r in stores.ledger.releases() if (r.report, r.state) == (report.id, PUBLISHED)}
    others = {code: release for code, release in newest.items() if code != due.code}
    last = _last_said(stores) if others else {}
    found = [due]
    for code, release in sorted(others.items()):
        period = parse_period(code)
        if any(at > release.ledger_position and period.contains(parse_period(of)) for of, at in last.items()):
            found.append(period)
    return found


def _last_said(stores: Stores) -> dict[str, int]:
    """Period → the position of the last event that says something of a submission of it.

    Remembered up to a position of the log, so that a night looks only at what was recorded since.
    """
    note = stores.settings.cache / "periods.json"
    reached, last = _reached(stores, note)
    events = stores.ledger.events(after=reached)
    if not events:
        return last
    periods = {one.submission: one.period for one in stores.ledger.submissions_named(_stirred(events))}
    for event in events:
        for name in _stirred([event]) & periods.keys():
            last[periods[name]] = event.position
    _keep(note, {"rests_on": [events[-1].position, events[-1].hash], "last": last})
    return last


def _reached(stores: Stores, note: Path) -> tuple[int, dict[str, int]]:
    """Up to which event it is remembered; from the beginning where the ledger is another one than then."""
    try:
        said: Any = json.loads(note.read_bytes())
        position, hash_then = said["rests_on"]
        last = {str(period): int(at) for period, at in said["last"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return 0, {}
    return (position, last) if stores.ledger.hash_at(position) == hash_then is not None else (0, {})


def _stirred(events: Iterable[EventRecord]) -> set[str]:
    """The submissions of which these events say something."""
    return {name for e in events for part in ("states", "readings") for name in e.payload.get(part, ())}


def still_true(stores: Stores, report: Report, period: Period) -> ReleaseRecord | None:
    """The newest release of this report and period, where nothing happened since, or it was looked at since and held."""
    known = [
        r for r in stores.ledger.releases() if (r.report, r.period, r.state) == (report.id, period.code, PUBLISHED)
    ]
    if not known:
        return None
    last, stamp = known[-1], stores.stamp
    if (last.reference_hash, last.suite_hash, last.version) != (stamp.reference_hash, stamp.suite_hash, stamp.version):
        return None
    since = _since(stores, last)
    held = since is None or _remembered(_note(stores)).get(_key(report, last)) == _rests_on(stores, since)
    return last if held else None


def held(stores: Stores, report: Report, release: ReleaseRecord) -> None:
    """Remember that a release said what is true now: it is not made again until something else is recorded."""
    since = _since(stores, release)
    if since is not None:
        _keep(_note(stores), {**_remembered(_note(stores)), _key(report, release): _rests_on(stores, since)})


def _since(stores: Stores, release: ReleaseRecord) -> EventRecord | None:
    """The last event after a release that is none itself."""
    return stores.ledger.last_event(release.ledger_position, but="release")


def _key(report: Report, release: ReleaseRecord) -> str:
    return f"{report.id} {release.period} {release.number}"


def _rests_on(stores: Stores, event: EventRecord) -> str:
    return hashlib.sha256(json.dumps([event.hash, asdict(stores.stamp)]).encode()).hexdigest()


def _note(stores: Stores) -> Path:
    return stores.settings.cache / "renewed.json"


def _remembered(note: Path) -> dict[str, str]:
    try:
        return dict(json.loads(note.read_bytes()))
    except (OSError, ValueError, TypeError):
        return {}


def _keep(note: Path, said: Mapping[str, Any]) -> None:
    with suppress(StoreError):  # a disk that refuses: then it is looked at again the next time
        write_durably(note, json.dumps(said, ensure_ascii=False).encode("utf-8"))
