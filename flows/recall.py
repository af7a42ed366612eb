"""Take an approval back: a release that turned out wrong is recalled, with a notice; nothing is removed."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from etl.acts.decide import unlock as open_again
from etl.acts.recall import recall as act
from flows import stages, states
from flows.choices import Signed


def _name() -> str:
    return f"recall {flow_run.parameters.get('release')}"


@flow(name="recall", flow_run_name=_name, persist_result=False)
@states.told
def recall(release: int, by: Signed, reason: Signed, unlock: bool = False) -> State[Any]:
    """Thu hồi một bản công bố, kể cả bản đã duyệt; không xóa gì. / Recall a release, an approved one too; nothing is removed.

    Args:
        release: Số của bản công bố. / The release's number.
        by: Người thu hồi; sổ cái giữ tên này. / Who recalls it; the ledger keeps the name.
        reason: Lý do; đứng trong thông báo thu hồi. / Why; it stands in the notice.
        unlock: Bật: mở khoá kỳ của bản này, bài đến sau khoá được tính. / On: the period is unlocked, what came later counts.
    """
    stores = stages.open_stores()
    signed = {"by": by.strip(), "reason": reason.strip()}
    new = act(stores, release, at=stages.now(), **signed)
    moved = open_again(stores, stores.ledger.release(release).period, at=stages.now(), **signed) if unlock else None
    told = f"Đã thu hồi bản {release} / release {release} is recalled"
    if moved is not None:
        told += f"; đã mở khoá, {len(moved.changed)} bài đổi trạng thái / unlocked, {len(moved.changed)} submissions changed"
    if not new and moved is None:
        return states.nothing_new(f"Bản {release} đã bị thu hồi từ trước. / Release {release} was recalled before.")
    return states.done(told)
