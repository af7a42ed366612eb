"""Prefect's and Great Expectations' environment as this product wants it; measured with prefect 3.8.8."""

from __future__ import annotations

from etl.settings import find_root

SWITCHES = {
    # telemetry off: server, client, Great Expectations
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    # the older UI asks no outside host from the operator's browser; the newer one does
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # a busy machine starts the ephemeral server in more than the default 20 s
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_HOME": str(find_root() / "data" / ".prefect"),
    "PREFECT_LOGGING_LEVEL": "INFO",
    # a run whose host died must not stay "Running" for ever
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
}
