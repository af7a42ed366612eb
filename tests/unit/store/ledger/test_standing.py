"""Which revision counts: by rank alone, whatever the order of arrival."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from etl.model.clock import LOCAL_TIME
from etl.store.ledger.standing import COUNTING, Candidate, Standing, standings

NOON = datetime(2022, 1, 15, 12, tzinfo=LOCAL_TIME)


def candidate(name, minutes=0, *, verdict="accepted", withdrawn=False, stated=0, signed=None, content=None):
    return Candidate(
        name,
        verdict,
        withdrawn,
        stated,
        NOON + timedelta(minutes=minutes),
        signed,
        name if content is None else content,
    )


def states(*candidates):
    return {name: standing.state for name, standing in standings(candidates).items()}


def test_the_later_delivery_replaces_the_earlier():
    assert states(candidate("a", 1), candidate("b", 2)) == {"a": "superseded", "b": "accepted"}


def test_the_stated_revision_weighs_more_than_the_time():
    late, second = candidate("a", 9), candidate("b", 1, stated=2, verdict="accepted_with_warnings")
    assert states(late, second) == {"a": "superseded", "b": "accepted_with_warnings"}


def test_at_the_same_moment_the_later_signature_counts():
    signed, unsigned = candidate("a", signed=date(2022, 1, 5)), candidate("b")
    assert states(signed, unsigned) == {"a": "accepted", "b": "superseded"}


def test_held_rejected_and_withdrawn_ones_never_displace():
    rivals = [
        candidate("a", 1),
        candidate("b", 2, verdict="held", stated=9),
        candidate("c", 3, verdict="rejected", stated=9),
        candidate("d", 4, withdrawn=True, stated=9),
    ]
    assert states(*rivals) == {"a": "accepted", "b": "held", "c": "rejected", "d": "withdrawn"}


def test_the_same_values_again_confirm_and_the_first_goes_on_counting():
    found = standings([candidate("a", 1, content="x"), candidate("b", 2, content="x"), candidate("c", 3, content="x")])
    assert found == {
        "a": Standing("accepted"),
        "b": Standing("superseded", confirms="a"),
        "c": Standing("superseded", confirms="a"),
    }


def test_a_return_to_earlier_values_is_a_revision():
    rivals = [candidate("a", 1, content="x"), candidate("b", 2, content="y"), candidate("c", 3, content="x")]
    assert standings(rivals) == {"a": Standing("superseded"), "b": Standing("superseded"), "c": Standing("accepted")}


def test_two_of_one_rank_with_other_values_wait_for_a_person():
    assert standings([candidate("b"), candidate("a")]) == {
        "a": Standing("accepted"),
        "b": Standing("held", contests="a"),
    }


def test_a_later_revision_ends_the_contest():
    rivals = [candidate("a"), candidate("b"), candidate("c", 5)]
    assert states(*rivals) == {"a": "superseded", "b": "superseded", "c": "accepted"}


def test_values_that_are_unknown_confirm_nothing():
    assert states(candidate("a", 1, content=""), candidate("b", 2, content="")) == {"a": "superseded", "b": "accepted"}


candidates = st.lists(
    st.builds(
        candidate,
        st.sampled_from("abcdefgh"),
        st.integers(0, 2),
        verdict=st.sampled_from(["accepted", "accepted_with_warnings", "held", "rejected"]),
        withdrawn=st.booleans(),
        stated=st.integers(0, 1),
        signed=st.sampled_from([None, date(2022, 1, 5)]),
        content=st.sampled_from(["x", "y"]),
    ),
    unique_by=lambda c: c.submission,
    max_size=6,
)


@given(candidates, st.randoms())
def test_the_order_of_arrival_never_matters(rivals, shuffler):
    shuffled = list(rivals)
    shuffler.shuffle(shuffled)
    assert standings(shuffled) == standings(rivals)


@given(candidates)
def test_one_counts_as_soon_as_one_may_count(rivals):
    able = [rival for rival in rivals if rival.verdict in COUNTING and not rival.withdrawn]
    counting = [name for name, standing in standings(rivals).items() if standing.state in COUNTING]
    assert len(counting) == min(len(able), 1)
