"""A recheck is shown before anything moves: which verdicts, which published figures; and then does just that."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

from etl.acts.recheck import preview, recheck
from etl.pipeline import Stores
from tests.conftest import AT, ROOT, store_at
from tests.samples.conftest import publish
from tests.unit.acts.test_decide import send, states, workbook


def with_rule(tmp_path: Path, stores: Stores) -> Stores:
    """The office tightens a rule: no model of more than 5 ha."""
    suites = tmp_path / "expectations"
    shutil.copytree(ROOT / "expectations", suites)
    suite = json.loads((suites / "sp.json").read_text("utf-8"))
    suite["expectations"].append({
        "type": "expect_column_values_to_be_between", "kwargs": {"column": "quy_mo", "min_value": 0, "max_value": 0},
        "severity": "critical",
        "meta": {"rule": "02.moi", "severity": "critical", "cell": "quy_mo", "expected": "0", "example": "5",
                 "message_vi": "Quy mô {quy_mo} phải là 0.", "message_en": "Area {quy_mo} must be 0."},
    })  # fmt: skip
    (suites / "sp.json").write_text(json.dumps(suite, ensure_ascii=False), "utf-8")
    return store_at(stores.settings.data, ETL_EXPECTATIONS=str(suites))


def test_what_a_changed_rule_would_move_is_shown_and_nothing_moves(stores: Stores, tmp_path: Path) -> None:
    send(stores, tmp_path / "in", "SinHo.xlsx", workbook("SinHo", "Biểu 02", {}))
    publish(stores)
    stricter = with_rule(tmp_path, stores)
    before = stores.ledger.position()

    moves = preview(stricter, at=AT + timedelta(days=1), by="Lan")
    (name,) = [s.submission for s in stores.ledger.submissions()]
    assert moves.states == {name: "accepted_with_warnings → rejected"}
    area = {
        (m["before"]["unit"], m["before"]["period"]): (m["before"]["status"], m["after"]["status"], m["after"]["value"])
        for m in moves.figures
        if m["before"] and m["after"] and m["before"]["indicator"] == "SP.HA" and not m["before"]["breakdown"]
    }
    assert area["108", "2021"] == ("published", "not_reported", None)
    assert (stores.ledger.position(), states(stores)) == (before, {"sp-108": "accepted_with_warnings"})

    assert recheck(stricter, at=AT + timedelta(days=1), by="Lan") == {name: "rejected"}


def test_without_a_change_nothing_would_move(stores: Stores, tmp_path: Path) -> None:
    send(stores, tmp_path / "in", "SinHo.xlsx", workbook("SinHo", "Biểu 02", {}))
    publish(stores)

    moves = preview(stores, at=AT + timedelta(days=1), by="Lan")
    assert (moves.states, moves.figures) == ({}, ())
