"""A sender learns what came, what became of it and what to do, and nothing of any other unit."""

from __future__ import annotations

import io
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openpyxl

from etl.acts.check_folder import check_folder
from etl.acts.decide import waive
from etl.acts.outbox import fill_outbox, outbox_files, owner, renew_outbox
from etl.model.answers import ANSWER, RULE
from etl.pipeline import Stores, receive, take_in
from etl.queries.template import template_of
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


def test_two_runs_that_write_one_delivery_leave_it_whole(tmp_path: Path) -> None:
    def write(run: int) -> None:
        for number in range(60):
            Outbox(tmp_path).write("108", "abc", {"bien-nhan.txt": f"{run} {number}".encode(), f"{run}.xlsx": b"1"})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, range(2)))
    folder = Outbox(tmp_path).write("108", "abc", {"bien-nhan.txt": b"done"})

    assert [(p.name, p.read_bytes()) for p in folder.iterdir()] == [("bien-nhan.txt", b"done")]
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_name_never_becomes_a_path(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    folder = outbox.write("../../etc", "../x", {"../../evil\\..\\.bashrc": b"1", "biểu 01.xlsx": b"2"})

    assert folder.resolve().is_relative_to(outbox.root.resolve())
    assert sorted(p.name for p in folder.iterdir()) == ["bashrc", "biểu 01.xlsx"]
    assert len(plain_name("đ" * 400 + ".xlsx").encode()) <= 120
    assert plain_name("đ" * 400 + ".xlsx").endswith(".xlsx")


def test_the_outbox_keeps_up_with_the_ledger(stores: Stores, tmp_path: Path) -> None:
    """A decision after the intake is in the receipt; nothing new writes nothing; a lost folder is made again."""
    send(stores, tmp_path / "in", {"SinHo.xlsx": workbook("SinHo", "Biểu 01", {"J11": 9999})})
    assert (renew_outbox(stores), renew_outbox(stores)) == (1, 0)
    (delivery,) = stores.ledger.deliveries()
    receipt = Outbox(stores.settings.outbox).folder("108", delivery.id) / "bien-nhan.txt"
    assert "Bị trả lại" in receipt.read_text("utf-8")

    (rule,) = {f.code for f in stores.ledger.findings(severity="critical")}
    waive(stores, rule, form="nv", unit="108", period=None, until=None, by="Lan", reason="đã giải trình", at=AT)
    assert renew_outbox(stores) == 1
    assert "Đã nhận, có cảnh báo" in receipt.read_text("utf-8")

    shutil.rmtree(stores.settings.outbox)
    assert renew_outbox(stores) == 1
    assert receipt.is_file()


def test_an_answer_comes_back_with_the_next_revision_and_is_kept(stores: Stores, tmp_path: Path) -> None:
    send(stores, tmp_path / "in", {"SinHo.xlsx": workbook("SinHo", "Biểu 01", {"J11": 9999})})
    (delivery,) = stores.ledger.deliveries()
    name = next(n for n in outbox_files(stores, delivery) if n.endswith(".xlsx"))
    copy = openpyxl.load_workbook(io.BytesIO(outbox_files(stores, delivery)[name]))
    sheet = copy.worksheets[0]
    row = next(r for r in range(1, 40) if sheet.cell(r, RULE).value == "01.kinh-phi.chia-ra")
    sheet.cell(row, ANSWER).value = "Đã sửa theo quyết định 12/QĐ"
    copy["Biểu 01"]["J11"] = 4338.5
    out = io.BytesIO()
    copy.save(out)
    send(stores, tmp_path / "again", {name: out.getvalue()})

    told = [(f.file, f.cell, f.value, f.expected) for f in stores.ledger.findings() if f.code == "Q.answer"]
    assert told == [(name, "J11", "Đã sửa theo quyết định 12/QĐ", "01.kinh-phi.chia-ra")]


def test_an_outdated_template_is_told_by_name(stores: Stores, tmp_path: Path) -> None:
    data, before = template_of(stores, "kn", "108", "2021", prefilled=True)
    assert before is None
    book = openpyxl.load_workbook(io.BytesIO(data))
    hidden = next(s for s in book.worksheets if s.sheet_state != "visible")
    at = next(r for r in range(1, 10) if hidden.cell(r, 1).value == "etl_version")
    hidden.cell(at, 2).value = "0ld0ld00"
    out = io.BytesIO()
    book.save(out)
    send(stores, tmp_path / "in", {"cu.xlsx": out.getvalue()})

    (finding,) = [f for f in stores.ledger.findings() if f.code == "T.old-template"]
    assert (finding.severity, finding.value) == ("warning", "0ld0ld00")
    assert "06/KHCN-H" in finding.message_vi


def test_a_prefilled_template_has_the_units_last_rows(stores: Stores, tmp_path: Path) -> None:
    send(stores, tmp_path / "in", {"SinHo.xlsx": workbook("SinHo", "Biểu 06", {})})
    data, before = template_of(stores, "kn", "108", "2022", prefilled=True)
    assert before == "2021"
    written = {c.value for row in openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows() for c in row}
    sent = openpyxl.load_workbook(io.BytesIO(workbook("SinHo", "Biểu 06", {})))["Biểu 06"]
    assert {sent.cell(r, 3).value for r in range(8, 11)} <= written


def test_the_drop_folder_gives_the_verdict_and_sends_nothing(stores: Stores, tmp_path: Path) -> None:
    folder = stores.settings.data / "check"
    folder.mkdir()
    (folder / "SinHo.xlsx").write_bytes(workbook("SinHo", "Biểu 01", {"J11": 9999}))

    (answered,) = check_folder(stores, AT)
    assert sorted(p.name for p in answered.folder.iterdir()) == ["SinHo_phat-hien.xlsx", "ket-qua.txt"]
    text = (answered.folder / "ket-qua.txt").read_text("utf-8")
    assert "CHƯA ĐƯỢC GỬI" in text
    assert "Biểu 01!J11: Kinh phí được duyệt 9999" in text
    assert (check_folder(stores, AT), stores.ledger.position(), list(stores.archive.all())) == ([], 0, [])

    (folder / "SinHo.xlsx").write_bytes(workbook("SinHo", "Biểu 01", {}))
    assert len(check_folder(stores, AT)) == 1
