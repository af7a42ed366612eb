"""Prefect's and Great Expectations' environment as this product wants it; measured with prefect 3.8.8."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

#: a name here that the operator's environment has already is left as it is
SWITCHES = {
    # telemetry off: server, client, flow runs, Great Expectations
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "GX_ANALYTICS_ENABLED": "false",
    # the older UI asks no outside host from the operator's browser; the newer one does
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # a run starts within so many seconds of its button, not 10; not less: each look writes to Prefect's SQLite file
    "PREFECT_RUNNER_POLL_FREQUENCY": "5",
    # runs, their logs and artifacts of more than 400 days ago go; what counts stands in our ledger, which keeps all
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(400 * 24 * 3600),
    # a run whose host died must not stay "Running" for ever
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
}


def switches(environ: Mapping[str, str], root: Path) -> dict[str, str]:
    """What to set: the above, and Prefect's own files beside ours, under ETL_DATA."""
    data = root / os.path.expanduser(environ.get("ETL_DATA") or "data")
    return {**SWITCHES, "PREFECT_HOME": str(data.absolute() / ".prefect")}
