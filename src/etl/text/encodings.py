"""Which encoding Vietnamese text is in, and the way back to clean NFC.

Font names lie, and one cell is too little to go by: `detect` takes the whole text of a sheet and weighs, for each
encoding, how many of its marked words become Vietnamese syllables. Only then does `repair` touch a cell.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable

from etl.text.legacy import from_tcvn3, from_vni
from etl.text.marks import INVISIBLE, SOFT_HYPHEN, nfc
from etl.text.syllables import is_bare_syllable, is_syllable

#: nfc, nfd (decomposed, also cp1258's base letter + combining tone), tcvn3 (.VnTime), vni (VNI-Times), bare (no marks)
ENCODINGS = ("nfc", "nfd", "tcvn3", "vni", "bare")

_FEWEST_LETTERS = 24  # fewer in all, and legacy or bare would be a guess
_FEWEST_REPAIRED = 3  # words that only the legacy reading turns into syllables
_LEGACY_SHARE = 0.6  # of the marked words are syllables in the legacy reading
_LEGACY_GAIN = 0.25  # of them are none as they stand: 'Hoà' is good VNI and good Unicode
_DECOMPOSED_SHARE = 0.1  # of the marked words; cp1258 writes many letters as NFC does
_FEWEST_BARE = 12  # words that look like syllables without marks
_BARE_SHARE = 0.75  # of the words with a vowel; English text has about a third
_MARKED_IN_BARE = 0.1  # marked words that a bare sheet may hold; Vietnamese text has two in three

#: letters, marks, and the Latin-1 signs that stand for letters in TCVN3; the soft hyphen U+00AD is one of them
_WORD = re.compile("[A-Za-z\u00a1-\u024f\u0300-\u036f\u1e00-\u1eff]{2,}")
_VOWEL = re.compile("[aeiouyAEIOUY]")
#: what neither TCVN3 nor VNI can be made of
_UNICODE_LETTER = re.compile("[ĂăĐđĨĩŨũƠơƯư\u0300\u0301\u0303\u0309\u0323\u1ea0-\u1ef9]")
_D_LOOKALIKE = re.compile("[ÐðƉ]")
_LETTERS = re.compile(r"\w+")
_D_WITH_STROKE = str.maketrans("ÐðƉ", "ĐđĐ")
#: NBSP, the typographic spaces U+2000 to U+200A, narrow NBSP, mathematical and ideographic space
_SPACES = dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_BLANKS = _SPACES | INVISIBLE
_UNCLEAN = re.compile(f"[{SOFT_HYPHEN}ÐðƉ{''.join(map(chr, _BLANKS))}]")

_LEGACY: dict[str, Callable[[str], str]] = {"tcvn3": from_tcvn3, "vni": from_vni}


def detect(texts: Iterable[str]) -> str:
    """The encoding, one of ENCODINGS, of the text cells of one whole sheet.

    Words are counted once each, however often they stand there, so that ids and repeated values do not decide.
    Below 24 letters, or where the evidence is thin, the answer is 'nfc': text is never repaired on a guess.
    """
    words = {word for text in set(texts) for word in _WORD.findall(text)}
    marked = {word for word in words if not word.isascii()}
    decomposed = sum(nfc(word) != word for word in marked)
    if decomposed and decomposed >= _DECOMPOSED_SHARE * len(marked):
        return "nfd"
    if sum(map(len, words)) < _FEWEST_LETTERS:
        return "nfc"
    return _legacy(marked) or ("bare" if _is_bare(words - marked, len(marked)) else "nfc")


def repair(text: str, encoding: str) -> str:
    """Clean NFC Unicode of a cell, by the encoding that `detect` found for its sheet.

    Spaces of every width become plain ones, invisible characters go, Ð typed for Đ is mended; line breaks, runs of
    spaces and capitals stay. TCVN3 capitals with a tone come back small, since the font alone had drawn them large.
    In a legacy sheet a cell that is plainly Unicode is left unconverted.
    """
    if text.isascii():
        return text
    convert = _LEGACY.get(encoding)
    if convert is not None and not _UNICODE_LETTER.search(text):
        converted = convert(text)
        if _syllables(_marked(text)) <= _syllables(_marked(converted)):
            text = converted
    return _clean(text)


def decode_bytes(data: bytes) -> tuple[str, str]:
    """Text of a csv and the codec that read it: utf-8, utf-8-sig, utf-16, cp1258, cp1252 or charset-normalizer's word.

    Windows-1258 comes as decoded, with combining tones; cp1252 is text of a TCVN3 or VNI font: `detect` and `repair`
    do the rest. Never raises: latin-1, which reads everything, is the last resort.
    """
    for codec in _codecs_by_mark(data):
        try:
            return data.decode(codec), codec
        except UnicodeDecodeError:
            continue
    return _decode_8_bit(data) or _decode_by_statistics(data) or (data.decode("latin-1"), "latin-1")


def _marked(text: str) -> set[str]:
    return {word for word in _WORD.findall(text) if not word.isascii()}


def _syllables(words: Iterable[str]) -> int:
    return sum(map(is_syllable, words))


def _legacy(marked: set[str]) -> str | None:
    """The legacy encoding that makes syllables of words which are none as they stand; None when it is not clear."""
    as_it_stands = _syllables(marked)
    best, name = max((_syllables(map(convert, marked)), name) for name, convert in _LEGACY.items())
    gain = best - as_it_stands
    clear = best >= _LEGACY_SHARE * len(marked) and gain >= max(_FEWEST_REPAIRED, _LEGACY_GAIN * len(marked))
    return name if clear else None


def _is_bare(plain: set[str], marked: int) -> bool:
    spoken = [word for word in plain if _VOWEL.search(word)]  # KHCN, TCVN say nothing
    bare = sum(map(is_bare_syllable, spoken))
    return bare >= max(_FEWEST_BARE, _BARE_SHARE * len(spoken)) and marked <= _MARKED_IN_BARE * bare


def _clean(text: str) -> str:
    text = nfc(text)
    if not _UNCLEAN.search(text):
        return text
    text = text.translate(_BLANKS)
    if _UNICODE_LETTER.search(text):  # elsewhere it may be the ư of TCVN3 in a sheet too short to tell
        text = text.replace(SOFT_HYPHEN, "")
    return _LETTERS.sub(_with_d, text) if _D_LOOKALIKE.search(text) else text


def _with_d(found: re.Match[str]) -> str:
    """Ð and ð as Đ and đ in a Vietnamese word or an abbreviation (HÐND); any other word as it is."""
    word = found[0].translate(_D_WITH_STROKE)
    if word == found[0]:
        return word
    others = word.replace("Đ", "").replace("đ", "")
    is_abbreviation = word.isupper() and not _VOWEL.search(word)
    return word if is_syllable(word) or is_abbreviation or _UNICODE_LETTER.search(others) else found[0]


def _codecs_by_mark(data: bytes) -> tuple[str, ...]:
    """The codec that a byte order mark names, then UTF-8, which hardly any other text is valid as."""
    if data.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return ("utf-32",)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    return ("utf-8",)


def _decode_8_bit(data: bytes) -> tuple[str, str] | None:
    """Windows-1258, or a legacy font's text in cp1252: whichever makes syllables of most marked words."""
    readings = []
    for codec, converts in (("cp1258", (nfc,)), ("cp1252", tuple(_LEGACY.values()))):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        marked = _marked(text)
        share = max(_syllables(map(convert, marked)) for convert in converts) / max(len(marked), 1)
        readings.append((share, codec, text))
    share, codec, text = max(readings, default=(0.0, "", ""))
    return (text, codec) if share >= _LEGACY_SHARE else None


def _decode_by_statistics(data: bytes) -> tuple[str, str] | None:
    from charset_normalizer import from_bytes  # only the rare csv in none of the usual encodings pays for it

    best = from_bytes(data).best()
    return (str(best), best.encoding) if best is not None else None
