"""Release numbers are given once; a lease keeps others off a batch until it runs out."""

from __future__ import annotations

import pytest

from etl.errors import ReleaseExists, UsageError


def test_releases_are_numbered_from_one_and_kept_as_they_were(ledger, release):
    assert (ledger.next_release_number(), ledger.releases()) == (1, [])
    first = release(1)
    official = release(2, kind="official", by="Trần Văn A", reason="đã duyệt")
    ledger.add_release(first)
    ledger.add_release(official)
    assert ledger.releases() == [first, official]
    assert (ledger.release(2), ledger.next_release_number()) == (official, 3)
    event = ledger.events()[-1]
    assert (event.kind, event.by, event.subject) == ("release", "Trần Văn A", "2")
    assert event.payload["figures_sha256"] == official.figures_sha256


def test_a_number_is_given_once(ledger, release):
    ledger.add_release(release(1))
    with pytest.raises(ReleaseExists, match="1"):
        ledger.add_release(release(1, figures_sha256="b" * 64))
    assert [r.figures_sha256 for r in ledger.releases()] == ["a" * 64]
    assert ledger.position() == 1


def test_a_release_that_is_not_there_is_a_usage_error(ledger):
    with pytest.raises(UsageError, match="7"):
        ledger.release(7)


def test_a_lease_keeps_others_off_until_it_runs_out(ledger, files):
    assert ledger.take_lease("b1", "worker-1", until=files.at(10), at=files.at(0))
    assert not ledger.take_lease("b1", "worker-2", until=files.at(19), at=files.at(9))
    assert ledger.take_lease("b1", "worker-1", until=files.at(15), at=files.at(9))
    assert ledger.leases(files.at(14)) == {"b1": "worker-1"}
    assert ledger.leases(files.at(15)) == {}
    assert ledger.take_lease("b1", "worker-2", until=files.at(30), at=files.at(15))
    ledger.drop_lease("b1", "worker-1")
    assert ledger.leases(files.at(20)) == {"b1": "worker-2"}
    ledger.drop_lease("b1", "worker-2")
    assert ledger.leases(files.at(20)) == {}


def test_recording_a_batch_ends_its_lease(ledger, files):
    outcome = files.outcome("a.xlsx")
    ledger.take_lease(files.batch(outcome), "worker-1", until=files.at(10), at=files.at(0))
    files.record(ledger, outcome)
    assert ledger.leases(files.at(1)) == {}
