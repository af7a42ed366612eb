"""Is this word a Vietnamese syllable? Onset + rhyme + tone, as the spelling rules allow them.

Evidence for `etl.text.encodings`: text in the right encoding is made of syllables, mojibake is not.
Not a dictionary: 'blốc' is none, 'khuýnh' is one although nobody says it.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from etl.text.marks import TONES, without_marks, without_tones

_ONSET_LIST = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_RHYME_LIST = """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
    i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt
    oc oe oen oeo oet oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uênh ui um un ung uơ uôc uôi uôm uôn uông uôt up ut
    uy uya uych uyên uyêt uynh uyt uyu ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
    y ych ynh yt yêm yên yêng yêt yêu
"""
_ONSETS = ("", *_ONSET_LIST.split())
_RHYMES = frozenset(_RHYME_LIST.split())
#: a syllable that ends in one of these has the tone sắc or nặng
_STOPS = ("c", "ch", "p", "t")
_STOPPED_TONES = frozenset("\u0301\u0323")

_BARE_ONSETS = tuple(sorted({without_marks(onset) for onset in _ONSETS}))
_BARE_RHYMES = frozenset(without_marks(rhyme) for rhyme in _RHYMES)


@lru_cache(maxsize=1 << 16)
def is_syllable(word: str) -> bool:
    """Whether one word, in any case and either Unicode form, is spelt as a Vietnamese syllable with its marks.

    Where the tone stands is free ('hoà', 'hòa'); that it stands once, and which one, is not.
    """
    plain = word.casefold()
    tones = [mark for mark in unicodedata.normalize("NFD", plain) if mark in TONES]
    if len(tones) > 1:
        return False
    plain = without_tones(plain)
    if plain.endswith(_STOPS) and not _STOPPED_TONES.intersection(tones):
        return False
    return _splits(plain, _ONSETS, _RHYMES)


@lru_cache(maxsize=1 << 16)
def is_bare_syllable(word: str) -> bool:
    """Whether a word, in any case, could be a syllable that lost its marks ('bao', 'huyen', 'duong')."""
    plain = word.casefold()
    return plain.isascii() and _splits(plain, _BARE_ONSETS, _BARE_RHYMES)


def _splits(word: str, onsets: tuple[str, ...], rhymes: frozenset[str]) -> bool:
    return any(word[len(onset) :] in rhymes for onset in onsets if word.startswith(onset))
