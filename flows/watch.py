"""Runs whose process is gone: the server learns of it by missing heartbeats, and people by a message.

A run tells the server twice a minute that it lives. One that has begun to and is silent for SILENCE is set to Crashed by
an automation of the server; a run that ended, suspended or was cancelled has said so last, and is left alone. A killed
process cannot tell anybody, so who serves the deployments looks for crashed runs and tells of them.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from uuid import UUID

import httpx
from prefect.automations import AutomationCore, EventTrigger, Posture, ResourceSpecification
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState

from flows import notice, states

NAME = "zombie"

#: three heartbeats (flows/switches.py); with the server's own looks every few seconds it is told within two minutes
SILENCE = timedelta(seconds=90)

#: the states, as our runs call them, in which no heartbeat is owed. Not all events of a run: "Running" may come after the
#: first heartbeat, and a run that was killed then would never be missed
QUIET = (*states.NAMES, "Failed", "Crashed", "Cancelled", "Suspended", "Paused")

_LOOK_SECONDS = 10
_MESSAGE = (
    "Tiến trình không còn trả lời: máy hoặc tiến trình đã dừng. Chạy lại là đủ, không có gì bị nhận hai lần."
    " / Its process does not answer: the host or the process died. Running it again is enough."
)


def automation() -> AutomationCore:
    """After a heartbeat neither another one nor an end in SILENCE: Crashed."""
    return AutomationCore(
        name=NAME,
        description="Lần chạy mất tín hiệu thì thành Crashed. / A run that has fallen silent becomes Crashed.",
        trigger=EventTrigger(
            after={"prefect.flow-run.heartbeat"},
            expect={f"prefect.flow-run.{what}" for what in ("heartbeat", *QUIET)},
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=SILENCE,
        ),
        actions=[ChangeFlowRunState(name=None, state=StateType.CRASHED, message=_MESSAGE, force=False)],
    )


def keep_automation() -> None:
    """Make the automation where there is none, bring it up to date where it is another version's; one there is, no more.

    Where an operator has switched it off it stays off.
    """
    with get_client(sync_client=True) as client:
        known = client.read_automations_by_name(NAME)
        if not known:
            client.create_automation(automation())
            return
        first, *others = known
        client.update_automation(first.id, automation().model_copy(update={"enabled": first.enabled}))
        for other in others:
            client.delete_automation(other.id)


class Watch:
    """Looks for runs that crashed since it began, and tells of each once."""

    def __init__(self, since: datetime) -> None:
        self._crashed = FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.CRASHED])),
            end_time=FlowRunFilterEndTime.model_validate({"after_": since}),
        )
        self._told: set[UUID] = set()

    def look(self) -> None:
        """One look. A run that is tried again and crashes again is told again."""
        with get_client(sync_client=True) as client:
            runs = client.read_flow_runs(flow_run_filter=self._crashed)
        for run in runs:
            if run.state_id is not None and run.state_id not in self._told:
                self._told.add(run.state_id)
                notice.crashed(run)

    def keep_looking(self) -> None:
        """Look every few seconds in a thread that ends with the process; a server that is busy is asked the next time."""
        threading.Thread(target=self._loop, daemon=True).start()

    def _loop(self) -> None:
        pause = threading.Event()
        while not pause.wait(_LOOK_SECONDS):
            try:
                self.look()
            except httpx.HTTPError:
                continue
