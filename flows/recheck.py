"""Judge kept submissions again under today's rules; first only to see what would move."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from etl.acts.outbox import renew_outbox
from etl.acts.recheck import preview
from etl.acts.recheck import recheck as act
from flows import stages, states
from flows.artifacts import publish_changed, publish_moves
from flows.choices import Signed


def _name() -> str:
    return "recheck: xem trước / preview" if flow_run.parameters.get("dry_run", True) else "recheck"


@flow(name="recheck", flow_run_name=_name, persist_result=False)
@states.told
def recheck(by: Signed, dry_run: bool = True) -> State[Any]:
    """Kiểm tra lại mọi bài đã nhận theo luật hiện nay. / Judge every kept submission again under today's rules.

    Args:
        by: Người yêu cầu; sổ cái giữ tên này. / Who asks; the ledger keeps the name.
        dry_run: Bật: chỉ xem sẽ đổi gì; tắt: làm thật. / On: only show what would move; off: do it.
    """
    stores = stages.open_stores()
    if dry_run:
        moves = preview(stores, at=stages.now(), by=by)
        publish_moves(moves)
        moved = len(moves.states) + len(moves.figures)
        if not moved:
            return states.nothing_new("Sẽ không có gì thay đổi. / Nothing would change.")
        return states.done(
            f"Sẽ đổi: {len(moves.states)} bài, {len(moves.figures)} số liệu"
            f" / would change: {len(moves.states)} submissions, {len(moves.figures)} figures"
        )
    changed = act(stores, at=stages.now(), by=by)
    renew_outbox(stores)
    publish_changed(changed)
    if not changed:
        return states.nothing_new("Không có gì thay đổi. / Nothing changed.")
    return states.done(f"{len(changed)} bài đổi trạng thái / {len(changed)} submissions changed")
