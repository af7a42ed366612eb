"""A batch is recorded whole, once, whatever names its files come under."""

from __future__ import annotations

import dataclasses

import pytest

from etl.errors import StoreError
from etl.model.findings import CELL, CRITICAL, HOLD, RECOGNITION, WARNING, Finding
from etl.store.ledger import FileOutcome, batch_hash, reading_id

REJECTED = Finding("S2", CRITICAL, "Đơn vị không hợp lệ", "not a unit", sheet="Biểu 01", cell="B3")
HELD = Finding("S3", HOLD, "Kỳ khác", "another period", scope=RECOGNITION, proposal="2020")
WAITS = Finding("S9", HOLD, "Số mơ hồ", "ambiguous", sheet="Biểu 01", cell="C12", scope=CELL, value="1.234")
WARNED = Finding("S7", WARNING, "Tổng khác", "typed total differs", sheet="Biểu 01", cell="C20")
UNREADABLE = Finding("damaged", CRITICAL, "Tệp hỏng", "damaged file")


def test_a_batch_is_recorded_with_everything_that_stands_behind_it(ledger, files):
    outcome = files.outcome("a.xlsx", readings=2, stated_revision=1)
    record = files.record(ledger, outcome)
    assert (record.new, record.duplicate, record.repeated, record.count("accepted")) == (1, 0, 0, 2)
    batch = files.batch(outcome)
    first, second = ledger.current()
    read = outcome.reading.readings[0]
    assert (first.form, second.form) == ("nv", "sp")
    assert (first.submission, first.reading) == (read.submission, reading_id(read.submission, batch))
    assert (first.file, first.sha256, first.revision, first.stated_revision) == ("a.xlsx", read.sha256, 1, 1)
    assert dict(first.lake) == {"nv": f"nv/{batch}.parquet"}
    assert dict(first.layouts) == read.layouts == ledger.layout(first.reading)
    assert (ledger.evidence(first.reading), ledger.totals(first.reading)) == (read.evidence, read.totals)
    assert (first.received_at, first.received_at.tzinfo) == (files.noon, files.noon.tzinfo)
    assert [(d.name, d.state, d.sender) for d in ledger.deliveries()] == [("a.xlsx", "recognised", "tam-duong")]
    assert ledger.known([read.sha256, "f" * 64]) == {read.sha256}
    assert [file.path for file in ledger.lake_files()] == [f"nv/{batch}.parquet", f"sp/{batch}.parquet"]


@pytest.mark.parametrize(
    ("findings", "state"),
    [
        ([], "accepted"),
        ([WARNED], "accepted_with_warnings"),
        ([WAITS], "accepted_with_warnings"),
        ([WARNED, HELD], "held"),
        ([HELD, REJECTED], "rejected"),
    ],
)
def test_the_verdict_decides_the_state_and_only_accepted_ones_count(ledger, files, findings, state):
    outcome = files.outcome("a.xlsx", findings=findings)
    assert files.record(ledger, outcome).count(state) == 1
    assert [current.state for current in ledger.current()] == ([state] if state.startswith("accepted") else [])
    assert [finding.code for finding in ledger.findings()] == [finding.code for finding in findings]


def test_a_finding_says_whose_it_is_and_keeps_its_words(ledger, files):
    outcome = files.outcome("a.xlsx", findings=[WAITS])
    files.record(ledger, outcome)
    (told,) = ledger.findings()
    whose = {"file": "a.xlsx", "submission": outcome.reading.readings[0].submission}
    assert told == dataclasses.replace(WAITS, **whose, form="nv", unit="106", period="2021")


def test_findings_can_be_asked_by_submission_severity_and_file(ledger, files):
    one = files.outcome("a.xlsx", findings=[WAITS, WARNED])
    other = files.outcome("b.xlsx", readings=0, about=[UNREADABLE])
    files.record(ledger, one, other)
    assert [f.code for f in ledger.findings()] == ["S9", "S7", "damaged"]
    assert [f.code for f in ledger.findings(severity=WARNING)] == ["S7"]
    assert [f.code for f in ledger.findings(file="b.xlsx")] == ["damaged"]
    assert [f.code for f in ledger.findings(submission=one.reading.readings[0].submission)] == ["S9", "S7"]


def test_the_same_batch_again_changes_nothing_and_tells_what_is(ledger, files):
    outcomes = [files.outcome("a.xlsx", findings=[WARNED]), files.outcome("b.xlsx", unit="107")]
    first = files.record(ledger, *outcomes)
    before = everything(ledger)
    again = files.record(ledger, *outcomes, minutes=90)
    assert (again.new, again.duplicate, again.repeated, again.position) == (0, 0, 2, None)
    assert (again.states, again.changed) == (first.states, {})
    assert everything(ledger) == before


def test_the_same_bytes_under_another_name_are_one_delivery_more_and_findings_are_told_under_each(ledger, files):
    first = files.outcome("a.xlsx", "bytes", findings=[WARNED], about=[UNREADABLE])
    files.record(ledger, first)
    copy = files.outcome("bản sao.xlsx", "bytes", minutes=5, readings=0)
    record = files.record(ledger, copy)
    assert (record.new, record.duplicate, list(record.states.values())) == (0, 1, ["accepted_with_warnings"])
    assert [(d.name, d.state) for d in ledger.deliveries()] == [("a.xlsx", "recognised"), ("bản sao.xlsx", "duplicate")]
    assert len(ledger.submissions()) == 1
    told = [[(f.code, f.file) for f in ledger.findings(file=name)] for name in ("a.xlsx", "bản sao.xlsx")]
    assert told == [
        [("damaged", "a.xlsx"), ("S7", "a.xlsx")],
        [("damaged", "bản sao.xlsx"), ("S7", "bản sao.xlsx")],
    ]


@pytest.mark.parametrize("readings", [1, 0], ids=["read twice", "read once"])
def test_two_names_of_the_same_bytes_in_one_batch_give_one_submission(ledger, files, readings):
    late = files.outcome("b.xlsx", "bytes", minutes=5)
    early = files.outcome("a.xlsx", "bytes", minutes=1, readings=readings)
    record = files.record(ledger, late, early)
    assert (record.new, record.duplicate, len(record.states)) == (1, 1, 1)
    assert [(s.file, s.received_at) for s in ledger.submissions()] == [("a.xlsx", files.at(1))]


def test_bytes_that_another_run_recorded_meanwhile_are_not_counted_twice(ledger, files):
    shared = files.outcome("a.xlsx", "shared")
    files.record(ledger, shared, files.outcome("b.xlsx", unit="107"))
    second = files.record(ledger, shared, files.outcome("c.xlsx", unit="108"))
    assert (second.new, second.repeated) == (1, 1)
    mine = {s.unit: s.reading for s in ledger.current()}
    # the second batch's Parquet file holds rows of `shared` too; they bear a reading that the ledger does not know
    stranger = reading_id(shared.reading.readings[0].submission, second.batch)
    assert stranger not in mine.values()
    assert sorted(mine) == ["106", "107", "108"]


def test_a_file_that_says_nothing_is_kept_with_what_was_found(ledger, files):
    record = files.record(ledger, files.outcome("thư.docx", readings=0, about=[UNREADABLE]))
    assert (record.new, record.states) == (1, {})
    assert [d.state for d in ledger.deliveries()] == ["unrecognised"]
    assert [(f.code, f.file, f.submission) for f in ledger.findings()] == [("damaged", "thư.docx", None)]
    assert ledger.lake_files() == []


def test_names_and_cells_that_no_database_takes_do_not_stop_a_batch(ledger, files):
    hostile = files.outcome("b\udce1o c\x00o.xlsx", findings=[WAITS.about(value="01\x0002")], about=[UNREADABLE])
    files.record(ledger, hostile)
    again = files.record(ledger, hostile)
    assert again.repeated == 1
    (delivery,) = ledger.deliveries()
    assert delivery.name == "b\\udce1o c␀o.xlsx"
    assert [f.value for f in ledger.findings(file=hostile.delivery.name, severity=HOLD)] == ["01␀02"]


def test_a_submission_of_a_taken_id_stops_the_batch_and_nothing_is_recorded(ledger, files):
    outcome = files.outcome("a.xlsx")
    twice = FileOutcome(outcome.delivery, dataclasses.replace(outcome.reading, readings=outcome.reading.readings * 2))
    with pytest.raises(StoreError, match=r"nv-106-2021-"):
        files.record(ledger, files.outcome("b.xlsx", unit="107"), twice)
    assert everything(ledger) == ([], [], [], [], [])


def test_a_moment_without_a_zone_is_refused(ledger, files):
    with pytest.raises(Exception, match="time zone"):
        ledger.add_event("note", "etl", "x", {}, files.noon.replace(tzinfo=None))
    assert ledger.position() == 0


def test_a_batch_is_named_by_bytes_and_by_what_reads_them(files):
    name = batch_hash(["b", "a", "a"], files.stamp)
    assert name == batch_hash(["a", "b"], files.stamp)
    assert name != batch_hash(["a"], files.stamp)
    assert name != batch_hash(["a", "b"], dataclasses.replace(files.stamp, version="0.2.0"))
    assert name != batch_hash(["a", "b"], dataclasses.replace(files.stamp, knowledge="decisions"))


def test_a_great_batch_fits_into_the_databases_statements(ledger, files):
    outcomes = [files.outcome(f"{unit}.xlsx", unit=str(unit)) for unit in range(1200)]
    assert files.record(ledger, *outcomes).count("accepted") == 1200
    assert files.record(ledger, *outcomes).repeated == 1200
    assert len(ledger.known([outcome.delivery.sha256 for outcome in outcomes])) == 1200


def everything(ledger):
    return (ledger.deliveries(), ledger.submissions(), ledger.findings(), ledger.lake_files(), ledger.events())
