"""A second province and sector from reference data and suites alone: districts and provinces equal the published totals."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from etl.consolidation.reports import report_named
from etl.model.periods import parse_period
from etl.pipeline import Stores, consolidate, receive, take_in
from etl.store.reference import faults
from tests.conftest import AT, ROOT, shared, store_at
from tests.examples.census import units_csv

EXAMPLE = ROOT / "examples" / "census-2009"
DAY = "2009-04-01"

#: (indicator, unit) → its figure without breakdown
Known = dict[tuple[str, str], Any]


def night(data: Path, reference: Path, inbox: Path) -> tuple[Stores, Known]:
    """Take a census in and consolidate it."""
    stores = store_at(data, ETL_REFERENCE=str(reference), ETL_EXPECTATIONS=str(EXAMPLE / "expectations"))
    for batch in receive(stores, [inbox], AT):
        take_in(stores, batch, AT)
    done = consolidate(stores, report_named(stores.reference, None), parse_period(DAY))
    return stores, {(f.indicator, f.unit): f for f in done.figures}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Stores, Known]:
    return night(tmp_path_factory.mktemp("census"), EXAMPLE / "reference", EXAMPLE / "inbox")


def published(truth: Path) -> Iterator[tuple[str, str, Decimal]]:
    """(indicator, unit, total) of every district and province of a truth.json."""
    known = json.loads(truth.read_text(encoding="utf-8"), parse_float=Decimal)
    for kind in ("districts", "provinces"):
        for code, totals in known[kind].items():
            yield "DS", code, totals["population"]
            yield "DT", code, totals["area"]


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


def test_all_shared_provinces_give_the_published_totals(tmp_path: Path) -> None:
    """Two districts named Phú Tân lie in two of the provinces: the files' names, which are codes, tell them apart."""
    files, truth = shared("census", "files"), shared("census", "truth.json")
    names = {code: p["name"] for code, p in json.loads(truth.read_text(encoding="utf-8"))["provinces"].items()}
    assert len(names) == 13
    reference, inbox = tmp_path / "reference", tmp_path / "inbox"
    shutil.copytree(EXAMPLE / "reference", reference)
    (reference / "units.csv").write_text(all_units(files, names), encoding="utf-8")
    report = reference / "reports" / "dan-so.yaml"
    report.write_text(report.read_text(encoding="utf-8").replace('"501"', f'"{min(names)}"'), encoding="utf-8")
    for code in names:
        shutil.copytree(files / code, inbox / code)
    stores, figures = night(tmp_path / "data", reference, inbox)

    wanted = [(i, u, t) for i, u, t in published(truth) if u[:3] in names]
    assert [(i, u, t, figures[i, u].value) for i, u, t in wanted if figures[i, u].value != t] == []
    assert {s.state for s in stores.ledger.submissions()} <= {"accepted", "accepted_with_warnings"}


def all_units(files: Path, names: dict[str, str]) -> str:
    parts = [units_csv(code, name, (files / code).glob("*.xlsx")) for code, name in sorted(names.items())]
    return parts[0] + "".join(part.partition("\n")[2] for part in parts[1:])
