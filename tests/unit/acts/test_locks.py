"""A locked period: what arrives later is kept and told, and no figure moves until somebody lets it in by name."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from etl.acts.decide import decide, let_in, lock, undo, unlock
from etl.acts.outbox import receipt_of
from etl.acts.recheck import recheck
from etl.cli import app
from etl.consolidation.reports import report_named
from etl.errors import UsageError
from etl.model.periods import parse_period
from etl.pipeline import Stores, consolidate
from etl.queries.log import log_table
from tests.conftest import AT
from tests.samples.conftest import take_in_folder
from tests.unit.acts.test_decide import again, workbook

BY = {"by": "Lò Văn Hải", "reason": "đã công bố chính thức"}
DAY = timedelta(days=1)


def send(stores: Stores, folder: Path, name: str, data: bytes, at: datetime = AT) -> None:
    folder.mkdir()
    (folder / name).write_bytes(data)
    take_in_folder(stores, folder, at)


@pytest.fixture
def locked(stores: Stores, tmp_path: Path) -> Stores:
    """Sìn Hồ has sent its form; a day later 2021 is locked; then come its correction and Nậm Nhùn's form."""
    send(stores, tmp_path / "1", "SinHo.xlsx", workbook("SinHo", "Biểu 02", {}))
    (done,) = lock(stores, "2021", at=AT + DAY, **BY).decisions
    assert done.verb == "lock"
    send(again(stores), tmp_path / "2", "SinHo (sửa lần 2).xlsx", workbook("SinHo", "Biểu 02", {"G9": 1}), AT + 2 * DAY)
    send(again(stores), tmp_path / "3", "NamNhun.xlsx", workbook("NamNhun", "Biểu 02", {}), AT + 2 * DAY)
    return again(stores)


def stand(stores: Stores) -> list[str]:
    """The state of every submission, with warnings or without."""
    return [one.state.removesuffix("_with_warnings") for one in stores.ledger.submissions()]


def held(stores: Stores) -> list[tuple[str, str | None]]:
    """(unit, decision) of what arrived late."""
    return sorted((f.unit or "", f.decision) for f in stores.ledger.findings() if f.code == "K.locked")


def area(stores: Stores) -> str:
    """The province's area of speciality crops in 2021, as the next release would say it."""
    done = consolidate(again(stores), report_named(stores.reference, None), parse_period("2021"))
    (figure,) = [
        f for f in done.figures if (f.indicator, f.unit, f.period, f.breakdown) == ("SP.HA", "12", "2021", None)
    ]
    return str(figure.value)


def test_what_arrives_after_the_lock_is_held_and_no_figure_moves(stores: Stores, locked: Stores) -> None:
    one = "SinHo (sửa lần 2).xlsx"
    (told,) = [f for f in locked.ledger.findings(file=one) if f.code == "K.locked"]

    assert held(locked) == [("108", None), ("112", None)]
    assert stand(locked) == ["accepted", "held", "held"]
    assert told.message_vi.startswith("Kỳ 2021 đã khoá ngày 01/02/2022")
    (file,) = [d for d in locked.ledger.deliveries() if d.name == one]
    assert "K.locked" in {f.code for f in receipt_of(locked, file).all_findings}
    assert "khoá kỳ / lock" in log_table(locked.ledger.events())


def test_one_submission_is_let_in_by_name_and_another_is_not(locked: Stores) -> None:
    before = area(locked)
    mine, other = sorted((f for f in locked.ledger.findings() if f.code == "K.locked"), key=lambda f: f.unit or "")

    decide(locked, [mine.id], "accept", None, at=AT + 3 * DAY, **BY)
    decide(again(locked), [other.id], "reject", None, at=AT + 3 * DAY, **BY)
    assert held(locked) == [("108", "accept"), ("112", "reject")]
    assert stand(locked) == ["superseded", "accepted", "rejected"]
    assert area(locked) != before


def test_an_exception_is_for_one_unit_and_can_be_taken_back(locked: Stores) -> None:
    done = let_in(locked, "2021", "112", "sp", at=AT + 3 * DAY, **BY)
    assert held(locked) == [("108", None)]

    undo(again(locked), done.decisions[0].id, at=AT + 4 * DAY, **BY)
    assert held(locked) == [("108", None), ("112", None)]


def test_a_lock_that_is_taken_back_lets_all_in_and_a_later_one_begins_later(locked: Stores, tmp_path: Path) -> None:
    unlock(locked, "2021", at=AT + 3 * DAY, **BY)
    assert (held(locked), stand(locked)) == ([], ["superseded", "accepted", "accepted"])

    lock(again(locked), "2020..2021", at=AT + 4 * DAY, **BY)
    recheck(again(locked), at=AT + 5 * DAY, by="Lò Văn Hải")
    assert held(locked) == []  # they had arrived before
    send(again(locked), tmp_path / "4", "PhongTho.xlsx", workbook("PhongTho", "Biểu 02", {}), AT + 5 * DAY)
    assert [unit for unit, _ in held(locked)] == ["109"]


def test_a_lock_of_one_form_holds_no_other(stores: Stores, tmp_path: Path) -> None:
    lock(stores, "2021", "sp", at=AT - DAY, **BY)
    assert lock(again(stores), "2021", "sp", at=AT, **BY).decisions == []  # the first one stands
    send(again(stores), tmp_path / "1", "SinHo.xlsx", workbook("SinHo", "Biểu 01", {}))
    assert (held(stores), stand(stores)) == ([], ["accepted"])


def test_what_is_no_lock_is_said(locked: Stores) -> None:
    later: Any = {"at": AT + 3 * DAY, **BY}
    with pytest.raises(UsageError, match="Khoá kỳ 2021"):  # names those that there are
        unlock(locked, "2020", **later)
    with pytest.raises(UsageError, match="không khoá"):
        let_in(locked, "2020", "112", **later)
    with pytest.raises(UsageError, match="999"):
        let_in(locked, "2021", "999", **later)
    with pytest.raises(UsageError, match="xx"):
        lock(locked, "2021", "xx", **later)
    with pytest.raises(UsageError, match="TÊN"):
        lock(locked, "2022", by="", reason="x", at=AT)


def test_the_commands(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETL_DATA", str(stores.settings.data))
    signed = ["--by", "Lò Văn Hải", "--reason", "đã công bố"]
    told = [
        CliRunner().invoke(app, [*words, *signed]).stdout
        for words in (["lock", "2021"], ["lock", "2021"], ["unlock", "2021", "--unit", "112"], ["unlock", "2021"])
    ]

    assert ["Khoá kỳ 2021" in told[0], "từ trước" in told[1], "112 được nộp kỳ 2021" in told[2]] == [True] * 3
    assert "Khoá kỳ 2021" in told[3]
