"""Forms of a name or heading that can be compared, and how alike two of them are."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz

from etl.text.marks import INVISIBLE, SOFT_HYPHEN, TONES, nfc, without_marks, without_tones

_MANY = 1 << 14  # texts remembered: the same headings and names stand on every sheet
_NOT_WORD = re.compile(r"[\W_]+")
_D_LOOKALIKE = str.maketrans("ðɖ", "đđ")
#: y that sounds as i: alone, after a consonant or after qu; in 'thuy' and 'tay' it makes another rhyme than i
_Y_FOR_I = re.compile(r"(?:(?<![aeiouyăâêôơư])|(?<=qu))y$")


@lru_cache(maxsize=_MANY)
def fold(text: str) -> str:
    """Comparison form: no case, no marks, đ as d, every run of other than letters and digits one space.

    'Tr.đó:\\ntrồng mới' → 'tr do trong moi'. Compatibility letters are spelt out: 'km²' → 'km2'.
    """
    return _NOT_WORD.sub(" ", without_marks(_lowered(text))).strip()


@lru_cache(maxsize=_MANY)
def tone_key(text: str) -> str:
    """Like `fold`, but marks count: 'Khẩu Ký' and 'Khẩu Kỳ' differ, also 'Dào' and 'Đào'.

    Spellings that sound alike agree: 'hoà' and 'hòa' (each word's tone is put at its end), 'Ma Li' and 'Ma Ly', 'kỹ'
    and 'kĩ'. A key, not for display.
    """
    return " ".join(map(_sound, _NOT_WORD.sub(" ", nfc(_lowered(text)).translate(_D_LOOKALIKE)).split()))


def squeeze(text: str) -> str:
    """The visible text on one line, NFC: white space of every kind collapsed and trimmed, invisible characters gone."""
    return " ".join(nfc(text).translate(INVISIBLE).split())


def has_diacritics(text: str) -> bool:
    """Whether any letter bears a mark or is đ, in either Unicode form."""
    return not text.isascii() and without_marks(text) != nfc(text)


def similarity(a: str, b: str) -> int:
    """How alike two headings or names are, 0 to 100, by their folded words in any order.

    100 means the same words, 0 also that one of the two says nothing. A letter in a name costs little ('Than Uyên' and
    'Tân Uyên': 94), so a high score alone proves nothing about names. Words missing on one side cost their length:
    'Tổng số' is not 'Tổng số hộ'.
    """
    a, b = fold(a), fold(b)
    return round(fuzz.token_sort_ratio(a, b)) if a and b else 0


def _lowered(text: str) -> str:
    visible = text.translate(INVISIBLE).replace(SOFT_HYPHEN, "")
    return unicodedata.normalize("NFKC", visible).casefold()


def _sound(word: str) -> str:
    tones = [mark for mark in unicodedata.normalize("NFD", word) if mark in TONES]
    return _Y_FOR_I.sub("i", without_tones(word)) + "".join(tones)
