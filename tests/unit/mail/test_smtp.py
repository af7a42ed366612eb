"""A letter goes to a mail server that proves its name, and to no other; over a network no password goes unencrypted."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from etl.errors import MailError, UsageError
from etl.mail.smtp import connected
from tests.certificates import self_signed
from tests.smtp import encrypting_server, mail_server


def send(address: str, **environ: str) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"] = "so@example.vn", "huyen@example.vn"
    letter.set_content("phiếu")
    with connected(address, environ) as connection:
        connection.send_message(letter)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return self_signed(tmp_path_factory.mktemp("certificate"))


#: 0.0.0.0 is this machine too, and no loopback by its name
@pytest.mark.parametrize(("address", "at_once"), [("smtps://so:mat@127.0.0.1", True), ("smtp://so:mat@0.0.0.0", False)])
def test_a_certificate_that_nobody_vouches_for(certificate: tuple[Path, Path], address: str, at_once: bool) -> None:
    with encrypting_server(*certificate, at_once=at_once) as (port, got):
        with pytest.raises(MailError) as refused:
            send(f"{address}:{port}")
        assert got == []
        said = str(refused.value)
        assert "chứng chỉ của máy chủ thư không được tin" in said
        assert "certificate is not trusted" in said
        assert "ETL_CA_FILE" in said
        assert "mat@" not in said

        send(f"{address}:{port}", ETL_CA_FILE=str(certificate[0]))  # the office's own
        assert len(got) == 1


def test_a_certificate_of_another_name_is_not_trusted(certificate: tuple[Path, Path]) -> None:
    with encrypting_server(*certificate, at_once=True) as (port, got):
        with pytest.raises(MailError, match="localhost"):
            send(f"smtps://localhost:{port}", ETL_CA_FILE=str(certificate[0]))
        assert got == []


def test_a_password_goes_plain_to_this_machine_and_no_further() -> None:
    with mail_server() as (port, got):
        with pytest.raises(UsageError, match="no password was sent"):
            send(f"smtp://so:mat@0.0.0.0:{port}")
        send(f"smtp://so:mat@127.0.0.1:{port}")
        assert len(got) == 1


def test_an_authority_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for name in ("ca.pem", "khong-co.pem"):
        with pytest.raises(UsageError, match="ETL_CA_FILE"):
            send("smtps://127.0.0.1:1", ETL_CA_FILE=str(tmp_path / name))
