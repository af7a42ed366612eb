"""`etl doctor` asks Prefect's server: does it run, is the night planned, how did the last one end, does anybody take runs."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from etl.access import PASSWORD, access
from etl.model.clock import LOCAL_TIME
from etl.queries.conditions import BAD, GOOD, ODD, Check
from etl.settings import Settings

_SILENT = timedelta(hours=36)


def prefect_checks(settings: Settings, address: str | None, at: datetime) -> Iterator[Check]:
    """The server, the nightly schedule, how the last night ended, and the workers where there is a pool."""
    what, home = "Prefect", Path(os.environ.get("PREFECT_HOME") or settings.data / ".prefect")
    note = home / "serving"
    api = address or os.environ.get("PREFECT_API_URL") or (note.read_text().strip() if note.is_file() else "")
    if not api:
        todo = "make serve (cần cho giao diện và lịch chạy đêm / needed for the UI and the nightly run)"
        yield Check(what, ODD, "máy chủ chưa chạy / no server is running", todo)
        return
    try:
        _ask(f"{api}/health")
        night = _ask(f"{api}/deployments/name/nightly/nightly")
    except urllib.error.HTTPError as error:
        todo = f"Đặt {PASSWORD}_FILE như khi chạy make serve / set {PASSWORD}_FILE as for make serve"
        yield Check(what, ODD, f"{api}: {error}", todo if error.code == 401 else "make serve")
        return
    except (OSError, ValueError) as error:
        yield Check(what, BAD, f"{api}: {error}", "Khởi động lại make serve / start make serve again")
        return
    yield Check(what, GOOD, api)
    active = [s for s in night.get("schedules", ()) if s.get("active")]
    paused = bool(night.get("paused")) or not active
    yield Check(
        "Lịch chạy đêm / nightly schedule", ODD if paused else GOOD,
        "đang tắt / is off" if paused else ", ".join(f"{s['schedule'].get('cron')} {s['schedule'].get('timezone')}" for s in active),
        "Bật lại ở trang deployments / turn it on again on the page of deployments" if paused else "",
    )  # fmt: skip
    try:
        yield from _last_night(api, at)
        yield from _workers(api, night.get("work_pool_name"))
    except (OSError, ValueError) as error:
        yield Check(what, ODD, f"{api}: {error}", "Hỏi lại sau / ask again later")


def _last_night(api: str, at: datetime) -> Iterator[Check]:
    """How the newest run of nightly ended that has ended."""
    wanted = {
        "deployments": {"name": {"any_": ["nightly"]}}, "limit": 1, "sort": "END_TIME_DESC",
        "flow_runs": {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}}},
    }  # fmt: skip
    what, runs = "Đêm cuối / last night", _ask(f"{api}/flow_runs/filter", wanted)
    if not runs:
        yield Check(what, GOOD, "chưa có đêm nào / none yet")
        return
    (run,) = runs
    ended, good = datetime.fromisoformat(run["end_time"]).astimezone(LOCAL_TIME), run["state_type"] == "COMPLETED"
    todo = (
        ""
        if good
        else "Mở lần chạy ấy, làm theo câu đầu của nó, chạy lại / open it, do what its message says, run it again"
    )
    if good and at - ended > _SILENT:
        good, todo = False, "make serve phải chạy lúc 02:00 / must be running at 02:00"
    told = f"{run['state_name']}, {ended:%H:%M %d/%m/%Y}"
    message = (run.get("state") or {}).get("message") or ""
    yield Check(
        what, GOOD if good else ODD, told if good else ": ".join(part for part in (told, message) if part), todo
    )


def _workers(api: str, pool: str | None) -> Iterator[Check]:
    if not pool:
        return
    ready = _ask(f"{api}/work_pools/{quote(pool, safe='')}").get("status") == "READY"
    yield Check(
        "Worker", GOOD if ready else BAD, f"{pool}: {'có / there are some' if ready else 'không worker nào trả lời / no worker answers'}",
        "" if ready else f"ETL_POOL={pool} .venv/bin/python -m flows.worker",
    )  # fmt: skip


def _ask(address: str, body: object = None) -> Any:
    known = access(os.environ).authorization
    headers = {"Content-Type": "application/json", **({"Authorization": known} if known else {})}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(address, data, headers), timeout=5) as answer:
        return json.load(answer)
