"""What all tests share: where things are, and a store of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa

from etl.model.clock import LOCAL_TIME
from etl.model.reference import Reference
from etl.pipeline import Stores, open_stores
from etl.settings import Settings
from etl.store.reference import load_reference
from tests import objects as object_store
from tests import postgres

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "data" / "samples" / "laichau-st"
SHARED = ROOT.parent / "shared"
# how long a busy machine takes for an example says nothing about the code: speed belongs in bench/
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")
os.environ["COLUMNS"] = "160"  # tables come out the same in every terminal, and in none
AT = datetime(2022, 1, 31, 21, 0, tzinfo=LOCAL_TIME)


def shared(*parts: str) -> Path:
    """A place under the material that is not in the product; skips where it is absent."""
    place = SHARED.joinpath(*parts)
    if not place.exists():
        pytest.skip(f"shared/{'/'.join(parts)} is not beside this checkout: it is no part of the product")
    return place


def store_at(data: Path, **environment: str) -> Stores:
    """Stores under a folder, with this checkout's reference data."""
    return open_stores(Settings.from_environment({"ETL_DATA": str(data), "ETL_WORKERS": "2", **environment}, ROOT))


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    return store_at(tmp_path / "data")


@pytest.fixture(scope="session")
def reference() -> Reference:
    return load_reference(ROOT / "data" / "reference", ROOT / "expectations")


@pytest.fixture(scope="session")
def objects() -> Iterator[object_store.ObjectStore]:
    """An object store for the whole session; each test makes buckets of its own."""
    with object_store.server() as running:
        yield running


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[sa.URL]:
    """A PostgreSQL server for the whole session; its tests bear the mark `postgres`."""
    with postgres.server() as address:
        yield address


@pytest.fixture
def postgres_url(postgres_server: sa.URL) -> Iterator[str]:
    """A new, empty database."""
    with postgres.database(postgres_server) as url:
        yield url
