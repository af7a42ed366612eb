"""Other projects' workbooks, and hostile ones: each ends in a clear answer, and costs no other file anything."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from etl.model.reference import Reference
from etl.model.submissions import FileReading
from etl.reader import read_bytes
from tests.conftest import ROOT, SAMPLES, shared
from tests.corpus.outcomes import outcome, read_all, workbooks

#: what may be said of a file that is no submission: F.unreadable's reasons, and no form or no cell in it
SPECIFIC = {
    "S1.no-form", "F.empty-workbook", "damaged", "password", "not_a_workbook", "html", "xml_2003", "pdf", "word",
    "document_type", "nul_bytes", "unpacks_too_large", "too_many_parts", "too_many_cells", "too_slow", "reader_died",
    "empty_file", "too_large",
}  # fmt: skip

#: shared/hostile: what each must end in; '' is accepted to be read, and then holds no form
HOSTILE = {
    "bomb_shared_string.xlsx": "unpacks_too_large",
    "empty_rows.xlsx": "S1.no-form",
    "far_cell.xlsx": "too_many_cells",
    "laughs_sheet.xlsx": "document_type",
    "password.xlsx": "password",
    "truncated.xlsx": "damaged",
    "xls_inside.xlsx": "S1.no-form",
    "xxe.xlsx": "document_type",
}


def check(paths: list[Path], reference: Reference, data: Path) -> None:
    files = read_all(paths, reference, data)

    assert [file.file for file in files] == [path.name for path in paths]
    unclear = {file.file: found for file in files if (found := outcome(file))[1] not in SPECIFIC}
    assert unclear == {}
    assert all(f.message_vi and f.message_en for file in files for f in file.findings)


def test_a_tenth_of_the_corpus_ends_in_clear_answers(reference: Reference, tmp_path: Path) -> None:
    check(workbooks(shared("corpus"), every=10), reference, tmp_path)


@pytest.mark.corpus
def test_the_whole_corpus_ends_in_clear_answers(reference: Reference, tmp_path: Path) -> None:
    paths = workbooks(shared("corpus"))

    assert len(paths) == 1640
    check(paths, reference, tmp_path)


def test_each_hostile_file_is_refused_for_what_it_is(reference: Reference, tmp_path: Path) -> None:
    files = read_all(workbooks(shared("hostile")), reference, tmp_path)

    assert {file.file: outcome(file)[1] for file in files} == HOSTILE


def test_the_hostile_samples_end_in_an_answer_each(reference: Reference, tmp_path: Path) -> None:
    paths = workbooks(shared("samples", "laichau-st", "hostile"))

    assert {outcome(file)[0] for file in read_all(paths, reference, tmp_path)} <= {"accepted", "held", "rejected"}


def rows(file: FileReading) -> list[dict[str, Any]]:
    return [row for reading in file.readings for part in reading.rows.values() for row in part.to_pylist()]


def test_a_far_cell_among_two_hundred_good_workbooks_costs_only_itself(reference: Reference, tmp_path: Path) -> None:
    """One such file aborts its reader: a plain process pool lost 71 of 201 jobs with it."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    good = sorted((path for path in workbooks(SAMPLES) if path.suffix == ".xlsx"), key=lambda p: p.stat().st_size)[:10]
    for i in range(200):
        shutil.copy(good[i % len(good)], inbox / f"{i:03}.xlsx")
    shutil.copy(shared("hostile", "far_cell.xlsx"), inbox / "100 far_cell.xlsx")
    paths = workbooks(inbox)
    files = read_all(paths, reference, tmp_path)

    alone = {path: rows(_alone(path, reference)) for path in good}
    bad = files.pop([path.name for path in paths].index("100 far_cell.xlsx"))
    assert outcome(bad) == ("rejected", "too_many_cells")
    assert [i for i, file in enumerate(files) if rows(file) != alone[good[i % len(good)]]] == []


def _alone(path: Path, reference: Reference) -> FileReading:
    data = path.read_bytes()
    return read_bytes(path.name, hashlib.sha256(data).hexdigest(), data, "check", reference)


@pytest.mark.slow
def test_ingest_takes_the_good_files_of_a_mixed_folder(tmp_path: Path) -> None:
    inbox = tmp_path / "gửi đến"
    inbox.mkdir()
    strange = workbooks(shared("corpus"), every=160)[:10]
    good = ["BC_KHCN_2021_MuongTe.xlsx", "BC_KHCN_2020_MuongTe.xls", "BC_KHCN_2021_TamDuong.ods"]
    for path in [*strange, *(SAMPLES / name for name in good)]:
        shutil.copy(path, inbox)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "ETL_DATA": str(tmp_path / "data")}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "etl.cli", *arguments]
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)

    done = run("ingest", str(inbox))
    assert done.returncode == 1, done.stderr
    told = run("findings", "--severity", "critical", "--json").stdout
    assert {name for name in good if name in told} == set()
    assert set(re.findall(r'"file": "([^"]+)"', told)) == {path.name for path in strange}
    state = run("status", "--period", "2021", "--json").stdout
    assert len(re.findall(r'"state": "accepted"', state)) == 12  # the six forms of two districts for 2021
