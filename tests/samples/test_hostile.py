"""The hostile set: eleven files are refused with a reason, everything else counts as if they had never come."""

from __future__ import annotations

import pytest

from etl.queries.findings import findings
from tests.samples import truth
from tests.samples.conftest import Night

#: truth.json's name of the reason → the rule that tells it
RULES = {
    "unknown_unit_of_measure": "U.unknown-measure",
    "unknown_reporter": "S2.unknown-unit",
    "unknown_form": "S1.unknown-form",
    "required_column_missing": "S4.missing-column",
    "letters_in_number_column": "V.not-a-number",
    "unreadable_file": "F.unreadable",
    "parts_differ_from_whole": None,
    "password_protected": "F.unreadable",
    "reporter_differs_from_file_name": "S2.file-name",
    "wrong_period": "S3.not-asked",
    "empty_workbook": "F.empty-workbook",
}


@pytest.mark.parametrize("part", ["province", "lists", "reporters"])
def test_the_figures_are_those_of_the_good_files(hostile: Night, part: str) -> None:
    assert truth.differences(hostile.figures, getattr(truth, part)(hostile.truth)) == []


def test_each_bad_file_is_refused_for_its_reason_at_its_cell(hostile: Night) -> None:
    told = {(f.file, f.code): f for f in findings(hostile.stores) if f.severity == "critical"}
    for file in hostile.truth["files"]:
        for wanted in (f for f in file["findings"] if f["severity"] == "error"):
            rule = RULES[wanted["kind"]]
            found = [f for (name, code), f in told.items() if name == file["file"] and rule in (None, code)]
            assert found, (file["file"], wanted)
            assert (found[0].sheet, found[0].cell) == (wanted["sheet"], wanted["cell"]), (
                file["file"],
                wanted,
                found[0],
            )
            assert found[0].message_vi
            assert found[0].message_en


def test_no_good_file_is_refused(hostile: Night) -> None:
    bad = {f["file"] for f in hostile.truth["files"] if f["verdict"] == "rejected"}
    refused = {f.file for f in findings(hostile.stores) if f.severity == "critical"}

    assert refused == bad
