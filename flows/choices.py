"""What a form offers to choose from: read from the reference data when the flows are served."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from etl.consolidation.reports import report_named
from etl.errors import EtlError
from etl.model.periods import parse_period
from etl.model.reference import Reference, Report
from etl.settings import Settings, find_root
from etl.store.reference import load_reference

#: a longer list helps nobody: then the code is typed
MOST_UNITS = 300
#: spans are offered among so many years, the last ones
MOST_YEARS = 8

#: a person's name, a reason: the UI refuses an empty one before there is a run
Signed = Annotated[str, Field(pattern=r"\S.*\S")]


def report_ids() -> list[str]:
    """The reports that are defined, by name; the first is the one that is made when none is asked for."""
    folder = Settings.from_environment(os.environ, find_root()).reference / "reports"
    return sorted(path.stem for path in folder.glob("*.yaml") if "." not in path.stem)  # not *.narrative.yaml


def reference_now() -> Reference | None:
    """The reference data; None where it is faulty: then nothing can be chosen, and the run says what is wrong."""
    settings = Settings.from_environment(os.environ, find_root())
    try:
        return load_reference(settings.reference, settings.expectations)
    except EtlError:
        return None


def period_codes(reference: Reference) -> list[str]:
    """The periods of the calendar in their order, events left out."""
    found = {e.period.code: e.period for e in reference.calendar if not e.period.is_event}
    return sorted(found, key=lambda code: (found[code].start, found[code].end))


def span_codes(reference: Reference) -> list[str]:
    """What a report may be asked for: a period of the calendar, a year around some, several years, a report's own period."""
    codes = period_codes(reference)
    years = sorted({str(year) for code in codes for year in _years(code)})
    near = years[-MOST_YEARS:]
    spans = [f"{first}..{last}" for i, first in enumerate(near) for last in near[i + 1 :]]
    own = [report.period for report in reference.reports.values()]
    return list(dict.fromkeys([*codes, *years, *spans, *sorted(own)]))


def _years(code: str) -> range:
    period = parse_period(code)
    return range(period.start.year, period.end.year + 1)


def form_choices(reference: Reference) -> list[str]:
    """'nv · 01/KHCN-H': the id, then the number on paper."""
    return [f"{form.id} · {form.number}" for form in sorted(reference.forms.values(), key=lambda form: form.number)]


def unit_choices(reference: Reference) -> list[str]:
    """'108 · Huyện Sìn Hồ' for each unit that the calendar asks for something, by its newest name."""
    titles: dict[str, str] = {}
    for unit in sorted(reference.units.all, key=lambda unit: unit.valid_from or date.min):
        if any(e.unit in (unit.code, f"level:{unit.level}") for e in reference.calendar):
            titles[unit.code] = unit.title
    found = [f"{code} · {title}" for code, title in sorted(titles.items())]
    return found if len(found) <= MOST_UNITS else []


def code_of(choice: str) -> str:
    """'108' of '108 · Huyện Sìn Hồ'."""
    return choice.partition(" · ")[0].strip()


def _offered(choices: Iterable[str]) -> Any:
    """A select in the UI; a field to type in where there is nothing to choose.

    Not Literal: a Literal of one value is a constant there, greyed out with a remark.
    """
    listed = list(choices)
    return Field(json_schema_extra={"enum": [*listed]} if any(listed) else None)


_REFERENCE = reference_now()

#: '' where no report is defined: the run then says so
FIRST_REPORT = next(iter(report_ids()), "")
ReportId = Annotated[str, _offered(report_ids())]

#: no report can be called so: its id is a file's name
EVERY = "mọi báo cáo / every report"
ReportIds = Annotated[str, _offered([EVERY, *report_ids()])]

#: one period of the calendar
PeriodCode = Annotated[str, _offered(period_codes(_REFERENCE) if _REFERENCE else [])]
#: what a report may be asked for; '' is the period due
SpanCode = Annotated[str, _offered(["", *span_codes(_REFERENCE)] if _REFERENCE else [])]
#: one form or unit; '' is all of them
FormChoice = Annotated[str, _offered(["", *form_choices(_REFERENCE)] if _REFERENCE else [])]
UnitChoice = Annotated[str, _offered(["", *unit_choices(_REFERENCE)] if _REFERENCE else [])]


def chosen(reference: Reference, name: str) -> list[Report]:
    """The report of this name, or all of them, by name. Raises UsageError where there is none."""
    if name not in ("", EVERY):
        return [report_named(reference, name)]
    first = report_named(reference, None)
    return [first, *(report for key, report in sorted(reference.reports.items()) if key != first.id)]
