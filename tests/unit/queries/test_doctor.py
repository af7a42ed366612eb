"""What is wrong is told with what to do; what is right is told in a line."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from etl.pipeline import Stores
from etl.queries import doctor as examined
from etl.queries.conditions import Check
from etl.queries.doctor import doctor, doctor_text
from etl.settings import Settings
from tests.conftest import AT, ROOT
from tests.objects import ObjectStore
from tests.unit.acts.test_decide import send, workbook

NIGHT = {
    "paused": False,
    "schedules": [{"active": True, "schedule": {"cron": "0 2 * * *", "timezone": "Asia/Ho_Chi_Minh"}}],
}


LAST = {"state_type": "COMPLETED", "state_name": "NothingNew", "end_time": AT.isoformat(), "state": {"message": "x"}}


@contextmanager
def api(**more: Any) -> Iterator[str]:
    """What Prefect's API answers to the questions, by the end of their address."""
    said = {"health": True, "nightly": NIGHT, "filter": [LAST], **more}

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(said[self.path.rpartition("/")[2]]).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Api) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/api"
        server.shutdown()


@pytest.fixture
def prefect() -> Iterator[str]:
    with api() as address:
        yield address


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {check.what.partition(" /")[0]: check for check in checks}


def test_a_place_in_order(stores: Stores, tmp_path: Path, prefect: str) -> None:
    send(stores, tmp_path / "in", "SinHo.xlsx", workbook("SinHo", "Biểu 06", {}))
    checks = doctor(stores.settings, AT + timedelta(hours=1), prefect)

    assert [c for c in checks if c.state != "good"] == []
    assert by_name(checks)["Lịch chạy đêm"].told == "0 2 * * * Asia/Ho_Chi_Minh"
    assert doctor_text(checks).startswith("✓ Phiên bản / versions: etl ")


def test_a_night_that_failed_and_a_pool_without_workers(stores: Stores) -> None:
    failed = {**LAST, "state_type": "FAILED", "state_name": "Failed", "state": {"message": "Sổ cái không mở được"}}
    pool = {**NIGHT, "work_pool_name": "etl"}
    with api(filter=[failed], nightly=pool, etl={"status": "NOT_READY"}) as address:
        told = by_name(doctor(stores.settings, AT, address))
    with api(nightly=pool, etl={"status": "READY"}) as address:
        later = by_name(doctor(stores.settings, AT + timedelta(days=2), address))

    assert (told["Đêm cuối"].state, told["Đêm cuối"].told) == ("odd", "Failed, 21:00 31/01/2022: Sổ cái không mở được")
    assert (told["Worker"].state, told["Worker"].todo) == ("bad", "ETL_POOL=etl .venv/bin/python -m flows.worker")
    assert (later["Worker"].state, later["Đêm cuối"].state, "02:00" in later["Đêm cuối"].todo) == ("good", "odd", True)


def test_a_package_that_is_not_as_locked_is_told(
    stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "requirements.lock").write_text("xlrd==0.0.1 \\\n    --hash=sha256:0\nno-such-package==1 ; x\n")
    monkeypatch.setattr(examined, "find_root", lambda: tmp_path)
    told = by_name(doctor(stores.settings, AT, "http://127.0.0.1:1/api"))["Gói"]
    assert (told.state, told.told.endswith("(cần / wanted 0.0.1)"), told.todo) == ("odd", True, "make install")


def test_each_fault_says_what_to_do(stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    send(stores, tmp_path / "in", "SinHo.xlsx", workbook("SinHo", "Biểu 02", {"G9": "1.234"}))
    stores.settings.inbox.mkdir()
    (stores.settings.inbox / "BC.xlsx").write_bytes(b"x")
    os.utime(stores.settings.inbox / "BC.xlsx", ((AT + timedelta(hours=2)).timestamp(),) * 2)
    with sqlite3.connect(stores.settings.data / "ledger.sqlite") as connection:
        connection.execute("DROP TRIGGER events_no_update")
        connection.execute("UPDATE events SET by_name = 'x' WHERE position = 1")

    told = by_name(doctor(stores.settings, AT + timedelta(days=3)))
    assert (told["Sổ cái"].state, "etl verify" in told["Sổ cái"].todo) == ("bad", True)
    assert (told["Việc chờ"].state, "etl decide" in told["Việc chờ"].todo) == ("odd", True)
    assert told["Lần nhận hoặc công bố cuối"].state == "odd"
    assert "1 tệp chưa nhận" in told["Lần nhận hoặc công bố cuối"].told
    assert (told["Prefect"].state, "make serve" in told["Prefect"].todo) == ("odd", True)


def test_a_new_place_and_bad_reference_data(tmp_path: Path) -> None:
    settings = Settings.from_environment({"ETL_DATA": str(tmp_path / "data"), "ETL_REFERENCE": str(tmp_path)}, ROOT)
    told = by_name(doctor(settings, AT, "http://127.0.0.1:1/api"))

    assert (told["Sổ cái"].state, told["Dữ liệu tham chiếu"].state, told["Prefect"].state) == ("odd", "bad", "bad")
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_an_object_store_is_written_read_and_left_as_it_was_or_it_is_said_what_to_do(
    objects: ObjectStore, tmp_path: Path
) -> None:
    def told(store: str, **other: str) -> Check:
        environment = {"ETL_DATA": str(tmp_path), **objects.environment(store), **other}
        found = doctor(Settings.from_environment(environment, ROOT), AT)
        return next(check for check in found if check.what.startswith("Kho đối tượng"))

    bucket = objects.bucket()
    good, absent = told(f"s3://{bucket}/etl"), told("s3://khong-co/etl")
    assert (good.state, good.todo) == ("good", "")
    assert (absent.state, "quyền" in absent.todo, "khong-bi-mat" in str(absent)) == ("bad", True, False)
    assert Settings.from_environment(objects.environment(), ROOT).bucket("ETL_STORE", f"s3://{bucket}").names() == []
