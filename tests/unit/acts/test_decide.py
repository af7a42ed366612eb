"""A hold is decided once: the submission counts, the next identical case is decided with it, and it can be undone."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from etl.acts.decide import decide, undo
from etl.acts.export_reference import export_reference
from etl.errors import UsageError
from etl.model.findings import Finding
from etl.pipeline import Stores, receive, take_in
from tests.conftest import AT, SAMPLES, store_at

BY = {"by": "Lò Văn Hải", "reason": "đã gọi điện hỏi phòng KT&HT", "at": AT}


def workbook(district: str, sheet: str, edits: dict[str, object]) -> bytes:
    """One sheet of a district's workbook of 2021, with some cells typed otherwise."""
    book = openpyxl.load_workbook(SAMPLES / f"BC_KHCN_2021_{district}.xlsx")
    for name in book.sheetnames:
        if name != sheet:
            del book[name]
    for cell, value in edits.items():
        book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def send(stores: Stores, folder: Path, name: str, data: bytes) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    for batch in receive(stores, [folder / name], AT):
        take_in(stores, batch, AT)


def again(stores: Stores) -> Stores:
    return store_at(stores.settings.data)


def holds(stores: Stores) -> list[Finding]:
    return [f for f in stores.ledger.findings(severity="hold") if f.decision is None]


def states(stores: Stores) -> dict[str, str]:
    return {f"{s.form}-{s.unit}": s.state for s in stores.ledger.submissions()}


def test_a_heading_is_asked_once(stores: Stores, tmp_path: Path) -> None:
    odd = {"C6": "Diễn giải chi tiết"}
    send(stores, tmp_path / "in", "SinHo.xlsx", workbook("SinHo", "Biểu 06", odd))
    (hold,) = holds(stores)
    assert (hold.code, hold.cell, hold.value, hold.proposal) == (
        "S4.doubtful-heading",
        "C6",
        "Diễn giải chi tiết",
        "kn.noi_dung",
    )
    assert states(stores) == {"kn-108": "held"}

    done = decide(stores, [hold.id], "accept", None, **BY)
    assert states(stores) == {"kn-108": "accepted"}
    assert list(done.changed.values()) == ["accepted"]

    send(again(stores), tmp_path / "in", "NamNhun.xlsx", workbook("NamNhun", "Biểu 06", odd))
    assert (states(stores)["kn-112"], holds(stores)) == ("accepted", [])

    (written,) = export_reference(again(stores), tmp_path / "learnt")
    rows = list(csv.DictReader(io.StringIO(written.read_text("utf-8-sig"))))
    assert [(r["form"], r["field"], r["wording"]) for r in rows] == [("kn", "noi_dung", "Diễn giải chi tiết")]

    undo(stores, done.decisions[0].id, by="Lò Văn Hải", reason="nhầm", at=AT + timedelta(hours=1))
    assert states(again(stores))["kn-108"] == "held"


def test_an_ambiguous_number_waits_and_is_corrected(stores: Stores, tmp_path: Path) -> None:
    send(stores, tmp_path / "in", "SinHo.xlsx", workbook("SinHo", "Biểu 02", {"G9": "1.234"}))
    (hold,) = holds(stores)
    assert (hold.code, hold.scope, hold.cell, hold.expected) == ("V.ambiguous", "cell", "G9", "1234 / 1.234")

    decide(stores, [hold.id], "correct", "1.234", **BY)

    current = stores.ledger.current("sp")[0]
    rows = stores.lake.read(list(current.lake.values()), readings={current.reading})
    assert rows["quy_mo"].to_pylist()[0] == Decimal("1.234")
    assert [f.decision for f in stores.ledger.findings(severity="hold")] == ["correct"]


def test_a_near_unit_name_is_proposed_never_taken(stores: Stores, tmp_path: Path) -> None:
    """'Tn Uyên' is one letter from Tân Uyên and two from Than Uyên: a person says which."""
    send(
        stores,
        tmp_path / "in",
        "bieu06.xlsx",
        workbook("SinHo", "Biểu 06", {"D1": "Đơn vị báo cáo: UBND huyện Nậm Nhùm"}),
    )
    (hold,) = holds(stores)
    assert (hold.code, hold.proposal, states(stores)) == ("S2.near-unit", "112", {})

    decide(stores, [hold.id], "accept", None, **BY)

    assert states(stores) == {"kn-112": "accepted"}


def test_what_may_not_be_said(stores: Stores, tmp_path: Path) -> None:
    send(stores, tmp_path / "in", "SinHo.xlsx", workbook("SinHo", "Biểu 02", {"G9": "1.234"}))
    (hold,) = holds(stores)
    for ids, verb, argument in (([hold.id], "map", "x"), ([hold.id], "correct", "một"), (["0" * 12], "accept", None)):
        with pytest.raises(UsageError):
            decide(stores, ids, verb, argument, **BY)
    with pytest.raises(UsageError):
        decide(stores, [hold.id], "accept", None, by="", reason="", at=AT)
    assert holds(stores) == [hold]
