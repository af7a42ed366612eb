"""Take in submissions: the flow that an operator starts when files have arrived."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, get_run_logger

from etl.pipeline import Stores
from etl.queries.intake import Intake, summary
from flows import stages
from flows.artifacts import publish_findings, publish_intake


@flow(name="ingest", flow_run_name="ingest {folder}", persist_result=False)
def ingest(folder: str = "") -> None:
    """Nhận bài nộp: đọc, nhận dạng, kiểm tra và ghi sổ. / Read, recognise, validate and record what has arrived.

    Args:
        folder: Thư mục hoặc tệp cần nhận; để trống là hộp nhận (data/inbox). / Folder or file; empty means the inbox.
    """
    stores = stages.open_stores()
    intake = taken_in(stores, folder)
    publish_intake(intake)
    publish_findings(stores, intake.findings)


def taken_in(stores: Stores, folder: str) -> Intake:
    """Receive and take in a folder, batch by batch; progress goes to the run's log."""
    log = get_run_logger()
    at = stages.now()
    place = Path(folder) if folder else stores.settings.inbox
    if not folder:
        place.mkdir(parents=True, exist_ok=True)
    batches = stages.receive(stores, [place], at)
    files = sum(len(batch.deliveries) for batch in batches)
    log.info("Có %d tệp, %d lô / %d files in %d batches", files, len(batches), files, len(batches))
    records = []
    for number, batch in enumerate(batches, 1):
        records.append(stages.take_in(stores, batch, at))
        log.info("Xong lô %d/%d / batch %d of %d done", number, len(batches), number, len(batches))
    intake = summary(stores, records)
    log.info("%s", intake.text())
    return intake
