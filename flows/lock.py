"""Lock a period, open it again, or let one unit in: what arrives after a lock is kept and does not count."""

from __future__ import annotations

from typing import Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from etl.acts.decide import Decided, let_in
from etl.acts.decide import lock as close
from etl.acts.decide import unlock as open_again
from etl.acts.outbox import renew_outbox
from etl.errors import UsageError
from etl.pipeline import Stores
from flows import stages, states
from flows.artifacts import publish_decided
from flows.choices import FormChoice, PeriodCode, Signed, UnitChoice, code_of

Action = Literal["lock", "unlock", "let-in"]


def _name() -> str:
    given = flow_run.parameters
    words = (given.get("action") or "lock", given.get("period"), given.get("form"), given.get("unit"))
    return " ".join(str(word) for word in words if word)


@flow(name="lock", flow_run_name=_name, persist_result=False)
@states.told
def lock(
    period: PeriodCode, by: Signed, reason: Signed, action: Action = "lock", form: FormChoice = "", unit: UnitChoice = ""
) -> State[Any]:  # fmt: skip
    """Khoá một kỳ, mở khoá, hoặc cho một đơn vị nộp sau khoá. / Lock a period, open it again, or let one unit in.

    Args:
        period: Kỳ theo lịch báo cáo. / A period of the calendar.
        by: Người quyết định; sổ cái giữ tên này. / Who decides; the ledger keeps the name.
        reason: Lý do; sổ cái giữ lại. / Why; the ledger keeps it.
        action: lock khoá; unlock mở khoá; let-in cho một đơn vị nộp sau khoá. / Lock, unlock, or an exception for one unit.
        form: Một biểu; để trống là mọi biểu. / One form; empty means all.
        unit: Đơn vị được nộp, chỉ dùng với let-in. / The unit that is let in; only with let-in.
    """
    stores = stages.open_stores()
    done = _act(
        stores, action, period, code_of(form) or None, code_of(unit), {"by": by.strip(), "reason": reason.strip()}
    )
    renew_outbox(stores)
    publish_decided(done)
    if not done.decisions:
        return states.nothing_new("Đã như vậy từ trước. / It was so before.")
    (one,) = done.decisions
    word = "Đã mở lại / opened again" if action == "unlock" else f"Quyết định {one.id} / decision {one.id}"
    return states.done(
        f"{word}: {one.finding.message_vi}; {len(done.changed)} bài đổi trạng thái / {len(done.changed)} submissions changed"
    )


def _act(stores: Stores, action: Action, period: str, form: str | None, unit: str, signed: dict[str, str]) -> Decided:
    if (action == "let-in") != bool(unit):
        raise UsageError(
            "let-in cần một đơn vị (unit); lock và unlock thì không / let-in needs a unit, lock and unlock none"
        )
    if action == "let-in":
        return let_in(stores, period, unit, form, at=stages.now(), **signed)
    return (close if action == "lock" else open_again)(stores, period, form, at=stages.now(), **signed)
