"""Each sample set is taken in and published once for all its tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from etl.model.periods import parse_period
from etl.pipeline import Stores, consolidate, receive, release, report_named, take_in
from etl.queries.figures import figures_of
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
    return release(stores, done, at, **options)


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
