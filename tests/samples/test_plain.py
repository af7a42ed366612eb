"""The acceptance test: the plain set gives every figure of its truth.json exactly, and tells nothing against anybody."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from etl.consolidation.content import fingerprint
from etl.consolidation.reports import report_named
from etl.model.periods import parse_period
from etl.pipeline import consolidate, receive, take_in
from etl.queries.findings import findings
from etl.queries.status import status
from etl.releasing import proposed
from tests.conftest import AT, SAMPLES
from tests.samples import truth
from tests.samples.conftest import Night, publish

SEED = {
    "NV.T": "46",
    "NV.N": "8",
    "NV.P": "38",
    "NH.D": "80",
    "NH.V": "35",
    "NH.C": "7",
    "SP": "11",
    "KN": "8",
    "ISO": "100",
}


@pytest.mark.parametrize("part", ["province", "lists", "reporters"])
def test_every_figure_of_truth_json(plain: Night, part: str) -> None:
    assert truth.differences(plain.figures, getattr(truth, part)(plain.truth)) == []


def test_the_seeds_figures(plain: Night) -> None:
    known = truth.by_key(plain.figures)

    assert {name: known[name, "12", "2020..2021", ""]["value"] for name in SEED} == SEED
    rise, gifts = known["GT", "12", "2020..2021", ""], known["QT", "12", "2022-01-22", ""]
    assert (rise["low"], rise["high"], gifts["value"]) == ("20", "30", "50")
    iso = known["ISO", "12", "2020..2021", ""]
    assert (iso["numerator"], iso["denominator"], iso["as_at"]) == ("124", "124", "2021-12-31")


def test_no_wrong_method_gives_a_published_figure(plain: Night) -> None:
    """Numbers that betray a usual mistake (years added, raw rows, copies) stand in no figure of that indicator."""
    wrong = plain.truth["wrong_methods_and_what_they_give"]
    known = truth.by_key(plain.figures)
    by_mistake = {
        "NV.T": ["NV listings", "NV with cấp cơ sở"],
        "NH.D": ["NH.D years added", "NH.D raw rows", "NH.D with not accepted", "NH.D with the GI"],
        "NH.V": ["NH.V years added", "NH.V raw rows"],
        "NH.C": ["NH.C raw", "NH.C with the GI"],
        "SP": ["SP raw spellings", "SP last year only"],
        "KN": ["KN with difficulties", "KN rows"],
    }
    for indicator, mistakes in by_mistake.items():
        assert known[indicator, "12", "2020..2021", ""]["value"] not in {truth.number(wrong[m]) for m in mistakes}


def test_districts_add_up_to_the_province(plain: Night) -> None:
    known = truth.by_key(plain.figures)
    for indicator in ("NV.T", "NH.D", "NH.V", "NH.C"):
        parts = [int(f["value"] or 0) for (name, unit, period, b), f in known.items()
                 if (name, period, b) == (indicator, "2020..2021", "") and unit != "12"]  # fmt: skip
        assert sum(parts) == int(known[indicator, "12", "2020..2021", ""]["value"]), indicator


def test_everybody_is_accepted_without_a_finding(plain: Night) -> None:
    told = Counter((f.severity, f.code) for f in findings(plain.stores))

    assert set(told) == {("info", "T.encoding")}  # the Windows-1258 csv
    assert {s.state for s in plain.stores.ledger.submissions()} == {"accepted"}


def test_status_names_who_declared_nil(plain: Night) -> None:
    rows = status(plain.stores, "2021")

    assert {r.state for r in rows} == {"accepted"}
    nil = sorted(r.unit for r in rows if r.form == "gt" and r.nil)
    assert nil == plain.truth["coverage"]["04"]["2021"]["nil"]
    assert set(rows[0].as_json()) == {
        "unit",
        "form",
        "period",
        "role",
        "state",
        "file",
        "revision",
        "received_at",
        "late",
    }


def test_figures_have_the_documented_shape(plain: Night) -> None:
    wanted = [
        "indicator",
        "unit",
        "period",
        "as_at",
        "breakdown",
        "value",
        "names",
        "low",
        "high",
        "numerator",
        "denominator",
        "unit_of_measure",
        "status",
        "stage",
        "coverage",
        "release",
    ]
    assert all(list(f) == wanted for f in plain.figures)
    assert plain.figures[0]["coverage"].keys() == {"reported", "expected", "missing"}


def test_the_same_again_changes_nothing(plain: Night) -> None:
    position = plain.stores.ledger.position()
    records = [take_in(plain.stores, batch, AT) for batch in receive(plain.stores, [SAMPLES], AT)]
    record, new = publish(plain.stores)

    assert ([r.new for r in records], record.number, new) == ([0], 1, False)
    assert plain.stores.ledger.position() == position


def test_a_release_is_known_again_by_one_hash_of_all_that_it_says(plain: Night) -> None:
    stores = plain.stores
    done = consolidate(stores, report_named(stores.reference, None), parse_period("2020..2021"))
    content = proposed(stores, done, AT)
    body = {
        "figures": [f.as_json() for f in content.figures], "status": [s.as_json() for s in content.status],
        "findings": [f.as_json() for f in content.findings], "reference": content.reference.hash,
        "suites": content.reference.suite_hash, "submissions": sorted({s.submission or "" for s in content.status}),
    }  # fmt: skip
    whole = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()

    assert plain.release.figures_sha256 == fingerprint(content) == hashlib.sha256(whole).hexdigest()


def test_the_release_is_whole_and_names_its_hashes(plain: Night) -> None:
    folder = Path(plain.release.folder)

    assert plain.stores.releases.damage(1) == []
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert {
        "figures.json",
        "figures.csv",
        "figures.parquet",
        "rows/nv.parquet",
        "laichau-st.xlsx",
        "index.html",
        "SHA256SUMS",
    } <= names
    assert json.loads((folder / "figures.json").read_text()) == plain.figures
    accepted = pq.read_table(
        folder / "rows" / "nh.parquet", filters=(pc.field("period") == "2021") & pc.field("ngay_chap_nhan").is_valid()
    )
    kinds = [kind for kind in accepted["loai"].to_pylist() if kind != "CDĐL"]
    assert len(kinds) == plain.truth["wrong_methods_and_what_they_give"]["NH.D raw rows"]
