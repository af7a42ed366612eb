"""The answer to a submission by e-mail: the receipt as text and the marked workbook, to its sender alone. Off unless asked for."""

from __future__ import annotations

import hashlib
import json
import smtplib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path

from etl.access import secret
from etl.errors import MailError, UsageError
from etl.mail.letters import FOLDER, NOTE, letter_of, mail_beside
from etl.mail.mime import Mail
from etl.mail.smtp import SMTP, connected, host_of
from etl.model.clock import LOCAL_TIME
from etl.pipeline import Stores
from etl.store.durable import write_durably
from etl.store.ledger import DeliveryRecord
from etl.store.outbox import Outbox, stirred, whose

REPLY, SENDER = "ETL_REPLY", "ETL_REPLY_FROM"

#: letters to one address in a day, and to all: two programs that answer each other, or forged senders, never make us
#: send without end. What is above it waits for another day
MOST_TO_ONE, MOST = 20, 2000

_RECEIPT = "bien-nhan.txt"
_NAMED = 5  # addresses that are named to a person
_OVER = frozenset(("superseded", "withdrawn"))  # no news for whoever sent what took its place
_HEAD = (
    "Thư này do máy gửi để trả lời thư có kèm báo cáo; không trả lời vào thư này trừ khi gửi lại tệp đã sửa.\n"
    "This letter was sent by a program in answer to yours; send a mended workbook as an answer to it.\n"
)


@dataclass(slots=True)
class Replied:
    """letters: how many were sent; told: addresses that the server refuses; later: address → letters above its ceiling."""

    letters: int = 0
    later: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one sender is to be told. files: delivery → its files of the outbox; known: delivery → receipt sent before."""

    letter: str
    mail: Mail
    files: Mapping[str, Mapping[str, bytes]]
    known: Mapping[str, str]

    @property
    def receipts(self) -> dict[str, str]:
        """Delivery → what names its receipt."""
        return {name: hashlib.sha256(files[_RECEIPT]).hexdigest() for name, files in self.files.items()}


def reply(stores: Stores, environ: Mapping[str, str], at: datetime) -> Replied:
    """Send one letter for each e-mail about whose files the outbox says something new since the last time.

    Call it after the outbox was renewed. ETL_REPLY other than 'mail': nothing is sent, now or later, about what lies there.
    What is sent is noted after it is sent: a kill between the two sends the same letter twice, with the same Message-ID.
    Raises UsageError for a wrong setting, MailError where the server does not answer: what is left goes the next time.
    """
    asked, noted = environ.get(REPLY, "").strip(), Outbox(stores.settings.sent)
    if asked not in ("", "mail"):
        raise UsageError(f"{REPLY}: chỉ có “mail”, hoặc để trống / only “mail”, or empty: {asked!r}")
    done, position = noted.position(), stores.ledger.position()
    if done == position:
        return Replied()
    result = Replied()
    if asked:
        answers = _answers(stores, noted.root, done if done <= position else 0)
        if answers:
            _send(answers, noted.root, environ, at, result)
    if not result.later:  # else the next time begins from where this one did: what was sent is noted
        noted.reached(position)
    return result


def _answers(stores: Stores, noted: Path, after: int) -> list[_Answer]:
    letters: dict[str, list[DeliveryRecord]] = defaultdict(list)
    for delivery in stirred(stores.ledger, after):
        if letter := letter_of(delivery.name):
            letters[letter].append(delivery)
    found = []
    for letter, deliveries in sorted(letters.items()):
        mail = mail_beside(stores.settings.inbox / FOLDER / letter / NOTE)
        if mail is None or not mail.answer:
            continue
        known = _known(noted / f"{letter}.json")
        answer = _Answer(letter, mail, _news(stores, deliveries, known), known)
        if answer.files:
            found.append(answer)
    return found


def _news(
    stores: Stores, deliveries: Sequence[DeliveryRecord], known: Mapping[str, str]
) -> dict[str, Mapping[str, bytes]]:
    """Delivery → its files, for those whose receipt says something else than the last one that was sent."""
    outbox = Outbox(stores.settings.outbox)
    submissions = stores.ledger.submissions_of({delivery.sha256 for delivery in deliveries})
    found: dict[str, Mapping[str, bytes]] = {}
    for delivery in deliveries:
        mine = [one for one in submissions if one.sha256 == delivery.sha256]
        if delivery.id in known and mine and all(one.state in _OVER for one in mine):
            continue
        folder = outbox.folder(whose(one.unit for one in mine), delivery.id)
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.is_dir() else {}
        if _RECEIPT in files and hashlib.sha256(files[_RECEIPT]).hexdigest() != known.get(delivery.id):
            found[delivery.id] = files
    return found


def _known(note: Path) -> dict[str, str]:
    try:
        return dict(json.loads(note.read_text("utf-8")))
    except FileNotFoundError:
        return {}


def _send(answers: Sequence[_Answer], noted: Path, environ: Mapping[str, str], at: datetime, done: Replied) -> None:
    address = secret(environ, SMTP)
    if not address:
        raise UsageError(f"{REPLY}=mail cần {SMTP} / needs {SMTP}")
    sender = (environ.get(SENDER) or environ.get("ETL_NOTIFY_FROM") or f"etl@{host_of(address)}").strip()
    today = _Today(noted, at)
    try:
        with connected(address, environ) as connection:
            for answer in answers:
                to = answer.mail.address
                if to.lower() == parseaddr(sender)[1].lower():  # never to ourselves
                    continue
                if not today.allows(to):
                    done.later[to.lower()] += 1
                    continue
                today.count(to)
                try:
                    connection.send_message(_letter(answer, sender, at))
                    done.letters += 1
                except smtplib.SMTPRecipientsRefused:
                    done.told.append(f"Địa chỉ bị từ chối / the address is refused: {to}")
                known = {**answer.known, **answer.receipts}
                write_durably(noted / f"{answer.letter}.json", json.dumps(known, indent=1).encode("ascii"))
    except (OSError, smtplib.SMTPException) as error:  # a server's own words may hold the address with its password
        raise MailError(
            f"{SMTP}: chưa gửi được thư trả lời, để lần sau / the answers could not be sent, they go next time ({type(error).__name__})"
        ) from error
    if done.later:
        done.told.append(_later(done.later))


def _later(left: Counter[str]) -> str:
    named = ", ".join(f"{to} ({count})" for to, count in left.most_common(_NAMED))
    return (
        f"{left.total()} thư trả lời để hôm sau: tối đa {MOST_TO_ONE} thư một ngày cho một địa chỉ, {MOST} cho tất cả. Hai máy trả "
        f"lời nhau, hay ai giả địa chỉ? Không muốn trả lời thì xoá thư mục của thư trong inbox/{FOLDER} / {left.total()} answers "
        f"wait for another day, at most {MOST_TO_ONE} a day go to one address and {MOST} to all. Two programs that answer each "
        f"other, or forged senders? To send none remove the letter's folder from inbox/{FOLDER}: {named}"
    )


class _Today:
    """How many letters went to whom on this day; of other days nothing is kept."""

    def __init__(self, noted: Path, at: datetime) -> None:
        self._note, self._day = noted / "today.json", at.astimezone(LOCAL_TIME).date().isoformat()
        try:
            said = json.loads(self._note.read_text("utf-8"))
        except FileNotFoundError:
            said = {}
        self._sent: Counter[str] = Counter(said["sent"] if said.get("day") == self._day else {})

    def allows(self, to: str) -> bool:
        return self._sent[to.lower()] < MOST_TO_ONE and self._sent.total() < MOST

    def count(self, to: str) -> None:
        """Before it is sent: a run that is killed sends too few rather than without end."""
        self._sent[to.lower()] += 1
        write_durably(self._note, json.dumps({"day": self._day, "sent": self._sent}).encode("ascii"))


def _letter(answer: _Answer, sender: str, at: datetime) -> EmailMessage:
    mail, receipts = answer.mail, answer.receipts
    letter = EmailMessage()
    letter["Subject"] = f"Re: {mail.subject or 'báo cáo / report'}"
    letter["From"], letter["To"], letter["Date"] = sender, mail.address, format_datetime(at)
    named = hashlib.sha256(json.dumps([answer.letter, receipts]).encode()).hexdigest()[:32]
    letter["Message-ID"] = f"<{named}@{parseaddr(sender)[1].rpartition('@')[2] or 'etl'}>"
    letter["Auto-Submitted"], letter["X-Auto-Response-Suppress"] = "auto-replied", "All"
    if mail.message_id:
        letter["In-Reply-To"] = letter["References"] = mail.message_id
    texts = [files[_RECEIPT].decode("utf-8") for files in answer.files.values()]
    letter.set_content("\n\n".join([_HEAD, *texts]))
    for files in answer.files.values():
        for name, data in files.items():
            if not name.startswith("bien-nhan."):
                letter.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return letter
