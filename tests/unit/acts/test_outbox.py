"""A sender learns what came, what became of it and what to do, and nothing of any other unit."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl

from etl.acts.outbox import fill_outbox, outbox_files, owner
from etl.pipeline import Stores, receive, take_in
from etl.store.outbox import Outbox, plain_name
from tests.conftest import AT
from tests.unit.acts.test_decide import workbook


def send(stores: Stores, folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    for batch in receive(stores, [folder], AT):
        take_in(stores, batch, AT)


def test_each_unit_finds_its_receipt_and_its_marked_workbook(stores: Stores, tmp_path: Path) -> None:
    bad = workbook("SinHo", "Biểu 01", {"J11": 9999})
    good = workbook("NamNhun", "Biểu 06", {})
    send(stores, tmp_path / "in", {"SinHo.xlsx": bad, "NamNhun.xlsx": good, "hong.xlsx": b"PK\x03\x04"})
    outbox = Outbox(tmp_path / "outbox")

    assert fill_outbox(stores, outbox, stores.ledger.deliveries()) == 3
    files = {p.relative_to(outbox.root).parts[0]: [] for p in outbox.root.rglob("*") if p.is_file()}
    for path in sorted(p for p in outbox.root.rglob("*") if p.is_file()):
        files[path.relative_to(outbox.root).parts[0]].append(path.name)
    assert files == {
        "108": ["SinHo_phat-hien.xlsx", "bien-nhan.html", "bien-nhan.txt"],
        "112": ["bien-nhan.html", "bien-nhan.txt"],
        "chua-ro-don-vi": ["bien-nhan.html", "bien-nhan.txt"],
    }
    for delivery in stores.ledger.deliveries():
        folder = outbox.folder(owner(stores, delivery), delivery.id)
        text = (folder / "bien-nhan.txt").read_text(encoding="utf-8")
        assert delivery.sha256 in text
        assert "21:00, 31/01/2022" in text
        others = {"SinHo.xlsx", "NamNhun.xlsx", "hong.xlsx"} - {delivery.name}
        assert not [name for name in others if name in text]


def test_the_receipt_says_verdict_deadline_and_what_to_do(stores: Stores, tmp_path: Path) -> None:
    send(stores, tmp_path / "in", {"SinHo.xlsx": workbook("SinHo", "Biểu 01", {"J11": 9999})})
    (delivery,) = stores.ledger.deliveries()
    files = outbox_files(stores, delivery)
    text = files["bien-nhan.txt"].decode("utf-8")

    assert "Bị trả lại" in text
    assert "01/02/2022 – đúng hạn" in text
    assert "Hãy sửa các lỗi" in text
    assert "SinHo_phat-hien.xlsx" in text
    assert "Biểu 01!J11" in text
    assert "J11" in files["bien-nhan.html"].decode("utf-8")


def test_the_marked_copy_mended_and_sent_again_counts(stores: Stores, tmp_path: Path) -> None:
    send(stores, tmp_path / "in", {"SinHo.xlsx": workbook("SinHo", "Biểu 01", {"J11": 9999})})
    (delivery,) = stores.ledger.deliveries()
    copy = openpyxl.load_workbook(io.BytesIO(outbox_files(stores, delivery)["SinHo_phat-hien.xlsx"]))
    copy["Biểu 01"]["J11"] = 4338.5
    out = io.BytesIO()
    copy.save(out)

    send(stores, tmp_path / "again", {"SinHo_phat-hien.xlsx": out.getvalue()})
    states = [s.state for s in sorted(stores.ledger.submissions(), key=lambda s: s.revision)]
    assert states == ["rejected", "accepted_with_warnings"]  # openpyxl saved the total's formulas without values


def test_filling_again_changes_no_file(stores: Stores, tmp_path: Path) -> None:
    send(stores, tmp_path / "in", {"SinHo.xlsx": workbook("SinHo", "Biểu 01", {"J11": 9999})})
    outbox = Outbox(tmp_path / "outbox")
    fill_outbox(stores, outbox, stores.ledger.deliveries())
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in outbox.root.rglob("*") if p.is_file()}
    fill_outbox(stores, outbox, stores.ledger.deliveries())

    assert before == {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in outbox.root.rglob("*") if p.is_file()}


def test_a_name_never_becomes_a_path(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    folder = outbox.write("../../etc", "../x", {"../../evil\\..\\.bashrc": b"1", "biểu 01.xlsx": b"2"})

    assert folder.resolve().is_relative_to(outbox.root.resolve())
    assert sorted(p.name for p in folder.iterdir()) == ["bashrc", "biểu 01.xlsx"]
    assert len(plain_name("đ" * 400 + ".xlsx").encode()) <= 120
    assert plain_name("đ" * 400 + ".xlsx").endswith(".xlsx")
