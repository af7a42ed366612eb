"""What an operator gets from `make serve`: a real Prefect server with its deployments, started once for these tests."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.choices import EVERY
from tests.conftest import ROOT, SAMPLES, store_at
from tests.flows import reports
from tests.flows.serving import ENDED, SECONDS, Serving, asks, clean_environment, holds_in, serve, until

pytestmark = pytest.mark.server

NAMES = (
    "gạo Séng Cù",
    "gạo Tẻ râu",
    "gạo Khẩu Ký",
    "gạo Nếp Tan Co Giàng",
    "chè Tam Đường",
    "chè Tân Uyên",
    "Miến dong Bình Lư",
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    serving = serve(tmp_path_factory.mktemp("served") / "data")
    yield serving
    if serving.process.poll() is None:
        serving.kill()


@pytest.fixture(scope="module")
def night(served: Serving) -> dict[str, Any]:
    """The run of a night that finds the sample inbox."""
    return served.run("nightly", period="2020..2021", inbox=str(SAMPLES))


@pytest.fixture(scope="module")
def idle(served: Serving, night: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Runs side by side after that night that change nothing: the next night, and one with a wrong parameter."""
    return side_by_side(
        served, nightly={"period": "2020..2021", "inbox": str(SAMPLES)}, ingest={"folder": "/không/có"}
    )  # fmt: skip


@pytest.fixture(scope="module")
def busy(served: Serving, night: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Then, side by side: two files that cannot be opened and one with a question, and a release of the period that is due."""
    folder = tmp_path_factory.mktemp("bad")
    asks(folder / "BC_KHCN_2021_SinHo (sửa lần 2).xlsx")
    (folder / "BC_KHCN_2021_SinHo.xlsx").write_bytes(b"PK\x03\x04 cut off")
    (folder / "<img src=x>.xlsx").write_bytes(b"")
    return side_by_side(served, ingest={"folder": str(folder)}, publish={})


@pytest.fixture(scope="module")
def acts(served: Serving, busy: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Then what people do, side by side; the id is the one that the to-do list gives."""
    (hold,) = holds_in(served.artifacts(busy["ingest"])["todo"])
    signed = {"by": "Lò Văn Hải", "reason": "đã hỏi lại xã"}
    return side_by_side(
        served, decide={"holds": hold, "verb": "correct", "value": "1.234", **signed}, remind={"period": "2021"},
        withdraw={"submission": "sp-999-2021-0", **signed}, recheck={"by": "Lò Văn Hải"},
    )  # fmt: skip


def side_by_side(served: Serving, **parameters: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Start deployments together, each with its parameters; name → the run when it has ended."""
    started = {name: served.start(name, **given) for name, given in parameters.items()}
    return {name: served.end_of(run) for name, run in started.items()}


def releases(served: Serving) -> list[str]:
    return sorted(p.name for p in (served.data / "releases").iterdir() if p.name.isdigit())


def deployment(served: Serving, name: str) -> dict[str, Any]:
    found: dict[str, Any] = served.get(f"/deployments/name/{name}/{name}")
    return found


def text_at(address: str) -> str:
    request = urllib.request.Request(address, headers={"Accept": "text/html, */*"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("nightly", ["period", "report", "inbox"]),
        ("ingest", ["folder"]),
        ("publish", ["period", "report", "kind"]),
        ("backfill", ["first", "last", "report"]),
        ("recall", ["release", "by", "reason", "unlock"]),
        ("lock", ["period", "by", "reason", "action", "form", "unit"]),
        ("decide", ["holds", "by", "reason", "verb", "value"]),
        ("withdraw", ["submission", "by", "reason", "action"]),
        ("recheck", ["by", "dry_run"]),
        ("remind", ["period", "report"]),
    ],
)
def test_a_deployment_explains_itself_in_two_languages(served: Serving, name: str, parameters: list[str]) -> None:
    found = deployment(served, name)
    schema = found["parameter_openapi_schema"]["properties"]

    assert list(schema) == parameters
    assert [p for p, about in schema.items() if " / " not in about["description"]] == []
    assert "\n\n" in found["description"]
    assert found["tags"]
    assert not found["paused"]


def test_kind_and_report_of_a_release_are_chosen_from_lists(served: Serving) -> None:
    asked = deployment(served, "publish")["parameter_openapi_schema"]["properties"]
    assert (asked["kind"]["enum"], asked["kind"]["default"]) == (["provisional", "official"], "provisional")
    assert (asked["report"]["enum"], asked["report"]["default"]) == (["laichau-st"], "laichau-st")
    night = deployment(served, "nightly")["parameter_openapi_schema"]["properties"]["report"]
    assert (night["enum"], night["default"]) == ([EVERY, "laichau-st"], EVERY)


@pytest.mark.parametrize("name", ["nightly", "publish", "remind"])
def test_periods_and_spans_of_years_are_chosen_from_lists(served: Serving, name: str) -> None:
    asked = deployment(served, name)["parameter_openapi_schema"]["properties"]["period"]
    assert (asked["enum"][:2], asked["default"]) == (["", "2020"], "")
    assert {"2024", "2020..2021", "2020..2024"} <= set(asked["enum"])


def test_periods_forms_and_units_are_chosen_from_the_reference_data(served: Serving) -> None:
    asked = deployment(served, "lock")["parameter_openapi_schema"]["properties"]
    assert asked["period"]["enum"] == ["2020", "2021", "2022", "2023", "2024"]
    assert ("sp · 02/KHCN-H" in asked["form"]["enum"], "108 · Huyện Sìn Hồ" in asked["unit"]["enum"]) == (True, True)


def test_the_night_is_at_two_in_the_morning_and_planned(served: Serving) -> None:
    (schedule,) = deployment(served, "nightly")["schedules"]
    assert schedule["active"]
    assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("0 2 * * *", "Asia/Ho_Chi_Minh")

    def planned() -> list[str] | None:
        runs = served.post("/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}})
        return [run["expected_start_time"] for run in runs if run["auto_scheduled"]] or None

    hours = {
        datetime.fromisoformat(at).astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).hour
        for at in until(planned, "a planned night")
    }
    assert hours == {2}


def test_nothing_is_told_to_anybody(served: Serving) -> None:
    settings = served.get("/admin/settings")
    assert settings["server"]["analytics_enabled"] is False
    assert json.loads(text_at(f"{served.ui}/ui-settings"))["default_ui"] == "v1"
    # the newer UI asks an analytics host from the browser; in its place is a page of ours that loads nothing
    newer = text_at(f"{served.ui}/v2/dashboard")
    assert ("về giao diện chính" in newer, "src=" in newer) == (True, False)


def test_a_night_takes_in_and_releases(served: Serving, night: dict[str, Any]) -> None:
    said = served.artifacts(night)

    assert (night["name"], night["state_type"], night["state_name"]) == ("nightly 2020..2021", "COMPLETED", "Completed")
    assert sorted(said) == [
        "coverage", "figures", "findings", "intake", "progress", "release-page", "reminders", "summary"
    ]  # fmt: skip
    assert f"| Bản công bố mới / new releases | [1]({served.pages}/1/index.html) |" in said["summary"]
    assert "new files: **21**" in said["intake"]
    figures = said["figures"].partition("## Mọi chỉ tiêu")[0]
    assert [value for value in ("**46 nhiệm vụ**", "**80 nhãn hiệu**", "**7 nhãn hiệu**") if value not in figures] == []
    assert [name for name in NAMES if f"– {name}" not in figures] == []
    assert "### 2021: 50/50" in said["coverage"]
    assert served.tasks(night) == ["consolidate 2020..2021", "receive", "release", "take in 1/1: 21 files"]


def test_the_link_opens_the_release_page(served: Serving, night: dict[str, Any]) -> None:
    address = f"{served.pages}/1/index.html"

    assert f"({address})" in served.artifacts(night)["release-page"]
    assert "<h1>" in text_at(address)
    assert '<a href="1/index.html">' in text_at(served.pages)


@pytest.mark.parametrize("path", ["/../ledger.sqlite", "/%2e%2e/ledger.sqlite", "/1/rows/", "/2/index.html"])
def test_only_releases_are_shown(served: Serving, night: dict[str, Any], path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        text_at(served.pages + path)
    assert refused.value.code == 404


def test_the_next_night_finds_nothing_new(served: Serving, idle: dict[str, dict[str, Any]]) -> None:
    again = idle["nightly"]

    assert (again["state_type"], again["state_name"]) == ("COMPLETED", "NothingNew")
    assert "Không có gì mới" in again["state"]["message"]
    said = served.artifacts(again)
    assert (sorted(said), said["intake"]) == (
        ["intake", "progress", "reminders", "summary"],
        "Không có gì mới. / Nothing new.",
    )
    assert said["summary"].startswith("## NothingNew")
    assert releases(served) == ["1"]


def test_a_wrong_folder_fails_with_a_plain_message_and_is_not_tried_again(
    served: Serving, idle: dict[str, dict[str, Any]]
) -> None:
    wrong = idle["ingest"]
    assert wrong["state_type"] == "FAILED"
    assert wrong["state"]["message"].startswith("Không có tệp hay thư mục này")
    failed = ("receive", 1, "FAILED")
    assert tries(served, wrong["id"], failed) == [failed]


@pytest.mark.parametrize("name", ["nightly", "publish", "remind"])
def test_a_period_that_is_none_is_refused_before_there_is_a_run(served: Serving, name: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        served.start(name, period="hôm qua")
    assert refused.value.code in (409, 422)


def test_a_ledger_that_another_process_holds_is_tried_again(
    served: Serving, night: dict[str, Any], tmp_path: Path
) -> None:
    data, inbox = tmp_path / "data", tmp_path / "inbox"
    inbox.mkdir()
    shutil.copy(SAMPLES / "BC_KHCN_2021_SinHo.xlsx", inbox)
    store_at(data)
    waits = {"task_runs": {"state": {"name": {"any_": ["AwaitingRetry"]}}}}
    with closing(sqlite3.connect(data / "ledger.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with reports.impatient_ingest(data, f"{served.ui}/api", inbox) as running:
            (task,) = until(lambda: served.post("/task_runs/filter", waits) or None, "a task waits to be tried again")
            other.execute("ROLLBACK")
            assert running.wait(SECONDS) == 0
    run = task["flow_run_id"]

    assert task["name"] == "take in 1/1: 1 files"
    assert served.get(f"/flow_runs/{run}")["state_type"] == "COMPLETED"
    again = ("take in 1/1: 1 files", 2, "COMPLETED")
    assert tries(served, run, again) == [("receive", 1, "COMPLETED"), again]
    assert [s.state for s in store_at(data).ledger.submissions("sp")] == ["accepted"]


Tried = tuple[str, int, str]


def tries(served: Serving, run: str, awaited: Tried) -> list[Tried]:
    """The tasks of a run that has ended, how often each was tried, how that ended; the server hears of tasks a little
    later, so one is awaited."""

    def ended() -> list[Tried] | None:
        found = served.post("/task_runs/filter", {"task_runs": {"flow_run_id": {"any_": [run]}}})
        told = sorted((task["name"], task["run_count"], task["state_type"]) for task in found)
        return told if awaited in told and all(state in ENDED for *_, state in told) else None

    return until(ended, f"its tasks have ended, {awaited} among them")


def test_make_run_beside_it_uses_its_server(served: Serving, night: dict[str, Any]) -> None:
    done = by_hand(served.data, "--inbox", str(SAMPLES), "--report", "laichau-st")
    said = [line for line in done.stderr.splitlines() if not line.startswith("import time:")]
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}

    assert (done.returncode, len(said)) == (0, 3), said  # three lines of progress, no noise
    assert ("prefect" in imported, imported & {"great_expectations", "duckdb"}) == (
        True,
        set(),
    )  # a quiet night is light
    assert "Không có gì mới; bản 1 vẫn đúng" in done.stdout
    assert "Miến dong" in done.stdout
    runs = served.post("/flow_runs/filter", {"flow_runs": {"deployment_id": {"is_null_": True}}})
    assert [run["state_name"] for run in runs if run["name"].startswith("nightly")] == ["NothingNew"]


def by_hand(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m flows.nightly`, as `make run` calls it; it tells what it imports."""
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "flows.nightly", *arguments], env=clean_environment(data), cwd=ROOT, capture_output=True,
        encoding="utf-8", check=False,
    )  # fmt: skip


def test_without_a_period_the_calendar_says_which(served: Serving, busy: dict[str, dict[str, Any]]) -> None:
    run = busy["publish"]

    assert run["name"] == "publish kỳ đến hạn / the period due (provisional)"
    assert "## Số liệu chính / key figures: 20" in served.artifacts(run)["figures"]


def test_a_bad_file_is_told_and_stops_nobody(served: Serving, busy: dict[str, dict[str, Any]]) -> None:
    run = busy["ingest"]
    said = served.artifacts(run)["findings"]

    assert (run["state_type"], run["state_name"]) == ("COMPLETED", "NeedsPerson")
    assert "2 bài bị trả lại, 1 việc chờ quyết định" in run["state"]["message"]
    assert "✕ LỖI" in said
    assert "Không mở được tệp" in said
    assert "<img" not in said  # what somebody called a file is text, never a tag


def test_a_hold_is_decided_from_the_ui(served: Serving, acts: dict[str, dict[str, Any]]) -> None:
    run = acts["decide"]
    said = served.artifacts(run)

    assert (run["name"], run["state_name"]) == ("decide correct: 1 việc / holds", "Completed")
    assert run["state"]["message"].startswith("1 quyết định, còn 0 việc chờ")
    assert "| correct 1.234 |" in said["decided"]
    assert said["todo"].startswith("Không có việc nào chờ quyết định")


def test_what_a_person_may_not_do_is_said_plainly(acts: dict[str, dict[str, Any]]) -> None:
    run = acts["withdraw"]
    assert (run["name"], run["state_type"]) == ("withdraw sp-999-2021-0", "FAILED")
    assert "sp-999-2021-0" in run["state"]["message"]


def test_who_owes_what_and_what_would_move_are_shown(served: Serving, acts: dict[str, dict[str, Any]]) -> None:
    owing, moving = acts["remind"], acts["recheck"]

    assert owing["state"]["message"] == "Không ai còn nợ biểu nào. / Nobody owes a form."
    assert (moving["name"], moving["state_type"]) == ("recheck: xem trước / preview", "COMPLETED")
    assert list(served.artifacts(moving)) == ["moves"]


def test_a_decision_without_a_name_is_refused_before_there_is_a_run(served: Serving) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        served.start("decide", holds="1fa1e04eec16", by="", reason="vì sao")
    assert refused.value.code in (409, 422)


def test_a_night_renews_every_report_whose_figures_moved(
    served: Serving, acts: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    """A report that is refused stops no other; the second night brings a district that only the province's report holds."""
    data, inbox, reference = tmp_path / "data", tmp_path / "inbox", reports.three_reports(tmp_path / "reference")
    shutil.copytree(reports.EXAMPLE / "inbox", inbox)
    late = (inbox / "50103.xlsx").rename(tmp_path / "50103.xlsx")
    state, message, run = reports.night(data, reference, f"{served.ui}/api", inbox)

    assert state == "FAILED"
    assert message.startswith("mat-do: Không công bố: các số liệu trái nhau.")
    failed = ("release", 1, "FAILED")
    assert [tried for tried in tries(served, run, failed) if tried[2] == "FAILED"] == [failed]
    assert reports.releases(data) == {"dan-so": [1], "quan-50101": [2]}
    shown = served.artifacts({"id": run})
    assert "mat-do" in shown["summary"]
    assert {key for key in shown if key.startswith("figures")} == {"figures-dan-so", "figures-quan-50101"}

    late.rename(inbox / "50103.xlsx")
    reports.night(data, reference, f"{served.ui}/api", inbox)
    assert reports.releases(data) == {"dan-so": [1, 3], "quan-50101": [2]}


@pytest.mark.parametrize("same_files", [True, False])
def test_a_second_one_says_why_it_does_not_start(served: Serving, tmp_path: Path, same_files: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flows.serve", "--port", str(served.ports[0])],
        env=clean_environment(served.data if same_files else tmp_path), cwd=ROOT, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    reason = f"`make serve` đã chạy trên dữ liệu này / runs on these files already: {served.ui}"
    assert done.returncode == 2
    assert done.stderr.startswith(reason if same_files else f"Cổng {served.ports[0]} đang bận")


def test_sigterm_ends_all_of_it(served: Serving) -> None:
    """The last one here: what comes after it has no server."""
    ended = served.stop()
    assert (ended.status, ended.left, ended.taken) == (0, [], [])
