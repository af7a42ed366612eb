"""Every rule, shown by files: a case is a workbook of the samples, a few cells typed otherwise, and what is then told.

tests/cases/<form>/{accept,reject}/NAME.yaml; the keys are explained in tests/cases/README.md. All cases are judged
together, as a night judges a batch: one Great Expectations call for each table.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from etl.judging import validate
from etl.model.findings import CRITICAL, INFO, Finding
from etl.model.reference import Reference
from etl.reader import read_bytes
from tests.conftest import SAMPLES

HERE = Path(__file__).parent
ALL_CASES = sorted(path.relative_to(HERE).as_posix() for path in HERE.glob("*/*/*.yaml"))
Told = Mapping[str, list[Finding]]


@lru_cache
def case(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return found


#: those of one workbook; those of several are in test_across.py
CASES = [name for name in ALL_CASES if "files" not in case(name)]


@lru_cache
def base(name: str, sheets: frozenset[str]) -> bytes:
    """These sheets of a workbook of the samples; formulas are left out, and with them the totals."""
    book = openpyxl.load_workbook(SAMPLES / name)
    for other in {*book.sheetnames} - sheets:
        del book[other]
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.value = None
    return saved(book)


def workbook(told: Mapping[str, Any]) -> bytes:
    """The base's sheets that the case names, with its edits."""
    sheets = {place.partition("!")[0] for place in told["edits"]} | set(told.get("sheets", ()))
    book = openpyxl.load_workbook(io.BytesIO(base(told["base"], frozenset(sheets))))
    for place, value in told["edits"].items():
        sheet, _, cell = place.partition("!")
        book[sheet][cell] = value
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="session")
def judged(reference: Reference) -> Told:
    """Case → all that was found in its workbook."""
    files = {}
    by_bytes: dict[str, str] = {}
    for name in CASES:
        data = workbook(case(name))
        file_name = case(name).get("file", case(name)["base"])
        sha256 = hashlib.sha256(data + file_name.encode()).hexdigest()  # two cases may be the same workbook
        by_bytes[name] = sha256
        files[sha256] = read_bytes(file_name, sha256, data, "case", reference)
    validate(reference, list(files.values()))
    told = {sha: [*f.findings, *(found for r in f.readings for found in r.findings)] for sha, f in files.items()}
    return {name: told[sha256] for name, sha256 in by_bytes.items()}


@pytest.mark.parametrize("name", CASES)
def test_what_is_told_is_what_the_case_says(judged: Told, name: str) -> None:
    rule = case(name)["rule"]
    told = {
        (f.code, f.severity, f"{f.sheet}!{f.cell}" if f.cell else None)
        for f in judged[name]
        if f.severity != INFO or f.code == rule
    }
    expected = {(f["rule"], f["severity"], f.get("cell")) for f in case(name)["findings"]}

    assert told == expected
    if "/accept/" in name:
        assert rule not in {code for code, _, _ in told}
        assert CRITICAL not in {severity for _, severity, _ in told}
    else:
        assert rule in {code for code, _, _ in told}


def test_every_rule_of_every_suite_has_a_case_that_fails_and_one_that_does_not(reference: Reference) -> None:
    rules = {e["meta"]["rule"] for suite in reference.suites.values() for e in suite["expectations"]}
    for kind in ("accept", "reject"):
        shown = {case(name)["rule"] for name in CASES if f"/{kind}/" in name}
        assert sorted(rules - shown) == []


def test_every_case_is_of_a_known_rule(reference: Reference) -> None:
    rules = {e["meta"]["rule"] for suite in reference.suites.values() for e in suite["expectations"]}
    assert sorted({case(name)["rule"] for name in CASES} - rules - set(reference.messages)) == []


def test_messages_that_no_case_shows_are_shown_elsewhere(reference: Reference) -> None:
    """These need two files, another format, or rows of other units; their tests are named beside them."""
    elsewhere = {
        "F.empty-workbook", "F.unreadable", "F.duplicate",  # tests/samples/test_hostile.py, test_messy.py
        "S1.not-valid",  # only where the calendar asks for a form that is no longer valid
        "S3.hidden-sheet", "S10.twice", "N.sheet-twice",  # tests/unit/steps/recognise, tests/samples/test_messy.py
        "S11.late",  # a state of the calendar, not of a workbook: tests/samples/test_plain.py
        "T.encoding", "N.merged",  # tests/samples/test_formats.py, tests/property
        "V.two-readers", "R.two-readers", "S2.several-units",  # tests/unit/steps: test_doubts.py, recognise
        "K.corrected", "K.guard",  # what people decide: tests/unit/acts/test_rulings.py
        "K.locked",  # when it arrived, not what it says: tests/unit/acts/test_locks.py
        "S2.subject", "S2.sender",  # the e-mail that brought it: tests/unit/acts/test_fetch.py
        "Q.answer", "T.old-template",  # a file that goes out and comes back: tests/unit/acts/test_outbox.py
        "S4.member-twice", "S4.unnamed-field", "V.not-a-period",  # layouts that the samples do not have: tests/layouts
        "M.near-name", "M.second-id",  # tests/unit/steps/test_match.py
        "M.id-missing", "M.id-differs", "M.register-differs",  # consolidation: tests/samples/test_messy.py
        "L.claim",  # two levels that send one form: tests/examples/test_ds_tt.py
    }  # fmt: skip
    shown = {case(name)["rule"] for name in CASES}
    assert sorted(set(reference.messages) - shown - elsewhere) == []
