"""A mailbox or a mail server that does not answer stops no night: the run's log says so, without any password."""

from __future__ import annotations

import logging
import socket

import pytest

from etl.pipeline import Stores
from flows import post
from tests.unit.acts.test_decide import workbook
from tests.unit.acts.test_reply import letter, night


def test_what_does_not_answer_is_a_warning(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(post, "get_run_logger", lambda: logging.getLogger("run"))  # there is no run here
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        monkeypatch.setenv("ETL_IMAP_URL", f"imap://so:mat-khau@127.0.0.1:{port}")
        monkeypatch.setenv("ETL_SMTP_URL", f"smtp://so:mat-khau@127.0.0.1:{port}")
        monkeypatch.setenv("ETL_REPLY", "mail")
        post.fetch_mail(stores)
        night(stores, letter(("bc.xlsx", workbook("SinHo", "Biểu 06", {}))))
        post.answer_mail(stores)
    assert [("ETL_IMAP_URL" in told, "ETL_SMTP_URL" in told) for told in caplog.messages if "ETL_" in told] == [
        (True, False), (False, True)
    ]  # fmt: skip
    assert "mat-khau" not in caplog.text
