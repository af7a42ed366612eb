"""What a code of a release is called: units, indicators, forms, the members of a breakdown, and a figure in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cached_property

from etl.errors import UsageError
from etl.model.figures import NOT_REPORTED, WITHHELD, Figure
from etl.model.forms import Field, TableSpec
from etl.model.periods import parse_period
from etl.model.reference import Entity
from etl.model.releases import ReleaseContent
from etl.report.words import LEVELS, NOTHING, STATUSES, Text, joined, measure, period
from etl.text.numbers import format_exact, format_number, round_half_up

#: what an indicator's breakdown says for "by task, mark, product …": by its id or by its name
_BY_ENTITY = ("_entity", "_entity_name")

_LANGUAGES = ("vi", "en")


class Titles:
    """Names as a reader of one release expects them. An unknown code is shown as it is."""

    def __init__(self, content: ReleaseContent) -> None:
        self._content = content
        self._reference = content.reference
        self._units: dict[tuple[str, str | None], str] = {}
        self._breakdowns: dict[tuple[str, tuple[tuple[str, str], ...]], Text] = {}

    def unit(self, code: str, in_period: str | None = None) -> str:
        """'Huyện Tam Đường': the name at the end of a period, else at the end of the release's."""
        asked = (code, in_period)
        if asked not in self._units:
            end = _end(in_period)
            found = self._reference.units.get(code, end) if end else None
            self._units[asked] = found.title if found else self._content.unit_title(code)
        return self._units[asked]

    def indicator(self, code: str) -> Text:
        found = self._reference.indicators.get(code)
        return Text(found.title_vi, found.title_en or found.title_vi) if found else Text.same(code)

    def form(self, code: str | None) -> Text:
        found = self._reference.forms.get(code or "")
        return Text(found.title_vi, found.title_en or found.title_vi) if found else Text.same(code or "")

    def form_number(self, code: str | None) -> str:
        """'01/KHCN-H'; the form's id where it bears no number."""
        found = self._reference.forms.get(code or "")
        return found.number or found.id if found else code or ""

    def measure(self, figure: Figure) -> Text:
        """The unit of measure behind the number; nothing for a percentage, whose sign stands at the number."""
        return NOTHING if figure.unit_of_measure == "%" else measure(figure.unit_of_measure)

    def names(self, figure: Figure) -> list[Text]:
        """The names that a count carries; in English where the reference data has it."""
        return [self._named(self._names.get(name), name) for name in figure.names or ()]

    def missing(self, figure: Figure) -> list[Text]:
        """Who was expected and did not report, by name; in a span with the period."""
        return [self._absent(code, figure.period) for code in figure.coverage.missing]

    def breakdown(self, figure: Figure) -> Text:
        """'Cấp quản lý: nhà nước'; empty for a total."""
        return self.part(figure.indicator, figure.breakdown or ())

    def part(self, indicator: str, members: tuple[tuple[str, str], ...]) -> Text:
        """The same for the figures of these members."""
        asked = (indicator, members)
        if asked not in self._breakdowns:
            self._breakdowns[asked] = joined([self._axis(indicator, axis, code) for axis, code in members])
        return self._breakdowns[asked]

    def member(self, indicator: str, axis: str, code: str) -> Text:
        """A member of a breakdown: an entity, a unit, a fixed row of a form, a level, or a word of a list."""
        spec, field = self._source(indicator, axis)
        if field is not None and field.type == "unit":
            return Text.same(self.unit(code))
        if spec is not None and field is not None and field.id == spec.row_code:
            label = next((row.label for row in spec.rows if row.value == code), code)
            return Text.same(label.lstrip("- "))
        if field is None and code in LEVELS:
            return LEVELS[code]
        return self._named(self._entities.get(code) or self._names.get(code), code)

    def axis(self, indicator: str, axis: str) -> Text:
        """What a breakdown is by; empty where it is no field of the form."""
        _, field = self._source(indicator, axis)
        return Text(field.title_vi, field.title_en or field.title_vi) if field else NOTHING

    def place(self, code: str) -> tuple[int, str]:
        """Where a member of a breakdown stands: in the order of the vocabulary, then by its code."""
        found = self._entities.get(code) or self._names.get(code)
        return self._places.get(found.id, len(self._places)) if found else len(self._places), code

    def _axis(self, indicator: str, axis: str, code: str) -> Text:
        title, member = self.axis(indicator, axis), self.member(indicator, axis, code)
        return joined([title, member], ": ") if title.vi else member

    def _absent(self, code: str, whole: str) -> Text:
        unit, _, part = code.partition("@")
        name = self.unit(unit, part or whole)
        return Text(f"{name} ({period(part).vi})", f"{name} ({period(part).en})") if part else Text.same(name)

    def _source(self, indicator: str, axis: str) -> tuple[TableSpec | None, Field | None]:
        """The table that an indicator counts, and the field behind an axis of its breakdown (None: an expression)."""
        found = self._reference.indicators.get(indicator)
        spec = next((t for t in self._reference.tables if found and t.id == found.table), None)
        if found is None or spec is None:
            return None, None
        expression = dict(found.breakdown).get(axis)
        if expression in _BY_ENTITY and spec.entity is not None:
            expression = spec.entity.name
        return spec, next((field for field in spec.fields if field.id == expression), None)

    @cached_property
    def _entities(self) -> dict[str, Entity]:
        return {entity.id: entity for entity in self._reference.entities}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {entity.id: place for place, entity in enumerate(self._reference.entities)}

    @cached_property
    def _names(self) -> dict[str, Entity]:
        return {entity.name: entity for entity in self._reference.entities}

    def _named(self, entity: Entity | None, otherwise: str) -> Text:
        return Text(entity.name, entity.title_en or entity.name) if entity else Text.same(otherwise)


def _end(code: str | None) -> date | None:
    """The last day of a period; None where a finding's word for it is no period."""
    try:
        return parse_period(code).end if code else None
    except UsageError:
        return None


def has_number(figure: Figure) -> bool:
    return figure.has_number


def number(value: Decimal, decimals: int, *, tidy: bool = False) -> Text:
    """'1.234,50' / '1,234.50'; tidy leaves idle zeros away: in a sentence, 100 % is not 100,0 %."""
    if tidy:
        rounded = round_half_up(value, decimals)
        return Text(*(format_exact(rounded, language) for language in _LANGUAGES))
    return Text(*(format_number(value, decimals, language) for language in _LANGUAGES))


def shown(figure: Figure, *, tidy: bool = False) -> Text:
    """The figure as it is printed: a number, a range, or why there is none."""
    if figure.status in (WITHHELD, NOT_REPORTED) or not has_number(figure):
        return STATUSES[figure.status if figure.status in (WITHHELD, NOT_REPORTED) else NOT_REPORTED]
    sign = "%" if figure.unit_of_measure == "%" else ""
    ends = [figure.value] if figure.value is not None else list(dict.fromkeys((figure.low, figure.high)))
    texts = [number(end, figure.decimals, tidy=tidy) for end in ends if end is not None]
    text = joined([Text(t.vi + sign, t.en + sign) for t in texts], " – ")
    return Text(f"≥ {text.vi}", f"≥ {text.en}") if figure.at_least else text


def parts(figure: Figure) -> Text:
    """'118/124' of a ratio, exact; empty for what is none."""
    if figure.numerator is None or figure.denominator is None:
        return NOTHING
    of = [
        Text(*(format_exact(part, language) for language in _LANGUAGES))
        for part in (figure.numerator, figure.denominator)
    ]
    return joined(of, "/")
