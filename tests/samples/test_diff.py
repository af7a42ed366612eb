"""What changed between two releases, and since when: corrections, withdrawals, decisions and recalls, each with its reason."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from etl.acts.decide import decide
from etl.acts.recall import recall
from etl.acts.withdraw import reinstate, withdraw
from etl.cli import app
from etl.errors import UsageError
from etl.pipeline import Stores, receive, take_in
from etl.queries.diff import Moved, diff
from etl.queries.figures import figures_of
from etl.queries.findings import findings
from etl.queries.trace import trace
from tests.conftest import AT, SAMPLES, shared, store_at
from tests.samples.conftest import publish, take_in_folder

BY = {"by": "Lò Văn Hải", "at": AT + timedelta(days=40)}
SPAN = "2020..2021"


def corrected(stores: Stores, folder: Path, indicator: str, unit: str, after: str) -> tuple[str, str, str]:
    """Send a district's workbook of 2021 once more, with one cell of an indicator typed otherwise.

    Returns the file's name, sheet and cell.
    """
    cell = next(
        c for c in trace(stores, indicator, unit, "2021", 1).contributions if c.counted and c.file.endswith("xlsx")
    )
    book = openpyxl.load_workbook(SAMPLES / cell.file)
    book[cell.sheet][cell.cell] = int(after)
    folder.mkdir(exist_ok=True)
    name = f"(sửa lần 2) {cell.file}"
    book.save(folder / name)
    for batch in receive(stores, [folder], AT + timedelta(days=30)):
        take_in(stores, batch, AT + timedelta(days=30))
    return name, str(cell.sheet), str(cell.cell)


def by_key(moved: list[Moved]) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {
        (m["indicator"], m["unit"], m["period"], *(m.get("breakdown") or {}).values()): m
        for m in (m.as_json() for m in moved)
    }


def bytes_of(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.mark.slow
def test_a_correction_after_an_official_release_makes_a_new_provisional_one(copied: Stores, tmp_path: Path) -> None:
    official, new = publish(copied, kind="official", by="Trần Văn A", reason="đã duyệt")
    assert (official.number, official.kind, new) == (2, "official", True)
    before = bytes_of(copied.releases.folder(2))
    assert publish(copied)[1] is False

    name, sheet, cell = corrected(copied, tmp_path / "in", "SP.HA", "108", "99")
    later, _ = publish(copied, at=AT + timedelta(days=31))

    assert (later.number, later.kind) == (3, "provisional")
    assert bytes_of(copied.releases.folder(2)) == before
    moved = by_key(diff(copied, 2, 3))
    for unit in ("108", "12"):
        one = moved["SP.HA", unit, "2021"]
        assert list(one) == ["indicator", "unit", "period", "before", "after", "causes"]
        (cause,) = one["causes"]
        assert list(cause) == ["submission", "file", "sheet", "cell", "before", "after", "reason", "by"]
        assert (cause["file"], cause["sheet"], cause["cell"], cause["after"]) == (name, sheet, cell, "99")
        assert int(float(one["after"]) * 10) - int(float(one["before"]) * 10) == 990 - round(
            float(cause["before"]) * 10
        )
        assert "a correction (revision 2)" in cause["reason"]
    assert {key[0] for key in moved} == {"SP.HA"}


def test_the_newest_release_at_a_time(copied: Stores, tmp_path: Path) -> None:
    corrected(copied, tmp_path / "in", "SP.HA", "108", "99")
    publish(copied, at=AT + timedelta(days=31))

    def value(**asked: Any) -> str:
        found = figures_of(copied, period="2021", unit="108", **asked)
        return str(next(f["value"] for f in found if f["indicator"] == "SP.HA" and f["breakdown"] is None))

    assert value(as_of="2022-02-28") == value(release=1) != value() == value(as_of="2022-03-03T21:00:00+07:00")
    with pytest.raises(UsageError, match="no release stood"):
        figures_of(copied, as_of="2022-01-30")
    with pytest.raises(UsageError, match="not a moment"):
        figures_of(copied, as_of="tháng ba")


@pytest.mark.slow
def test_withdrawn_and_reinstated_with_who_and_why(copied: Stores, tmp_path: Path) -> None:
    name, _, cell = corrected(copied, tmp_path / "in", "SP.HA", "108", "99")
    publish(copied, at=AT + timedelta(days=31))
    wrong = next(s.submission for s in copied.ledger.submissions("sp") if s.file == name)
    withdraw(copied, wrong, reason="gửi nhầm bản nháp", **BY)
    publish(copied, at=AT + timedelta(days=41))

    cause = by_key(diff(copied, 2, 3))["SP.HA", "12", "2021"]["causes"][0]
    assert (cause["before"], cause["reason"], cause["by"]) == (
        "99",
        "rút lại / withdrawn: gửi nhầm bản nháp",
        "Lò Văn Hải",
    )
    assert diff(copied, 1, 3) == []

    reinstate(copied, wrong, reason="vẫn đúng", **BY)
    record, _ = publish(copied, at=AT + timedelta(days=42))
    assert diff(copied, 2, record.number) == []
    cause = by_key(diff(copied, 3, record.number))["SP.HA", "108", "2021"]["causes"][0]
    assert (cause["file"], cause["cell"], cause["after"], cause["reason"]) == (
        name,
        cell,
        "99",
        "dùng lại / reinstated: vẫn đúng",
    )
    with pytest.raises(UsageError, match="--reason"):
        withdraw(copied, wrong, by="Lan", reason=" ", at=AT)


@pytest.mark.slow
def test_a_late_submission_moves_the_share_and_is_named(tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    inbox.mkdir()
    late = SAMPLES / "BC_KHCN_2021_SinHo.xlsx"
    for file in SAMPLES.glob("*"):
        if file != late:
            (inbox / file.name).hardlink_to(file)
    stores = store_at(tmp_path / "data")
    take_in_folder(stores, inbox)
    publish(stores)
    take_in_folder(stores, late, at=AT + timedelta(days=30))
    publish(stores, at=AT + timedelta(days=31))

    iso = by_key(diff(stores, 1, 2))["ISO", "12", "2021"]
    assert (iso["before"], iso["after"]) == (None, "100")
    assert {c["file"] for c in iso["causes"]} == {late.name}
    assert {c["reason"] for c in iso["causes"]} == {"mới nhận, nộp muộn / newly received, late"}


@pytest.mark.slow
def test_decisions_are_told_with_their_reason(tmp_path: Path) -> None:
    stores = store_at(tmp_path)
    take_in_folder(stores, shared("samples", "laichau-st", "messy"))
    publish(stores)
    holds = sorted({f.id for f in findings(stores) if f.severity == "hold"})
    decide(stores, holds, "accept", None, by="Lò Văn Hải", reason="đã hỏi huyện", at=AT)
    publish(stores, at=AT + timedelta(days=1))  # by the same stores: what was decided meanwhile is heeded

    moved = by_key(diff(stores, 1, 2))
    tasks = moved["NV.T", "12", SPAN]
    assert (tasks["before"], tasks["after"]) == ("48", "46")
    assert {c["by"] for c in tasks["causes"]} == {"Lò Văn Hải"}
    assert all("đã hỏi huyện" in c["reason"] for c in tasks["causes"])
    assert all(m["causes"] for m in moved.values())


def test_a_recalled_release_stays_with_a_notice(copied: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    before = bytes_of(copied.releases.folder(1))
    assert recall(copied, 1, reason="sai đơn vị tính", **BY)
    assert not recall(copied, 1, reason="lần nữa", **BY)

    assert bytes_of(copied.releases.folder(1)) == before
    (line,) = json.loads((copied.releases.root / "index.json").read_text())
    assert (line["state"], line["recalled_by"], line["reason"]) == ("recalled", "Lò Văn Hải", "sai đơn vị tính")
    assert "RELEASE 1 WAS RECALLED" in (copied.releases.root / "1.recalled.txt").read_text()
    monkeypatch.setenv("ETL_DATA", str(copied.settings.data))
    told = CliRunner().invoke(app, ["figures", "--release", "1"]).stdout
    assert "BẢN CÔNG BỐ 1 ĐÃ BỊ THU HỒI" in told
    record, new = publish(copied, at=AT + timedelta(days=41))
    assert (record.number, new) == (2, True)
    assert "THU HỒI" not in CliRunner().invoke(app, ["figures"]).stdout
    assert [e.kind for e in copied.ledger.events()] == ["batch", "release", "recall", "release"]


def test_the_command_line_tells_both(copied: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, sheet, cell = corrected(copied, tmp_path / "in", "SP.HA", "108", "99")
    publish(copied, at=AT + timedelta(days=31))
    monkeypatch.setenv("ETL_DATA", str(copied.settings.data))
    run = CliRunner()

    assert json.loads(run.invoke(app, ["diff", "1", "2", "--json"]).stdout) == [m.as_json() for m in diff(copied, 1, 2)]
    assert f"{name}!{sheet}!{cell}" in run.invoke(app, ["diff", "1", "2"], env={"COLUMNS": "300"}).stdout
    events = json.loads(run.invoke(app, ["log", "--json"]).stdout)
    assert [(e["position"], e["kind"]) for e in events] == [(1, "batch"), (2, "release"), (3, "batch"), (4, "release")]
    assert "công bố / publish" in run.invoke(app, ["log"], env={"COLUMNS": "200"}).stdout
