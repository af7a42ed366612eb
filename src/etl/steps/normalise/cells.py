"""One cell → value and state, by the type of its field. Nothing is guessed: what cannot be read is a fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from etl.model.forms import Field
from etl.model.grids import Cell
from etl.model.reference import Reference
from etl.model.units import Unit
from etl.text.dates import from_serial, parse_date, parse_month, period_named
from etl.text.measures import measure_key
from etl.text.names import fold, squeeze, squeeze_all, tone_key
from etl.text.numbers import from_number, parse_quantity, round_half_up

VALUE, NIL, NOT_AVAILABLE, NOT_APPLICABLE, NOT_REPORTED = (
    "value", "nil", "not_available", "not_applicable", "not_reported",
)  # fmt: skip
#: digits after the point that the lake keeps (decimal128(28, 10))
SCALE = 10
#: and what has more than 18 digits before it is kept nowhere
TOO_LARGE = Decimal(10) ** 18
_SERIAL = re.compile(r"\s*[1-9][0-9]{4}\s*")
_SEPARATOR = re.compile(r"[;\n]|,(?!\d)")
_DASHES = frozenset("-–—−")
_DOTS = frozenset(("…", "...", ".."))
_LONGEST_MARK = 3
_MOST_REMEMBERED = 10_000

#: numbers of a workbook are kept as whole 10^-PLACES
PLACES = 4
_UNIT = 10**PLACES
#: Excel keeps 15 digits: below this a whole number of units and the number in the cell are the same decimal
MOST_UNITS = 10**15
_NUMBERS = frozenset((int, float))

#: (unit text, allowed levels) → the units that it may name
UnitResolver = Callable[[str, tuple[str, ...]], tuple[Unit, ...]]


class Typed(NamedTuple):
    """A typed cell. `fault` is the message code of what is wrong with it; `expected` and `proposal` go with the fault."""

    value: Any
    state: str
    fault: str | None = None
    expected: str = ""
    proposal: str | None = None


BLANK = Typed(None, NOT_REPORTED)


@dataclass(frozen=True, slots=True)
class Words:
    """What the reference data knows of words, folded once: sets, entity names, units of measure."""

    sets: Mapping[str, Mapping[str, str]]
    entities: Mapping[str, Mapping[str, str]]
    measures: Mapping[str, tuple[str, str, Decimal]]


@lru_cache(maxsize=4)
def words_of(reference: Reference) -> Words:
    """Prepared once for each set of reference data."""
    sets = {
        name: {fold(w): v for v, w in pairs} | {fold(v): v for v, _ in pairs}
        for name, pairs in reference.values.items()
    }
    entities: dict[str, dict[str, str]] = {}
    for entity in reference.entities:
        known = entities.setdefault(entity.kind, {})
        for name in (entity.name, *entity.aliases):
            known[tone_key(name)] = entity.name
            known.setdefault(fold(name), entity.name)
    measures = {
        measure_key(wording): (m.name, m.dimension, m.factor)
        for m in reference.measures
        for wording in (m.name, *m.wordings)
    }
    return Words(sets, entities, measures)


def reader_of(spec: Field, words: Words, units: UnitResolver, within: str | None = None) -> Callable[[Cell], Typed]:
    """The function that reads the cells of one column. within: the period whose year a bare 'Quý I' means."""
    if spec.numeric:
        return lambda cell: _number(cell, spec)
    if spec.type == "date":
        return lambda cell: _date(cell, parse_date)
    if spec.type == "month":
        return lambda cell: _month(cell)
    if spec.type == "set":
        known = words.sets.get(spec.values or "", {})
        return lambda cell: _word(cell, known)
    if spec.type == "entity":
        names = words.entities.get(spec.vocabulary or spec.values or "", {})
        return lambda cell: _entity(cell, names)
    if spec.type == "period":
        return lambda cell: _period(cell, within)
    if spec.type == "unit":
        return lambda cell: _unit(cell, spec, units)
    if spec.type in ("units", "list"):
        return lambda cell: _many(cell, spec, words, units)
    return _id if spec.type == "id" else _text


def remembering(read: Callable[[Cell], Typed]) -> Callable[[Cell], Typed]:
    """The same function, with each text read once: texts repeat down a column and in the next workbook."""
    known: dict[str, Typed] = {}

    def through(cell: Cell) -> Typed:
        if type(cell) is not str:
            return read(cell)
        if (typed := known.get(cell)) is None:
            if len(known) >= _MOST_REMEMBERED:
                known.clear()
            typed = known[cell] = read(cell)
        return typed

    return through


@lru_cache(maxsize=1024)
def reader_for_all(reference: Reference, spec: Field) -> Callable[[Cell], Typed]:
    """One remembering reader for all workbooks, of a field that names no unit."""
    return remembering(reader_of(spec, words_of(reference), lambda _text, _levels: ()))


def plain_numbers(cells: Sequence[Any], *, whole: bool) -> list[int | None]:
    """The common cells of a numeric column at one go: whole numbers, or ten-thousandths; None for every other cell.

    A float stands for the one decimal of at most 15 digits that is nearest to it; it is taken only where dividing gives
    that very float again.
    """
    least, most = -MOST_UNITS, MOST_UNITS
    found: list[int | None]
    try:
        if whole:
            found = [n if type(c) in _NUMBERS and (n := int(c)) == c and least < n < most else None for c in cells]
        else:
            found = [
                n if type(c) in _NUMBERS and (n := round(c * _UNIT)) / _UNIT == c and least < n < most else None
                for c in cells
            ]
        return found
    except (OverflowError, ValueError):  # infinity, NaN: no workbook should hold them
        return [None] * len(cells)


def plain_texts(cells: Sequence[Cell]) -> list[str | None]:
    """The common cells of a text column at one go: their visible text; None for every other cell, and for short ones."""
    texts = [cell for cell in dict.fromkeys(cells) if type(cell) is str and len(cell) > _LONGEST_MARK]
    tidy: dict[Cell, str] = dict(zip(texts, squeeze_all(texts), strict=True))
    return [text if (text := tidy.get(cell)) and len(text) > _LONGEST_MARK else None for cell in cells]


def _mark(cell: Cell) -> Typed | None:
    """Blank, '-' and '…' in a text: a state, no value."""
    if cell == "":
        return BLANK
    if isinstance(cell, str):
        text = cell.strip()
        if len(text) > _LONGEST_MARK:
            return None
        if not text:
            return BLANK
        if text in _DASHES:
            return Typed(None, NIL)
        if text in _DOTS:
            return Typed(None, NOT_AVAILABLE)
    return None


def _number(cell: Cell, spec: Field) -> Typed:
    if isinstance(cell, (bool, date, datetime)):
        return Typed(None, NOT_AVAILABLE, "V.not-a-number")
    if isinstance(cell, (int, float)):
        try:
            return _sized(from_number(cell), VALUE, spec)
        except ValueError:
            return Typed(None, NOT_AVAILABLE, "V.not-a-number")
    if not isinstance(cell, str):
        return Typed(None, NOT_AVAILABLE, "V.not-a-number")
    if not cell:
        return BLANK
    quantity = parse_quantity(
        cell, decimals=0 if spec.type == "integer" else spec.decimals, percent=spec.type == "percent"
    )
    if quantity.fault == "ambiguous":
        choices = " / ".join(str(a) for a in quantity.alternatives)
        return Typed(None, NOT_AVAILABLE, "V.ambiguous", choices, str(quantity.alternatives[0]))
    if quantity.fault is not None:
        return Typed(
            None, NOT_AVAILABLE, "V.number-with-text" if quantity.fault == "number_with_text" else "V.not-a-number"
        )
    if quantity.value is None:
        return Typed(None, quantity.state)
    return _sized(quantity.value, quantity.state, spec)


def _sized(value: Decimal, state: str, spec: Field) -> Typed:
    if abs(value) >= TOO_LARGE:
        return Typed(None, NOT_AVAILABLE, "V.too-large")
    if spec.type == "integer":
        if value != value.to_integral_value():
            return Typed(None, NOT_AVAILABLE, "V.not-whole")
        return Typed(int(value), state)
    return Typed(kept(value), state)


def kept(value: Decimal) -> Decimal:
    """The value with no more digits after the point than the lake keeps, rounded half up."""
    exponent = value.as_tuple().exponent
    return round_half_up(value, SCALE) if isinstance(exponent, int) and exponent < -SCALE else value


def _date(cell: Cell, parse: Callable[[str], date | None]) -> Typed:
    if isinstance(cell, datetime):
        return Typed(cell.date(), VALUE)
    if isinstance(cell, date):
        return Typed(cell, VALUE)
    if (mark := _mark(cell)) is not None:
        return mark
    if isinstance(cell, str) and _SERIAL.fullmatch(cell):  # a csv has texts only
        found = from_serial(int(cell))
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
        found = from_serial(cell)
    else:
        found = parse(cell) if isinstance(cell, str) else None
    return Typed(found, VALUE) if found is not None else Typed(None, NOT_AVAILABLE, "V.not-a-date")


def _month(cell: Cell) -> Typed:
    typed = _date(cell, parse_month)
    return Typed(typed.value.replace(day=1), typed.state) if typed.value is not None else typed


def _period(cell: Cell, within: str | None) -> Typed:
    if (mark := _mark(cell)) is not None:
        return mark
    month = isinstance(cell, date) and cell.day == 1  # what Excel makes of '1/2021'
    code = period_named(f"{cell:%m/%Y}" if month else as_text(cell), within)
    return Typed(code, VALUE) if code is not None else Typed(None, NOT_AVAILABLE, "V.not-a-period")


def _text(cell: Cell) -> Typed:
    if (mark := _mark(cell)) is not None:
        return mark
    return Typed(squeeze(cell if type(cell) is str else as_text(cell)), VALUE)


def _id(cell: Cell) -> Typed:
    typed = _text(cell)
    return typed if typed.value is None else Typed(typed.value.replace(" ", "").upper(), typed.state)


def _word(cell: Cell, known: Mapping[str, str]) -> Typed:
    if (mark := _mark(cell)) is not None:
        return mark
    value = known.get(fold(as_text(cell)))
    if value is None:
        return Typed(None, NOT_AVAILABLE, "V.unknown-word", ", ".join(dict.fromkeys(known.values())))
    return Typed(value, VALUE)


def _entity(cell: Cell, names: Mapping[str, str]) -> Typed:
    if (mark := _mark(cell)) is not None:
        return mark
    text = squeeze(as_text(cell))
    name = _known_name(text, names)
    return Typed(name, VALUE) if name is not None else Typed(text, VALUE, "V.unknown-name", proposal=text)


def _known_name(text: str, names: Mapping[str, str]) -> str | None:
    return names.get(tone_key(text)) or names.get(fold(text))


def _unit(cell: Cell, spec: Field, units: UnitResolver) -> Typed:
    if (mark := _mark(cell)) is not None:
        return mark
    found = units(squeeze(as_text(cell)), (spec.level,) if spec.level else ())
    if len(found) > 1:
        return Typed(None, NOT_AVAILABLE, "V.several-units", _named_apart(found), found[0].code)
    return Typed(found[0].code, VALUE) if found else Typed(None, NOT_AVAILABLE, "V.unknown-unit")


def _named_apart(units: tuple[Unit, ...]) -> str:
    return " / ".join(f"{unit.title} ({unit.code})" for unit in units)


def _many(cell: Cell, spec: Field, words: Words, units: UnitResolver) -> Typed:
    if (mark := _mark(cell)) is not None:
        return mark
    parts = [squeeze(part) for part in _SEPARATOR.split(as_text(cell)) if part.strip()]
    if spec.type == "list":
        names = words.entities.get(spec.vocabulary or "", {})
        whole = _known_name(squeeze(as_text(cell)), names)
        return Typed([whole] if whole else [_known_name(part, names) or part for part in parts], VALUE)
    found = [units(part, (spec.level,) if spec.level else ()) for part in parts]
    codes = [named[0].code for named in found if named]
    if not all(found):
        return Typed(codes, VALUE, "V.unknown-unit")
    if unsure := [named for named in found if len(named) > 1]:
        expected = "; ".join(map(_named_apart, unsure))
        return Typed(
            [named[0].code for named in found if len(named) == 1], VALUE, "V.several-units", expected, "; ".join(codes)
        )
    return Typed(codes, VALUE)


def as_text(cell: Cell) -> str:
    """A cell as a reader of the sheet would see it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        return format(from_number(cell), "f")
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y}" if (cell.hour, cell.minute, cell.second) == (0, 0, 0) else f"{cell:%d/%m/%Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return str(cell)
