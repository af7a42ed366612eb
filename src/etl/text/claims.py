"""Numbers and names that a text states by itself: in a text whose every number has to come from a figure."""

from __future__ import annotations

import re
from collections.abc import Collection

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
#: number words; “tỷ” before “lệ” is none. “một” and “năm” are also “a” and “year”: they count only before a counted thing
_WORDS = (
    "hai", "ba", "bốn", "sáu", "bảy", "tám", "chín", "mười", "mươi", "chục", "trăm", "nghìn", "ngàn", "triệu", "tỷ", "tỉ",
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy",
    "eighty", "ninety", "dozen", "hundred", "thousand", "million", "billion",
)  # fmt: skip
_NUMBER_WORD = re.compile(rf"(?<!\w)(?:{'|'.join(_WORDS)})(?!\w)(?!\s+(?:lệ|trọng|suất|giá)\b)", re.IGNORECASE)
_DOUBTFUL = ("một", "năm", "one")


def stated_numbers(text: str, counted: Collection[str], literals: Collection[str] = ()) -> list[str]:
    """Digits and number words of a text, in order. counted: what is counted (“nhiệm vụ”); literals: what is no claim."""
    rest = without(text, literals)
    nouns = "|".join(sorted(map(re.escape, counted), key=len, reverse=True))
    found = [(m.start(), m.group()) for pattern in (_DIGITS, _NUMBER_WORD) for m in pattern.finditer(rest)]
    if nouns:
        doubtful = re.compile(rf"(?<!\w)(?:{'|'.join(_DOUBTFUL)})\s+(?:{nouns})(?!\w)", re.IGNORECASE)
        found += [(m.start(), m.group()) for m in doubtful.finditer(rest)]
    return [word for _, word in sorted(found)]


def stated_names(text: str, names: Collection[str], literals: Collection[str] = ()) -> list[str]:
    """Known names that stand in a text as whole words. A name of one word is looked for as it is written: “Lan”, not “lan”."""
    rest = without(text, literals)
    letters = rest.casefold()  # most names are nowhere in a text: only for what may be there an expression is made
    return sorted(name for name in names if name.casefold() in letters and _stands(name, rest))


def without(text: str, literals: Collection[str]) -> str:
    """The text with what is declared to be no claim taken out, the longest first."""
    for literal in sorted(literals, key=len, reverse=True):
        text = text.replace(literal, "·")
    return text


def _stands(name: str, text: str) -> bool:
    flags = re.IGNORECASE if " " in name else re.NOFLAG
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, flags) is not None
