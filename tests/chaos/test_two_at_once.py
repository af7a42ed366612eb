"""Two runs at the same time on one ledger leave what one after the other would have left; on SQLite and PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from etl.pipeline import Stores
from etl.queries.figures import figures_of
from tests import postgres
from tests.chaos.conftest import PUBLISH, Calm, at, everything, left_over
from tests.chaos.killed import etl, together
from tests.conftest import store_at

pytestmark = pytest.mark.slow


class Place:
    """A store of its own, with its ledger."""

    def __init__(self, data: Path, url: str) -> None:
        self.data, self.url = data, url

    @property
    def environment(self) -> dict[str, str]:
        return at(self.data) | {"ETL_DATABASE_URL": self.url}

    def run(self, *arguments: str) -> None:
        run = etl(list(arguments), self.environment)
        assert run.status == 0, run.said

    @property
    def stores(self) -> Stores:
        return store_at(self.data, ETL_DATABASE_URL=self.url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Place]]:
    """Two places on one kind of database."""
    with ExitStack() as stack:
        server: sa.URL | None = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
        urls = [stack.enter_context(postgres.database(server)) if server is not None else "" for _ in range(2)]
        yield [Place(tmp_path / str(number), url) for number, url in enumerate(urls)]


def counting(stores: Stores) -> dict[str, Any]:
    """What does not tell who came first: revision numbers, batches and readings do."""
    told = everything(stores)
    told["submissions"] = [(name, state) for name, state, _, _ in told["submissions"]]
    told["deliveries"] = sorted((name, sha256) for name, sha256, _ in told["deliveries"])
    return {key: told[key] for key in ("figures", "submissions", "deliveries", "findings", "archive", "left over")}


def parts(calm: Calm, folder: Path) -> tuple[str, str]:
    """Two inboxes that overlap: the register lies in both."""
    for name, files in (("a", ("SinHo", "SoKHCN")), ("b", ("SoKHCN", "LDLD"))):
        (folder / name).mkdir()
        for path in calm.inbox.iterdir():
            if any(word in path.name for word in files):
                shutil.copy(path, folder / name / path.name)
    return str(folder / "a"), str(folder / "b")


def test_two_ingests_of_one_folder(calm: Calm, places: list[Place]) -> None:
    place, _ = places
    runs = together(*[(calm.ingest, place.environment)] * 2)
    assert [run.status for run in runs] == [0, 0], runs
    place.run(*PUBLISH)

    assert everything(place.stores) == calm.told


def test_two_ingests_of_folders_that_overlap(calm: Calm, places: list[Place], tmp_path: Path) -> None:
    at_once, in_turn = places
    a, b = parts(calm, tmp_path)
    runs = together((["ingest", a], at_once.environment), (["ingest", b], at_once.environment))
    assert [run.status for run in runs] == [0, 0], runs
    for folder in (a, b):
        in_turn.run("ingest", folder)
    for place in places:
        place.run(*PUBLISH)

    assert counting(at_once.stores) == counting(in_turn.stores)


def test_two_publications_make_one_release(calm: Calm, places: list[Place]) -> None:
    place, _ = places
    place.run(*calm.ingest)
    runs = together(*[(PUBLISH, place.environment)] * 2)
    assert [run.status for run in runs] == [0, 0], runs

    assert everything(place.stores) == calm.told


def test_a_night_and_an_operator(calm: Calm, places: list[Place], tmp_path: Path) -> None:
    """One publishes while the other takes in: whatever the publication saw, it is whole; the next one has everything."""
    at_once, in_turn = places
    a, b = parts(calm, tmp_path)
    at_once.run("ingest", a)
    runs = together((PUBLISH, at_once.environment), (["ingest", b], at_once.environment))
    assert [run.status for run in runs] == [0, 0], runs
    at_once.run(*PUBLISH)
    for arguments in (["ingest", a], PUBLISH, ["ingest", b], PUBLISH):
        in_turn.run(*arguments)

    assert figures(at_once.stores) == figures(in_turn.stores)
    assert left_over(at_once.stores) == []


def figures(stores: Stores) -> list[dict[str, Any]]:
    """Those of the newest release, whatever its number."""
    return [figure | {"release": None} for figure in figures_of(stores)]
