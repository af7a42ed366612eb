"""An official release while questions wait: refused in one sentence, or said so by the approver and noted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from etl.acts.decide import decide
from etl.cli import main
from etl.pipeline import Stores
from etl.queries.log import log_table
from tests.conftest import AT
from tests.flows.serving import asks
from tests.samples.conftest import publish, take_in_folder

SIGNED = ("--official", "--by", "Trần Văn A", "--reason", "đã duyệt")


@pytest.fixture
def asking(copied: Stores, tmp_path: Path) -> Stores:
    """The plain set, and then a second revision of one workbook with a number that may be read in two ways."""
    (tmp_path / "inbox").mkdir()
    asks(tmp_path / "inbox" / "BC_KHCN_2021_SinHo (sửa lần 2).xlsx")
    take_in_folder(copied, tmp_path / "inbox", AT + timedelta(days=1))
    return copied


def publishing(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[int, str]:
    """Exit status and what is told on stderr."""
    monkeypatch.setenv("ETL_DATA", str(stores.settings.data))
    monkeypatch.setattr("sys.argv", ["etl", "publish", "--period", "2020..2021", *options])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0), capsys.readouterr().err


def test_without_open_holds_it_goes_out(
    copied: Stores, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _ = publishing(copied, monkeypatch, capsys, *SIGNED)

    assert (status, copied.ledger.releases()[-1].kind) == (0, "official")


def test_an_open_hold_refuses_it_and_is_named(
    asking: Stores, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (hold,) = {f.id for f in asking.ledger.findings(severity="hold")}
    status, told = publishing(asking, monkeypatch, capsys, *SIGNED)

    assert status == 3
    assert "Chưa ra bản chính thức: còn 1 việc chờ quyết định" in told
    assert "No official release: 1 holds in the scope of this report" in told
    assert f"- {hold}  BC_KHCN_2021_SinHo (sửa lần 2).xlsx!Biểu 02!G9" in told
    assert [r.number for r in asking.ledger.releases()] == [1]
    assert publishing(asking, monkeypatch, capsys)[0] == 0  # a provisional one is not kept back


def test_the_approver_may_say_so_and_the_ledger_notes_it(
    asking: Stores, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _ = publishing(asking, monkeypatch, capsys, *SIGNED, "--with-open-holds")
    event = asking.ledger.events()[-1]

    assert (status, asking.ledger.releases()[-1].kind) == (0, "official")
    assert event.payload["open_holds"] == sorted({f.id for f in asking.ledger.findings(severity="hold")})
    assert "khi còn 1 việc chờ / with 1 open holds" in log_table([event])


def test_once_decided_it_goes_out(asking: Stores) -> None:
    (hold,) = {f.id for f in asking.ledger.findings(severity="hold")}
    decide(asking, [hold], "accept", None, by="Lò Văn Hải", reason="đã hỏi lại xã", at=AT + timedelta(days=2))

    record, new = publish(asking, at=AT + timedelta(days=3), kind="official", by="Trần Văn A", reason="đã duyệt")
    assert (record.kind, new) == ("official", True)
