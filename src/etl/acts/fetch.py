"""Fetch workbooks from the mailbox into the inbox: each e-mail a folder of its own, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from etl.access import secret
from etl.errors import MailError

if TYPE_CHECKING:
    from etl.mail.imap import Mailbox
    from etl.mail.mime import Opened

#: an e-mail above it waits for a person: no office's server lets larger ones through
LARGEST = 64 << 20
_SAMPLE = 5  # names told of what is no workbook


@dataclass(slots=True)
class Fetched:
    """letters: new in the inbox; files: what they hold; told: what a person should know, a sentence each.

    unnoted: messages that the server does not let be noted as fetched.
    """

    letters: int = 0
    files: int = 0
    told: list[str] = field(default_factory=list)
    unnoted: int = 0

    def text(self) -> str:
        """A line for the person who asked."""
        return f"{self.letters} thư mới, {self.files} tệp / new letters: {self.letters}, files: {self.files}"


def mailbox_of(environ: Mapping[str, str]) -> str:
    """The mailbox's address with its password; '' where none is set."""
    return secret(environ, "ETL_IMAP_URL")


def fetch(inbox: Path, address: str, environ: Mapping[str, str]) -> Fetched:
    """Take what was not fetched yet. A message is noted as fetched on the server only after its files lie safe.

    Where the server lets nothing be noted each message is read again each time, and is the same letter: none comes twice.

    A message that is too large, holds too much or cannot be read stays where it is and is told each time. Raises UsageError
    for a wrong address, MailError where the server does not answer or refuses, StoreError where the disk does.
    """
    from etl.mail.imap import mailbox

    done = Fetched()
    with mailbox(address, environ) as box:
        for uid, size in box.waiting().items():
            try:
                _fetch_one(box, uid, size, inbox, done)
            except MailError as error:
                done.told.append(f"{error} ({done.text()})")
                break
    if done.unnoted:
        done.told.append(
            f"Hộp thư không cho ghi dấu đã lấy ({done.unnoted} thư): lần nào cũng phải đọc lại, không thư nào vào hai lần; hãy "
            f"cấp quyền ghi cờ / the mailbox lets nothing be noted ({done.unnoted} messages): they are read again each time, "
            "none comes twice; give the right to set flags"
        )
    return done


def _fetch_one(box: Mailbox, uid: int, size: int, inbox: Path, done: Fetched) -> None:
    from etl.mail.letters import put
    from etl.mail.mime import opened

    if size > LARGEST:
        why = f"lớn quá / is too large: {size >> 20} MiB > {LARGEST >> 20} MiB"
        done.told.append(_left(opened(box.message(uid, "HEADER")), why))
        return
    letter = opened(box.message(uid))
    if letter.left:
        done.told.append(_left(letter, letter.left))
        return
    if letter.files:
        if put(inbox, letter.mail, letter.files):
            done.letters += 1
            done.files += len(letter.files)
    else:
        done.told.append(_without(letter))
    if not box.fetched(uid):
        done.unnoted += 1


def _left(letter: Opened, why: str) -> str:
    return f"Thư chờ người xem / a message waits for a person: {_which(letter)}: {why}"


def _without(letter: Opened) -> str:
    names = ", ".join(letter.others[:_SAMPLE])
    return f"Thư không có bảng tính / a message without a workbook: {_which(letter)}" + (f" ({names})" if names else "")


def _which(letter: Opened) -> str:
    return f"{letter.mail.sender or '?'}, “{letter.mail.subject}”, {letter.mail.date or '?'}"
