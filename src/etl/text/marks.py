"""The marks on Vietnamese letters: telling them apart and taking them off."""

from __future__ import annotations

import re
import unicodedata

#: combining tone marks: huyền, sắc, ngã, hỏi, nặng
TONES = "\u0300\u0301\u0303\u0309\u0323"

#: zero-width and direction characters; not the soft hyphen, which is the ư of TCVN3
INVISIBLE = dict.fromkeys([0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF])
SOFT_HYPHEN = "\u00ad"

_TONES = re.compile(f"[{TONES}]")
_MARKS = re.compile("[\u0300-\u036f]")
#: đ is a letter of its own, not d with a mark; ð (Icelandic) and ɖ (African) are typed for it
_D_WITH_STROKE = str.maketrans("đðɖĐÐƉ", "dddDDD")


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def without_tones(text: str) -> str:
    """'Khẩu Ký' → 'Khâu Ky', NFC: the vowel's own mark stays."""
    return nfc(_TONES.sub("", unicodedata.normalize("NFD", text)))


def without_marks(text: str) -> str:
    """'Khẩu Ký, Đường' → 'Khau Ky, Duong': case, punctuation and line breaks stay."""
    return nfc(_MARKS.sub("", unicodedata.normalize("NFD", text))).translate(_D_WITH_STROKE)
