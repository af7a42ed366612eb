"""How a run ends, so that its chip in the UI says what it means: done, nothing new, needs a person (or failed)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Completed

from etl.model.findings import CRITICAL, HOLD, Finding
from etl.pipeline import Stores
from etl.queries.intake import Intake, needs_person

NOTHING_NEW, NEEDS_PERSON = "NothingNew", "NeedsPerson"


def done(message: str) -> State[Any]:
    """Everything was done, and nobody has to look."""
    return Completed(message=message)


def nothing_new(message: str) -> State[Any]:
    """Nothing had arrived, no figure moved."""
    return Completed(name=NOTHING_NEW, message=message)


def after_intake(intake: Intake, waiting: Sequence[Finding], otherwise: State[Any]) -> State[Any]:
    """`otherwise`, unless something was sent back or waits for a decision."""
    rejected = {f.submission or f.file for f in intake.findings if f.severity == CRITICAL}
    if not (needs_person(intake) or waiting):
        return otherwise
    return Completed(
        name=NEEDS_PERSON,
        message=f"{len(rejected)} bài bị trả lại, {len(waiting)} việc chờ quyết định"
        f" / {len(rejected)} rejected, {len(waiting)} waiting for a decision",
    )


def open_holds(stores: Stores) -> list[Finding]:
    """What waits for a decision in submissions of tonight or earlier."""
    return undecided(stores.ledger.findings(severity=HOLD))


def undecided(found: Iterable[Finding]) -> list[Finding]:
    """The holds among findings on which nobody has decided."""
    return [f for f in found if f.severity == HOLD and f.decision is None]
