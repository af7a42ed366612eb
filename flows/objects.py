"""The bucket around an intake: what was put there is fetched before, and answered after. Neither stops a run."""

from __future__ import annotations

import os

from prefect import get_run_logger

from etl.acts.collect import collect, incoming_of
from etl.acts.give_back import give_back, outgoing_of
from etl.errors import EtlError
from etl.pipeline import Stores
from flows.post import told


def fetch_objects(stores: Stores) -> list[str]:
    """What is new in the bucket of ETL_INCOMING into the inbox; without that nothing. Returns what a person should know."""
    log, address = get_run_logger(), incoming_of(os.environ)
    if not address:
        return []
    try:
        done = collect(stores.settings, address)
    except EtlError as error:
        return told([str(error)])
    log.info("%s", done.text())
    return told(done.told)


def answer_objects(stores: Stores) -> list[str]:
    """Receipts into the bucket of ETL_OUTGOING; without that nothing. Returns what a person should know."""
    log, address = get_run_logger(), outgoing_of(os.environ)
    if not address:
        return []
    try:
        done = give_back(stores, address, incoming_of(os.environ))
    except EtlError as error:
        return told([str(error)])
    if done.deliveries:
        log.info("Đã trả %d phiếu vào kho đối tượng / answers put into the bucket", done.deliveries)
    return []
