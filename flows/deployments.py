"""What `make serve` offers in the UI, and `python -m flows.deployments`, the program that runs it there."""

from __future__ import annotations

import signal

from prefect import serve
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.states import Crashed
from prefect.types.entrypoint import EntrypointType

from flows.ingest import ingest
from flows.nightly import nightly
from flows.publish import publish

NIGHT = "0 2 * * *"
ZONE = "Asia/Ho_Chi_Minh"


def offered() -> list[RunnerDeployment]:
    """The deployments. Each runs once at a time; a second start of the same waits for the first."""
    return [
        RunnerDeployment.from_flow(
            nightly, "nightly", schedule=Cron(NIGHT, timezone=ZONE), tags=["night"], concurrency_limit=1,
            entrypoint_type=EntrypointType.MODULE_PATH,
            description="Hằng đêm lúc 02:00: nhận bài nộp và làm mới số liệu của tỉnh.\n\n"
            "Every night at 02:00: take in what arrived, renew the province's figures.",
        ),
        RunnerDeployment.from_flow(
            ingest, "ingest", tags=["operator"], concurrency_limit=1, entrypoint_type=EntrypointType.MODULE_PATH,
            description="Nhận bài nộp ngay, không chờ đến đêm.\n\nTake in submissions now, without waiting for the night.",
        ),
        RunnerDeployment.from_flow(
            publish, "publish", tags=["operator"], concurrency_limit=1, entrypoint_type=EntrypointType.MODULE_PATH,
            description="Tổng hợp số liệu và ra một bản công bố có số.\n\nConsolidate the figures and make a numbered release.",
        ),
    ]  # fmt: skip


def end_forsaken() -> list[str]:
    """Runs that were under way when the server or the machine stopped: nobody works on them, and they keep the next one waiting.

    Returns their names. What they had recorded counts; the next run takes in the rest.
    """
    under_way = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(is_null_=False),
        state=FlowRunFilterState(
            type=FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING, StateType.CANCELLING])
        ),
    )
    message = "Bị ngắt khi máy chủ dừng; chạy lại là đủ. / Cut off when the server stopped; running it again is enough."
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(flow_run_filter=under_way)
        for run in runs:
            client.set_flow_run_state(run.id, Crashed(message=message))
    return [run.name for run in runs]


if __name__ == "__main__":
    # SIGINT ends `serve` well (its handler of SIGTERM does not); a shell that starts us in the background turns it off
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in end_forsaken():
        print(f"Bị ngắt lần trước / cut off last time: {name}", flush=True)
    serve(*offered(), print_starting_message=False)
