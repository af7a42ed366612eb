"""Several provinces and a nation in one installation: each report sees its own units, each level is added up once."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from etl.consolidation.reports import report_named
from etl.model.out import InMemory
from etl.model.periods import parse_period
from etl.pipeline import Stores, consolidate
from etl.queries.trace import trace, trace_table
from etl.releasing import release
from etl.remaking import remade
from etl.store.reference import faults
from tests.conftest import AT, shared
from tests.examples.census import published
from tests.examples.nation import DAY, NATION, REPORTS, opened, own_total, provinces_of, reference_for, taken

MISSING = "30101"  # a district of Lai Châu that sends last
#: (indicator, unit) → its total as published
Known = Mapping[tuple[str, str], Decimal]


@dataclass(frozen=True)
class Nation:
    """The installation, what was published, and the releases of each report: first with a district missing, then whole.

    before: the nation's figures while the district is missing.
    """

    stores: Stores
    truth: Known
    before: Mapping[tuple[str, str], dict[str, Any]]
    first: Mapping[str, int]
    second: Mapping[str, int]

    def read(self, number: int, name: str) -> Any:
        return json.loads(self.stores.releases.read(number, name))

    def figures(self, number: int) -> dict[tuple[str, str], dict[str, Any]]:
        return {(f["indicator"], f["unit"]): f for f in self.read(number, "figures.json")}


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Nation:
    files, truth = shared("census", "files"), shared("census", "truth.json")
    place = tmp_path_factory.mktemp("nation")
    names = provinces_of(truth)
    folders = reference_for(files, names, place)
    assert faults(*folders) == []
    stores = opened(place / "data", folders)
    shutil.copytree(files, place / "inbox")
    (late := place / "inbox" / "301" / f"{MISSING}.xlsx").rename(place / f"{MISSING}.xlsx")
    known = totals(truth, names)
    claims = own_totals(place / "claims", known)
    taken(stores, place / "inbox", claims)
    first = {name: released(stores, name) for name in REPORTS if name != "ca-nuoc"}
    done = consolidate(stores, report_named(stores.reference, "ca-nuoc"), parse_period(DAY))
    before = {(f.indicator, f.unit): f.as_json() for f in done.figures}
    (place / f"{MISSING}.xlsx").rename(late)
    taken(stores, late)
    return Nation(stores, known, before, first, {name: released(stores, name) for name in REPORTS})


def totals(truth: Path, names: Mapping[str, str]) -> Known:
    found = {(i, unit): total for i, unit, total in published(truth) if unit[:3] in names}
    for indicator in ("DS", "DT"):
        found[indicator, NATION] = sum(found[indicator, code] for code in names)  # type: ignore[assignment]  # never the int 0
    return found


def own_totals(place: Path, known: Known) -> Path:
    """What Đà Nẵng and the nation say of themselves is right; Lai Châu's population is 100 too many."""
    for province, title, more in (("501", "Thành phố Đà Nẵng", 0), ("301", "Tỉnh Lai Châu", 100)):
        below = {
            u: (known["DT", u], known["DS", u]) for i, u in known if i == "DS" and u[:3] == province and len(u) == 5
        }
        last = max(below)
        below[last] = (below[last][0], below[last][1] + more)
        own_total(place, province, title, below)
    below = {u: (known["DT", u], known["DS", u]) for i, u in known if i == "DS" and len(u) == 3}
    own_total(place, NATION, "Việt Nam", below)
    return place


def released(stores: Stores, report: str) -> int:
    record, _ = release(stores, consolidate(stores, report_named(stores.reference, report), parse_period(DAY)), AT)
    return record.number


def test_every_level_of_every_province_and_the_nation_equal_the_published_totals(nation: Nation) -> None:
    found = nation.figures(nation.second["ca-nuoc"])

    assert len(nation.truth) == 2 * (1 + 13 + 187)
    assert {
        key: found[key]["value"] for key, total in nation.truth.items() if Decimal(found[key]["value"]) != total
    } == {}
    assert {found[key]["status"] for key in nation.truth} == {"published"}
    assert found["DS", NATION]["coverage"] == {"reported": 187, "expected": 187, "missing": []}


@pytest.mark.parametrize("report", ["tinh-301", "tinh-501"])
def test_a_province_says_of_itself_what_the_nation_says_of_it(nation: Nation, report: str) -> None:
    own, whole = nation.figures(nation.second[report]), nation.figures(nation.second["ca-nuoc"])

    units, day = nation.stores.reference.units, parse_period(DAY).end
    assert own.keys() == {key for key in whole if units.is_within(key[1], REPORTS[report], day)}
    assert [key for key in own if own[key] | {"release": 0} != whole[key] | {"release": 0}] == []


def test_a_release_of_one_province_tells_nothing_of_another(nation: Nation) -> None:
    number = nation.second["tinh-501"]
    files = {name: nation.stores.releases.read(number, name) for name in nation.stores.releases.names(number)}

    assert {row["unit"][:3] for row in nation.read(number, "status.json")} == {"501"}
    assert {f["unit"][:3] for f in nation.read(number, "findings.json")} == {"501"}
    assert {line["source_unit"][:3] for line in as_rows(files["trace.csv"])} == {"501"}
    texts = {name: data.decode() for name, data in files.items() if name.endswith((".csv", ".json", ".html", ".md"))}
    assert [name for name, text in texts.items() if MISSING in text or "Lai Châu" in text] == []
    assert pq_units(files["rows/ds2009.parquet"]) == {"501"}


def pq_units(data: bytes) -> set[str]:
    import pyarrow.parquet as pq

    return {unit[:3] for unit in pq.read_table(io.BytesIO(data))["unit"].to_pylist()}


def as_rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_a_missing_district_leaves_other_provinces_published_and_is_named_in_the_nation(nation: Nation) -> None:
    other, own = (nation.figures(nation.first[report]) for report in ("tinh-501", "tinh-301"))
    whole = nation.before

    assert {f["status"] for f in other.values()} == {"published"}
    for figures, unit in ((own, "301"), (whole, NATION), (whole, "301")):
        assert (figures["DS", unit]["status"], figures["DS", unit]["coverage"]["missing"]) == ("provisional", [MISSING])
    assert Decimal(whole["DS", NATION]["value"]) == nation.truth["DS", NATION] - nation.truth["DS", MISSING]
    assert {whole["DS", unit]["status"] for unit in ("101", "501", "823", "30103")} == {"published"}


def test_what_another_province_sends_makes_no_new_release(nation: Nation) -> None:
    assert nation.second["tinh-501"] == nation.first["tinh-501"]
    assert nation.second["tinh-301"] > nation.first["tinh-301"]


def claims_of(nation: Nation, number: int) -> dict[tuple[str, str], tuple[str, str, str]]:
    return {
        (c["indicator"], c["unit"]): (c["verdict"], c["computed_value"], c["claimed_value"])
        for c in nation.read(number, "claims.json")
    }


def test_each_levels_total_stands_beside_what_its_own_submission_claims(nation: Nation) -> None:
    found = claims_of(nation, nation.second["ca-nuoc"])
    people = {unit: str(nation.truth["DS", unit]) for unit in ("301", "501")}
    people = {unit: text.removesuffix(".0") for unit, text in people.items()}

    assert found["DS", "501"] == ("equal", people["501"], people["501"])
    assert found["DS", "301"] == ("differs", people["301"], str(int(people["301"]) + 100))
    assert {key: verdict for key, (verdict, *_) in found.items()} == {
        ("DS", "301"): "differs", ("MD", "301"): "differs", ("DT", "301"): "equal",
        ("DS", "501"): "equal", ("MD", "501"): "equal", ("DT", "501"): "equal",
        ("DS", NATION): "equal", ("MD", NATION): "equal", ("DT", NATION): "equal",
    }  # fmt: skip
    told = nation.read(nation.second["tinh-301"], "findings.json")
    differing = {(f["unit"], f["expected"]) for f in told if f["code"] == "L.claim"}
    assert differing == {("301", people["301"]), ("301", "33.7")}  # the density too
    assert {unit for _, unit in claims_of(nation, nation.second["tinh-501"])} == {"501"}


def test_a_claim_is_not_weighed_before_all_below_have_reported(nation: Nation) -> None:
    number = nation.first["tinh-301"]

    assert {verdict for verdict, *_ in claims_of(nation, number).values()} == {"incomplete"}
    (line, *_) = [c for c in as_rows(nation.stores.releases.read(number, "claims.csv")) if c["indicator"] == "DS"]
    assert (line["coverage_reported"], line["coverage_expected"], line["coverage_missing"]) == ("7", "8", MISSING)
    assert [f for f in nation.read(number, "findings.json") if f["code"] == "L.claim"] == []


def test_documents_and_trace_name_the_claim(nation: Nation) -> None:
    number = nation.second["tinh-301"]
    page = nation.stores.releases.read(number, "index.html").decode()
    sheet = load_workbook(io.BytesIO(nation.stores.releases.read(number, "tinh-301.xlsx")))["Đối chiếu"]

    assert 'id="doi-chieu"' in page
    assert "≠" in page
    assert [cell.value for row in sheet.iter_rows() for cell in row].count("Khác nhau") == 2
    assert "Đơn vị tự ghi" in nation.stores.releases.read(number, "trace.html").decode()
    found = trace(nation.stores, "DS", release=number)
    assert found.as_json()["claim"]["verdict"] == "differs"
    assert "Đơn vị tự ghi" in trace_table(found)
    assert {c.counted for c in found.contributions if c.file == "301.xlsx"} == {False}


def test_a_release_of_a_province_can_be_made_again(nation: Nation) -> None:
    out = InMemory(kept=())
    assert remade(nation.stores, nation.stores.ledger.release(nation.first["tinh-301"]), out).same
