"""The night makes again what was touched, and nothing twice for the same reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.consolidation.reports import report_named
from etl.model.periods import parse_period
from etl.pipeline import Stores
from etl.queries.renewal import held, periods_to_renew, still_true
from etl.store.ledger import ReleaseRecord
from tests.conftest import AT
from tests.samples.conftest import publish
from tests.unit.acts.test_decide import again, send, workbook

DUE, LAST = parse_period("2024"), parse_period("2021")


@pytest.fixture
def released(stores: Stores, tmp_path: Path) -> tuple[Stores, ReleaseRecord]:
    """One district's form, and a release of its period."""
    send(stores, tmp_path / "in", "SinHo.xlsx", workbook("SinHo", "Biểu 06", {}))
    return stores, publish(again(stores), period="2021")[0]


def asked(stores: Stores) -> list[str]:
    return [p.code for p in periods_to_renew(stores, report_named(stores.reference, None), DUE)]


def holds(stores: Stores) -> int | None:
    """The number of the release that is still true."""
    found = still_true(stores, report_named(stores.reference, None), LAST)
    return found.number if found else None


def test_a_released_period_to_which_something_came_is_made_again(
    released: tuple[Stores, ReleaseRecord], tmp_path: Path
) -> None:
    stores, record = released
    assert (asked(stores), holds(stores)) == (["2024"], record.number)

    send(stores, tmp_path / "in", "broken.xlsx", b"PK no workbook")
    assert asked(stores) == ["2024"]  # of no period
    send(again(stores), tmp_path / "in", "NamNhun.xlsx", workbook("NamNhun", "Biểu 06", {}))
    assert (asked(again(stores)), holds(again(stores))) == (["2024", "2021"], None)
    second, new = publish(again(stores), period="2021")
    assert (new, asked(again(stores)), holds(again(stores))) == (True, ["2024"], second.number)


def test_what_moved_nothing_is_looked_at_once(released: tuple[Stores, ReleaseRecord]) -> None:
    stores, record = released
    (one,) = stores.ledger.submissions()
    signed = {"by": "Lò Văn Hải", "reason": "nhầm", "at": AT}
    stores.ledger.withdraw(one.submission, **signed)
    stores.ledger.reinstate(one.submission, **signed)
    assert (asked(stores), holds(stores)) == (["2024", "2021"], None)
    assert publish(stores, period="2021") == (record, False)
    held(stores, report_named(stores.reference, None), record)
    assert holds(again(stores)) == record.number

    stores.ledger.withdraw(one.submission, **signed)
    assert holds(again(stores)) is None
