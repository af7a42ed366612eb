"""A night over several reports, on the census example's province: run beside a server as a process of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.flows.serving import clean_environment

EXAMPLE = ROOT / "examples" / "census-2009"
_NIGHT = """
import json, sys
from flows import console
from flows.nightly import nightly
with console.server():
    state = nightly(period="2009-04-01", inbox=sys.argv[1], return_state=True)
print(json.dumps([state.type.value, state.message, str(state.state_details.flow_run_id)]))
"""

#: a wait of 30 seconds for another's lock would make a test long
_IMPATIENT = """
import sys
from etl.store.ledger import connection
connection.PATIENCE = 0.1
from flows import console
from flows.ingest import ingest
with console.server():
    ingest(sys.argv[1])
"""


@contextmanager
def impatient_ingest(data: Path, api: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that takes a folder in and gives a locked ledger up at once; ended when this is left."""
    environment = clean_environment(data) | {"PREFECT_API_URL": api}
    running = subprocess.Popen([sys.executable, "-c", _IMPATIENT, str(folder)], env=environment, cwd=ROOT, text=True)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def three_reports(place: Path) -> Path:
    """Reference data with a report of the province, one of its first district, and one that a check never lets out."""
    shutil.copytree(EXAMPLE / "reference", place)
    own = (place / "reports" / "dan-so.yaml").read_text("utf-8").replace("[DS, DT, MD]", "[DS, DT]")
    (place / "reports" / "dan-so.yaml").write_text(own, "utf-8")
    for report, unit, indicator in (("quan-50101", "50101", "DS"), ("mat-do", "501", "MD")):
        text = own.replace("report: dan-so", f"report: {report}").replace('"501"', f'"{unit}"')
        (place / "reports" / f"{report}.yaml").write_text(text.replace("[DS, DT]", f"[{indicator}]"), "utf-8")
    check = "id,kind,indicator,parts,low,high,severity,note\nmat-do,between,MD,,0,1,critical,\n"
    (place / "checks.csv").write_text(check, "utf-8")
    return place


def night(data: Path, reference: Path, api: str, inbox: Path) -> tuple[str, str, str]:
    """One night of every report: the state it ends in, its message, the run's id."""
    own = {"ETL_REFERENCE": str(reference), "ETL_EXPECTATIONS": str(EXAMPLE / "expectations"), "PREFECT_API_URL": api}
    done = subprocess.run(
        [sys.executable, "-c", _NIGHT, str(inbox)], env=clean_environment(data) | own, cwd=ROOT, capture_output=True,
        encoding="utf-8", check=True,
    )  # fmt: skip
    state, message, run = json.loads(done.stdout.splitlines()[-1])
    return state, message, run


def releases(data: Path) -> dict[str, list[int]]:
    """Report → its releases."""
    found: dict[str, list[int]] = {}
    lines: list[dict[str, Any]] = json.loads((data / "releases" / "index.json").read_text("utf-8"))
    for line in sorted(lines, key=lambda one: one["number"]):
        found.setdefault(line["report"], []).append(line["number"])
    return found
