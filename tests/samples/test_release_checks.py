"""Checks at release: what contradicts itself does not go out; what is only odd goes out with a remark."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from etl.acts.rebuild import rebuild
from etl.cli import main
from etl.pipeline import Stores
from tests.conftest import AT, ROOT, store_at
from tests.samples.conftest import Night, publish


def knowing_otherwise(copied: Stores, place: Path, file: str, old: str, new: str) -> Path:
    """The shipped reference data with one thing changed."""
    shutil.copytree(ROOT / "data" / "reference", place)
    text = (place / file).read_text("utf-8-sig")
    assert old in text
    (place / file).write_text(text.replace(old, new, 1), "utf-8-sig")
    return place


def test_46_tasks_of_which_8_and_36_are_refused_in_one_sentence(
    copied: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The press's real slip (forms.md trap t19): two provincial tasks are left out of their own line."""
    provincial = "cap_quan_ly = 'tỉnh',_entity"
    without_two = "\"cap_quan_ly = 'tỉnh' AND ma_so NOT IN ('DA.LC-05/2021', 'DA.LC-11/2021')\",_entity"
    changed = knowing_otherwise(copied, tmp_path / "reference", "indicators.csv", provincial, without_two)
    position = copied.ledger.position()
    monkeypatch.setenv("ETL_DATA", str(copied.settings.data))
    monkeypatch.setenv("ETL_REFERENCE", str(changed))
    monkeypatch.setattr("sys.argv", ["etl", "publish", "--period", "2020..2021"])

    with pytest.raises(SystemExit) as stopped:
        main()

    told = capsys.readouterr().err.splitlines()
    assert stopped.value.code == 3
    assert "- NV.T, 12, 2020..2021: 46 khác 8 + 36 = 44. Hãy xem lại các số này trước khi công bố." in told
    assert "- NV.T, 12, 2020..2021: 46 is not 8 + 36 = 44. Look at these figures before you publish." in told
    assert copied.ledger.position() == position
    assert [p.name for p in copied.releases.root.iterdir() if p.name.isdigit()] == ["1"]


def test_what_is_only_odd_goes_out_with_a_remark_that_stays_in_the_release(copied: Stores, tmp_path: Path) -> None:
    ceiling = "gt-tang,between,GT,,-50,200,"
    changed = knowing_otherwise(
        copied, tmp_path / "reference", "checks.csv", ceiling, ceiling.replace("-50,200", "-50,29")
    )
    stores = store_at(copied.settings.data, ETL_REFERENCE=str(changed))
    record, new = publish(stores, at=AT + timedelta(days=1))

    told = json.loads((Path(record.folder) / "findings.json").read_text())
    odd = {(f["code"], f["severity"], f["unit"], f["value"], f["expected"]) for f in told if f["code"][:2] == "C."}
    assert new
    assert ("C.gt-tang", "warning", "12", "30", "≤ 29") in odd
    assert {code for code, *_ in odd} == {"C.gt-tang"}
    assert rebuild(stores, record.number).same


def test_the_shipped_checks_hold_on_the_plain_set(plain: Night) -> None:
    told = json.loads((Path(plain.release.folder) / "findings.json").read_text())
    assert [f for f in told if f["code"].startswith("C.")] == []
    assert len(plain.stores.reference.checks) == 10
