"""What `make serve` offers in the UI, and `python -m flows.deployments`, the program that runs it there."""

from __future__ import annotations

from prefect import serve
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
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


if __name__ == "__main__":
    serve(*offered(), print_starting_message=False)
