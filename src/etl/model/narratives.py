"""A narrative as data: sentences whose every number and name is a reference to a figure of the release."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

#: what of a figure a reference can ask for
PARTS = (
    "value", "low", "high", "names", "count", "numerator", "denominator", "coverage", "missing", "measure", "period",
    "title", "change",
)  # fmt: skip
#: periods that a reference names by their place among those of the release: so one text serves every year
PERIOD_WORDS = ("first", "last", "before")
#: what may be said of the release itself
FACTS = ("period", "unit", "report")
#: statuses of figures, the gravest first, that need a sentence of their own
OTHERWISE = ("not_reported", "withheld", "provisional")
CHANGES = ("up", "down", "same")

_SLOT = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_WORD = re.compile(r'([^\s="]+)=(?:"([^"]*)"|(\S+))|(\S+)')
_PERIOD = re.compile(r"\d{4}[0-9HQ.-]*")


@dataclass(frozen=True, slots=True)
class Slot:
    """One `{{ … }}`: an indicator, or a fact of the release; then, in any order, a period, a part, `unit=`, `axis=code`.

    period: a code, a word of PERIOD_WORDS, or '' for the period that stands for the indicator. unit '': the report's own.
    member: axis and code of a breakdown; the code `name` is the item of a list. strange: words that mean nothing.
    """

    name: str
    period: str = ""
    unit: str = ""
    member: tuple[str, str] | None = None
    part: str = "value"
    strange: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A text with its slots, in order."""

    parts: tuple[str | Slot, ...]

    @property
    def slots(self) -> Iterator[Slot]:
        return (part for part in self.parts if isinstance(part, Slot))

    @property
    def literal(self) -> str:
        """The text around the slots; a slot is a bar, so that no two words meet that did not."""
        return "".join("|" if isinstance(part, Slot) else part for part in self.parts)


@dataclass(frozen=True, slots=True)
class Wording:
    """The same in both languages."""

    vi: Template
    en: Template


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said when every figure of it is published, and what instead: by status, or `zero` where the first is 0."""

    say: Wording
    instead: Mapping[str, Wording] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences, or a list with one item for each name of a figure (`each`, said by `item`)."""

    sentences: tuple[Sentence, ...] = ()
    each: Slot | None = None
    item: Wording | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its paragraphs."""

    heading: Wording
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Narrative:
    """The text of one report. otherwise: status → what is said where a sentence has no words of its own for it."""

    report: str
    sections: tuple[Section, ...]
    otherwise: Mapping[str, Wording]
    changes: Mapping[str, Wording]


def parse_template(text: str) -> Template:
    """'Có {{ NV.T }} nhiệm vụ' → a text, a slot, a text. Never refuses: what is strange is kept in the slot to be told."""
    parts: list[str | Slot] = []
    end = 0
    for found in _SLOT.finditer(text):
        parts += [text[end : found.start()], _slot(found.group(1))]
        end = found.end()
    parts.append(text[end:])
    return Template(tuple(part for part in parts if part != ""))


def parse_slot(text: str) -> Slot:
    """The inside of a `{{ … }}`."""
    return _slot(text)


def _slot(text: str) -> Slot:
    name, period, unit, part = "", "", "", "value"
    member: tuple[str, str] | None = None
    strange: list[str] = []
    for key, quoted, plain, word in _WORD.findall(text):
        if key == "unit":
            unit = quoted or plain
        elif key:
            member = (key, quoted or plain)
        elif not name:
            name = word
        elif word in PARTS:
            part = word
        elif word in PERIOD_WORDS or _PERIOD.fullmatch(word):
            period = word
        else:
            strange.append(word)
    return Slot(name, period, unit, member, part, tuple(strange))
