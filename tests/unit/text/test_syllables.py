"""A Vietnamese syllable is told from mojibake by its spelling alone."""

from __future__ import annotations

import unicodedata

import pytest

from etl.text.syllables import is_bare_syllable, is_syllable

SPOKEN = """
Tổng số nghiệm thu gì giêng giữ quyển quốc Quý khoá khóa luỹ lũy KHUYẾN KHÍCH Séng Pỏm Khẩu chuyển tiếp kỹ thuật
ương ỷ
"""


@pytest.mark.parametrize("word", SPOKEN.split())
def test_words_of_reports_and_names_are_syllables_in_either_unicode_form(word):
    assert (is_syllable(word), is_syllable(unicodedata.normalize("NFD", word))) == (True, True)


@pytest.mark.parametrize(
    "word", ["Tæng", "Toång", "baùo", "HuyÖn", "Möôøng", "ngaøy", "tât", "năc", "bắấc", "được1", "ß", ""]
)
def test_mojibake_impossible_tones_and_other_languages_are_none(word):
    assert not is_syllable(word)


def test_a_syllable_that_lost_its_marks_is_known_and_most_english_is_not():
    bare, english = """
    Uy ban nhan dan thanh pho Lai Chau nguoi lap bieu quyet dinh
    the number of households with electricity and reported
    """.strip().splitlines()

    assert all(map(is_bare_syllable, bare.split()))
    assert sum(map(is_bare_syllable, english.split())) == 1  # the
