"""The report in sentences: each number and name is a figure's, and what a figure is not yet, the sentence says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from etl.model.figures import NOT_REPORTED, PROVISIONAL, WITHHELD, Figure
from etl.model.narratives import FACTS, OTHERWISE, Paragraph, Sentence, Slot, Template, Wording
from etl.model.periods import parse_period
from etl.model.releases import ReleaseContent
from etl.report import blocks, words
from etl.report.titles import Titles, has_number, number, shown
from etl.report.words import Text, joined

_LANGUAGES = ("vi", "en")
#: parts that are said of a figure whatever its status
_ALWAYS = frozenset({"coverage", "missing", "measure", "period", "title"})
#: parts that are about a figure, and no statement of it
_ABOUT = frozenset({"measure", "period", "title"})
_POINTS = Text("điểm phần trăm", "percentage points")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a text; figure: the one that it states, None for the words between."""

    text: str
    figure: Figure | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One paragraph in both languages; listed: an item of a list."""

    vi: tuple[Run, ...]
    en: tuple[Run, ...]
    listed: bool = False

    @property
    def text(self) -> Text:
        return Text(*("".join(run.text for run in runs) for runs in (self.vi, self.en)))


@dataclass(frozen=True, slots=True)
class ToldSection:
    """A heading and what is told under it."""

    heading: Text
    paragraphs: tuple[Told, ...]


def narrative(content: ReleaseContent, titles: Titles) -> list[ToldSection]:
    """The report's text for this release; empty where the report has none.

    A sentence about a figure that the release does not hold is left out (nothing to compare with in a release of one
    year); a section without a sentence too.
    """
    found = content.reference.narratives.get(content.report.id)
    if found is None:
        return []
    teller = Teller(content, titles)
    sections = [
        ToldSection(_heading(teller, one.heading), tuple(t for p in one.paragraphs for t in teller.paragraph(p)))
        for one in found.sections
    ]
    return [section for section in sections if section.paragraphs]


def _heading(teller: Teller, wording: Wording) -> Text:
    vi, en = (teller.runs(getattr(wording, language), language, {}) for language in _LANGUAGES)
    return Told(tuple(vi), tuple(en)).text


#: what a wording may name beside figures: runs of both languages
_Facts = Mapping[str, tuple[Sequence[Run], Sequence[Run]]]


@dataclass
class Teller:
    """One release, asked for its figures by the slots of a narrative."""

    content: ReleaseContent
    titles: Titles
    #: the item of a list that is being told, as the figure names it
    _item: str = field(default="", init=False)

    def paragraph(self, paragraph: Paragraph) -> Iterator[Told]:
        if paragraph.each is not None and paragraph.item is not None:
            yield from self._items(paragraph.each, paragraph.item)
            return
        told = [both for sentence in paragraph.sentences if (both := self.sentence(sentence))]
        if told:
            yield Told(_spaced([both[0] for both in told]), _spaced([both[1] for both in told]))

    def _items(self, each: Slot, item: Wording) -> Iterator[Told]:
        figure = self.figure(each)
        if figure is None or figure.status in (WITHHELD, NOT_REPORTED):
            return
        for own, name in zip(figure.names or (), self.titles.names(figure), strict=True):
            self._item = own
            facts = {"name": ([Run(name.vi, figure)], [Run(name.en, figure)])}
            vi, en = self._both(item, facts)
            yield Told(tuple(vi), tuple(en), listed=True)

    def sentence(self, sentence: Sentence) -> tuple[list[Run], list[Run]] | None:
        """The runs of both languages; None where the release lacks a figure of it."""
        asked = [(slot, self.figure(slot)) for slot in sentence.say.vi.slots if slot.name not in FACTS]
        asked += [(slot, self.figure(slot, "before")) for slot in sentence.say.vi.slots if slot.part == "change"]
        if any(figure is None for _, figure in asked):
            return None
        figures = [figure for slot, figure in asked if figure is not None and slot.part not in _ALWAYS]
        status, concerned = _gravest(figures)
        zero = sentence.instead.get("zero") if figures and figures[0].value == 0 else None
        facts = self._about(concerned)
        if status is None:
            return self._both(zero or sentence.say, facts)
        own = sentence.instead.get(status)
        if own is not None and zero is None:
            return self._both(own, facts)
        said = facts | {"sentence": self._both(zero or sentence.say, facts)} if status == PROVISIONAL else facts
        return self._both(self.content.reference.narratives[self.content.report.id].otherwise[status], said)

    def _about(self, figures: list[Figure]) -> dict[str, tuple[list[Run], list[Run]]]:
        """The facts of figures that are not final: which, and why."""
        gaps = joined(list(dict.fromkeys(self.gap(figure) for figure in figures)))
        subject = joined(list(dict.fromkeys(self.titles.indicator(f.indicator) for f in figures)), ", ")
        figure = figures[0] if figures else None
        return {
            "gaps": ([Run(gaps.vi, figure)], [Run(gaps.en, figure)]),
            "subject": ([Run(subject.vi)], [Run(subject.en)]),
        }

    def gap(self, figure: Figure) -> Text:
        """Why a figure is not final: who is missing, or that a decision is due."""
        of = f"{figure.coverage.reported}/{figure.coverage.expected}"
        missing = joined(self.titles.missing(figure), ", ")
        if missing.vi:
            return Text(
                f"đã nhận {of} báo cáo, còn thiếu {missing.vi}", f"{of} reports received, missing: {missing.en}"
            )
        return Text(f"đã nhận {of} báo cáo, còn điểm chờ quyết định", f"{of} reports received, a decision is due")

    def _both(self, wording: Wording, facts: _Facts) -> tuple[list[Run], list[Run]]:
        return self.runs(wording.vi, "vi", facts), self.runs(wording.en, "en", facts)

    def runs(self, template: Template, language: str, facts: _Facts) -> list[Run]:
        """A template's words and what its slots say, in one language."""
        found: list[Run] = []
        for part in template.parts:
            if isinstance(part, str):
                found.append(Run(part))
            elif part.name in facts:
                found += facts[part.name][_LANGUAGES.index(language)]
            elif part.name in FACTS:
                found.append(Run(getattr(self.fact(part.name), language)))
            elif part.part == "change":
                found += self._change(part, language)
            elif (figure := self.figure(part)) is not None:
                stated = None if part.part in _ABOUT else figure
                found.append(Run(getattr(self.said(part.part, figure), language), stated))
        return found

    def fact(self, name: str) -> Text:
        """What FACTS name of the release."""
        if name == "unit":
            return self._unit()
        if name == "report":
            return Text(self.content.report.title_vi, self.content.report.title_en)
        said = words.period(self.content.period)
        return Text(f"giai đoạn {said.vi}", said.en) if ".." in self.content.period else said

    def _unit(self) -> Text:
        """'tỉnh Lai Châu' / 'Lai Châu': as it stands inside a sentence."""
        title = self.titles.unit(self.content.report.unit)
        day = parse_period(self.content.period).end
        known = self.content.reference.units.get(self.content.report.unit, day)
        return Text(title[:1].lower() + title[1:], known.name if known else title)

    def said(self, part: str, figure: Figure) -> Text:
        """A part of a figure, as a sentence says it."""
        if part in ("low", "high"):
            end = figure.low if part == "low" else figure.high
            return shown(figure) if end is None else _with_sign(number(end, figure.decimals, tidy=True), figure)
        if part in ("numerator", "denominator"):
            share = figure.numerator if part == "numerator" else figure.denominator
            return Text.same("…") if share is None else number(share, figure.decimals, tidy=True)
        if part == "coverage":
            return Text.same(f"{figure.coverage.reported}/{figure.coverage.expected}")
        if part == "names":
            return _listed(self.titles.names(figure))
        plain = {
            "count": lambda: Text.same(str(len(figure.names or ()))),
            "missing": lambda: joined(self.titles.missing(figure), ", "),
            "measure": lambda: self.titles.measure(figure),
            "period": lambda: words.period(figure.period),
            "title": lambda: self.titles.indicator(figure.indicator),
        }
        return plain[part]() if part in plain else _value(figure)

    def _change(self, slot: Slot, language: str) -> list[Run]:
        """'tăng 12 nhãn hiệu so với năm 2020': the last period against the one before, as the narrative words it."""
        now, then = self.figure(slot), self.figure(slot, "before")
        if now is None or then is None or now.value is None or then.value is None:
            return [Run("…")]
        moved = now.value - then.value
        by = number(abs(moved), now.decimals, tidy=True)
        of = _POINTS if now.unit_of_measure == "%" else self.titles.measure(now)
        said = words.period(then.period)
        facts = {
            "by": ([Run(f"{by.vi} {of.vi}".strip(), now)], [Run(f"{by.en} {of.en}".strip(), now)]),
            "before": ([Run(said.vi)], [Run(said.en)]),
        }
        kind = "same" if not moved else "up" if moved > 0 else "down"
        changes = self.content.reference.narratives[self.content.report.id].changes
        return self.runs(getattr(changes[kind], language), language, facts)

    def figure(self, slot: Slot, period: str = "") -> Figure | None:
        """The figure that a slot asks for; None where the release does not hold it."""
        wanted = period or slot.period or ("last" if slot.part == "change" else "")
        unit = slot.unit or self.content.report.unit
        code = self._period(slot.name, unit, wanted)
        if code is None:
            return None
        if slot.member is None:
            return self.content.figures.find(slot.name, code, unit)
        axis, member = slot.member
        codes = (self._id(self._item), self._item) if member == "name" else (member,)
        found = (self.content.figures.find(slot.name, code, unit, ((axis, one),)) for one in codes)
        return next((figure for figure in found if figure is not None), None)

    def _period(self, indicator: str, unit: str, wanted: str) -> str | None:
        main = self._main.get(indicator)
        if wanted not in ("first", "last", "before"):
            return wanted or main
        line = self._line(indicator, unit)
        if wanted == "before":
            return line[-2] if len(line) > 1 else None
        return (line[0] if wanted == "first" else line[-1]) if line else main

    def _id(self, name: str) -> str:
        return next((e.id for e in self.content.reference.entities if e.name == name), name)

    @cached_property
    def _main(self) -> dict[str, str]:
        return blocks.main_periods(self.content)

    def _line(self, indicator: str, unit: str) -> list[str]:
        """The periods of a figure that follow one another (years, quarters), in order: no span and no event."""
        told = {one.period for one in self.content.figures.series if one.indicator == indicator}
        follow = (code for code in told if parse_period(code).kind not in ("span", "event"))
        held = (code for code in follow if self.content.figures.find(indicator, code, unit) is not None)
        return sorted(held, key=lambda code: parse_period(code).start)


def _gravest(figures: list[Figure]) -> tuple[str | None, list[Figure]]:
    """The gravest status that is not published, and the figures that have it."""
    for status in OTHERWISE:
        concerned = [f for f in figures if _status(f) == status]
        if concerned:
            return status, concerned
    return None, []


def _status(figure: Figure) -> str:
    known = figure.status in (WITHHELD, NOT_REPORTED, PROVISIONAL)
    return figure.status if known or has_number(figure) else NOT_REPORTED


def _value(figure: Figure) -> Text:
    text = shown(figure, tidy=True)
    if not figure.at_least:
        return text
    return Text(f"ít nhất {text.vi.removeprefix('≥ ')}", f"at least {text.en.removeprefix('≥ ')}")


def _with_sign(text: Text, figure: Figure) -> Text:
    sign = "%" if figure.unit_of_measure == "%" else ""
    return Text(text.vi + sign, text.en + sign)


def _listed(names: list[Text]) -> Text:
    """'a, b, c'; with semicolons where a name has a comma of its own."""
    if not names:
        return Text("không có", "none")
    vi, en = [name.vi for name in names], [name.en for name in names]
    return Text(_enumerated(vi), _enumerated(en))


def _enumerated(names: list[str]) -> str:
    return ("; " if any(", " in name for name in names) else ", ").join(names)


def _spaced(sentences: list[list[Run]]) -> tuple[Run, ...]:
    """Sentences with a blank between two."""
    first, *others = sentences
    return tuple([*first, *(run for runs in others for run in (Run(" "), *runs))])
