"""A hold over periods makes the figures concerned provisional, and no others, until a person accepts it or a revision ends it."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from etl.acts.decide import decide
from etl.acts.rebuild import rebuild
from etl.pipeline import Stores, receive, take_in
from etl.queries.figures import figures_of
from etl.queries.findings import findings
from tests.conftest import AT, SAMPLES, store_at
from tests.samples import truth
from tests.samples.conftest import publish

BASE = "BC_KHCN_2021_SinHo.xlsx"
DAYS = [AT + timedelta(days=n) for n in range(9)]


def send(stores: Stores, inbox: Path, name: str, edits: dict[str, Any], day: int) -> None:
    """The shipped workbook of Sìn Hồ for 2021 with a few cells typed otherwise."""
    book = openpyxl.load_workbook(SAMPLES / BASE)
    for place, value in edits.items():
        sheet, _, cell = place.partition("!")
        book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    inbox.mkdir(exist_ok=True)
    (inbox / name).write_bytes(out.getvalue())
    for batch in receive(stores, [inbox / name], DAYS[day]):
        take_in(stores, batch, DAYS[day])


def statuses(stores: Stores, number: int) -> dict[tuple[str, str, str], str]:
    known = truth.by_key(figures_of(stores, number))
    names = ("NV.KD", "NV.T", "NH.D")
    return {
        (i, u, p): f["status"]
        for (i, u, p, b), f in known.items()
        if i in names and not b and u in ("12", "105", "108")
    }


@pytest.mark.slow
def test_a_mark_that_vanished_holds_its_figures_until_that_is_accepted(copied: Stores, tmp_path: Path) -> None:
    send(copied, tmp_path / "in", "BC_KHCN_2021_SinHo (sửa lần 2).xlsx", {"Biểu 03!F22": "4-2020-36433"}, 1)

    (hold,) = [f for f in findings(copied) if f.severity == "hold"]
    assert (hold.code, hold.file, hold.sheet, hold.cell, hold.unit, hold.period) == (
        "03b.ky-truoc.mat", "BC_KHCN_2020_SinHo.xlsx", "Biểu 03", "F22", "108", "2021",
    )  # fmt: skip
    record, new = publish(copied, at=DAYS[3])
    found = statuses(copied, record.number)
    held = {key for key, status in found.items() if status == "provisional"}
    assert new
    assert held == {("NH.D", u, p) for u in ("12", "108") for p in ("2021", "2020..2021")}
    told = json.loads((Path(record.folder) / "findings.json").read_text())
    assert [f["cell"] for f in told if f["code"] == hold.code] == ["F22"]
    assert rebuild(copied, record.number).same

    decide(copied, [hold.id], "accept", None, by="Lò Văn Hải", reason="đơn nộp lại", at=DAYS[4])
    accepted, _ = publish(copied, at=DAYS[5])
    assert set(statuses(copied, accepted.number).values()) == {"published"}
    (again,) = [f for f in findings(store_at(copied.settings.data)) if f.severity == "hold"]
    assert (again.id, again.decision) == (hold.id, "accept")
    assert [rebuild(copied, number).same for number in (record.number, accepted.number)] == [True, True]


def test_a_revision_that_mends_it_ends_the_hold(copied: Stores, tmp_path: Path) -> None:
    send(copied, tmp_path / "in", "BC_KHCN_2021_SinHo (sửa lần 2).xlsx", {"Biểu 03!F22": "4-2020-36433"}, 1)
    assert [f.code for f in findings(copied) if f.severity == "hold"] == ["03b.ky-truoc.mat"]
    send(copied, tmp_path / "in", "BC_KHCN_2021_SinHo (sửa lần 3).xlsx", {"Biểu 03!A40": None}, 2)

    assert [f.code for f in findings(copied) if f.severity == "hold"] == []
    assert set(statuses(copied, publish(copied, at=DAYS[3])[0].number).values()) == {"published"}
