"""What a form offers to choose from: read from the reference data when the flows are served."""

from __future__ import annotations

import os
from typing import Annotated

from pydantic import Field

from etl.consolidation.reports import report_named
from etl.model.reference import Reference, Report
from etl.settings import Settings, find_root


def report_ids() -> list[str]:
    """The reports that are defined, by name; the first is the one that is made when none is asked for."""
    folder = Settings.from_environment(os.environ, find_root()).reference / "reports"
    return sorted(path.stem for path in folder.glob("*.yaml") if "." not in path.stem)  # not *.narrative.yaml


#: '' where no report is defined: the run then says so
FIRST_REPORT = next(iter(report_ids()), "")

#: a select in the UI. Not Literal: a Literal of one report is a constant there, greyed out with a remark
ReportId = Annotated[str, Field(json_schema_extra={"enum": [*report_ids()]} if FIRST_REPORT else None)]

#: no report can be called so: its id is a file's name
EVERY = "mọi báo cáo / every report"
ReportIds = Annotated[str, Field(json_schema_extra={"enum": [EVERY, *report_ids()]})]


def chosen(reference: Reference, name: str) -> list[Report]:
    """The report of this name, or all of them, by name. Raises UsageError where there is none."""
    if name not in ("", EVERY):
        return [report_named(reference, name)]
    first = report_named(reference, None)
    return [first, *(report for key, report in sorted(reference.reports.items()) if key != first.id)]
