"""Looking through all texts of a sheet at one go finds what each text alone says."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from etl.steps.recognise.telling import Teller, Telling, is_worded
from etl.steps.recognise.wordings import wordings_of
from etl.text.names import fold
from tests.property.submissions import REFERENCE

WORDINGS = wordings_of(REFERENCE)
said = st.sampled_from(
    [wording for name in ("row:nil", "row:total", "row:note", "row:footer") for _, wording in REFERENCE.values[name]]
)
around = st.text("aà \n≥.(TổngKhông", max_size=6)
texts = st.lists(st.tuples(around, said | around, around).map("".join), max_size=12, unique=True)


def told_of(found: list[str]) -> Telling:
    """Half of them are told from memory."""
    teller = Teller(WORDINGS)
    teller.telling(found[::2])
    return teller.telling(found)


@settings(deadline=None, max_examples=300)
@given(texts)
def test_marking_texts(found: list[str]) -> None:
    assert told_of(found).marking == {text for text in found if WORDINGS.mark(text)}


def test_what_says_something() -> None:
    assert [text for text in ("I", "IV. ", "A.", "Đ", "12", "-", " ", "B ", "x", "I Cấp bộ", "CT01", "2 ha") if is_worded(text)] == [
        "x", "I Cấp bộ", "CT01", "2 ha",
    ]  # fmt: skip


labels = st.sampled_from(
    [wording for name in ("label:form_number", "label:period") for _, wording in REFERENCE.values[name]]
)
titles = st.lists(st.tuples(around, labels | around, around).map("".join), max_size=12, unique=True)


@settings(deadline=None, max_examples=300)
@given(titles)
def test_numbering_texts(found: list[str]) -> None:
    begun = {text for text in found if WORDINGS.begins(fold(text), "label:form_number")}
    assert told_of(found).numbering == begun
