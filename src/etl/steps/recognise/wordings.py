"""The words that recognition looks for, prepared once from the reference data."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from etl.model.forms import Form, TableSpec
from etl.model.reference import Measure, Reference
from etl.text.measures import measure_key
from etl.text.names import fold, tone_key

_MANY = 1 << 14  # texts remembered: the same words mark rows on every sheet


@dataclass(frozen=True, slots=True)
class FieldWording:
    """One accepted path of headings of a field: its own heading, the headings above it, all joined; canonical words."""

    field: str
    own: str
    above: str
    joined: str
    upper: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wordings:
    """Folded labels, totals, footers, abbreviations and heading paths of one set of reference data."""

    reference: Reference

    @cached_property
    def _sets(self) -> dict[str, tuple[str, ...]]:
        return {
            name: tuple(sorted({fold(wording) for _, wording in pairs}, key=lambda w: (-len(w), w)))
            for name, pairs in self.reference.values.items()
        }

    def words(self, name: str) -> tuple[str, ...]:
        """Folded wordings of a set of values.csv, longest first."""
        return self._sets.get(name, ())

    def begins(self, folded: str, name: str) -> str | None:
        """The wording of a set with which a folded text begins, on a word boundary."""
        for wording in self.words(name):
            if folded == wording or folded.startswith(wording + " "):
                return wording
        return None

    @cached_property
    def _row_words(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """First word of a wording → (wording, set name) of everything that marks a row as no row of the table."""
        found: dict[str, list[tuple[str, str]]] = {}
        for name in ("row:footer", "row:nil", "row:note", "row:total"):
            for wording in self.words(name):
                found.setdefault(wording.split(" ")[0], []).append((wording, name))
        return {first: tuple(pairs) for first, pairs in found.items()}

    def mark(self, text: str) -> str:
        """What a text says of its row: footer | nil | note | total, or '' for an ordinary text."""
        return self._marks(text) if len(text) < 300 else ""

    @cached_property
    def _marks(self) -> Callable[[str], str]:
        return lru_cache(maxsize=_MANY)(self._mark_of)

    def _mark_of(self, text: str) -> str:
        kind = self._mark(fold(text))
        return "" if kind == "total" and self._only_sounds_so(text) else kind

    def _only_sounds_so(self, text: str) -> bool:
        """'Công nghiệp' is no 'Cộng': with more words behind it, a total's single word must be written with its marks."""
        folded, words = fold(text), tone_key(text).split(" ")
        alone = [wording for wording in self.words("row:total") if " " not in wording]
        if len(words) == 1 or any(folded.startswith(wording) and " " in wording for wording in self.words("row:total")):
            return False
        return folded.split(" ")[0] in alone and words[0] not in self._single_totals

    @cached_property
    def _single_totals(self) -> frozenset[str]:
        return frozenset(tone_key(wording) for _, wording in self.reference.values.get("row:total", ()))

    def _mark(self, folded: str) -> str:
        words = folded.split(" ")
        for at, word in enumerate(words[:8]):  # 'Ghi chú: Trong kỳ không phát sinh số liệu'
            pairs = self._row_words.get(word, ())
            if pairs and any(name == "row:nil" and _starts(words[at:], wording) for wording, name in pairs):
                return "nil"
        for wording, name in self._row_words.get(words[0], ()):
            too_long = len(folded) >= 160 if name == "row:footer" else len(words) > wording.count(" ") + 6
            if name != "row:nil" and _starts(words, wording) and (name == "row:note" or not too_long):
                return name.removeprefix("row:")
        return ""

    @cached_property
    def _abbreviations(self) -> dict[str, str]:
        return {
            fold(w): fold(means)
            for form, field, w, means in self.reference.headings
            if not form and not field and means
        }

    @cached_property
    def _abbreviation_pattern(self) -> re.Pattern[str] | None:
        if not self._abbreviations:
            return None
        longest = sorted(self._abbreviations, key=lambda w: (-len(w), w))
        return re.compile(r"\b(" + "|".join(map(re.escape, longest)) + r")\b")

    @cached_property
    def _canonical(self) -> dict[str, str]:
        return {}

    def canonical(self, text: str) -> str:
        """A heading in canonical words: folded, abbreviations written out ('KP đ.duyệt' → 'kinh phi duoc duyet')."""
        known = self._canonical.get(text)
        if known is None:
            known = fold(text)
            if (pattern := self._abbreviation_pattern) is not None:
                known = pattern.sub(lambda m: self._abbreviations[m.group(1)], known)
            self._canonical[text] = known
        return known

    @cached_property
    def _paths(self) -> dict[str, tuple[FieldWording, ...]]:
        return {}

    def paths(self, form: Form, table: TableSpec) -> tuple[FieldWording, ...]:
        """Every accepted heading path of the table's fields: the form's own, then those of headings.csv."""
        known = self._paths.get(table.id)
        if known is None:
            known = tuple(self._paths_of(form, table))
            self._paths[table.id] = known
        return known

    def _paths_of(self, form: Form, table: TableSpec) -> list[FieldWording]:
        found: list[FieldWording] = []
        for field in table.fields:
            if field.id in table.without_column:
                continue  # the columns of a field across the top are its members
            texts = [" / ".join(h.replace("/", " ") for h in field.heading)]
            texts += [
                wording for of_form, of_field, wording, _ in self.reference.headings
                if of_field == field.id and of_form in ("", form.id, table.id)
            ]  # fmt: skip
            for text in texts:
                parts = [self.canonical(part) for part in text.split(" / ")]
                found.append(
                    FieldWording(field.id, parts[-1], " ".join(parts[:-1]), " ".join(parts), tuple(parts[:-1]))
                )
        return found

    def vocabulary(self, form: Form, table: TableSpec) -> frozenset[str]:
        """Every single heading that may stand in a header row of the table."""
        known = self._vocabularies.get(table.id)
        if known is None:
            words = {self.canonical(part) for field in table.fields for part in field.heading}
            for path in self.paths(form, table):
                words |= {path.own, path.joined, *path.upper}
            known = frozenset(words)
            self._vocabularies[table.id] = known
        return known

    @cached_property
    def headers(self) -> dict[str, Any]:
        """What headings.py has decided on rows of headings, by their cells: the same come with every workbook."""
        return {}

    @cached_property
    def _vocabularies(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _measures(self) -> dict[str, Measure]:
        return {
            measure_key(wording): measure
            for measure in self.reference.measures
            for wording in (measure.name, *measure.wordings)
        }

    def measure(self, text: str) -> Measure | None:
        """The unit of measure that a text names, or None."""
        return self._measures.get(measure_key(text))

    def form_by_number(self, number: str) -> Form | None:
        wanted = fold(number)
        return next((f for f in self.reference.forms.values() if fold(f.number) == wanted), None)


def _starts(words: list[str], wording: str) -> bool:
    wanted = wording.split(" ")
    return words[: len(wanted)] == wanted


@lru_cache(maxsize=4)
def wordings_of(reference: Reference) -> Wordings:
    """One `Wordings` for each set of reference data."""
    return Wordings(reference)
