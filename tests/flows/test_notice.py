"""What is told after a night: by e-mail and to a webhook, each against a server on this machine."""

from __future__ import annotations

import email
import http.server
import json
import logging
import socketserver
from collections.abc import Iterator
from email import policy
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from prefect.states import Completed, Failed

from etl.errors import UsageError
from flows import notice
from tests.smtp import Post, mail_server, serving

SAID = {
    "flow": "nightly", "run": "nightly 2021", "state": "cần người xem / needs a person",
    "message": "2 bài bị trả lại", "url": "http://127.0.0.1:4200/runs/1",
}  # fmt: skip


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        cast(Any, self.server).got.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def mailbox() -> Iterator[tuple[int, list[bytes]]]:
    with mail_server() as found:
        yield found


@pytest.fixture
def webhook() -> Iterator[tuple[int, list[bytes]]]:
    with serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)) as found:
        yield found


def test_a_letter_that_fits_a_phone(mailbox: tuple[int, list[bytes]]) -> None:
    port, got = mailbox
    asked = {"ETL_SMTP_URL": f"smtp://127.0.0.1:{port}", "ETL_NOTIFY_TO": "phong.thong.ke@example.vn"}

    assert notice.mail(SAID, asked)
    letter = email.message_from_bytes(got[0], policy=policy.default)
    assert letter["Subject"] == "nightly 2021: cần người xem / needs a person"
    assert letter["To"] == "phong.thong.ke@example.vn"
    assert letter.get_content().splitlines() == ["2 bài bị trả lại", "http://127.0.0.1:4200/runs/1"]


def test_a_webhook_gets_json(webhook: tuple[int, list[bytes]], tmp_path: Path) -> None:
    port, got = webhook
    (tmp_path / "address").write_text(f"http://127.0.0.1:{port}/hook?key=secret\n")

    assert notice.post(SAID, {"ETL_WEBHOOK_URL_FILE": str(tmp_path / "address")})
    told = json.loads(got[0])
    assert {name: told[name] for name in SAID} == SAID
    assert told["text"].splitlines()[0] == "nightly 2021: cần người xem / needs a person"


def test_where_nothing_is_set_nobody_is_told() -> None:
    assert not notice.mail(SAID, {})
    assert not notice.mail(SAID, {"ETL_SMTP_URL": "smtp://127.0.0.1:1"})
    assert not notice.post(SAID, {})


@pytest.mark.parametrize("address", ["127.0.0.1:25", "http://127.0.0.1"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(UsageError, match="smtp://"):
        notice.mail(SAID, {"ETL_SMTP_URL": address, "ETL_NOTIFY_TO": "a@example.vn"})


def ended(state: Any) -> None:
    flow, run = SimpleNamespace(name="nightly"), SimpleNamespace(id=uuid4(), name="nightly 2021")
    notice.tell(cast(Any, flow), cast(Any, run), state)


def test_a_failed_night_is_told_and_a_quiet_one_is_not(
    webhook: tuple[int, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, got = webhook
    monkeypatch.setenv("ETL_WEBHOOK_URL", f"http://127.0.0.1:{port}/")
    ended(Completed(name="NothingNew", message="Không có gì mới"))
    ended(Failed(message="Sổ cái không mở được"))

    assert [json.loads(body)["message"] for body in got] == ["Sổ cái không mở được"]
    assert json.loads(got[0])["state"] == "thất bại / failed"


def test_a_server_that_is_not_there_stops_nothing_and_no_password_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), Post) as gone:
        port = gone.server_address[1]
    monkeypatch.setenv("ETL_WEBHOOK_URL", f"http://operator:mat-khau@127.0.0.1:{port}/")
    monkeypatch.setattr(notice, "flow_run_logger", lambda run: logging.getLogger("notice"))
    ended(Failed(message="x"))

    assert "ETL_WEBHOOK_URL" in caplog.text
    assert "mat-khau" not in caplog.text


@pytest.mark.parametrize(
    "address",
    ["http://so:mat-khau@127.0.0.1:cong/", "http://so:mat-khau@[::1/", "ftp://so:mat-khau@127.0.0.1/"],
    ids=["no port", "no address", "no http"],
)
def test_a_webhook_that_is_no_address_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    _told_with(monkeypatch, address)
    assert "ETL_WEBHOOK_URL" in caplog.text
    assert "mat-khau" not in caplog.text


def test_a_webhook_that_speaks_no_http_stops_nothing(
    mailbox: tuple[int, list[bytes]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    port, _ = mailbox  # it says "220 here" where an HTTP server says "HTTP/1.1 200"
    _told_with(monkeypatch, f"http://127.0.0.1:{port}/?key=mat-khau")
    assert "ETL_WEBHOOK_URL) / the message could not be sent: BadStatusLine" in caplog.text
    assert "mat-khau" not in caplog.text


def _told_with(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("ETL_WEBHOOK_URL", address)
    monkeypatch.setattr(notice, "flow_run_logger", lambda run: logging.getLogger("notice"))
    ended(Failed(message="x"))
