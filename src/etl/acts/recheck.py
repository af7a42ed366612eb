"""Apply changed rules, headings, units or decisions to submissions that are kept: new readings, never new revisions."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from etl.model.periods import parse_period
from etl.model.submissions import Delivery
from etl.pipeline import Stores, consolidate, reread
from etl.store.basis import Basis
from etl.store.lake import Lake
from etl.store.ledger import PUBLISHED, Ledger, ReleaseRecord


@dataclass(frozen=True)
class Moves:
    """What a recheck would move. states: submission → 'state now → state then'.

    figures: those of the newest release of each report and period that would differ, in the documented shape of a figure
    as `before` and `after` (None: not there).
    """

    states: Mapping[str, str]
    figures: tuple[dict[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        return {"states": dict(self.states), "figures": list(self.figures)}


def recheck(stores: Stores, *, at: datetime, by: str) -> Mapping[str, str]:
    """Read every kept file again under today's reference data; returns what changed: submission → state."""
    return reread(stores, _kept(stores), at, by)


def preview(stores: Stores, *, at: datetime, by: str) -> Moves:
    """What a recheck would change, before anything does: it is carried out on a copy of the ledger and thrown away."""
    with _rehearsal(stores) as copy:
        now = {one.submission: one.state for one in copy.ledger.submissions()}
        recheck(copy, at=at, by=by)
        then = {one.submission: one.state for one in copy.ledger.submissions()}
        states = {
            name: f"{now.get(name, '–')} → {then.get(name, '–')}"
            for name in sorted(now.keys() | then.keys())
            if now.get(name) != then.get(name)
        }
        return Moves(states, tuple(move for release in _newest(stores) for move in _moved(stores, copy, release)))


@contextmanager
def _rehearsal(stores: Stores) -> Iterator[Stores]:
    """The same stores with a ledger, a lake and a basis that are thrown away; the kept files are only read."""
    with tempfile.TemporaryDirectory(prefix="etl-recheck-") as place:
        folder = Path(place)
        ledger = Ledger.restore(f"sqlite:///{folder / 'ledger.sqlite'}", stores.ledger.dump())
        for path, place_now in stores.lake.local(file.path for file in ledger.lake_files()).items():
            link = folder / "lake" / path
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(place_now)
        yield replace(stores, ledger=ledger, lake=Lake(folder / "lake"), basis=Basis(folder / "basis"))


def _newest(stores: Stores) -> list[ReleaseRecord]:
    """The newest release of each report and period that was not recalled."""
    found = {(r.report, r.period): r for r in stores.ledger.releases() if r.state == PUBLISHED}
    return [found[key] for key in sorted(found)]


def _moved(stores: Stores, copy: Stores, release: ReleaseRecord) -> Iterator[dict[str, Any]]:
    """The figures of a release that would come out otherwise."""
    if release.report not in copy.reference.reports:
        return
    published = json.loads(stores.releases.read(release.number, "figures.json"))
    done = consolidate(copy, copy.reference.reports[release.report], parse_period(release.period))
    before = {_key(one): one for one in published}
    after = {_key(one): one for one in (figure.as_json(release.number) for figure in done.figures)}
    for key in sorted(before.keys() | after.keys()):
        was, becomes = before.get(key), after.get(key)
        if was != becomes:
            yield {"release": release.number, "before": was, "after": becomes}


def _key(figure: Mapping[str, Any]) -> tuple[str, str, str, str]:
    breakdown = json.dumps(figure["breakdown"], ensure_ascii=False, sort_keys=True)
    return figure["indicator"], figure["unit"], figure["period"], breakdown


def _kept(stores: Stores) -> list[Delivery]:
    """Each archived file once, under the name of its first delivery."""
    files: dict[str, Delivery] = {}
    for record in stores.ledger.deliveries():
        if record.sha256 not in files:
            files[record.sha256] = record.delivery
    return list(files.values())
