"""The ledger as it was: whatever happened since, a position says what the ledger said when it was the last one."""

from __future__ import annotations

import random

import pytest

from etl.errors import UsageError
from etl.model.findings import CRITICAL, HOLD, RECOGNITION, WARNING, Finding
from etl.model.submissions import Delivery
from etl.store.ledger import FileOutcome, batch_hash
from tests.unit.store.ledger.conftest import NOON, STAMP, Files, all_of

REJECTED = Finding("S2", CRITICAL, "Sai đơn vị", "wrong unit")
HELD = Finding("S3", HOLD, "Kỳ khác", "another period", scope=RECOGNITION, proposal="2020")
WARNED = Finding("S7", WARNING, "Tổng khác", "typed total differs", sheet="Biểu 01", cell="C20")
ABOUT = Finding("damaged", CRITICAL, "Tệp hỏng", "damaged file")


class Story:
    """A random history of one ledger; `told` keeps what the ledger said at each position."""

    def __init__(self, ledger, seed: int) -> None:
        self.ledger, self.chance, self.files = ledger, random.Random(seed), Files()
        self.kept: dict[str, FileOutcome] = {}
        self.told = {0: all_of(ledger)}

    def goes_on(self) -> None:
        self.chance.choice((self.arrives, self.arrives, self.copied, self.reread, self.withdrawn, self.reinstated))()
        position = self.ledger.position()
        # what changes nothing leaves no event, and then nothing may have changed
        assert self.told.setdefault(position, all_of(self.ledger)) == all_of(self.ledger)

    def _findings(self) -> list[Finding]:
        return self.chance.choice(([], [], [WARNED], [HELD], [REJECTED]))

    def _fresh(self) -> FileOutcome:
        name = f"{len(self.kept)}.xlsx"
        about = self.chance.choice(([], [ABOUT]))
        outcome = self.files.outcome(
            name, minutes=self.chance.randrange(4), readings=self.chance.randrange(3), about=about,
            stated_revision=self.chance.randrange(2), findings=self._findings(), content=self.chance.choice("xyz"),
        )  # fmt: skip
        self.kept[outcome.delivery.sha256] = outcome
        return outcome

    def arrives(self) -> None:
        self.files.record(self.ledger, *(self._fresh() for _ in range(self.chance.randrange(1, 4))))

    def copied(self) -> None:
        if self.kept:
            original = self.chance.choice(list(self.kept.values()))
            name = f"copy {self.chance.randrange(5)} of {original.delivery.name}"
            at = self.files.at(self.chance.randrange(-2, 4))
            copy = Delivery(name, original.delivery.sha256, original.delivery.size, at, "tam-duong")
            self.files.record(self.ledger, FileOutcome(copy, original.reading))

    def reread(self) -> None:
        some = [o for o in self.kept.values() if self.chance.random() < 0.4]
        again = []
        for old in some:
            delivery = next(d for d in self.ledger.deliveries() if d.sha256 == old.delivery.sha256)
            new = self.files.outcome(
                old.delivery.name, minutes=0, readings=self.chance.randrange(3), about=self.chance.choice(([], [ABOUT])),
                stated_revision=self.chance.randrange(2), findings=self._findings(), content=self.chance.choice("xyz"),
            )  # fmt: skip
            kept = Delivery(delivery.name, delivery.sha256, delivery.size, delivery.received_at, delivery.sender)
            again.append(FileOutcome(kept, new.reading))
        batch = batch_hash([*(o.delivery.sha256 for o in again), f"again {self.ledger.position()}"], STAMP)
        self.ledger.reread(batch, again, self.files.lake_files(batch, again), NOON, STAMP, "Lan")

    def withdrawn(self) -> None:
        self._turn(self.ledger.withdraw)

    def reinstated(self) -> None:
        self._turn(self.ledger.reinstate)

    def _turn(self, act) -> None:
        known = self.ledger.submissions()
        if known:
            act(self.chance.choice(known).submission, "Lan", "gửi nhầm", NOON)


@pytest.mark.parametrize("seed", range(12))
def test_at_every_position_the_past_says_what_the_present_said_then(ledger, seed):
    story = Story(ledger, seed)
    for _ in range(14):
        story.goes_on()
    for position, told in story.told.items():
        assert all_of(ledger.at(position)) == told, f"position {position}"


def test_the_past_can_be_asked_by_form_period_submission_severity_and_file(ledger, files):
    files.record(ledger, files.outcome("a.xlsx", findings=[WARNED], readings=2), files.outcome("b.xlsx", period="2020"))
    past = ledger.at(1)
    files.record(ledger, files.outcome("c.xlsx", minutes=9))
    (one,) = past.current("nv", ["2021"])

    assert (one.file, [s.form for s in past.submissions("sp")]) == ("a.xlsx", ["sp"])
    assert [f.submission for f in past.findings(one.submission)] == [one.submission]
    assert (len(past.findings(severity=WARNING)), past.findings(file="b.xlsx")) == (2, [])
    assert (past.position(), len(past.events()), len(past.deliveries())) == (1, 1, 2)


def test_decisions_are_those_of_the_time(ledger, files):
    hold = HELD.about(submission="nv-106-2021-00000000", form="nv", unit="106", period="2021", file="a.xlsx")
    (decision,) = ledger.decide([hold], "accept", None, "Lan", "đã hỏi", files.noon)
    ledger.undo(decision.id, "Lan", "nhầm", files.at(1))

    assert [[d.verb for d in ledger.at(p).decisions()] for p in (0, 1, 2)] == [[], ["accept"], ["accept", "undo"]]


def test_a_reinstated_submission_counts_again_and_only_a_known_one_can_be(ledger, files):
    files.record(ledger, files.outcome("a.xlsx", minutes=1), files.outcome("b.xlsx", minutes=2))
    (winner,) = ledger.current()
    ledger.withdraw(winner.submission, "Lan", "gửi nhầm", files.at(90))
    changed = ledger.reinstate(winner.submission, "Lan", "đúng rồi", files.at(91))

    assert files.states(ledger) == {"a.xlsx": "superseded", "b.xlsx": "accepted"}
    assert sorted(changed.values()) == ["accepted", "superseded"]
    assert ledger.reinstate(winner.submission, "Lan", "lần nữa", files.at(92)) == {}
    assert [e.kind for e in ledger.events()] == ["batch", "withdraw", "reinstate"]
    with pytest.raises(UsageError, match="no such submission"):
        ledger.reinstate("nv-1-2021-0", "Lan", "?", files.at(93))


@pytest.mark.parametrize("verb", ["accept", "reject"])
def test_of_two_files_of_one_rank_a_person_says_which_counts(ledger, files, verb):
    files.record(ledger, files.outcome("a.xlsx", "1"), files.outcome("b.xlsx", "2"))
    (hold,) = ledger.findings(severity=HOLD)
    held, counts = hold.file, next(c.file for c in ledger.current())
    (decision,) = ledger.decide([hold], verb, None, "Lan", "đã hỏi huyện", files.at(5))

    assert [c.file for c in ledger.current()] == [held if verb == "accept" else counts]
    assert ledger.findings(severity=HOLD) == []
    ledger.undo(decision.id, "Lan", "nhầm", files.at(6))
    assert [f.code for f in ledger.findings(severity=HOLD)] == ["S10.same-rank"]
