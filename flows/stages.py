"""The pipeline's stages as Prefect tasks. No logic here: a task is a pipeline function and what to do when it fails.

Values between tasks are never persisted by Prefect: what counts stands in the ledger.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from etl import pipeline
from etl.model.clock import LOCAL_TIME
from etl.model.periods import Period
from etl.pipeline import Batch, Consolidated, Stores
from etl.settings import Settings, find_root
from etl.store.ledger import BatchRecord, ReleaseRecord


def open_stores() -> Stores:
    """The stores that the environment names."""
    return pipeline.open_stores(Settings.from_environment(os.environ, find_root()))


def now() -> datetime:
    """The clock is read here, at the door, and nowhere behind it."""
    return datetime.now(LOCAL_TIME)


@task(name="receive", retries=2, retry_delay_seconds=[5, 30], persist_result=False, cache_policy=NO_CACHE)
def receive(stores: Stores, paths: Sequence[Path], at: datetime) -> list[Batch]:
    """Bytes into the archive."""
    return pipeline.receive(stores, paths, at)


@task(
    name="take_in",
    task_run_name="take_in {batch.name}",
    retries=1,
    retry_delay_seconds=10,
    persist_result=False,
    cache_policy=NO_CACHE,
)
def take_in(stores: Stores, batch: Batch, at: datetime) -> BatchRecord:
    """One batch: read, recognise, normalise, derive, validate, accept. A retry is harmless: a batch is recorded whole or not."""
    return pipeline.take_in(stores, batch, at)


@task(name="consolidate", persist_result=False, cache_policy=NO_CACHE)
def consolidate(stores: Stores, report: str | None, period: Period) -> Consolidated:
    """Figures from all rows that count."""
    return pipeline.consolidate(stores, pipeline.report_named(stores.reference, report), period)


@task(name="release", persist_result=False, cache_policy=NO_CACHE)
def release(
    stores: Stores, done: Consolidated, at: datetime, kind: str = "provisional", by: str = "", reason: str = ""
) -> tuple[ReleaseRecord, bool]:
    """A numbered folder with its documents; nothing when no figure moved."""
    return pipeline.release(stores, done, at, kind=kind, by=by, reason=reason)
