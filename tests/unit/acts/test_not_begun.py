"""A workbook for a year that had not begun when it came: a calendar that goes on would expect it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from etl.pipeline import Stores, receive, take_in
from tests.conftest import AT, SAMPLES


def test_it_is_sent_back(stores: Stores, tmp_path: Path) -> None:
    early = AT - timedelta(days=365 * 2)  # in January 2020 the workbook for 2021 is a slip of the pen
    for batch in receive(stores, [SAMPLES / "BC_KHCN_2021_ThanUyen_Bieu04.csv"], early):
        take_in(stores, batch, early)

    assert {(s.period, s.state) for s in stores.ledger.submissions()} == {("2021", "rejected")}
    told = [f for f in stores.ledger.findings(severity="critical") if f.code == "S3.not-asked"]
    assert [(f.value, f.expected) for f in told] == [("2021", f"≤ {early:%d/%m/%Y}")]
