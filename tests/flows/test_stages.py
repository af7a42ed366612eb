"""Which failures a stage is tried again for, and what a flow refuses before it does anything."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from prefect.states import exception_to_failed_state

from etl.errors import ReferenceDataError, ReleaseExists, StoreError, UsageError
from etl.model.reference import Reference
from flows import stages
from flows.choices import report_ids
from flows.publish import publish


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (StoreError("the database is locked"), True),
        (OSError("no space left"), True),
        (UsageError("no such period"), False),
        (ReferenceDataError(["units.csv: …"]), False),
        (ReleaseExists(1, "releases/1"), False),
        (KeyError("a mistake of ours"), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_only_what_may_mend_itself_is_tried_again(error: Exception, again: bool) -> None:
    state: Any = asyncio.run(exception_to_failed_state(error))
    assert stages.can_help(stages.release, None, state) is again  # type: ignore[arg-type]  # the run is not looked at


@pytest.mark.parametrize("stage", [stages.receive, stages.take_in, stages.consolidate, stages.release])
def test_no_value_is_kept_by_prefect(stage: Any) -> None:
    assert (stage.persist_result, stage.retries, stage.retry_condition_fn) == (False, 2, stages.can_help)


@pytest.mark.parametrize("who", [{}, {"by": "Lò Văn Hải"}, {"by": " ", "reason": "đủ"}])
def test_an_official_release_needs_a_name_and_a_reason(who: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="cần người duyệt và lý do"):
        publish.fn.__wrapped__(period="2021", kind="official", **who)  # type: ignore[attr-defined]  # of functools.wraps


def test_a_form_offers_every_report_and_nothing_else(reference: Reference) -> None:
    assert report_ids() == sorted(reference.reports)
