"""Attachments come from a real mailbox into the inbox: each once, whole, under a name that is safe."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import pytest

from etl.acts import fetch as fetching
from etl.acts.fetch import fetch
from etl.errors import MailError, StoreError, UsageError
from etl.mail import imap, letters
from etl.pipeline import Stores, receive, take_in
from tests import dovecot
from tests.conftest import AT, SAMPLES
from tests.unit.acts.test_decide import workbook
from tests.unit.mail.test_mime import letter

XLSX = (SAMPLES / "BC_KHCN_2021_NamNhun.xlsx").read_bytes()


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    with dovecot.server() as port:
        yield port


class Box:
    """One user's mailbox: what the office's people and the senders do with it."""

    def __init__(self, port: int, user: str, inbox: Path) -> None:
        self.address = f"imap://{user}:{quote(dovecot.PASSWORD, safe='')}@127.0.0.1:{port}/INBOX"
        self.connection, self.inbox = dovecot.logged_in(port, user), inbox

    def arrives(self, message: EmailMessage | bytes) -> None:
        raw = message if isinstance(message, bytes) else message.as_bytes()
        assert self.connection.append("INBOX", "", None, raw)[0] == "OK"

    def flags(self) -> list[bytes]:
        found = self.connection.uid("FETCH", "1:*", "(FLAGS)")[1]
        # the server also tells what others changed: of each message the last word counts
        flags = {one.split()[0]: imaplib.ParseFlags(one) for one in found if isinstance(one, bytes)}
        return [b" ".join(flag for flag in some if flag != rb"\Recent") for some in flags.values()]

    def fetch(self) -> fetching.Fetched:
        return fetch(self.inbox, self.address, {})

    def files(self) -> list[str]:
        """Names in the inbox, apart from the notes."""
        return sorted(p.name for p in self.inbox.rglob("*") if p.is_file() and p.name != letters.NOTE)


@pytest.fixture
def box(server: int, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Box]:
    made = Box(server, f"u{abs(hash(request.node.name))}", tmp_path / "data" / "inbox")
    yield made
    made.connection.logout()


def test_a_workbook_comes_once_and_reading_the_mailbox_changes_nothing(box: Box) -> None:
    box.arrives(letter(("Báo cáo huyện Nậm Nhùn.xlsx", XLSX), ("Biểu 2.ods", b"ods")))
    box.connection.uid("STORE", "1", "+FLAGS", r"(\Seen)")  # somebody has opened it

    done = box.fetch()
    assert (done.letters, done.files, done.told) == (1, 2, [])
    assert box.files() == ["Biểu 2.ods", "Báo cáo huyện Nậm Nhùn.xlsx"]
    assert next(box.inbox.rglob("Báo*")).read_bytes() == XLSX
    assert box.flags() == [rb"\Seen EtlFetched"]
    assert (box.fetch().letters, len(box.files())) == (0, 2)


def test_the_same_message_again_is_the_same_letter(box: Box) -> None:
    for _ in range(2):
        box.arrives(letter(("BC.xlsx", XLSX)))
    assert (box.fetch().letters, box.files()) == (1, ["BC.xlsx"])


def test_a_kill_before_the_note_on_the_server_doubles_nothing(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.arrives(letter(("BC.xlsx", XLSX)))
    with monkeypatch.context() as patch:
        patch.setattr(imap.Mailbox, "fetched", killed)
        with pytest.raises(KeyboardInterrupt):
            box.fetch()
    assert (box.flags(), box.files()) == ([b""], ["BC.xlsx"])
    assert (box.fetch().letters, box.files(), box.flags()) == (0, ["BC.xlsx"], [b"EtlFetched"])


def test_a_kill_while_it_is_written_leaves_no_half_letter(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.arrives(letter(("1.xlsx", XLSX), ("2.xlsx", b"2")))
    write = letters.write_durably
    with monkeypatch.context() as patch:
        patch.setattr(
            letters, "write_durably", lambda path, data: killed() if path.name == "2.xlsx" else write(path, data)
        )
        with pytest.raises(KeyboardInterrupt):
            box.fetch()
    assert box.files() == []
    assert (box.fetch().files, box.files()) == (2, ["1.xlsx", "2.xlsx"])


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_full_disk_leaves_the_message_for_the_next_time(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.arrives(letter(("BC.xlsx", XLSX)))
    with monkeypatch.context() as patch:
        patch.setattr(letters, "write_durably", full)
        with pytest.raises(StoreError):
            box.fetch()
    assert (box.flags(), box.fetch().files) == ([b""], 1)


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_what_is_too_large_waits_and_the_others_come(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LARGEST", 100_000)
    box.arrives(letter(("to.xlsx", bytes(200_000)), Subject="Tệp to"))
    box.arrives(b"Content-Type: message/rfc822\r\n\r\n" * 2000)
    box.arrives(letter(("scan.pdf", b"pdf")))
    box.arrives(letter(("../../x.xlsx", b"small")))

    done = box.fetch()
    assert box.files() == ["x.xlsx"]
    assert ["Tệp to" in done.told[0], "RecursionError" in done.told[1], "scan.pdf" in done.told[2]] == [True] * 3
    assert box.flags() == [b"", b"", b"EtlFetched", b"EtlFetched"]
    assert len(box.fetch().told) == 2  # the two that wait are told each time


def test_the_ledger_knows_who_sent_it_and_a_subject_of_another_district_is_told(box: Box, stores: Stores) -> None:
    sent = letter(
        ("bc.xlsx", workbook("NamNhun", "Biểu 06", {})),
        Subject="Báo cáo KHCN huyện Sìn Hồ, tỉnh Lai Châu", From="Phòng KT huyện Nậm Nhùn <kt@laichau.example.vn>",
    )  # fmt: skip
    box.arrives(sent)
    box.fetch()
    for batch in receive(stores, [box.inbox], AT):
        take_in(stores, batch, AT)

    (delivery,) = stores.ledger.deliveries()
    assert delivery.sender == "Phòng KT huyện Nậm Nhùn <kt@laichau.example.vn>"
    assert delivery.subject == "Báo cáo KHCN huyện Sìn Hồ, tỉnh Lai Châu"
    (submission,) = stores.ledger.submissions()
    assert (submission.unit, submission.state) == ("112", "accepted")
    (told,) = [f for f in stores.ledger.findings() if f.code in ("S2.subject", "S2.sender")]
    assert (told.code, told.severity, told.submission) == ("S2.subject", "info", submission.submission)
    assert "Sìn Hồ" in (told.expected or "")


def test_a_mailbox_that_cannot_be_used_is_told_without_its_password(box: Box) -> None:
    wrong = box.address.replace(quote(dovecot.PASSWORD, safe=""), "doan-mo")
    for address in (wrong, "imap://so:doan-mo@127.0.0.1:1", box.address + "/khong-co"):
        with pytest.raises(MailError) as told:
            fetch(box.inbox, address, {})
        assert "doan-mo" not in str(told.value)
    for address in ("imaps://", "https://so@example.vn", box.address + "/hộp"):
        with pytest.raises(UsageError):
            fetch(box.inbox, address, {})


def test_to_another_machine_no_password_goes_unencrypted(box: Box) -> None:
    elsewhere = box.address.replace("127.0.0.1", "0.0.0.0")  # the same server, by an address that is no loopback
    with pytest.raises(UsageError, match="no password was sent"):
        fetch(box.inbox, elsewhere, {})


def test_an_encrypting_server_is_used_where_its_certificate_is_known(tmp_path: Path) -> None:
    with dovecot.encrypting_server(tmp_path) as (port, tls_port, certificate):
        box = Box(port, "so", tmp_path / "inbox")
        by_tls = box.address.replace("imap://", "imaps://").replace(f":{port}/", f":{tls_port}/")
        by_starttls = box.address.replace("127.0.0.1", "0.0.0.0")  # no loopback by its name
        for address in (by_tls, by_starttls):
            with pytest.raises(
                MailError, match=r"ETL_IMAP_URL: chứng chỉ .* certificate is not trusted, .*self.signed"
            ):
                fetch(box.inbox, address, {})
        for number, address in enumerate((by_tls, by_starttls)):
            box.arrives(letter((f"{number}.xlsx", XLSX)))
            assert fetch(box.inbox, address, {"ETL_CA_FILE": str(certificate)}).letters == 1
        box.connection.logout()


@pytest.mark.parametrize(
    ("rights", "noted", "told"),
    [("lrsi", rb"\Seen", 0), ("lri", b"", 1)],
    ids=["no keywords, as Exchange", "nothing can be noted"],
)
def test_what_a_server_does_not_let_us_note(tmp_path: Path, rights: str, noted: bytes, told: int) -> None:
    with dovecot.restricting_server(rights) as port:
        box = Box(port, "so", tmp_path / "inbox")
        for number in range(2):
            box.arrives(letter((f"{number}.xlsx", XLSX + bytes([number]))))
        first, second = box.fetch(), box.fetch()

        assert (first.letters, first.files, len(first.told)) == (2, 2, told)
        assert (second.letters, len(second.told), box.files()) == (0, told, ["0.xlsx", "1.xlsx"])
        assert box.flags() == [noted] * 2
        box.connection.logout()
