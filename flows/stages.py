"""The pipeline's stages as Prefect tasks. No logic here: a task is a pipeline function and when to try it again.

Values between tasks are never persisted by Prefect: what counts stands in the ledger.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.utilities.annotations import quote

from etl import pipeline, releasing
from etl.consolidation.figures import Consolidated
from etl.consolidation.reports import report_named
from etl.errors import ReleaseExists, StoreError
from etl.model.clock import LOCAL_TIME
from etl.model.periods import Period
from etl.model.reference import Report
from etl.model.releases import PROVISIONAL, Terms
from etl.pipeline import Batch, Stores
from etl.settings import Settings, find_root
from etl.store.ledger import BatchRecord, ReleaseRecord

P = ParamSpec("P")
Value = TypeVar("Value")


def open_stores() -> Stores:
    """The stores that the environment names."""
    return pipeline.open_stores(Settings.from_environment(os.environ, find_root()))


def now() -> datetime:
    """The clock is read here, at the door, and nowhere behind it."""
    return datetime.now(LOCAL_TIME)


def whole(value: Value) -> Value:
    """A value that Prefect hands to a task as it is: it would look for futures in all that stores and figures hold."""
    return cast(Value, quote(value))


def can_help(task: Any, run: TaskRun, state: State[Any]) -> bool:
    """Whether trying again can: a disk or a database may come back; a wrong period or reference data stays wrong."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, StoreError | OSError) and not isinstance(error, ReleaseExists)


def stage(name: str) -> Callable[[Callable[P, Value]], Task[P, Value]]:
    """A stage as a task. Each can be tried again: a batch and a release are recorded whole or not at all."""

    def made(function: Callable[P, Value]) -> Task[P, Value]:
        return Task(
            function, name=name, task_run_name=name, retries=2, retry_delay_seconds=[5, 30], retry_condition_fn=can_help,
            persist_result=False, cache_policy=NO_CACHE,
        )  # fmt: skip

    return made


@stage("receive")
def receive(stores: Stores, paths: Sequence[Path], at: datetime) -> list[Batch]:
    """Bytes into the archive."""
    return pipeline.receive(stores, paths, at)


@stage("take in")
def take_in(stores: Stores, batch: Batch, at: datetime, read_one: Callable[[], None]) -> BatchRecord:
    """One batch: read, recognise, normalise, derive, validate, accept. read_one: called after each file."""
    return pipeline.take_in(stores, batch, at, read_one)


@stage("consolidate")
def consolidate(stores: Stores, report: str | None, period: Period) -> Consolidated:
    """Figures from all rows that count."""
    return pipeline.consolidate(stores, report_named(stores.reference, report), period)


def consolidated(stores: Stores, report: Report, period: Period) -> Consolidated:
    """The stage of that name, called by its period in the UI."""
    named = consolidate.with_options(task_run_name=f"consolidate {period.code}")
    return named(whole(stores), report.id, period)


@stage("release")
def release(
    stores: Stores, done: Consolidated, at: datetime, terms: Terms = PROVISIONAL,
    seen: str | None = None, open_holds: bool = False,
) -> tuple[ReleaseRecord, bool]:  # fmt: skip
    """A numbered folder with its documents; nothing when no figure moved. seen: what was approved, by its fingerprint."""
    return releasing.release(stores, done, at, terms, seen=seen, open_holds=open_holds)
