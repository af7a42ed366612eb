"""Revisions in the ledger: what counts, what is told, and what comes back."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from etl.errors import UsageError
from etl.model.findings import CRITICAL, HOLD, RECOGNITION, Finding

REJECTED = Finding("S2", CRITICAL, "Sai đơn vị", "wrong unit")


def test_a_new_revision_displaces_and_gets_the_next_number(ledger, files):
    files.record(ledger, files.outcome("a.xlsx", minutes=1))
    record = files.record(ledger, files.outcome("b.xlsx", minutes=2))
    assert files.states(ledger) == {"a.xlsx": "superseded", "b.xlsx": "accepted"}
    assert [(s.file, s.revision) for s in ledger.submissions()] == [("a.xlsx", 1), ("b.xlsx", 2)]
    assert sorted(record.changed.values()) == ["accepted", "superseded"]
    assert [current.file for current in ledger.current()] == ["b.xlsx"]


def test_forms_units_and_periods_never_displace_one_another(ledger, files):
    outcomes = [files.outcome(f"{u}-{p}.xlsx", unit=u, period=p) for u in ("106", "107") for p in ("2020", "2021")]
    files.record(ledger, *outcomes, files.outcome("sp.xlsx", readings=2, unit="108", period="2021"))
    assert len(ledger.current()) == 6
    assert [(c.unit, c.period) for c in ledger.current(form="nv", periods=["2020"])] == [
        ("106", "2020"),
        ("107", "2020"),
    ]
    assert [s.form for s in ledger.submissions(form="sp")] == ["sp"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_in_which_files_are_recorded_never_matters(ledger, files, order):
    rivals = [
        files.outcome("a.xlsx", minutes=1, stated_revision=1),
        files.outcome("b.xlsx", minutes=2),
        files.outcome("c.xlsx", minutes=3, findings=[REJECTED]),
    ]
    for index in order:
        files.record(ledger, rivals[index])
    assert files.states(ledger) == {"a.xlsx": "accepted", "b.xlsx": "superseded", "c.xlsx": "rejected"}


def test_what_was_displaced_comes_back_when_the_winner_is_withdrawn(ledger, files):
    files.record(ledger, files.outcome("a.xlsx", minutes=1), files.outcome("b.xlsx", minutes=2))
    (winner,) = ledger.current()
    changed = ledger.withdraw(winner.submission, "Nguyễn Thị Lan", "gửi nhầm", files.at(90))
    assert files.states(ledger) == {"a.xlsx": "accepted", "b.xlsx": "withdrawn"}
    assert sorted(changed.values()) == ["accepted", "withdrawn"]
    event = ledger.events()[-1]
    assert (event.kind, event.by, event.subject, event.payload["reason"]) == (
        "withdraw",
        "Nguyễn Thị Lan",
        winner.submission,
        "gửi nhầm",
    )
    assert ledger.withdraw(winner.submission, "Nguyễn Thị Lan", "gửi nhầm", files.at(91)) == {}
    assert ledger.position() == event.position


def test_withdrawing_what_never_came_is_a_usage_error(ledger, files):
    with pytest.raises(UsageError, match="nv-106-2021-00000000"):
        ledger.withdraw("nv-106-2021-00000000", "Lan", "?", files.noon)


def test_the_same_values_again_confirm_and_are_told_so(ledger, files):
    files.record(ledger, files.outcome("a.xlsx", minutes=1, content="same"))
    files.record(ledger, files.outcome("b.xlsx", minutes=2, content="same"))
    assert files.states(ledger) == {"a.xlsx": "accepted", "b.xlsx": "superseded"}
    (told,) = ledger.findings()
    assert (told.code, told.severity, told.file) == ("S10.confirmed", "info", "b.xlsx")
    assert "a.xlsx" in told.message_vi
    assert "a.xlsx" in told.message_en


def test_two_of_one_rank_are_held_until_one_is_withdrawn(ledger, files):
    rivals = [files.outcome(name, minutes=1, signed=date(2022, 1, 5)) for name in ("a.xlsx", "b.xlsx")]
    files.record(ledger, *rivals)
    first, second = sorted((outcome.reading.readings[0] for outcome in rivals), key=lambda r: r.submission)
    assert files.states(ledger) == {first.file: "accepted", second.file: "held"}
    (told,) = ledger.findings(severity=HOLD)
    assert (told.code, told.scope, told.submission, told.proposal, told.expected) == (
        "S10.same-rank",
        RECOGNITION,
        second.submission,
        second.submission,
        first.submission,
    )
    assert {first.file, second.file} <= set(told.message_vi.replace(",", " ").replace(". ", " ").split())
    ledger.withdraw(first.submission, "Lan", "tệp cũ", files.at(90))
    assert files.states(ledger) == {first.file: "withdrawn", second.file: "accepted"}
    assert ledger.findings(severity=HOLD) == []


def test_a_copy_that_came_earlier_lowers_the_rank_of_its_bytes(ledger, files):
    files.record(ledger, files.outcome("a.xlsx", "old bytes", minutes=9), files.outcome("b.xlsx", minutes=5))
    assert files.states(ledger) == {"a.xlsx": "accepted", "b.xlsx": "superseded"}
    record = files.record(ledger, files.outcome("thư cũ.xlsx", "old bytes", minutes=1, readings=0))
    assert files.states(ledger) == {"thư cũ.xlsx": "superseded", "b.xlsx": "accepted"}
    assert sorted(record.changed.values()) == ["accepted", "superseded"]
    assert [s.received_at for s in ledger.submissions()] == [files.at(5), files.at(1)]


def test_the_audit_log_alone_says_what_counted_at_every_position(ledger, files):
    files.record(ledger, files.outcome("a.xlsx", minutes=1), files.outcome("b.xlsx", minutes=1, unit="107"))
    counted = [{c.submission: c.reading for c in ledger.current()}]
    files.record(ledger, files.outcome("c.xlsx", minutes=2))
    counted.append({c.submission: c.reading for c in ledger.current()})
    ledger.withdraw(ledger.current()[0].submission, "Lan", "gửi nhầm", files.at(90))
    counted.append({c.submission: c.reading for c in ledger.current()})
    states, readings, replayed = {}, {}, []
    for event in ledger.events():
        states |= event.payload["states"]
        readings |= event.payload.get("readings", {})
        replayed.append({name: readings[name] for name, state in states.items() if state.startswith("accepted")})
    assert replayed == counted
