"""A run that nobody disturbs, to compare with, and all that must be the same after any other."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from etl.pipeline import Stores
from tests.chaos.killed import CALLS, STEPS, etl, inbox
from tests.conftest import AT, SAMPLES, store_at

PUBLISH = ["publish", "--period", "2020..2021"]


@dataclass(frozen=True)
class Calm:
    """A run that nobody disturbed: what must come out, and how many steps and calls each command takes."""

    inbox: Path
    ingested: Path
    told: dict[str, Any]
    counts: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def ingest(self) -> list[str]:
        return ["ingest", str(self.inbox)]

    def command(self, stage: str) -> list[str]:
        return self.ingest if stage == "ingest" else PUBLISH


def at(data: Path) -> dict[str, str]:
    return {"ETL_DATA": str(data), "ETL_WORKERS": "1", "ETL_DATABASE_URL": "", "ETL_STORE": ""}


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Calm:
    place = tmp_path_factory.mktemp("calm")
    sent = inbox(place / "in", SAMPLES)
    calm = Calm(sent, place / "ingested", {})
    for kind in (STEPS, CALLS):
        data = place / kind
        run = etl(calm.ingest, at(data), kind)
        if kind == STEPS:
            shutil.copytree(data, calm.ingested)
        published = etl(PUBLISH, at(data), kind)
        assert (run.status, published.status) == (0, 0)
        calm.counts["ingest", kind], calm.counts["publish", kind] = run.count, published.count
    calm.told.update(everything(store_at(place / STEPS)))
    return calm


def everything(stores: Stores) -> dict[str, Any]:
    """What must be the same after every history: figures, what counts, what is kept, and what is left over."""
    ledger = stores.ledger
    rows = [name for name in stores.releases.names(1) if name.startswith("rows/")]
    return {
        "figures": hashlib.sha256(stores.releases.read(1, "figures.csv")).hexdigest(),
        "rows": {name: hashlib.sha256(stores.releases.read(1, name)).hexdigest() for name in rows},
        "releases": [(r.number, r.kind, r.state) for r in ledger.releases()],
        "deliveries": [(d.name, d.sha256, d.state) for d in ledger.deliveries()],
        "submissions": [(s.submission, s.state, s.revision, s.reading) for s in ledger.submissions()],
        "findings": sorted(f.id for f in ledger.findings()),
        "archive": list(stores.archive.all()),
        "lake": [(f.path, f.sha256, f.rows) for f in ledger.lake_files()],
        "events": [e.kind for e in ledger.events()],
        "left over": left_over(stores),
    }


def left_over(stores: Stores) -> list[str]:
    """Orphans, unfinished files, locks, damage: nothing of it may be left."""
    ledger, data = stores.ledger, stores.settings.data
    unfinished = [str(p) for p in data.rglob("*") if p.name.endswith(".tmp") and p.name != ".tmp"]
    damaged = [f.path for f in ledger.lake_files() if stores.lake.damage(f)]
    damaged += [sha for sha in stores.archive.all() if stores.archive.damage(sha)]
    damaged += [d for r in ledger.releases() for d in stores.releases.damage(r.number)]
    orphans = stores.lake.orphans([f.path for f in ledger.lake_files()])
    strangers = [number for number in stores.releases.numbers() if number > len(ledger.releases())]
    return unfinished + damaged + orphans + strangers + [*ledger.leases(AT)] + ledger.verify_chain()
