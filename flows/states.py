"""How a run ends, so that its chip in the UI says what it means: done, nothing new, needs a person (or failed)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, get_type_hints

from prefect import get_run_logger
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from etl.errors import EtlError
from etl.model.findings import CRITICAL, Finding
from etl.queries.intake import Intake, needs_person

P = ParamSpec("P")
NOTHING_NEW, NEEDS_PERSON = "NothingNew", "NeedsPerson"
#: what a run of ours that was carried out may be called
NAMES = ("Completed", NOTHING_NEW, NEEDS_PERSON)


def told(function: Callable[P, State[Any]]) -> Callable[P, State[Any]]:
    """A flow's function that ends in Failed with the plain message of what stopped it, in the place of a traceback."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> State[Any]:
        try:
            return function(*args, **kwargs)
        except EtlError as error:
            get_run_logger().error("%s", error)
            return Failed(message=str(error))

    # Prefect makes the form from the types: resolved here, where the function's own module is known
    run.__annotations__ = get_type_hints(function, include_extras=True)
    run.__dict__["__signature__"] = inspect.signature(function, eval_str=True)
    return run


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
