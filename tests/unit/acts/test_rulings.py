"""What a person rules unasked: it counts at once, is told, comes back in the log, and can be taken back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from etl.acts.decide import correct, declare_nil, extend, undo, waive
from etl.acts.outbox import receipt_of
from etl.acts.recheck import recheck
from etl.consolidation.reports import report_named
from etl.errors import UsageError
from etl.model.decisions import correction
from etl.model.findings import INFO, Finding
from etl.model.periods import parse_period
from etl.pipeline import Stores, consolidate
from etl.queries.log import log_table
from etl.queries.status import status
from etl.queries.trace import Trace, trace
from tests.conftest import AT
from tests.samples.conftest import publish
from tests.unit.acts.test_decide import BY, again, send, states, workbook

WRONG = {"J11": 9999}  # approved money that its parts do not add up to


def told(stores: Stores, code: str) -> list[tuple[str | None, str, str | None]]:
    return [(f.cell, f.severity, f.decision) for f in stores.ledger.findings() if f.code == code]


def test_a_waived_rule_is_told_and_keeps_nothing_from_counting(stores: Stores, tmp_path: Path) -> None:
    send(stores, tmp_path / "in", "SinHo.xlsx", workbook("SinHo", "Biểu 01", WRONG))
    assert states(stores) == {"nv-108": "rejected"}
    (rule,) = {f.code for f in stores.ledger.findings(severity="critical")}

    done = waive(stores, rule, form="nv", unit="108", period="2021", until=date(2022, 2, 28), **BY)
    assert states(stores) == {"nv-108": "accepted_with_warnings"}
    assert told(stores, rule) == [("J11", "critical", "waive")]

    send(again(stores), tmp_path / "in", "NamNhun.xlsx", workbook("NamNhun", "Biểu 01", {"J12": 9999}))
    assert states(stores)["nv-112"] == "rejected"  # the waiver is one unit's

    undo(again(stores), done.decisions[0].id, by="Lò Văn Hải", reason="nhầm", at=AT + timedelta(hours=1))
    assert states(stores)["nv-108"] == "rejected"


def test_a_waiver_ends_on_its_last_day(stores: Stores, tmp_path: Path) -> None:
    send(stores, tmp_path / "in", "SinHo.xlsx", workbook("SinHo", "Biểu 01", WRONG))
    (rule,) = {f.code for f in stores.ledger.findings(severity="critical")}
    waive(stores, rule, form="nv", unit=None, period=None, until=AT.date() - timedelta(days=1), **BY)

    assert states(stores) == {"nv-108": "rejected"}


@pytest.mark.parametrize(
    ("rule", "form", "unit"), [("S4.missing-column", "nv", "108"), ("S6", "xx", "108"), ("x", "nv", "108"), ("V.not-whole", "nv", "9")]
)  # fmt: skip
def test_what_cannot_be_waived(stores: Stores, rule: str, form: str, unit: str) -> None:
    with pytest.raises(UsageError, match=" / "):
        waive(stores, rule, form=form, unit=unit, period="2021", until=None, **BY)
    assert stores.ledger.decisions() == []


def test_a_figure_given_by_telephone_corrects_the_cell_and_is_traced(stores: Stores, tmp_path: Path) -> None:
    send(stores, tmp_path / "in", "SinHo.xlsx", workbook("SinHo", "Biểu 02", {}))
    (sub,) = [s.submission for s in stores.ledger.submissions()]
    cells = {c.cell: c for c in _trace(stores, "SP.HA").contributions if c.counted}
    cell, before = next((name, c.text) for name, c in sorted(cells.items()) if name)

    with pytest.raises(UsageError, match="đang ghi"):
        correct(stores, sub, None, cell, "7.5", before="khác", **BY)
    done = correct(stores, sub, "Biểu 02", cell, "7.5", before=before, **BY)
    assert told(stores, "K.corrected") == [(cell, "info", "correct")]
    after = next(c for c in _trace(again(stores), "SP.HA").contributions if c.cell == cell)
    assert (Decimal(after.value or ""), after.text) == (Decimal("7.5"), before)  # the sender's file stays as it was

    undo(again(stores), done.decisions[0].id, by="Lò Văn Hải", reason="nhầm", at=AT + timedelta(hours=1))
    assert told(stores, "K.corrected") == []


def _trace(stores: Stores, indicator: str) -> Trace:
    record, _ = publish(stores, at=AT + timedelta(days=len(stores.ledger.releases())))
    return trace(stores, indicator, unit="108", period="2021", release=record.number)


def test_a_guard_that_fails_is_told_and_the_cell_stays(stores: Stores, tmp_path: Path) -> None:
    """Whoever corrects by hand-made data (a restored ledger, another file of the same name) changes nothing unseen."""
    send(stores, tmp_path / "in", "SinHo.xlsx", workbook("SinHo", "Biểu 02", {"G9": 1.5, "H9": None}))
    (sub,) = stores.ledger.submissions()
    place = Finding("", INFO, "", "", sub.file, sub.submission, "sp", "108", "2021", "Biểu 02", "G9")
    stores.ledger.decide([correction(place, "9", "2")], "correct", "2", "Lan", "nghe nhầm", AT)
    recheck(again(stores), at=AT, by="Lan")

    assert told(stores, "K.guard") == [("G9", "warning", None)]
    current = stores.ledger.current("sp")[0]
    rows = stores.lake.read(list(current.lake.values()), readings={current.reading})
    assert rows["quy_mo"][0].as_py() == Decimal("1.5")


def test_what_cannot_be_corrected(stores: Stores, tmp_path: Path) -> None:
    send(stores, tmp_path / "in", "SinHo.xlsx", workbook("SinHo", "Biểu 02", {"G9": "12"}))
    (sub,) = [s.submission for s in stores.ledger.submissions()]
    with pytest.raises(UsageError, match="no such submission"):
        correct(stores, "nv-1-2-3", None, "G9", "1", before=None, **BY)
    with pytest.raises(UsageError, match="no name of a cell"):
        correct(stores, sub, None, "G", "1", before=None, **BY)
    with pytest.raises(UsageError, match="no sheet"):
        correct(stores, sub, "Biểu 9", "G9", "1", before=None, **BY)


def test_a_blank_cell_is_filled_and_nil_stays_nil(stores: Stores, tmp_path: Path) -> None:
    send(stores, tmp_path / "in", "SinHo.xlsx", workbook("SinHo", "Biểu 02", {"G9": None, "H9": None}))
    (sub,) = [s.submission for s in stores.ledger.submissions()]
    correct(stores, sub, None, "G9", "-", before="", **BY)

    current = again(stores).ledger.current("sp")[0]
    rows = stores.lake.read(list(current.lake.values()), readings={current.reading})
    assert (rows["quy_mo"][0].as_py(), rows["quy_mo__state"][0].as_py()) == (Decimal(0), "nil")


def test_an_extension_moves_the_deadline_of_one_unit(stores: Stores, tmp_path: Path) -> None:
    late = AT + timedelta(days=60)
    (tmp_path / "in").mkdir()
    send(stores, tmp_path / "in", "SinHo.xlsx", workbook("SinHo", "Biểu 06", {}))
    deadline = stores.reference.deadline("kn", "108", "2021")
    assert deadline is not None

    done = extend(stores, "kn", "108", "2021", deadline + timedelta(days=20), **BY)
    now = again(stores)
    assert now.reference.deadline("kn", "108", "2021") == deadline + timedelta(days=20)
    assert now.reference.deadline("kn", "112", "2021") == deadline
    (row,) = [r for r in status(now, "2021") if (r.form, r.unit) == ("kn", "108")]
    assert row.deadline == deadline + timedelta(days=20)
    (delivery,) = now.ledger.deliveries()
    assert receipt_of(now, delivery).lines[0].deadline == deadline + timedelta(days=20)

    undo(now, done.decisions[0].id, by="Lò Văn Hải", reason="nhầm", at=late)
    assert again(stores).reference.deadline("kn", "108", "2021") == deadline


def test_a_form_declared_nil_without_a_workbook_has_reported(stores: Stores, tmp_path: Path) -> None:
    def row() -> tuple[str, bool]:
        (one,) = [r for r in status(again(stores), "2021") if (r.form, r.unit) == ("sp", "108")]
        return one.state, one.nil

    assert row() == ("missing", False)
    declare_nil(stores, "sp", "108", "2021", **BY)
    assert row() == ("accepted", True)
    done = consolidate(again(stores), report_named(stores.reference, None), parse_period("2020..2021"))
    figure = next(f for f in done.figures if (f.indicator, f.unit, f.period) == ("SP.HA", "108", "2021"))
    assert (figure.value, figure.status) == (Decimal(0), "published")

    send(again(stores), tmp_path / "in", "SinHo.xlsx", workbook("SinHo", "Biểu 02", {}))
    assert row() == ("accepted_with_warnings", False)  # what is sent counts
    with pytest.raises(UsageError, match="was sent already"):
        declare_nil(again(stores), "sp", "108", "2021", **BY)


def test_the_log_names_each(stores: Stores) -> None:
    declare_nil(stores, "sp", "108", "2021", **BY)
    extend(stores, "kn", "108", "2021", date(2022, 3, 1), **BY)
    waive(stores, "V.not-whole", form="nv", unit=None, period=None, until=None, **BY)
    assert waive(stores, "V.not-whole", form="nv", unit=None, period=None, until=None, **BY).decisions == []
    text = log_table(stores.ledger.events())

    for words in ("báo không phát sinh / nil", "gia hạn / extend", "miễn / waive", "expected 2022-03-01", "Lò Văn Hải"):
        assert words in text
    with pytest.raises(UsageError, match="--by"):
        declare_nil(stores, "nv", "108", "2021", by=" ", reason="", at=AT)
