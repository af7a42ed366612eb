"""Two runs at once leave what one after the other would have left."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest

from etl.store.ledger import Ledger, batch_hash

SPAWN = multiprocessing.get_context("spawn")
start: object = None


def ready(barrier):
    global start
    start = barrier


def record_all(url, batches, lake, at, stamp):
    """Record batches one after the other, in a process of its own that begins together with its rivals."""
    ledger = Ledger.open(url)
    start.wait()
    for outcomes, files in zip(batches, lake, strict=True):
        batch = batch_hash((outcome.delivery.sha256 for outcome in outcomes), stamp)
        ledger.record_batch(batch, outcomes, files, at, stamp)


def open_together(url):
    start.wait()
    return Ledger.open(url).position()


@pytest.fixture
def rivals():
    with ProcessPoolExecutor(2, SPAWN, ready, (SPAWN.Barrier(2, timeout=60),)) as pool:
        yield pool


@pytest.fixture
def batches(files):
    """Two runs' batches for one form, unit and period: stated revisions, copies and one file that both take in."""
    both = files.outcome("both.xlsx", "the same bytes", minutes=7)
    first = [[files.outcome(f"a{n}.xlsx", minutes=n, stated_revision=n % 3)] for n in range(8)]
    second = [[files.outcome(f"b{n}.xlsx", minutes=n, stated_revision=n % 2)] for n in range(8)]
    first[3].append(both)
    second[3].append(both)
    second[5].append(files.outcome("copy.xlsx", "a5.xlsx", minutes=0, stated_revision=2))
    return first, second


def counting(ledger):
    """What does not depend on who came first: revision numbers and batches do."""
    submissions = {s.submission: (s.state, s.received_at) for s in ledger.submissions()}
    findings = {(f.id, f.file, f.expected) for f in ledger.findings()}
    return submissions, findings, {(d.name, d.sha256) for d in ledger.deliveries()}


def test_two_runs_at_once_end_as_one_after_the_other(url, files, rivals, batches, tmp_path):
    lake = [[files.lake_files(files.batch(*outcomes), outcomes) for outcomes in run] for run in batches]
    jobs = [
        rivals.submit(record_all, url, run, entries, files.noon, files.stamp)
        for run, entries in zip(batches, lake, strict=True)
    ]
    for job in jobs:
        job.result(timeout=120)
    together = Ledger.open(url)
    apart = Ledger.open(f"sqlite:///{tmp_path}/apart.sqlite")
    for outcomes in (*batches[0], *batches[1]):
        files.record(apart, *outcomes)
    assert counting(together) == counting(apart)
    assert len(together.current()) == 1
    assert sorted(s.revision for s in together.submissions()) == list(range(1, 18))
    assert (together.verify_chain(), together.position()) == ([], 16)


def test_two_runs_that_open_a_new_ledger_at_once_both_find_it_made(url, rivals):
    jobs = [rivals.submit(open_together, url) for _ in range(2)]
    assert [job.result(timeout=120) for job in jobs] == [0, 0]
