"""The mailbox around an intake: what came is fetched before, and its senders are answered after. Neither stops a run."""

from __future__ import annotations

import os

from prefect import get_run_logger

from etl.acts.fetch import fetch, mailbox_of
from etl.acts.reply import reply
from etl.errors import EtlError
from etl.pipeline import Stores
from flows.stages import now


def fetch_mail(stores: Stores) -> None:
    """What waits in the mailbox of ETL_IMAP_URL into the inbox; without that nothing. What goes wrong is a warning."""
    log = get_run_logger()
    try:
        address = mailbox_of(os.environ)
        if not address:
            return
        done = fetch(stores.settings.inbox, address)
    except EtlError as error:
        log.warning("%s", error)
        return
    log.info("%s", done.text())
    for sentence in done.told:
        log.warning("%s", sentence)


def answer_mail(stores: Stores) -> None:
    """A letter to each sender whose files have news, where ETL_REPLY asks for it. What goes wrong is a warning."""
    log = get_run_logger()
    try:
        done = reply(stores, os.environ, now())
    except EtlError as error:
        log.warning("%s", error)
        return
    if done.letters:
        log.info("Đã gửi %d thư trả lời / answers sent", done.letters)
    for sentence in done.told:
        log.warning("%s", sentence)
