"""Each sample set is taken in and published once for all its tests."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from etl.acts.decide import decide
from etl.consolidation.reports import report_named
from etl.model.findings import Finding
from etl.model.periods import parse_period
from etl.model.releases import Terms
from etl.pipeline import Stores, consolidate, receive, take_in
from etl.queries.figures import figures_of
from etl.queries.findings import findings
from etl.releasing import release
from etl.store.ledger import BatchRecord, ReleaseRecord
from tests.conftest import AT, ROOT, SAMPLES, shared, store_at
from tests.samples import truth


@dataclass(frozen=True)
class Night:
    """A sample set after one night."""

    stores: Stores
    records: list[BatchRecord]
    release: ReleaseRecord
    figures: list[dict[str, Any]]
    truth: dict[str, Any]


def take_in_folder(stores: Stores, folder: Path, at: Any = AT) -> list[BatchRecord]:
    return [take_in(stores, batch, at) for batch in receive(stores, [folder], at)]


def publish(stores: Stores, period: str = "2020..2021", at: Any = AT, **options: str) -> tuple[ReleaseRecord, bool]:
    done = consolidate(stores, report_named(stores.reference, None), parse_period(period))
    return release(stores, done, at, Terms(**options))


def _night(data: Path, inbox: Path, truth_file: Path) -> Night:
    stores = store_at(data)
    records = take_in_folder(stores, inbox)
    record, _ = publish(stores)
    return Night(stores, records, record, figures_of(stores, record.number), truth.load(truth_file))


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Night:
    golden = ROOT / "tests" / "golden" / "laichau-st-plain-truth.json"
    return _night(tmp_path_factory.mktemp("plain"), SAMPLES, golden)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Night:
    folder = shared("samples", "laichau-st", "hostile")
    return _night(tmp_path_factory.mktemp("hostile"), folder, folder / "truth.json")


@dataclass(frozen=True)
class Messy(Night):
    before: list[Finding]


@pytest.fixture(scope="session")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Messy:
    folder = shared("samples", "laichau-st", "messy")
    stores = store_at(tmp_path_factory.mktemp("messy"))
    records = take_in_folder(stores, folder)
    told = findings(stores)
    holds = sorted({f.id for f in told if f.severity == "hold"})
    decide(stores, holds, "accept", None, by="Lò Văn Hải", reason="đã hỏi phòng KT&HT huyện", at=AT)
    stores = store_at(stores.settings.data)
    record, _ = publish(stores)
    figures = figures_of(stores, record.number)
    return Messy(stores, records, record, figures, truth.load(folder / "truth.json"), told)


@pytest.fixture
def copied(plain: Night, tmp_path: Path) -> Stores:
    """The plain set's store after its night, to be changed: nothing in a store names the place where it lies."""
    shutil.copytree(plain.stores.settings.data, tmp_path / "data")
    return store_at(tmp_path / "data")
