"""`make serve` with a password: the UI's API and the release pages answer to nobody else, and the night still runs."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import ROOT, SAMPLES
from tests.flows.serving import clean_environment, serve

pytestmark = [pytest.mark.server, pytest.mark.slow]

PASSWORD = "mot-mat-khau-dai"


def status_of(address: str, authorization: str = "") -> int:
    asked = urllib.request.Request(address, headers={"Authorization": authorization} if authorization else {})
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_only_who_knows_the_password_gets_an_answer(tmp_path: Path) -> None:
    data, kept = tmp_path / "data", tmp_path / "password"
    kept.write_text(PASSWORD + "\n", "utf-8")
    serving = serve(data, ETL_UI_PASSWORD_FILE=str(kept))
    try:
        by_hand = subprocess.run(
            [sys.executable, "-m", "flows.nightly", "--inbox", str(SAMPLES), "--report", "laichau-st"],
            env=clean_environment(data) | {"ETL_UI_PASSWORD_FILE": str(kept)}, cwd=ROOT, capture_output=True,
            encoding="utf-8", check=False,
        )  # fmt: skip
        page = f"{serving.pages}/1/index.html"
        api = f"{serving.ui}/api/deployments/name/nightly/nightly"

        assert by_hand.returncode == 0, by_hand.stderr
        assert [status_of(api), status_of(page)] == [401, 401]
        assert [status_of(one, serving.authorization) for one in (api, page)] == [200, 200]
        runs = serving.post("/flow_runs/filter", {"flow_runs": {"deployment_id": {"is_null_": True}}})
        assert [run["state_type"] for run in runs] == ["COMPLETED"]  # the night by hand went to this server
        arguments = Path(f"/proc/{serving.process.pid}/cmdline").read_bytes()
        assert PASSWORD.encode() not in arguments + serving.log.read_bytes()
    finally:
        if serving.process.poll() is None:
            serving.stop()
