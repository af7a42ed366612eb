"""What an e-mail holds is found whatever program wrote it; its names lead nowhere; what is no submission is left out."""

from __future__ import annotations

import base64
from email.message import EmailMessage

import pytest

from etl.mail.mime import MOST_FILES, opened

NAME = "Báo cáo KHCN huyện Tam Đường.xlsx"
ENCODED = base64.b64encode(NAME.encode()).decode()


def raw(disposition: str, headers: str = "", kind: str = "application/octet-stream") -> bytes:
    """An e-mail that is one attachment, as bytes that no library has put right."""
    head = f"From: a@example.vn\r\n{headers}Content-Type: {kind}\r\nContent-Disposition: attachment; {disposition}\r\n"
    return head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(b"PK bytes") + b"\r\n"


def letter(*files: tuple[str, bytes], **headers: str) -> EmailMessage:
    """An e-mail as a program writes it that keeps to the rules."""
    message = EmailMessage()
    said = {"From": "Phòng KT&HT <kt@example.vn>", "Subject": "Báo cáo", "Message_ID": "<1@example.vn>"} | headers
    for name, value in said.items():
        message[name.replace("_", "-")] = value
    message.set_content("Kính gửi Sở.")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message


@pytest.mark.parametrize(
    "disposition",
    [
        f'filename="=?UTF-8?B?{ENCODED}?="',
        'filename="=?UTF-8?Q?B=C3=A1o_c=C3=A1o_KHCN_?=\r\n =?UTF-8?Q?huy=E1=BB=87n_Tam_=C4=90=C6=B0=E1=BB=9Dng.xlsx?="',
        "filename*=UTF-8''B%C3%A1o%20c%C3%A1o%20KHCN%20huy%E1%BB%87n%20Tam%20%C4%90%C6%B0%E1%BB%9Dng.xlsx",
        "filename*0*=UTF-8''B%C3%A1o%20c%C3%A1o%20KHCN%20;\r\n filename*1*=huy%E1%BB%87n%20Tam%20%C4%90%C6%B0%E1%BB%9Dng.xlsx",
        f'filename="{NAME}"',
    ],
    ids=["base64", "two words", "RFC 2231", "in pieces", "bare bytes"],
)
def test_a_vietnamese_name_in_every_dress(disposition: str) -> None:
    assert opened(raw(disposition)).files == ((NAME, b"PK bytes"),)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("../../x.xlsx", "x.xlsx"), (r"..\\..\\x.xlsx", "x.xlsx"), ("/etc/cron.d/x.xlsx", "x.xlsx"),
        (".an.xlsx", "an.xlsx"), ("a\x1b[2Jb.xlsx", "a _2Jb.xlsx"), ("~$x.xlsx", "__x.xlsx"),
    ],
)  # fmt: skip
def test_a_hostile_name_is_a_plain_one(said: str, name: str) -> None:
    assert [found for found, _ in opened(raw(f'filename="{said}"')).files] == [name]


def test_a_workbook_without_a_name_or_an_ending_is_taken() -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert [name for name, _ in opened(raw("", kind=kind)).files] == ["tep.xlsx"]
    assert [name for name, _ in opened(raw('filename="Bao cao"', kind=kind)).files] == ["Bao cao.xlsx"]


def test_two_of_one_name_are_two_and_the_same_bytes_are_one() -> None:
    found = opened(letter(("BC.xlsx", b"a"), ("BC.xlsx", b"b"), ("BC.xlsx", b"a"), ("scan.pdf", b"c")).as_bytes())
    assert (found.files, found.others) == ((("BC (2).xlsx", b"b"), ("BC.xlsx", b"a")), ("scan.pdf",))


def test_a_forwarded_message_is_looked_into() -> None:
    outer = EmailMessage()
    outer["From"] = "so@example.vn"
    outer.set_content("Chuyển tiếp")
    outer.add_attachment(letter(("BC.xlsx", b"a")))
    assert opened(outer.as_bytes()).files == (("BC.xlsx", b"a"),)


def test_what_came_back_undelivered_is_nobodys_submission() -> None:
    ours = letter(("BC_phat-hien.xlsx", b"a"), Auto_Submitted="auto-replied")
    outer = EmailMessage()
    outer["From"] = "MAILER-DAEMON@example.vn"
    outer.set_content("Undeliverable")
    outer.add_attachment(ours)
    assert opened(outer.as_bytes()).files == ()
    assert opened(ours.as_bytes()).files == ()


def test_too_many_or_too_deep_waits_for_a_person() -> None:
    many = letter(*((f"{i}.xlsx", b"%d" % i) for i in range(MOST_FILES + 1)))
    assert "50" in opened(many.as_bytes()).left
    assert opened(b"Content-Type: message/rfc822\r\n\r\n" * 3000).left
    assert not opened(letter(*((f"{i}.xlsx", b"%d" % i) for i in range(MOST_FILES))).as_bytes()).left


def test_who_sent_it_and_under_which_subject() -> None:
    mail = opened(letter(("BC.xlsx", b"a"), Subject="Báo cáo\N{RIGHT-TO-LEFT OVERRIDE} huyện").as_bytes()).mail
    assert (mail.sender, mail.subject, mail.answer) == ("Phòng KT&HT <kt@example.vn>", "Báo cáo huyện", True)


@pytest.mark.parametrize(
    "headers",
    [
        {"From": "noreply@example.vn"}, {"From": "no-reply+1@example.vn"}, {"From": "MAILER-DAEMON@example.vn"},
        {"Auto_Submitted": "auto-generated"}, {"Precedence": "list"}, {"List_Id": "<x.example.vn>"},
        {"Return_Path": "<>"}, {"From": "a@example.vn, b@example.vn"}, {"From": "không địa chỉ"},
    ],
    ids=str,
)  # fmt: skip
def test_no_machine_no_list_and_no_crowd_is_answered(headers: dict[str, str]) -> None:
    found = opened(letter(("BC.xlsx", b"a"), **headers).as_bytes())
    assert (len(found.files), found.mail.answer) == (1, False)
