"""A second province and sector from reference data and suites alone: districts and provinces equal the published totals."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from etl.consolidation.reports import report_named
from etl.model.periods import parse_period
from etl.pipeline import Stores, consolidate, receive, take_in
from etl.store.reference import faults
from tests.conftest import AT, ROOT, store_at
from tests.examples.census import published, units_csv

EXAMPLE = ROOT / "examples" / "census-2009"

#: (indicator, unit) → its figure without breakdown
Known = dict[tuple[str, str], Any]


def night(data: Path, reference: Path, inbox: Path) -> tuple[Stores, Known]:
    """Take a census in and consolidate it."""
    stores = store_at(data, ETL_REFERENCE=str(reference), ETL_EXPECTATIONS=str(EXAMPLE / "expectations"))
    for batch in receive(stores, [inbox], AT):
        take_in(stores, batch, AT)
    done = consolidate(stores, report_named(stores.reference, None), parse_period("2009-04-01"))
    return stores, {(f.indicator, f.unit): f for f in done.figures}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Stores, Known]:
    return night(tmp_path_factory.mktemp("census"), EXAMPLE / "reference", EXAMPLE / "inbox")


def test_the_shipped_province_gives_the_published_totals(shipped: tuple[Stores, Known]) -> None:
    stores, figures = shipped

    wanted = list(published(EXAMPLE / "truth.json"))
    assert len(wanted) == 2 * (7 + 1)
    assert [(i, u, t, figures[i, u].value) for i, u, t in wanted if figures[i, u].value != t] == []
    assert {s.state for s in stores.ledger.submissions()} <= {"accepted", "accepted_with_warnings"}


def test_density_is_a_ratio_of_sums_at_every_level(shipped: tuple[Stores, Known]) -> None:
    _, figures = shipped

    assert figures["MD", "501"].value == Decimal(
        "740.2"
    )  # 719388 people on 971.91 km2; the mean of districts is another
    assert (figures["MD", "501"].numerator, figures["MD", "501"].denominator) == (719388, 97191)
    commune = figures["DS", "5010101"]
    assert (commune.value, commune.status, commune.coverage.reported) == (15035, "published", 1)


def test_a_commune_without_a_name_is_told_and_counted(shipped: tuple[Stores, Known]) -> None:
    stores, _ = shipped

    told = [f for f in stores.ledger.findings() if f.severity == "warning"]
    assert [(f.code, f.unit, f.cell) for f in told] == [("ds2009.ten-xa.phai-co", "50109", "C12")]


def test_the_example_is_sound_and_knows_every_message_of_the_product() -> None:
    assert faults(EXAMPLE / "reference", EXAMPLE / "expectations") == []
    assert (EXAMPLE / "reference" / "units.csv").read_text(encoding="utf-8") == units_csv(
        "501", "Đà Nẵng", (EXAMPLE / "inbox").glob("*.xlsx")
    )
    own, product = (codes(folder / "messages.csv") for folder in (EXAMPLE / "reference", ROOT / "data" / "reference"))
    assert product - own == set(), "cp data/reference/messages.csv examples/census-2009/reference/"


def codes(messages: Path) -> set[str]:
    return {line.partition(",")[0] for line in messages.read_text(encoding="utf-8-sig").splitlines()[1:]}
