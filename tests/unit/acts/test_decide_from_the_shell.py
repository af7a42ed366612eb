"""What an operator types: see the hold, decide it, never be asked again, take what was learnt over into the reference."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from etl.cli import app
from etl.queries.explain import explain
from etl.reader import read_bytes
from tests.conftest import store_at
from tests.unit.acts.test_decide import workbook

BY = ("--by", "Lò Văn Hải", "--reason", "đã gọi điện hỏi phòng KT&HT")
Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`etl …` on a store of its own; gives what it prints."""
    monkeypatch.setenv("ETL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ETL_WORKERS", "1")

    def typed(*words: str) -> str:
        result = CliRunner().invoke(app, list(words), env={"COLUMNS": "300"})
        assert result.exit_code in (0, 1), result.output  # 1: something waits for a person
        return result.stdout

    return typed


def put(folder: Path, name: str, district: str, sheet: str, edits: dict[str, object]) -> str:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(workbook(district, sheet, edits))
    return str(folder / name)


def open_holds(run: Run) -> list[dict[str, Any]]:
    return [f for f in json.loads(run("findings", "--severity", "hold", "--json")) if f["decision"] is None]


HEADING = ("Biểu 06", {"C6": "Diễn giải chi tiết"})
UNIT = ("Biểu 06", {"D1": "Đơn vị báo cáo: UBND huyện Nậm Nhùm"})
UNIT_AGAIN = ("Biểu 05", {"E1": "Đơn vị báo cáo: UBND huyện Nậm Nhùm"})
NAME = ("Biểu 02", {"B9": "Cây sâm quý Pu Si Lung"})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "second", "code", "answer", "read", "file", "row"),
    [
        (HEADING, HEADING, "S4.doubtful-heading", ("map", "kn.noi_dung"), ("kn", "_unit", "107"),
         "headings.csv",
         {"form": "kn", "field": "noi_dung", "wording": "Diễn giải chi tiết"}),
        (UNIT, UNIT_AGAIN, "S2.near-unit", ("map", "112"), ("iso", "_unit", "112"), "units.csv",
         {"code": "112", "alias": "UBND huyện Nậm Nhùm"}),
        (NAME, NAME, "V.unknown-name", ("map", "Cây Sâm Lai Châu"),
         ("sp", "san_pham", "Cây Sâm Lai Châu"), "entities.csv",
         {"name": "Cây Sâm Lai Châu", "alias": "Cây sâm quý Pu Si Lung"}),
    ],
)  # fmt: skip
def test_a_case_is_decided_once_and_exported_for_review(
    run: Run, tmp_path: Path, first: Any, second: Any, code: str, answer: tuple[str, str], read: tuple[str, str, str],
    file: str, row: dict[str, str],
) -> None:  # fmt: skip
    """read: form, column and value of the second file's first row, as the decision makes it."""
    one = put(tmp_path / "in", "mot.xlsx", "NamNhun", *first)
    run("ingest", one)
    (hold,) = open_holds(run)
    assert hold["code"] == code
    assert hold["value"] in run("findings", "--severity", "hold")

    run("decide", hold["id"], *answer, *BY)
    assert open_holds(run) == []

    two = put(tmp_path / "in", "hai.xlsx", "NamNhun" if code == "S2.near-unit" else "MuongTe", *second)
    run("ingest", two)
    assert open_holds(run) == []
    stores = store_at(tmp_path / "data")
    current = next(c for c in stores.ledger.current(read[0]) if c.file == "hai.xlsx")
    rows = stores.lake.read(list(current.lake.values()), readings={current.reading})
    assert rows[read[1]].to_pylist()[0] == read[2]

    run("reference", "export", "--out", str(tmp_path / "learnt"))
    learnt = list(csv.DictReader(io.StringIO((tmp_path / "learnt" / file).read_text("utf-8-sig"))))
    assert [{key: found[key] for key in row} for found in learnt] == [row]
    assert "Lò Văn Hải" in learnt[0]["note"]


def test_check_shows_the_evidence_that_the_ledger_keeps(run: Run, tmp_path: Path) -> None:
    path = put(tmp_path / "in", "mot.xlsx", "NamNhun", "Biểu 06", {"C6": "Nội dung khó khăn kiến ngị"})
    shown = run("check", path)
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "Biểu Biểu 06!A1 Biểu số: 06/KHCN-H 06/KHCN-H 100" in lines
    assert "C Nội dung C6 Nội dung khó khăn kiến ngị noi dung kho khan kien nghi 99" in lines

    run("ingest", path)
    stores = store_at(tmp_path / "data")
    (current,) = stores.ledger.current("kn")
    data = Path(path).read_bytes()
    file = read_bytes("mot.xlsx", "0" * 64, data, "test", stores.reference)
    assert stores.ledger.evidence(current.reading) == file.readings[0].evidence
    assert explain([file], stores.reference) in shown
