"""The bytes of an e-mail → who says to have sent it, its subject, and the attachments that may be workbooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email._policybase import Compat32
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, unquote
from pathlib import PurePath
from typing import Any

from etl.store.outbox import plain_name

#: what may hold a workbook. Packed folders too: the reader refuses them, and so the sender is told to send the workbook itself
ENDINGS = frozenset((".xlsx", ".xlsm", ".xlsb", ".xltx", ".xls", ".ods", ".csv", ".zip", ".rar", ".7z"))
MOST_FILES = 50
_DEEPEST = 20
_LONGEST = 300  # signs of a subject or a name that are kept

#: attachments without a name
_TYPES = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
_MACHINE = re.compile(
    r"(mailer-daemon|postmaster|(do-?not-?|no-?)reply|khong-?tra-?loi|bounces?|notifications?)([+.=_-].*)?@",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_FOLD = re.compile(r"[\r\n]+")
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")


@dataclass(frozen=True, slots=True)
class Mail:
    """What an e-mail says of itself; none of it is proved.

    address: '' where From names none, several, or one that is no plain address. answer: whether a letter back may be sent:
    never to a machine, to a list, or in answer to an answer.
    """

    address: str
    name: str
    subject: str
    message_id: str
    date: str
    answer: bool

    @property
    def sender(self) -> str:
        """Name and address on one line, as the ledger keeps it."""
        return f"{self.name} <{self.address}>" if self.name and self.address else self.address or self.name


@dataclass(frozen=True, slots=True)
class Opened:
    """An e-mail and what it holds. others: names of attachments that cannot be workbooks; left: why it waits for a person."""

    mail: Mail
    files: tuple[tuple[str, bytes], ...] = ()
    others: tuple[str, ...] = ()
    left: str = ""


class _AsWritten(Compat32):
    """Headers as plain text, whatever their bytes: many programs send Vietnamese names unencoded."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        return _readable(value)


def opened(raw: bytes) -> Opened:
    """Take an e-mail apart; what is malformed is read as far as it goes. Nested e-mails are looked into, reports are not."""
    nothing = Mail("", "", "", "", "", False)
    try:
        message = BytesParser(policy=_AsWritten()).parsebytes(raw)
        mail = _mail(message)
        found = _Found()
        for part in _leaves(message):
            found.add(part)
    except (RecursionError, MessageError, ValueError, LookupError, TypeError, AttributeError) as error:
        return Opened(nothing, left=f"không đọc được thư / the message cannot be read ({type(error).__name__})")
    if len(found.files) > MOST_FILES:
        return Opened(mail, left=f"có hơn {MOST_FILES} tệp đính kèm / has more than {MOST_FILES} attachments")
    return Opened(mail, tuple(sorted(found.files.items())), tuple(found.others))


@dataclass(slots=True)
class _Found:
    """Attachments by a name that is safe; two of one name are told apart by a number, the same bytes are kept once."""

    files: dict[str, bytes] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    def add(self, part: Message) -> None:
        name, ending = decoded(part.get_filename() or ""), _TYPES.get(part.get_content_type())
        if not (name or ending):
            return
        name = plain_name(name or "tep")
        if PurePath(name).suffix.lower() not in ENDINGS:
            if ending is None:
                self.others.append(name)
                return
            name += ending
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes) or len(self.files) > MOST_FILES:
            return
        place, stem, number = name, PurePath(name), 1
        while self.files.get(place, data) != data:
            number += 1
            place = f"{stem.stem} ({number}){stem.suffix}"
        self.files[place] = data


def _leaves(part: Message, depth: int = 0) -> Iterator[Message]:
    """Every part that holds something itself. What came back undelivered, or is an answer of ours, is nobody's submission."""
    if _is_report(part):
        return
    if depth > _DEEPEST:
        raise RecursionError
    payload = part.get_payload()
    if not isinstance(payload, list):
        yield part
        return
    for inner in payload:
        if isinstance(inner, Message):
            yield from _leaves(inner, depth + 1)


def _is_report(part: Message) -> bool:
    return part.get_content_type() == "multipart/report" or _automatic(part).startswith("auto-replied")


def _automatic(message: Message) -> str:
    return str(message.get("Auto-Submitted", "no")).strip().lower()


def _mail(message: Message) -> Mail:
    senders = getaddresses([str(message.get("From", ""))])
    name, address = senders[0] if len(senders) == 1 else ("", "")
    if not _ADDRESS.fullmatch(address):
        address = ""
    return Mail(
        address, decoded(name), decoded(str(message.get("Subject", ""))), _message_id(message),
        decoded(str(message.get("Date", ""))), bool(address) and not _from_machine(message, address),
    )  # fmt: skip


def _message_id(message: Message) -> str:
    found = _MESSAGE_ID.search(str(message.get("Message-ID", "")))
    return found.group() if found else ""


def _from_machine(message: Message, address: str) -> bool:
    """RFC 3834: whom no program may answer."""
    return (
        _MACHINE.match(address) is not None
        or not _automatic(message).startswith("no")
        or str(message.get("Return-Path", "")).strip() == "<>"
        or str(message.get("Precedence", "")).strip().lower() in ("bulk", "junk", "list")
        or any(
            message.get(header) is not None for header in ("List-Id", "List-Unsubscribe", "X-Auto-Response-Suppress")
        )
        or message.get_content_type() == "multipart/report"
    )


def decoded(text: str) -> str:
    """Encoded words (RFC 2047) and raw bytes as text on one line, without control signs, not too long."""
    try:
        parts = [
            part if isinstance(part, str) else part.decode(charset or "utf-8", "replace")
            for part, charset in decode_header(_FOLD.sub("", unquote(text) if text.startswith('"') else text))
        ]
    except (MessageError, LookupError, ValueError):
        parts = [text]
    line = "".join(sign if sign.isprintable() else " " for sign in _readable("".join(parts)))
    return " ".join(line.split())[:_LONGEST]


def _readable(text: str) -> str:
    """Bytes that no header should hold, as Vietnamese programs write them: UTF-8, else Windows-1258."""
    if text.isascii():
        return text
    data = text.encode("utf-8", "surrogateescape")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1258", "replace")
