"""Keys of names do not depend on how a name was typed."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from etl.text.dates import find_period, find_revision, find_signed, parse_date, parse_month
from etl.text.names import (
    _fold_any,
    fold,
    fold_lines,
    fold_once,
    has_diacritics,
    similarity,
    squeeze,
    squeeze_all,
    tone_key,
)

#: a busy machine, or a first import, is no fault of the text
in_its_own_time = settings(deadline=None)

letters = st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầấậềếệìỉịồốộờớợừứựỳỷỹýỵ -.,/\n\u00a0 ABCĐ019")
names = st.text(letters, max_size=40)


@in_its_own_time
@given(names)
def test_case_unicode_form_and_spaces_do_not_count(name):
    for typed in (name.upper(), unicodedata.normalize("NFD", name), f"  {name}\u00a0", name.replace(" ", "\n ")):
        assert (fold(typed), tone_key(typed)) == (fold(name), tone_key(name))


@in_its_own_time
@given(names | st.text(max_size=40))
def test_a_folded_name_is_its_own_fold_and_has_no_marks(name):
    folded = fold(name)

    assert fold(folded) == folded
    assert fold(squeeze(name)) == folded


@in_its_own_time
@given(names, names)
def test_the_same_sound_has_the_same_fold_up_to_y_and_i(one, other):
    if tone_key(one) == tone_key(other):
        assert fold(one).replace("y", "i") == fold(other).replace("y", "i")


@in_its_own_time
@given(names, names)
def test_similarity_is_a_percentage_the_same_both_ways(one, other):
    assert 0 <= similarity(one, other) == similarity(other, one) <= 100


@in_its_own_time
@given(names)
def test_folding_takes_every_mark(name):
    assert not has_diacritics(fold(name))


@in_its_own_time
@given(st.text(max_size=60) | st.text("0123456789/-. ngàythángnămkỳbáocáoquýIVtừđến,:()", max_size=60))
def test_no_text_breaks_the_readers_of_dates(text):
    code, first, last = find_period(text)

    assert code is None or code[:2] in ("19", "20")
    assert (first is None) == (last is None)
    assert find_revision(text) >= 0
    assert {type(found).__name__ for found in (find_signed(text), parse_date(text), parse_month(text))} <= {
        "date",
        "NoneType",
    }


@in_its_own_time
@given(names | st.text(max_size=40))
def test_folding_by_tables_is_folding_by_unicode(name):
    assert fold_once(name) == _fold_any(name)


@in_its_own_time
@given(st.lists(names))
def test_many_texts_fold_line_by_line(some):
    lines = fold_lines(some).decode().split("\n")[1:]

    assert [" ".join(line.split()) for line in lines] == ([fold(name) for name in some] or [""])


@in_its_own_time
@given(st.lists(names | st.text(max_size=10)))
def test_many_texts_are_squeezed_as_each_alone(some):
    assert squeeze_all(some) == [squeeze(name) for name in some]
