"""The messy set as it really arrives: its holds are decided by a person, then its figures are those of truth.json."""

from __future__ import annotations

import pytest

from etl.queries.status import status
from tests.samples import truth
from tests.samples.conftest import Messy

#: truth.json's name of a remark → the rules that tell it
RULES = {
    "central_money_at_provincial_level": {"01.nstw.cap-tinh"},
    "unit_name_variant": {"N.unit-variant"},
    "text_encoding": {"T.encoding"},
    "not_available": {"N.not-available"},
    "blank": {"N.blank"},
    "merged_label": {"N.merged"},
    "section_subtotal": {"R.section-subtotal"},
    "duplicate_file": {"F.duplicate"},
    "error_value": {"V.error-total", "V.error-value"},
    "formula_without_value": {"V.no-value-total", "V.no-value"},
    "total_differs_from_rows": {"S7.total"},
    "unit_of_measure_differs": {"U.converted"},
    "text_in_computed_column": {"V.computed-text"},
    "task_id_missing": {"M.id-missing"},
    "task_id_differs": {"M.id-differs"},
    "level_differs_from_register": {"M.register-differs"},
    "sheet_of_another_period": {"S3.other-sheet", "S3.hidden-sheet"},
}
SEVERITY = {"error": "critical", "hold": "hold", "warning": "warning", "note": "info"}


@pytest.mark.parametrize("part", ["province", "lists", "reporters"])
def test_every_figure_of_truth_json(messy: Messy, part: str) -> None:
    assert truth.differences(messy.figures, getattr(truth, part)(messy.truth)) == []


def test_every_remark_of_truth_json_stands_at_its_cell(messy: Messy) -> None:
    told = {(f.file, f.code, f.sheet, f.cell, f.severity) for f in messy.before}
    places = {(file, code, sheet, severity) for file, code, sheet, _, severity in told}
    missing = []
    for file in messy.truth["files"]:
        for wanted in (f for f in file["findings"] if f["kind"] != "superseded"):  # a state, told by status
            kind, severity = wanted["kind"], SEVERITY[wanted["severity"]]
            rules = RULES[kind]
            name, sheet, cell = file["file"], wanted["sheet"], wanted["cell"]
            found = any((name, rule, sheet, cell, severity) in told for rule in rules)
            if not found and cell is None:
                found = any((name, rule, sheet, severity) in places for rule in rules)
            if not found:
                missing.append((name, kind, sheet, cell, severity))
    assert missing == []


def test_nothing_grave_is_told_that_truth_json_does_not_have(messy: Messy) -> None:
    wanted = {
        (file["file"], f["sheet"]) for file in messy.truth["files"] for f in file["findings"] if f["severity"] != "note"
    }
    copies = {f.file for f in messy.before if f.code == "F.duplicate"}  # a copy repeats its original's findings
    grave = [f for f in messy.before if f.severity in ("critical", "hold", "warning") and f.file not in copies]

    assert [f for f in grave if (f.file, f.sheet) not in wanted] == []


def test_who_did_not_send_is_named_and_the_share_is_withheld(messy: Messy) -> None:
    missing = {(r.unit, r.form) for r in status(messy.stores, "2020") if r.state == "missing" and r.role == "expected"}
    assert missing == {("110", "iso")}

    iso = truth.by_key(messy.figures)["ISO", "12", "2020", ""]
    assert (iso["status"], iso["value"], iso["coverage"]) == (
        "withheld",
        None,
        {"reported": 8, "expected": 9, "missing": ["110"]},
    )
