"""Which failures a stage is tried again for, and what a flow refuses before it does anything."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from prefect.states import exception_to_failed_state

from etl.errors import ReferenceDataError, ReleaseExists, StoreError, UsageError
from etl.model.reference import Reference
from flows import stages
from flows.backfill import periods_between
from flows.choices import code_of, form_choices, period_codes, report_ids, unit_choices


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


def test_a_form_offers_every_report_and_nothing_else(reference: Reference) -> None:
    assert report_ids() == sorted(reference.reports)


def test_forms_units_and_periods_are_chosen_by_code_and_name(reference: Reference) -> None:
    assert period_codes(reference) == ["2020", "2021", "2022", "2023", "2024"]
    assert form_choices(reference)[0] == "nv · 01/KHCN-H"
    units = unit_choices(reference)
    assert ("108 · Huyện Sìn Hồ" in units, [unit for unit in units if "Xã" in unit]) == (True, [])
    assert {code_of(unit) for unit in units} >= {"108", "SKHCN"}


def test_a_backfill_takes_the_periods_of_one_kind(reference: Reference) -> None:
    assert [p.code for p in periods_between(reference, "2020", "2022")] == ["2020", "2021", "2022"]
    for first, last in (("2022", "2020"), ("2020", "2021-Q4"), ("1999", "2000")):
        with pytest.raises(UsageError, match="Lịch không có kỳ nào"):
            periods_between(reference, first, last)
