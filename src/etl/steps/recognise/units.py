"""Which unit a text names: by normal form and alias, never by edit distance alone.

'Than Uyên' and 'Tân Uyên' are one letter apart and two districts; 'Lai Châu' is a province and a city; 'Mường Tè'
is a district, a town and a commune. So: exact normal forms only, the level from the type word or from who may send;
a near name is proposed to a person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from etl.model.reference import Reference
from etl.model.units import LEVELS, Unit
from etl.steps.recognise.wordings import Wordings, wordings_of
from etl.text.names import fold, tone_key


@dataclass(frozen=True, slots=True)
class UnitMatch:
    """A unit, the wording it matched, and how well: 100 as written, 95 an alias, 90 without regard to accents."""

    unit: Unit
    matched: str
    score: int


def resolve(reference: Reference, text: str, day: date, allowed: tuple[str, ...]) -> UnitMatch | None:
    """The one unit that the text names on that day among the allowed levels or codes; None when none or several."""
    found = resolve_all(reference, text, day, allowed)
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=4096)
def resolve_all(reference: Reference, text: str, day: date, allowed: tuple[str, ...]) -> tuple[UnitMatch, ...]:
    """The units that the text names equally well, by code: a bare 'Mường Tè' is a town and a commune of one district."""
    found = list(_candidates(reference, text, day, allowed))
    best = max((match.score for match in found), default=0)
    units = {match.unit.code: match for match in found if match.score == best}
    return tuple(units[code] for code in sorted(units))


def _candidates(reference: Reference, text: str, day: date, allowed: Collection[str]) -> Iterable[UnitMatch]:
    whole, name, unit_type = split_name(reference, text)
    by_key = _index(reference)
    full = fold(text)
    for key in dict.fromkeys((full, whole, name)):
        for unit, wording in by_key.get(key, ()):
            if (
                not unit.valid_on(day)
                or not _allowed(unit, allowed)
                or not (key == full or _type_fits(unit, unit_type, key == whole))
            ):
                continue
            exact = tone_key(wording) == tone_key(text) or tone_key(text).endswith(" " + tone_key(wording))
            yield UnitMatch(unit, wording, (100 if wording == unit.name else 95) if exact else 90)


def _allowed(unit: Unit, allowed: Collection[str]) -> bool:
    return not allowed or unit.code in allowed or unit.level in allowed


def _type_fits(unit: Unit, unit_type: str | None, whole: bool) -> bool:
    """A type word must be the unit's own, or of its level where names changed (thị xã → thành phố)."""
    if unit_type is None or unit.type == unit_type:
        return True
    return LEVELS.get(unit_type) == unit.level and (whole or unit.level != "commune")


@lru_cache(maxsize=4)
def _index(reference: Reference) -> dict[str, tuple[tuple[Unit, str], ...]]:
    index: dict[str, list[tuple[Unit, str]]] = {}
    for unit in reference.units.all:
        for wording in dict.fromkeys((unit.name, unit.title, *unit.aliases, unit.code)):
            index.setdefault(fold(wording), []).append((unit, wording))
    return {key: tuple(entries) for key, entries in index.items()}


@lru_cache(maxsize=4)
def _type_words(reference: Reference) -> tuple[tuple[str, str], ...]:
    """(folded wording, type), longest first: 'thanh pho' before 'tp'."""
    pairs = {(fold(wording), kind) for kind, wording in reference.values.get("unit:type", ())}
    pairs |= {(fold(kind), kind) for kind in LEVELS}
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair)))


def split_name(reference: Reference, text: str) -> tuple[str, str, str | None]:
    """Folded text, its proper name without office and type words, and the type word's type."""
    whole = without_office(wordings_of(reference), fold(text))
    padded = f" {whole} "
    best: tuple[int, str, str] | None = None
    for word, kind in _type_words(reference):
        at = padded.rfind(f" {word} ")
        if at >= 0 and (best is None or at > best[0]):
            rest = padded[at + len(word) + 2 :].strip()
            if rest:
                best = (at, rest, kind)
    return (whole, best[1], best[2]) if best else (whole, whole, None)


def without_office(wordings: Wordings, folded: str) -> str:
    """Drop the office before the place: 'ubnd huyen tam duong' → 'huyen tam duong'."""
    while (prefix := wordings.begins(folded, "unit:prefix")) and folded != prefix:
        folded = folded[len(prefix) :].strip()
    return folded


def near(reference: Reference, text: str, day: date, allowed: tuple[str, ...]) -> list[Unit]:
    """Units whose name is one edit away: only ever proposed to a person."""
    _, name, _ = split_name(reference, text)
    return [
        unit for unit in reference.units.on(day)
        if _allowed(unit, allowed) and len(name) >= 4 and DamerauLevenshtein.distance(fold(unit.name), name) == 1
    ]  # fmt: skip


@lru_cache(maxsize=4096)
def named_in(reference: Reference, text: str, day: date, allowed: tuple[str, ...]) -> tuple[Unit, ...]:
    """Units of the allowed levels whose name stands in a file's name, blanks and accents aside."""
    squeezed = fold(text).replace(" ", "")
    found = [(key, unit) for key, unit in _keys_on(reference, day, allowed) if key in squeezed]
    return tuple({
        unit.code: unit for key, unit in found
        if not any(key != longer and key in longer for longer, other in found if other.code != unit.code)
    }.values())  # fmt: skip


@lru_cache(maxsize=64)
def _keys_on(reference: Reference, day: date, allowed: tuple[str, ...]) -> tuple[tuple[str, Unit], ...]:
    """(folded name without blanks, unit) of the allowed units of a day: hundreds of files ask for the same day."""
    return tuple(
        (key, unit) for unit in reference.units.on(day) if _allowed(unit, allowed)
        for key in {fold(w).replace(" ", "") for w in (unit.name, *unit.aliases, unit.code)} if len(key) >= 4
    )  # fmt: skip
