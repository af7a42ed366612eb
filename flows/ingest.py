"""Take in submissions: the flow that an operator starts when files have arrived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from etl.acts.outbox import renew_outbox
from etl.model.findings import Finding
from etl.pipeline import Batch, Stores
from etl.queries.intake import Intake, summary
from etl.queries.status import STATE_VI
from etl.queries.waiting import waiting
from etl.store.ledger import BatchRecord
from flows import cluster, stages, states
from flows.artifacts import publish_findings, publish_intake, publish_todo
from flows.objects import answer_objects, fetch_objects
from flows.post import answer_mail, fetch_mail
from flows.progress import Progress

#: what its sender or a person here has to look at
_WAIT = ("rejected", "held")
#: lines of the log for single submissions; all of them are in the artifact findings
MOST_LOGGED = 50


def _name() -> str:
    folder = flow_run.parameters.get("folder")
    return f"ingest {Path(folder).name}" if folder else "ingest: hộp nhận / inbox"


@flow(name="ingest", flow_run_name=_name, persist_result=False)
@states.told
def ingest(folder: str = "") -> State[Any]:
    """Nhận bài nộp: đọc, nhận dạng, kiểm tra và ghi sổ. / Read, recognise, validate and record what has arrived.

    Args:
        folder: Thư mục hoặc tệp trên máy chủ; để trống là hộp nhận (data/inbox). / Folder or file on the server; empty means the inbox.
    """
    stores = stages.open_stores()
    intake, mail = taken_in(stores, folder)
    tell_intake(stores, intake, mail)
    if not intake.new and not intake.duplicate:
        return states.nothing_new("Không có tệp nào mới. / No file is new.")
    said = (
        f"{intake.new} tệp mới, {len(intake.states)} bài nộp / {intake.new} new files, {len(intake.states)} submissions"
    )
    return states.after_intake(intake, told_waiting(stores, waiting(stores)), states.done(said))


def taken_in(stores: Stores, folder: str) -> tuple[Intake, list[str]]:
    """Receive and take in a folder, batch by batch; progress goes to the log. The inbox gets what came by e-mail or into a bucket first.

    With what a person should know of the mailbox, of the bucket and of the answers.
    """
    log = get_run_logger()
    at = stages.now()
    place = Path(folder) if folder else stores.settings.inbox
    mail: list[str] = []
    if not folder:
        place.mkdir(parents=True, exist_ok=True)
        mail += fetch_mail(stores)
        mail += fetch_objects(stores)
    batches = stages.receive(stages.whole(stores), [place], at)
    files = sum(len(batch.deliveries) for batch in batches)
    log.info("Có %d tệp / files found: %s", files, place)
    progress = Progress(files)
    on_many = stores.settings.engine == "dask"
    records = (cluster.taken_in if on_many else _one_by_one)(stores, batches, at, progress)
    renew_outbox(stores)
    mail += answer_mail(stores)
    mail += answer_objects(stores)
    return summary(stores, records), mail


def _one_by_one(stores: Stores, batches: Sequence[Batch], at: datetime, progress: Progress) -> list[BatchRecord]:
    """Batch after batch on this machine, which reads several files at once."""
    records = []
    for number, batch in enumerate(batches, 1):
        named = stages.take_in.with_options(
            task_run_name=f"take in {number}/{len(batches)}: {len(batch.deliveries)} files"
        )
        records.append(named(stages.whole(stores), stages.whole(batch), at, stages.whole(progress.one_read)))
        progress.batch_done(len(batch.deliveries))
        get_run_logger().info("Xong lô %d/%d / batch read and recorded", number, len(batches))
    return records


def told_waiting(stores: Stores, holds: Sequence[Finding]) -> Sequence[Finding]:
    """What waits for a person, as an artifact where anything does; returned as it is."""
    if holds:
        publish_todo(stores, holds)
    return holds


def tell_intake(stores: Stores, intake: Intake, mail: Sequence[str]) -> None:
    """What came and what was found: in the log and as artifacts."""
    log = get_run_logger()
    publish_intake(intake, mail)
    if intake.new or intake.duplicate:
        log.info("%s", intake.text())
        where = publish_findings(stores, intake.findings)
        told = [(name, state) for name, state in intake.states.items() if state in _WAIT]
        for name, state in told[:MOST_LOGGED]:
            log.warning("%s: %s; xem / see %s", name, STATE_VI[state], where or f"etl findings --submission {name}")
