"""An official release waits for a person: the run shows what would go out, suspends, and goes on when it is answered.

While it waits no process runs. Each question is named by the fingerprint of what was shown, figures and open holds: an
answer counts for exactly that. When either has moved meanwhile, the run shows what is now and asks again.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal
from uuid import UUID

from prefect import get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run
from pydantic import Field

from etl.acts.decide import lock
from etl.acts.refuse import refuse
from etl.errors import FiguresMoved, HoldsOpen
from etl.model.figures import OFFICIAL
from etl.model.periods import Period
from etl.model.reference import Report
from etl.model.releases import Terms
from etl.pipeline import Stores
from etl.queries.proposal import Proposal, proposal
from flows import approval, notice, stages, states
from flows.artifacts import publish_coverage, publish_figures, publish_link, publish_proposal, publish_todo
from flows.choices import Signed

#: while holds wait the word for yes is another one: nobody approves over them without saying so
DESPITE, REFUSE = "approve-with-open-holds", "refuse"


class Answer(RunInput):
    """The form that opens when a person resumes the run."""

    decision: Literal["approve", "refuse"] = Field(
        description="approve: duyệt, ra bản chính thức; refuse: không duyệt. / Approve and publish, or refuse."
    )
    by: Signed = Field(description="Người duyệt; sổ cái giữ tên này. / Who decides; the ledger keeps the name.")
    reason: Signed = Field(description="Lý do; sổ cái giữ lại. / Why; the ledger keeps it.")
    lock: bool = Field(
        default=True,
        description="Khoá kỳ: bài đến sau được giữ, chưa tính. / Lock the period: what arrives later is kept, not counted.",
    )


class AnswerWithHolds(Answer):
    """The same where holds wait."""

    decision: Literal["approve-with-open-holds", "refuse"] = Field(  # type: ignore[assignment]  # other words, one form
        description="approve-with-open-holds: duyệt, các việc nêu trên để ngỏ; refuse: không duyệt, quyết định chúng trước (decide)."
        " / Approve and leave what is listed above open; or refuse and decide it first."
    )
    reason: Signed = Field(
        description="Lý do, kể cả vì sao ra khi còn việc chờ; sổ cái giữ lại, cùng mã các việc ấy."
        " / Why, also in spite of what waits; the ledger keeps it with the holds' ids."
    )


def approved(stores: Stores, report: Report, period: Period) -> State[Any]:
    """Consolidate, ask, and publish officially what was seen and approved."""
    while True:
        done = stages.consolidated(stores, report, period)
        shown = proposal(stores, done, stages.now())
        if shown.standing is not None:
            number = shown.standing.number
            return states.nothing_new(
                f"Bản {number} đã là chính thức và vẫn đúng. / Release {number} is official already and holds."
            )
        answer = _asked(stores, shown)
        signed = {"by": answer.by.strip(), "reason": answer.reason.strip()}
        if answer.decision == REFUSE:
            refuse(stores, report.id, period.code, shown.seen, at=stages.now(), **signed)
            return states.done(f"Không duyệt: {signed['reason']} ({signed['by']}). / Refused; nothing was published.")
        try:
            record, _ = stages.release(
                stages.whole(stores), stages.whole(done), stages.now(), Terms(OFFICIAL, **signed), seen=shown.seen,
                open_holds=answer.decision == DESPITE,
            )  # fmt: skip
        except (FiguresMoved, HoldsOpen) as moved:  # somebody recorded something in this very moment
            get_run_logger().warning("%s", moved)
            continue
        locked = lock(stores, period.code, at=stages.now(), **signed).decisions if answer.lock else []
        publish_figures(stores, report, record)
        publish_link(stores, record)
        told = f"Bản chính thức {record.number}, {signed['by']} duyệt / official release {record.number}"
        return states.done(told + (f"; kỳ {period.code} đã khoá / the period is locked" if locked else ""))


def _asked(stores: Stores, shown: Proposal) -> Answer:
    """Show and suspend; returns the answer when the run goes on and what was shown still holds."""
    key = _key(shown)
    run = _this_run()
    before = run.empirical_policy.pause_keys or set()
    if key not in before:
        again = bool(before)
        publish_proposal(stores, shown, again)
        publish_coverage(stores, shown.content.status)
        if shown.holds:
            publish_todo(stores, shown.holds)
        notice.waits("publish", run, f"{shown.content.report.title_vi}, {shown.content.period}")
    asked = AnswerWithHolds if shown.holds else Answer
    text = "\n\n".join(part for part in (approval.summary(shown), approval.left_open(shown), _WHERE) if part)
    return suspend_flow_run(wait_for_input=asked.with_initial_data(description=text), key=key)


def _key(shown: Proposal) -> str:
    said = "\n".join([shown.seen, *sorted({hold.id for hold in shown.holds})])
    return f"approve-{hashlib.sha256(said.encode()).hexdigest()[:32]}"


_WHERE = (
    "Xem đủ ở thẻ **Artifacts** của lần chạy: **approval**, **coverage**, **figures**, **todo**."
    " / The whole is on the run's page, tab **Artifacts**."
)


def _this_run() -> FlowRun:
    """This run as the server knows it, with the questions that it has asked."""
    with get_client(sync_client=True) as client:
        return client.read_flow_run(UUID(flow_run.id))
