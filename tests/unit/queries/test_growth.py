"""What a night with nothing new and a status ask of the database does not grow with the years that are kept.

Counted in statements and in SQLite's own steps: a step is one instruction of a statement's program, so a look at every row
of a table shows, whatever the machine is doing meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from etl.acts.outbox import renew_outbox
from etl.acts.reply import reply
from etl.consolidation.reports import report_named
from etl.model.periods import parse_period
from etl.pipeline import Stores, receive
from etl.queries.intake import summary
from etl.queries.remind import reminders
from etl.queries.renewal import periods_to_renew, still_true
from etl.queries.status import status
from etl.queries.waiting import waiting
from etl.store.ledger import FileOutcome, ReleaseRecord
from tests.conftest import AT, store_at
from tests.unit.store.ledger.conftest import Files

#: the period due, and one of long ago that was released too
DUE, OLD = parse_period("2021"), parse_period("1700")
UNITS = ("106", "107", "108")


class Counted:
    """statements, steps: what databases were asked meanwhile."""

    def __init__(self) -> None:
        self.statements = self.steps = 0

    def step(self) -> None:
        self.steps += 1


@contextmanager
def counted() -> Iterator[Counted]:
    found = Counted()

    def connected(connection: Any, _: object) -> None:
        connection.set_progress_handler(found.step, 1)

    def asked(*_: object) -> None:
        found.statements += 1

    listening: list[tuple[str, Callable[..., None]]] = [("connect", connected), ("before_cursor_execute", asked)]
    for name, function in listening:
        sa.event.listen(sa.Engine, name, function)
    try:
        yield found
    finally:
        for name, function in listening:
            sa.event.remove(sa.Engine, name, function)


def kept(data: Path, years: int) -> Stores:
    """A ledger with so many years of three units' form, released twice, and one night behind it."""
    stores, files = store_at(data), Files()
    outcomes = [
        files.outcome(f"{year}/{unit}.xlsx", unit=unit, period=str(year))
        for year in (2021, *range(1700, 1700 + years)) for unit in UNITS
    ]  # fmt: skip
    record(stores, files, outcomes)
    for number, period in enumerate((OLD, DUE), 1):
        release(stores, number, period.code)
    renew_outbox(stores)
    quiet(data)
    return stores


def record(stores: Stores, files: Files, outcomes: list[FileOutcome]) -> None:
    """One batch; its rows are not in the lake, since nothing here looks at rows."""
    for outcome in outcomes:
        stores.archive.put(outcome.delivery.name.encode())
    stores.ledger.record_batch(files.batch(*outcomes), outcomes, [], AT, stores.stamp)


def release(stores: Stores, number: int, period: str) -> None:
    report, stamp = report_named(stores.reference, None), stores.stamp
    made = ReleaseRecord(
        number, period, report.id, "provisional", AT, str(number), stamp.reference_hash, stamp.suite_hash, stamp.version,
        stores.ledger.position(), "0" * 64,
    )  # fmt: skip
    stores.ledger.add_release(made)


def quiet(data: Path) -> None:
    """A night with nothing new, as flows/nightly.py does it, in the data folder."""
    stores = store_at(data)
    stores.settings.inbox.mkdir(exist_ok=True)
    report = report_named(stores.reference, None)
    assert receive(stores, [stores.settings.inbox], AT) == []
    assert renew_outbox(stores) == 0
    reply(stores, {}, AT)
    assert summary(stores, []).text() == "Không có gì mới. / Nothing new."
    assert periods_to_renew(stores, report, DUE) == [DUE]
    last = still_true(stores, report, DUE)
    assert last is not None
    assert last.number == 2
    assert waiting(stores) == []
    assert reminders(stores, DUE.code, AT, report.unit)


def shown(data: Path) -> None:
    """`etl status`."""
    rows = status(store_at(data), DUE.code)
    assert {row.unit for row in rows if row.form == "nv" and row.state == "accepted"} == set(UNITS)


@pytest.mark.parametrize("asked", [quiet, shown])
def test_it_asks_no_more_with_two_hundred_years_than_with_two(tmp_path: Path, asked: Callable[[Path], None]) -> None:
    found = {}
    for years in (2, 200):
        kept(tmp_path / str(years), years)
        with counted() as found[years]:
            asked(tmp_path / str(years))
    assert found[200].statements == found[2].statements
    assert found[200].steps <= found[2].steps * 1.05


def test_what_comes_costs_no_more_to_record(tmp_path: Path) -> None:
    found = {}
    for years in (2, 200):
        stores, files = kept(tmp_path / str(years), years), Files()
        outcomes = [files.outcome(f"new/{unit}.xlsx", unit=unit, period="2022") for unit in UNITS]
        with counted() as found[years]:
            record(stores, files, outcomes)
            renew_outbox(stores)
    assert found[200].statements == found[2].statements
    assert found[200].steps <= found[2].steps * 1.05
