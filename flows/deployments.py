"""What `make serve` offers in the UI, and `python -m flows.deployments`, the program that runs it there."""

from __future__ import annotations

import signal
import threading
from contextlib import suppress
from typing import Any

from prefect import Flow, serve
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

from flows import stages, watch
from flows.backfill import backfill
from flows.decide import decide
from flows.ingest import ingest
from flows.lock import lock
from flows.nightly import nightly
from flows.pool import offer_in, pool_wanted
from flows.publish import publish
from flows.recall import recall
from flows.recheck import recheck
from flows.remind import remind
from flows.withdraw import withdraw

NIGHT = "0 2 * * *"
ZONE = "Asia/Ho_Chi_Minh"


def offered() -> list[RunnerDeployment]:
    """The deployments. Each runs once at a time; a second start of the same waits for the first."""
    return [
        _offer(nightly, "night", "Hằng đêm lúc 02:00: nhận bài nộp và làm mới số liệu của tỉnh.",
               "Every night at 02:00: take in what arrived, renew the province's figures.",
               schedule=Cron(NIGHT, timezone=ZONE)),
        _offer(ingest, "operator", "Nhận bài nộp ngay, không chờ đến đêm.",
               "Take in submissions now, without waiting for the night."),
        _offer(publish, "operator", "Tổng hợp số liệu và ra một bản công bố có số; bản chính thức chờ người duyệt.",
               "Consolidate the figures and make a numbered release; an official one waits for approval."),
        _offer(backfill, "operator", "Tổng hợp lại nhiều kỳ, ra bản mới ở kỳ có số đổi.",
               "Consolidate several periods again; a new release where a figure moved."),
        _offer(decide, "decision", "Quyết định những việc đang chờ: nhận đề xuất, từ chối, sửa giá trị, gán tên.",
               "Decide what waits for a person: take the proposal, refuse it, correct a value, map a name."),
        _offer(withdraw, "decision", "Rút một bài nộp, hoặc dùng lại bài đã rút.",
               "Take a submission back, or let it count again."),
        _offer(recall, "decision", "Thu hồi một bản công bố đã ra, kể cả bản đã duyệt; không xóa gì.",
               "Recall a release, an approved one too; nothing is removed."),
        _offer(lock, "decision", "Khoá một kỳ, mở khoá, hoặc cho một đơn vị nộp sau khi khoá.",
               "Lock a period, open it again, or let one unit send after the lock."),
        _offer(recheck, "decision", "Kiểm tra lại mọi bài đã nhận theo luật hiện nay; xem trước sẽ đổi gì.",
               "Judge kept submissions again under today's rules; shows first what would move."),
        _offer(remind, "operator", "Ai còn nợ biểu nào, quá hạn lâu nhất đứng đầu.",
               "Who still owes which form, most overdue first."),
    ]  # fmt: skip


def _offer(flow: Flow[Any, Any], tag: str, vietnamese: str, english: str, **more: Any) -> RunnerDeployment:
    return RunnerDeployment.from_flow(
        flow, flow.name, tags=[tag], concurrency_limit=1, entrypoint_type=EntrypointType.MODULE_PATH,
        description=f"{vietnamese}\n\n{english}", **more,
    )  # fmt: skip


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


def main() -> None:
    """Offer everything and run what is asked for, until SIGINT; where a work pool is wanted its workers run it."""
    # SIGINT ends `serve` well (its handler of SIGTERM does not); a shell that starts us in the background turns it off
    signal.signal(signal.SIGINT, signal.default_int_handler)
    crashes = watch.Watch(stages.now())
    pool = pool_wanted()
    for name in () if pool else end_forsaken():  # workers go on while the server is away
        print(f"Bị ngắt lần trước / cut off last time: {name}", flush=True)
    watch.keep_automation()
    crashes.keep_looking()
    if not pool:
        serve(*offered(), print_starting_message=False)
        return
    offer_in(pool, offered())
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


if __name__ == "__main__":
    main()
