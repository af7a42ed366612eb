"""Who sent workbooks by e-mail hears what became of them, once for each thing that is new, and nothing of anybody else."""

from __future__ import annotations

import email
import hashlib
import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from etl.acts import reply as replying
from etl.acts.decide import decide
from etl.acts.outbox import renew_outbox
from etl.acts.reply import reply
from etl.errors import MailError, UsageError
from etl.mail.letters import put
from etl.mail.mime import opened
from etl.pipeline import Stores, receive, take_in
from etl.store.durable import write_durably
from tests.conftest import AT, store_at
from tests.smtp import mail_server
from tests.unit.acts.test_decide import BY, again, holds, workbook
from tests.unit.mail.test_mime import letter

BAD = workbook("SinHo", "Biểu 01", {"J11": 9999})


class Post:
    """A mail server, and the environment in which answers are asked for."""

    def __init__(self, port: int, got: list[bytes]) -> None:
        self.raw = got
        self.asked = {
            "ETL_REPLY": "mail", "ETL_SMTP_URL": f"smtp://127.0.0.1:{port}", "ETL_REPLY_FROM": "Sở KH&CN <so@example.vn>"
        }  # fmt: skip

    def sent(self) -> list[EmailMessage]:
        """What arrived since the last time it was asked."""
        taken, self.raw[:] = list(self.raw), []
        return [email.message_from_bytes(raw, policy=policy.default) for raw in taken]


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as (port, got):
        yield Post(port, got)


def night(stores: Stores, *letters: EmailMessage) -> None:
    """Letters into the inbox, the intake, the outbox."""
    for one in letters:
        found = opened(one.as_bytes())
        put(stores.settings.inbox, found.mail, found.files)
    for batch in receive(stores, [stores.settings.inbox], AT):
        take_in(stores, batch, AT)
    renew_outbox(stores)


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What lies there after one night with four letters and a file from a folder; nobody was answered yet."""
    stores = store_at(tmp_path_factory.mktemp("evening") / "data")
    stores.settings.inbox.mkdir(parents=True)
    (stores.settings.inbox / "folder.xlsx").write_bytes(workbook("ThanUyen", "Biểu 01", {}))
    odd = workbook("NamNhun", "Biểu 06", {"C6": "Diễn giải chi tiết"})
    night(
        stores,
        letter(("Biểu 1.xlsx", BAD), ("Biểu 6.xlsx", workbook("SinHo", "Biểu 06", {})), From="Sìn Hồ <sh@example.vn>"),
        letter(("bc.xlsx", odd), From="nn@example.vn", Message_ID="<2@example.vn>"),
        letter(("1.xlsx", workbook("ThanUyen", "Biểu 03", {})), From="noreply@example.vn"),
        letter(("2.xlsx", workbook("ThanUyen", "Biểu 06", {})), From="SO@example.vn"),
        letter(("3.xlsx", b"PK"), From="khong-co@example.vn"),
    )
    return stores.settings.data


@pytest.fixture
def stores(evening: Path, tmp_path: Path) -> Stores:
    """A copy of that evening for each test."""
    shutil.copytree(evening, tmp_path / "data")
    return store_at(tmp_path / "data")


def test_each_sender_gets_one_letter_about_its_own_files(stores: Stores, post: Post) -> None:
    assert len(stores.ledger.deliveries()) == 7
    done = reply(stores, post.asked, AT)
    # no letter to a machine, to ourselves, to a folder; a refused address stops no other
    assert (done.letters, ["khong-co@example.vn" in told for told in done.told]) == (2, [True])

    sinho, namnhun = sorted(post.sent(), key=lambda one: str(one["To"]), reverse=True)
    assert (sinho["To"], namnhun["To"]) == ("sh@example.vn", "nn@example.vn")
    assert (sinho["Subject"], sinho["In-Reply-To"]) == ("Re: Báo cáo", "<1@example.vn>")
    assert (sinho["Auto-Submitted"], sinho["From"]) == ("auto-replied", "Sở KH&CN <so@example.vn>")
    (copy,) = sinho.iter_attachments()
    assert (copy.get_filename(), copy.get_content()[:2]) == ("Biểu 1_phat-hien.xlsx", b"PK")
    text = sinho.get_body().get_content()
    assert (text.count("BIÊN NHẬN BÁO CÁO"), hashlib.sha256(BAD).hexdigest() in text) == (2, True)
    assert [word for word in ("Nậm Nhùn", "bc.xlsx", "Than Uyên", "thu-") if word in text] == []
    told = namnhun.get_body().get_content()
    assert ("Nậm Nhùn" in told, "Sìn Hồ" in told) == (True, False)
    # nothing goes twice, even where the outbox is thrown away and made again
    shutil.rmtree(stores.settings.outbox)
    renew_outbox(stores)
    assert reply(stores, post.asked, AT).told == []
    assert post.sent() == []


def test_a_decision_is_news_and_so_is_a_new_revision_but_not_what_it_replaced(stores: Stores, post: Post) -> None:
    reply(stores, post.asked, AT)
    first = next(one for one in post.sent() if one["To"] == "nn@example.vn")
    assert "Chờ cán bộ Sở quyết định" in first.get_body().get_content()

    decide(stores, [holds(stores)[0].id], "accept", None, **BY)
    renew_outbox(again(stores))
    reply(again(stores), post.asked, AT)
    (second,) = post.sent()
    assert "Đã nhận, được tính" in second.get_body().get_content()
    assert (second["To"], second["Message-ID"] == first["Message-ID"]) == ("nn@example.vn", False)

    mended = letter(
        ("Biểu 6.xlsx", workbook("SinHo", "Biểu 06", {"D8": "khác"})), From="sh@example.vn", Message_ID="<3@a.vn>"
    )
    night(again(stores), mended)
    reply(again(stores), post.asked, AT)
    (third,) = post.sent()
    assert (third["To"], third["In-Reply-To"]) == ("sh@example.vn", "<3@a.vn>")


def test_without_being_asked_for_nothing_goes_now_or_later(stores: Stores, post: Post) -> None:
    assert reply(stores, {**post.asked, "ETL_REPLY": ""}, AT).letters == 0
    assert reply(stores, post.asked, AT).letters == 0
    assert post.sent() == []


def test_a_server_that_does_not_answer_gets_it_the_next_time(stores: Stores, post: Post) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"smtp://so:mat-khau@127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(MailError) as told:
        reply(stores, {**post.asked, "ETL_SMTP_URL": nobody}, AT)
    assert "mat-khau" not in str(told.value)
    assert reply(stores, post.asked, AT).letters == 2


def test_a_kill_after_sending_sends_the_same_letter_again(
    stores: Stores, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(replying, "write_durably", lambda *note: killed() if post.raw else write_durably(*note))
        with pytest.raises(KeyboardInterrupt):
            reply(stores, post.asked, AT)
    reply(stores, post.asked, AT + timedelta(days=1))
    sent = Counter((one["To"], one["Message-ID"]) for one in post.sent())
    assert sorted(sent.values()) == [1, 2]


def test_two_programs_that_answer_each_other_come_to_an_end(
    stores: Stores, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply(stores, post.asked, AT)
    post.sent()
    monkeypatch.setattr(replying, "MOST_TO_ONE", 3)
    again_and_again = [
        letter((f"{n}.xlsx", workbook("SinHo", "Biểu 06", {"D8": f"lần {n}"})), From="SH@example.vn") for n in range(4)
    ]
    night(again(stores), *again_and_again)
    today = reply(again(stores), post.asked, AT)

    assert ([one["To"].lower() for one in post.sent()], today.later) == (["sh@example.vn"] * 2, {"sh@example.vn": 2})
    assert "2 answers wait for another day" in today.told[0]
    assert "sh@example.vn (2)" in today.told[0]
    assert (reply(again(stores), post.asked, AT).letters, post.sent()) == (0, [])
    later = reply(again(stores), post.asked, AT + timedelta(days=1))
    assert (later.letters, later.told, len(post.sent())) == (2, [], 2)


def killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("wrong", [{"ETL_REPLY": "folder"}, {"ETL_REPLY": "mail", "ETL_SMTP_URL": ""}], ids=str)
def test_a_wrong_setting_is_told(stores: Stores, post: Post, wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="ETL_REPLY"):
        reply(stores, {**post.asked, **wrong}, AT)
