"""Decide what waits for a person: started with the ids that the artifact `todo` lists."""

from __future__ import annotations

import re
from typing import Any, Literal

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from etl.acts.decide import Decided
from etl.acts.decide import decide as act
from etl.acts.outbox import renew_outbox
from etl.queries.waiting import waiting
from flows import stages, states
from flows.artifacts import publish_decided, publish_todo
from flows.choices import Signed


def _name() -> str:
    given = flow_run.parameters
    return f"decide {given.get('verb') or 'accept'}: {len(ids_of(str(given.get('holds') or '')))} việc / holds"


@flow(name="decide", flow_run_name=_name, persist_result=False)
@states.told
def decide(
    holds: Signed,
    by: Signed,
    reason: Signed,
    verb: Literal["accept", "reject", "correct", "map"] = "accept",
    value: str = "",
) -> State[Any]:
    """Quyết định những việc đang chờ, một hay nhiều. / Decide what waits for a person, one or many.

    Args:
        holds: Mã các việc chờ, cách nhau bằng dấu cách hoặc xuống dòng (xem todo). / Ids of holds, a space or a line between.
        by: Người quyết định; sổ cái giữ tên này. / Who decides; the ledger keeps the name.
        reason: Lý do; sổ cái giữ lại. / Why; the ledger keeps it.
        verb: accept nhận đề xuất, reject từ chối, correct sửa giá trị, map gán tên. / Take the proposal, refuse it, correct, map.
        value: Giá trị đúng (correct) hoặc đích (map); còn lại để trống. / The right value or the target; else empty.
    """
    stores = stages.open_stores()
    done = act(stores, ids_of(holds), verb, value.strip() or None, by=by, reason=reason, at=stages.now())
    renew_outbox(stores)
    publish_decided(done)
    left = waiting(stores)
    publish_todo(stores, left)
    return _ended(done, len(left))


def ids_of(text: str) -> list[str]:
    """Ids as people paste them: between spaces, commas, lines or backticks; each once, in their order."""
    return list(dict.fromkeys(re.findall(r"[^\s,;`]+", text)))


def _ended(done: Decided, left: int) -> State[Any]:
    for submission, state in done.changed.items():
        get_run_logger().info("%s: %s", submission, state)
    if not done.decisions:
        return states.nothing_new("Đã quyết định như vậy từ trước. / It was decided so before.")
    return states.done(
        f"{len(done.decisions)} quyết định, còn {left} việc chờ / {len(done.decisions)} decisions, {left} left"
    )
