"""The files of a release: which there are, and that nothing but the content decides their bytes."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from dataclasses import replace

import pyarrow as pa
import pytest

from etl.errors import UsageError
from etl.model.series import Figures
from tests.unit.report.conftest import made
from tests.unit.report.sample import ROOT, sample


def sums(files):
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def test_a_release_holds_every_file_under_its_own_name(files):
    tables = {f"rows/{table}.parquet" for table in ("nv", "sp", "nh", "nh_tong_hop", "gt", "iso", "kn", "qt")}
    assert set(files) == tables | {
        "figures.json", "figures.csv", "figures.parquet", "findings.json", "findings.csv", "status.json", "status.csv",
        "dictionary.csv", "release.json", "rules.csv", "rules.html", "trace.csv", "trace.html", "laichau-st.xlsx", "index.html",
        "laichau-st.docx", "laichau-st-phieu-trinh.docx", "laichau-st.bo-khcn.xlsx",
        "datapackage.json", "RELEASE-NOTES.md", "codes.csv", "sdmx/figures.csv", "sdmx/structure.xml",
    }  # fmt: skip


def test_the_order_in_which_things_arrive_changes_no_byte(content, files):
    def shuffled(things):
        return tuple(random.Random(7).sample(things, len(things)))

    def backwards(rows):
        return rows.take(pa.array(range(len(rows))[::-1], pa.int64()))

    mixed = replace(
        content,
        figures=Figures.gathered(shuffled(content.figures)),
        status=shuffled(content.status),
        findings=shuffled(content.findings),
        rows={name: rows.each(backwards) for name, rows in reversed(content.rows.items())},
    )
    assert sums(made(mixed)) == sums(files)


def test_the_clock_and_language_of_the_host_change_no_byte(files):
    program = (
        "import json; from etl.model.out import InMemory; from etl.report import documents; "
        "from tests.unit.report.sample import sample; out = InMemory(kept=()); documents(sample(), out);"
        "print(json.dumps({name: file.sha256 for name, file in out.files.items()}))"
    )
    strange = {
        "TZ": "America/New_York",
        "LANG": "de_DE.ISO-8859-1",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "99",
        "PYTHONUTF8": "0",
    }
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **strange, "PYTHONPATH": path},
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout) == sums(files)


def test_a_release_of_nothing_can_be_written():
    files = made(sample(figures=Figures(()), status=(), findings=(), rows={}))
    assert json.loads(files["figures.json"]) == []
    assert "laichau-st.xlsx" in files
    assert "Không có phát hiện nào" in files["index.html"].decode()


def test_a_report_whose_name_is_a_path_is_refused(content):
    with pytest.raises(UsageError, match="evil"):
        made(replace(content, report=replace(content.report, id="../evil")))
