"""An official release waits for a person: shown, suspended without a process, answered, shown again when figures moved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from etl.pipeline import Stores
from tests.conftest import SAMPLES, store_at
from tests.flows.serving import Serving, asks, serve

pytestmark = [pytest.mark.server, pytest.mark.slow]  # a dozen runs, one after another

WHO = {"by": "Lò Văn Hải", "reason": "đã đối chiếu với các huyện"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    serving = serve(tmp_path_factory.mktemp("approval") / "data")
    yield serving
    serving.kill()


@pytest.fixture(scope="module")
def waiting(served: Serving) -> dict[str, Any]:
    """After a night with one district missing, an official release is asked for, and waits."""
    served.run("nightly", period="2021", inbox=str(SAMPLES))
    stores = store_at(served.data)
    (gone,) = [s.submission for s in stores.ledger.submissions("sp", ["2021"]) if s.unit == "108"]
    stores.ledger.withdraw(gone, "Lò Văn Hải", "huyện xin rút", stores.ledger.events()[-1].at)
    return served.suspended(served.start("publish", period="2021", kind="official"))


@pytest.fixture(scope="module")
def moved(served: Serving, waiting: dict[str, Any]) -> dict[str, Any]:
    """Before it is answered the district's form counts again; then somebody approves what he saw."""
    stores = store_at(served.data)
    (gone,) = [s.submission for s in stores.ledger.submissions("sp", ["2021"]) if s.unit == "108"]
    stores.ledger.reinstate(gone, "Lò Văn Hải", "huyện gửi lại công văn", stores.ledger.events()[-1].at)
    assert served.run("publish", period="2020")["state_type"] == "COMPLETED"  # one that waits keeps no other waiting
    served.answer(waiting["id"], decision="approve", **WHO)
    return served.suspended(waiting["id"], times=2)


@pytest.fixture(scope="module")
def approved(served: Serving, moved: dict[str, Any]) -> dict[str, Any]:
    served.answer(moved["id"], decision="approve", lock=True, **WHO)
    return served.end_of(moved["id"])


def official(stores: Stores) -> list[tuple[str, str, str]]:
    return [(r.period, r.by, r.reason) for r in stores.ledger.releases() if r.kind == "official"]


def test_what_would_go_out_is_shown_before_anybody_is_asked(served: Serving, waiting: dict[str, Any]) -> None:
    said = served.artifacts(waiting)

    assert {"approval", "coverage", "figures"} <= set(said)
    assert "thiếu / missing: **1**" in said["approval"]
    assert "- Huyện Sìn Hồ: 02/KHCN-H 2021 (đã rút)" in said["approval"]
    assert "Miễn luật / waivers: **0**" in said["approval"]
    assert "SP.HA" in said["approval"].partition("what changes")[2]
    assert "### 2021: 49/50" in said["coverage"]


@pytest.mark.parametrize("form", [{"decision": "approve", "by": " ", "reason": "x y"}, {"decision": "maybe", **WHO}])
def test_a_form_that_says_nothing_is_refused_and_the_run_goes_on_waiting(
    served: Serving, waiting: dict[str, Any], form: dict[str, str]
) -> None:
    assert served.answer(waiting["id"], **form)["status"] == "REJECT"


def test_figures_that_moved_are_shown_again_and_nothing_went_out(served: Serving, moved: dict[str, Any]) -> None:
    found = served.post("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [moved["id"]]}}})
    told = [a["data"] for a in found if a["key"] == "approval"]

    assert sorted("đã đổi từ lần xem trước" in text for text in told) == [False, True]
    assert any("thiếu / missing: **0**" in text for text in told)


def test_what_was_seen_goes_out_and_the_ledger_knows_who(served: Serving, approved: dict[str, Any]) -> None:
    stores = store_at(served.data)

    assert (approved["state_type"], approved["state_name"]) == ("COMPLETED", "Completed"), approved["state"]["message"]
    assert "Lò Văn Hải duyệt" in approved["state"]["message"]
    assert official(stores) == [("2021", WHO["by"], WHO["reason"])]
    assert [(e.kind, e.by, e.payload["reason"]) for e in stores.ledger.events()[-1:]] == [
        ("lock", WHO["by"], WHO["reason"])
    ]
    assert "release-page" in served.artifacts(approved)


def test_a_refusal_stands_in_the_ledger_and_nothing_goes_out(served: Serving, approved: dict[str, Any]) -> None:
    run = served.suspended(served.start("publish", period="2020", kind="official"))
    served.answer(run["id"], decision="refuse", by="Trần Thị Mai", reason="thiếu số của Sở")
    ended = served.end_of(run["id"])
    stores = store_at(served.data)
    last = stores.ledger.events()[-1]

    assert (ended["state_name"], ended["state"]["message"].startswith("Không duyệt: thiếu số của Sở")) == (
        "Completed",
        True,
    )
    assert (last.kind, last.by, last.subject) == ("refuse", "Trần Thị Mai", "laichau-st 2020")
    assert [period for period, *_ in official(stores)] == ["2021"]


def test_an_approval_is_taken_back_with_its_lock(served: Serving, approved: dict[str, Any]) -> None:
    (number,) = [r.number for r in store_at(served.data).ledger.releases() if r.kind == "official"]
    again = served.run("publish", period="2021", kind="official")
    taken = served.run("recall", release=number, unlock=True, **WHO)
    kinds = [event.kind for event in store_at(served.data).ledger.events()[-3:]]

    assert again["state_name"] == "NothingNew"  # it is official and holds: nobody is asked twice
    assert (taken["name"], taken["state_name"], kinds) == (
        f"recall {number}",
        "Completed",
        ["recall", "undo", "recheck"],
    )


def test_what_comes_after_a_lock_waits_and_one_unit_is_let_in(
    served: Serving, approved: dict[str, Any], tmp_path: Path
) -> None:
    served.run("lock", period="2020", **WHO)
    locked = served.run("lock", period="2021", **WHO)
    asks(tmp_path / "BC_KHCN_2021_SinHo (sửa lần 2).xlsx")
    late = served.run("ingest", folder=str(tmp_path))
    (held,) = [s.submission for s in store_at(served.data).ledger.submissions("sp") if s.state == "held"]
    logged = served.post("/logs/filter", {"logs": {"flow_run_id": {"any_": [late["id"]]}}})
    (line,) = [one["message"] for one in logged if one["message"].startswith(held)]
    let_in = served.run("lock", action="let-in", period="2021", form="sp · 02/KHCN-H", unit="108 · Huyện Sìn Hồ", **WHO)

    assert (locked["name"], locked["state_name"], late["state_name"]) == ("lock 2021", "Completed", "NeedsPerson")
    assert line.startswith(f"{held}: chờ quyết định; xem / see {served.ui}/artifacts/artifact/")
    page = served.get(f"/artifacts/{line.rpartition('/')[2]}")
    assert (page["key"], "Kỳ 2021 đã khoá" in page["data"]) == ("findings", True)
    now = {s.submission: s.state for s in store_at(served.data).ledger.submissions("sp")}
    assert (let_in["state_name"], now[held]) == ("Completed", "accepted_with_warnings")


def test_holds_are_asked_about_and_named_before_anybody_approves(served: Serving, approved: dict[str, Any]) -> None:
    """What came after the lock, and the question of the form that was let in, are still open."""
    run = served.suspended(served.start("publish", period="2021", kind="official"))
    holds = [f.id for f in store_at(served.data).ledger.findings(severity="hold") if f.waits]
    form = served.get(
        f"/flow_runs/{run['id']}/input/{run['state']['state_details']['run_input_keyset']['description']}"
    )

    assert f"Sẽ để ngỏ {len(holds)} việc / would be left open" in form
    assert [hold for hold in holds if f"`{hold}`" not in form] == []
    assert "02/KHCN-H 2021 · BC\\_KHCN\\_2021\\_SinHo (sửa lần 2).xlsx!Biểu 02!G9" in form
    assert served.answer(run["id"], decision="approve", **WHO)["status"] == "REJECT"
    served.answer(run["id"], decision="approve-with-open-holds", **WHO)
    ended = served.end_of(run["id"])
    (noted,) = [e.payload["open_holds"] for e in store_at(served.data).ledger.events() if "open_holds" in e.payload]
    assert (ended["state_name"], noted) == ("Completed", sorted(holds))


def test_an_exception_to_no_lock_is_refused_in_one_sentence(served: Serving, approved: dict[str, Any]) -> None:
    wrong = served.run("lock", action="let-in", period="2022", unit="108 · Huyện Sìn Hồ", **WHO)
    assert (wrong["state_type"], wrong["state"]["message"].startswith("Kỳ 2022 không khoá")) == ("FAILED", True)


def test_several_periods_are_made_again_in_one_run(served: Serving, approved: dict[str, Any]) -> None:
    run = served.run("backfill", first="2020", last="2022")
    said = served.artifacts(run)["backfill"]

    assert (run["name"], run["state_name"]) == ("backfill 2020..2022", "Completed")
    assert [line.split("|")[1].strip() for line in said.splitlines()[2:]] == ["2020", "2021", "2022"]
    assert served.run("backfill", first="2020", last="2022")["state_name"] == "NothingNew"
