"""What the texts of a sheet tell of their rows: all looked through at one go, and each only once for many sheets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from etl.model.reference import Reference
from etl.steps.recognise.wordings import Wordings, wordings_of
from etl.text.names import fold, fold_lines

#: texts remembered: most of a workbook's are every workbook's
_MANY = 1 << 16
_NUMBERS, _MARKS, _MUTE = 1, 2, 4
_UNFOLDED = b"?"  # in the lines of `fold_lines`: a sign that is not folded there
#: a section's numeral before its name: 'I', 'IV.', 'B'
_NUMERAL = re.compile(r"[IVX]+\.?|[A-ZĐ]\.?")


@dataclass(frozen=True, slots=True)
class Telling:
    """The texts of a sheet that label a form's number ('Biểu số: 01/KHCN-H'), that mark their row, that say nothing."""

    numbering: set[str]
    marking: set[str]
    mute: set[str]


class Teller:
    """Tells what texts say under one set of reference data."""

    def __init__(self, wordings: Wordings) -> None:
        self._wordings = wordings
        self._known: dict[str, int] = {}

    def telling(self, texts: Sequence[str]) -> Telling:
        """What many texts say, each of them given once."""
        known = self._known
        new = [text for text in texts if text not in known]
        if new:
            if len(known) > _MANY:
                known.clear()
                new = list(texts)
            self._learn(new)
        said = [(text, kind) for text in texts if (kind := known[text])]
        return Telling(*({text for text, kind in said if kind & asked} for asked in (_NUMBERS, _MARKS, _MUTE)))

    def _learn(self, texts: Sequence[str]) -> None:
        lines = fold_lines(texts)
        known = dict.fromkeys(texts, 0)
        for kind, found in (
            (_NUMBERS, self._numbering(texts, lines)),
            (_MARKS, self._marking(texts, lines)),
            (_MUTE, _mute(texts)),
        ):
            for text in found:
                known[text] |= kind
        self._known |= known

    def _marking(self, texts: Sequence[str], lines: bytes) -> set[str]:
        """Few texts mark their row: all are looked through at one go, and only those judged that may. lines: `fold_lines`."""
        found = _lines_that_begin(self._may_begin_mark, texts, lines)
        found |= {text for word in (_UNFOLDED, *self._in_nil) for text in _lines_with(word, texts, lines)}
        return {text for text in found if self._wordings.mark(text)}

    @cached_property
    def _may_begin_mark(self) -> frozenset[bytes]:
        words = self._wordings.words
        return _first_words(word for name in ("row:footer", "row:note", "row:total") for word in words(name))

    @cached_property
    def _in_nil(self) -> frozenset[bytes]:
        """A word of each wording that says nil, one for all where they share one."""
        wordings = [wording.split(" ") for wording in self._wordings.words("row:nil")]
        shared = set(wordings[0]).intersection(*wordings) if wordings else set()
        return frozenset(
            max(shared or words, key=lambda w: (len(w), w)).encode("ascii", "replace") for words in wordings
        )

    def _numbering(self, texts: Sequence[str], lines: bytes) -> set[str]:
        found = _lines_that_begin(self._may_begin_number, texts, lines) | _lines_with(_UNFOLDED, texts, lines)
        begins = self._wordings.begins
        return {text for text in found if len(text) <= 120 and begins(fold(text), "label:form_number")}

    @cached_property
    def _may_begin_number(self) -> frozenset[bytes]:
        return _first_words(self._wordings.words("label:form_number"))


def _lines_with(part: bytes, texts: Sequence[str], lines: bytes) -> set[str]:
    """The texts whose line of `fold_lines` holds the part."""
    found, at = set(), lines.find(part)
    while at >= 0:
        found.add(texts[lines.count(b"\n", 0, at) - 1])
        at = lines.find(part, at + 1)
    return found


def _lines_that_begin(words: frozenset[bytes], texts: Sequence[str], lines: bytes) -> set[str]:
    """The texts whose line of `fold_lines` begins with one of the words."""
    return {
        text for text, line in zip(texts, lines.split(b"\n")[1:], strict=True) if line.partition(b" ")[0] in words
    }  # fmt: skip


def _first_words(wordings: Iterable[str]) -> frozenset[bytes]:
    """How a line of `fold_lines` begins whose text may begin with a wording: with its first word, or with a blank."""
    return frozenset((b"", *(wording.split(" ")[0].encode("ascii", "replace") for wording in wordings)))


def _mute(texts: Iterable[str]) -> set[str]:
    """Those of many texts that say nothing. Two words, as most texts have, are told at first sight."""
    return {
        text for text in texts
        if not (" " in text and text[0].isalpha() and not text[-1].isspace()) and not is_worded(text)
    }  # fmt: skip


def is_worded(text: str) -> bool:
    """Whether a text says something: it has letters, and is more than a numeral."""
    if text[:1].isalpha() and text[-1:].isdecimal():
        return True  # 'CT01': no numeral ends so
    return has_letters(text) and not _NUMERAL.fullmatch(text.strip())


def has_letters(text: str) -> bool:
    """Whether any sign of the text is a letter."""
    return any(map(str.isalpha, text))


@lru_cache(maxsize=4)
def teller_of(reference: Reference) -> Teller:
    """One `Teller` for each set of reference data."""
    return Teller(wordings_of(reference))
