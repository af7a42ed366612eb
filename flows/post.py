"""The mailbox around an intake: what came is fetched before, and its senders are answered after. Neither stops a run."""

from __future__ import annotations

import os

from prefect import get_run_logger

from etl.acts.fetch import fetch, mailbox_of
from etl.acts.reply import reply
from etl.errors import EtlError
from etl.pipeline import Stores
from flows.stages import now


def fetch_mail(stores: Stores) -> list[str]:
    """What waits in the mailbox of ETL_IMAP_URL into the inbox; without that nothing. Returns what a person should know."""
    log = get_run_logger()
    try:
        address = mailbox_of(os.environ)
        if not address:
            return []
        done = fetch(stores.settings.inbox, address, os.environ)
    except EtlError as error:
        return told([str(error)])
    log.info("%s", done.text())
    return told(done.told)


def answer_mail(stores: Stores) -> list[str]:
    """A letter to each sender whose files have news, where ETL_REPLY asks for it. Returns what a person should know."""
    log = get_run_logger()
    try:
        done = reply(stores, os.environ, now())
    except EtlError as error:
        return told([str(error)])
    if done.letters:
        log.info("Đã gửi %d thư trả lời / answers sent", done.letters)
    return told(done.told)


def told(sentences: list[str]) -> list[str]:
    """Each as a warning in the run's log; returned as they are."""
    for sentence in sentences:
        get_run_logger().warning("%s", sentence)
    return sentences
