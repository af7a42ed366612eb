"""Rules over other units and periods, shown by files: a case is several workbooks, and what is told of them together.

tests/cases/<form>/{accept,reject}/NAME.yaml with `files`; the keys are explained in tests/cases/README.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from etl.consolidation.across import Told, crossed
from etl.consolidation.rows import CANONICAL, CurrentRows, matched
from etl.judging import gathered, validate
from etl.model.findings import REJECTED
from etl.model.reference import Reference
from etl.model.submissions import FileReading, Reading
from etl.reader import read_bytes
from etl.store.lake import schema
from etl.store.ledger import CurrentSubmission
from tests.cases.test_cases import ALL_CASES, case, workbook

CASES = [name for name in ALL_CASES if "files" in case(name)]


@pytest.fixture(scope="session")
def read(reference: Reference) -> Mapping[str, list[FileReading]]:
    """Case → its workbooks, judged as a night judges them: one Great Expectations call for each table of all cases."""
    files: dict[str, list[FileReading]] = {}
    for name in CASES:
        for told in case(name)["files"]:
            data = workbook({"edits": {}, **told})
            file_name = told.get("file", told["base"])
            sha256 = hashlib.sha256(data + f"{file_name}{name}".encode()).hexdigest()
            files.setdefault(name, []).append(read_bytes(file_name, sha256, data, "case", reference))
    validate(reference, [file for own in files.values() for file in own])
    return files


def together(reference: Reference, files: list[FileReading]) -> list[Told]:
    """What the rules tell of the submissions of these files, as if nothing else had been sent."""
    readings = [reading for file in files for reading in file.readings]
    rows = gathered(readings)
    whole = {
        table.id: rows.get(table.id, schema(table).empty_table()).sort_by([(c, "ascending") for c in CANONICAL])
        for table in reference.tables
    }
    current = CurrentRows(whole, {r.submission: _standing(r) for r in readings})
    return crossed(reference, sorted({r.form for r in readings}), matched(reference, current), current)


def _standing(reading: Reading) -> CurrentSubmission:
    """A reading as the ledger would tell it; the rest of a submission's record is not looked at."""
    names = ("submission", "form", "unit", "period", "file", "layouts")
    return cast(CurrentSubmission, SimpleNamespace(**{name: getattr(reading, name) for name in names}))


@pytest.mark.parametrize("name", CASES)
def test_what_is_told_is_what_the_case_says(
    reference: Reference, read: Mapping[str, list[FileReading]], name: str
) -> None:
    rejected = [
        (f.code, f.cell) for file in read[name] for r in file.readings if r.verdict == REJECTED for f in r.findings
    ]
    assert rejected == []  # what is rejected does not count, and is compared with nothing
    told = [one.finding for one in together(reference, read[name])]
    expected = [(f["rule"], f["severity"], f["file"], f["cell"]) for f in case(name)["findings"]]

    assert sorted((f.code, f.severity, f.file, f"{f.sheet}!{f.cell}") for f in told) == sorted(expected)
    assert ("/reject/" in name) == (case(name)["rule"] in {f.code for f in told})
    assert all("{" not in f.message_vi + f.message_en + (f.expected or "") + (f.proposal or "") for f in told)


def test_every_rule_over_others_has_a_case_that_fails_and_one_that_does_not(reference: Reference) -> None:
    rules = {rule.id for rule in reference.across}
    for kind in ("accept", "reject"):
        shown = {case(name)["rule"] for name in CASES if f"/{kind}/" in name}
        assert sorted(rules ^ shown) == []


def test_a_hold_holds_back_the_figures_concerned_and_no_others(
    reference: Reference, read: Mapping[str, list[FileReading]]
) -> None:
    def held(name: str) -> set[tuple[Any, ...]]:
        return {
            (d.indicator, *d.units, d.period) for one in together(reference, read[name]) for d in one.doubts
        }  # fmt: skip

    assert held("nv/reject/01-kinh-phi-doi.yaml") == {("NV.KD", "108", "2021")}
    assert held("nv/reject/01-bat-dau-doi.yaml") == set()  # no figure is made of the start
    assert held("nh/reject/03b-ky-truoc-mat.yaml") == {
        (name, "108", "2021") for name in ("NH.D", "NH.V", "NH.C")  # told at a cell of 2020, held against 2021
    }  # fmt: skip
    assert held("nv/reject/01-huyen-cung-khong-ke.yaml") == set()
