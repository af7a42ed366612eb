"""A work pool: the runs of `make serve` taken by workers, on this machine or on others, several at once.

`make serve` with ETL_POOL makes the pool and its deployments and runs none of them; `python -m flows.worker` takes runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound

#: the pool's name; unset: `make serve` runs everything itself
POOL = "ETL_POOL"


def pool_wanted() -> str:
    """The pool that the environment names, '' for none."""
    return os.environ.get(POOL, "").strip()


def offer_in(pool: str, deployments: Iterable[RunnerDeployment]) -> None:
    """Make the pool where there is none, and its deployments; made again they are brought up to date."""
    from prefect.workers.process import ProcessWorker

    with get_client(sync_client=True) as client:
        try:
            client.read_work_pool(pool)
        except ObjectNotFound:
            template = ProcessWorker.get_default_base_job_template()
            client.create_work_pool(WorkPoolCreate(name=pool, type=ProcessWorker.type, base_job_template=template))
    for deployment in deployments:
        deployment.apply(work_pool_name=pool)
