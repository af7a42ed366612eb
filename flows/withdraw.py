"""Take a submission back, or let it count again: on someone's word, nothing is removed."""

from __future__ import annotations

from typing import Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from etl.acts.outbox import renew_outbox
from etl.acts.withdraw import reinstate
from etl.acts.withdraw import withdraw as act
from flows import stages, states
from flows.artifacts import publish_changed
from flows.choices import Signed


def _name() -> str:
    return f"{flow_run.parameters.get('action') or 'withdraw'} {flow_run.parameters.get('submission')}"


@flow(name="withdraw", flow_run_name=_name, persist_result=False)
@states.told
def withdraw(
    submission: Signed, by: Signed, reason: Signed, action: Literal["withdraw", "reinstate"] = "withdraw"
) -> State[Any]:
    """Rút một bài nộp, hoặc dùng lại bài đã rút; không xóa gì. / Take a submission back, or let it count again.

    Args:
        submission: Mã bài nộp (xem phiếu tiếp nhận, findings). / The submission's id (in the receipt and in findings).
        by: Người quyết định; sổ cái giữ tên này. / Who decides; the ledger keeps the name.
        reason: Lý do; sổ cái giữ lại. / Why; the ledger keeps it.
        action: withdraw rút, reinstate dùng lại. / Take back, or let it count again.
    """
    stores = stages.open_stores()
    chosen = act if action == "withdraw" else reinstate
    changed = chosen(stores, submission.strip(), by=by, reason=reason, at=stages.now())
    renew_outbox(stores)
    publish_changed(changed)
    if not changed:
        return states.nothing_new("Không có gì thay đổi. / Nothing changed.")
    return states.done(f"{len(changed)} bài đổi trạng thái / {len(changed)} submissions changed")
