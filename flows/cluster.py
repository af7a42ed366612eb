"""ETL_ENGINE=dask: batches are read on the workers of a Dask cluster; this process alone asks and writes the ledger."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any

from prefect import get_run_logger
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner

from etl.errors import StoreError
from etl.pipeline import Batch, Stores
from etl.sending import Answer, Order, carried_out, leased, orders, recorded
from etl.settings import Settings, find_root
from etl.store.ledger import BatchRecord
from flows.progress import Progress
from flows.stages import stage


@stage("read on a worker")
def read_there(order: bytes) -> Answer:
    """One batch, read on a worker with that machine's own settings. order: an `Order`, pickled: nobody on the way looks into it."""
    sent: Order = pickle.loads(order)
    return carried_out(Settings.from_environment(os.environ, find_root()), sent)


def taken_in(stores: Stores, batches: Sequence[Batch], at: datetime, progress: Progress) -> list[BatchRecord]:
    """Every batch, read where there is room, recorded here in its order. A worker that dies costs its batch once more."""
    asked = orders(stores, batches)
    names = [order.batch.name for order in asked if order.fresh]
    futures: dict[int, PrefectFuture[Answer]] = {}
    records = []
    with leased(stores, names, at), _running(stores.settings) if names else nullcontext() as runner:
        for number, order in enumerate(asked, 1):
            if runner and order.fresh:
                named = read_there.with_options(task_run_name=f"read {number}/{len(asked)}: {len(order.fresh)} files")
                futures[number] = runner.submit(named, parameters={"order": pickle.dumps(order)})
        for number, order in enumerate(asked, 1):
            answer = _answer(futures.pop(number)) if order.fresh else Answer((), ())
            records.append(recorded(stores, order, answer, at))
            progress.batch_done(len(order.batch.deliveries))
            get_run_logger().info("Xong lô %d/%d / batch read and recorded", number, len(asked))
    return records


@contextmanager
def _running(settings: Settings) -> Iterator[TaskRunner[Any]]:
    """The cluster that ETL_DASK_ADDRESS names, or one of processes on this machine for as long as this lasts."""
    from prefect_dask.task_runners import DaskTaskRunner  # costs seconds, and most nights on most machines need none

    # here a process reads one file at a time: as many at once as without a cluster
    here = {
        "n_workers": settings.workers,
        "threads_per_worker": 1,
        "env": {"ETL_WORKERS": "1"},
        "dashboard_address": None,
    }
    runner = DaskTaskRunner(address=settings.scheduler) if settings.scheduler else DaskTaskRunner(cluster_kwargs=here)
    with runner:
        yield runner


def _answer(future: PrefectFuture[Answer]) -> Answer:
    """What a worker has sent back. Raises what went wrong there, StoreError where worker after worker died."""
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker as error:
        raise StoreError(
            f"Các máy đọc lần lượt chết ở cùng một lô; hãy xem bộ nhớ và nhật ký của chúng / workers died one after the "
            f"other on the same batch; look at their memory and logs ({error})"
        ) from error
