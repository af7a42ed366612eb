"""Forms of a name or heading that can be compared, and how alike two of them are."""

from __future__ import annotations

import codecs
import re
import string
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from etl.text.marks import INVISIBLE, SOFT_HYPHEN, TONES, nfc, without_marks, without_tones

_MANY = 1 << 14  # texts remembered: the same headings and names stand on every sheet
_INVISIBLE = re.compile(f"[{''.join(map(chr, INVISIBLE))}]")
_NOT_WORD = re.compile(r"[\W_]+")
_D_LOOKALIKE = str.maketrans("ðɖ", "đđ")
#: y that sounds as i: alone, after a consonant or after qu; in 'thuy' and 'tay' it makes another rhyme than i
_Y_FOR_I = re.compile(r"(?:(?<![aeiouyăâêôơư])|(?<=qu))y$")


@lru_cache(maxsize=_MANY)
def fold(text: str) -> str:
    """Comparison form: no case, no marks, đ as d, every run of other than letters and digits one space.

    'Tr.đó:\\ntrồng mới' → 'tr do trong moi'. Compatibility letters are spelt out: 'km²' → 'km2'.
    """
    return fold_once(text)


def fold_once(text: str) -> str:
    """The same for a text that is not likely to come again: it is not remembered."""
    try:
        plain = codecs.charmap_encode(text, "strict", _PLACES)[0]
    except UnicodeEncodeError:
        return _fold_any(text)
    return b" ".join(plain.translate(_FOLDED).split()).decode("ascii")


def fold_lines(texts: Sequence[str]) -> bytes:
    """Many texts folded at one go: each behind a line feed, its words parted by one or more blanks, in ASCII.

    A sign that `fold` does not take letter by letter is '?' here: such a text's line is not its fold.
    """
    lines = "\n".join(texts)
    if lines.count("\n") >= len(texts):
        lines = "\n".join([text.replace("\n", " ") for text in texts])
    return b"\n" + codecs.charmap_encode(lines, "replace", _PLACES)[0].translate(_FOLDED_LINES)


def _fold_any(text: str) -> str:
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
    composed = nfc(text)
    return " ".join((composed.translate(INVISIBLE) if _INVISIBLE.search(composed) else composed).split())


def squeeze_all(texts: Sequence[str]) -> list[str]:
    """`squeeze` of each. Where nothing is to be mended in any of them, all are told so at one look."""
    line = " ".join(texts)
    # no white space but the blank is printable, nor is any of the invisible signs
    is_tidy = line.isprintable() and "  " not in line and line == line.strip()
    return list(texts) if is_tidy and unicodedata.is_normalized("NFC", line) else list(map(squeeze, texts))


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
    from rapidfuzz import fuzz  # recognition needs it; who only reads reference data does not

    return round(fuzz.token_sort_ratio(a, b)) if a and b else 0


def _lowered(text: str) -> str:
    visible = text.translate(INVISIBLE).replace(SOFT_HYPHEN, "")
    return unicodedata.normalize("NFKC", visible).casefold()


def _sound(word: str) -> str:
    tones = [mark for mark in unicodedata.normalize("NFD", word) if mark in TONES]
    return _Y_FOR_I.sub("i", without_tones(word)) + "".join(tones)


# Composed Vietnamese is folded letter by letter, by tables in C: no sign of _USUAL changes what stands beside it.
_VOWELS = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵ"
_USUAL = "".join(dict.fromkeys(string.printable[:95] + "\n\t" + _VOWELS + _VOWELS.upper() + "đĐ–—“”‘’«»•·°²³±×\u00a0§"))
_PLACES = codecs.charmap_build(("\0" + _USUAL).ljust(256, "\ufffe"))
_FOLDED = b" " + "".join(_fold_any(sign) or " " for sign in _USUAL).encode("ascii").ljust(255)
_FOLDED_LINES = bytes(
    ord(sign) if (sign := ("\0" + _USUAL.ljust(255))[place]) in "\n?" else _FOLDED[place] for place in range(256)
)
