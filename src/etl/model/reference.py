"""The reference data as one value: what the province knows before any workbook arrives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from etl.model.across import AcrossRule
from etl.model.checks import Check
from etl.model.decisions import Decision
from etl.model.figures import Indicator
from etl.model.findings import Finding
from etl.model.forms import Form, TableSpec
from etl.model.higher_forms import HigherForm
from etl.model.maps import Map
from etl.model.narratives import Narrative
from etl.model.periods import Period
from etl.model.units import Units


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit of measure: its name, what it measures, how many base units it is, and how people write it."""

    name: str
    dimension: str
    factor: Decimal
    wordings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """One line of calendar.csv. `unit` is a code, or `level:district` for every unit of that level valid in the period.

    role: expected (counts for coverage) | check (a copy, for comparison only) | optional (may be sent, nobody waits).
    """

    form: str
    period: Period
    unit: str
    role: str
    opens: date | None = None
    deadline: date | None = None

    def senders(self, units: Units) -> list[str]:
        """The unit codes that this line means at its period's end."""
        if self.unit.startswith("level:"):
            return sorted(u.code for u in units.at_level(self.unit.removeprefix("level:"), self.period.end))
        return [self.unit]

    def meant_for(self, form: str, unit: str, period: str, units: Units) -> bool:
        """Whether this line is about one form of one unit for one period."""
        return (self.form, self.period.code) == (form, period) and unit in self.senders(units)


@dataclass(frozen=True, slots=True)
class Entity:
    """A known task, mark, product or theme: its lasting id, its name as published, and its other spellings."""

    kind: str
    id: str
    name: str
    aliases: tuple[str, ...] = ()
    order: int = 0
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One line of messages.csv: what a stage outside the suites can find, how grave it is, and what it tells.

    The texts are templates: {value}, {expected}, {place} and what the finding's maker names.
    """

    code: str
    severity: str
    scope: str | None
    message_vi: str
    message_en: str

    def finding(self, **about: Any) -> Finding:
        """A finding of this kind. Template words and the finding's own fields are taken from `about`."""
        told = {key: value for key, value in about.items() if key in _PLACES}
        if "{" in self.message_vi or "{" in self.message_en:
            words = _Words({key: "" if text is None else text for key, text in about.items()})
            for name in ("message_vi", "message_en"):
                told[name] = getattr(self, name).format_map(words)
        return _without_place(self).about(**told)


class _Words(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


_PLACES = frozenset((
    "file", "submission", "form", "unit", "period", "sheet", "cell", "value", "expected", "proposal", "decision",
))  # fmt: skip


@lru_cache(maxsize=1024)
def _without_place(message: Message) -> Finding:
    """What all findings of a kind have in common."""
    return Finding(message.code, message.severity, message.message_vi, message.message_en, scope=message.scope)


@dataclass(frozen=True, slots=True)
class ReportItem:
    """Indicators and the period they are wanted for. `each` inside a span is written out when the report is loaded."""

    indicators: tuple[str, ...]
    periods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One file under data/reference/reports/: which figures a release holds."""

    id: str
    title_vi: str
    title_en: str
    period: str
    unit: str
    items: tuple[ReportItem, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Reference:
    """Everything under ETL_REFERENCE and ETL_EXPECTATIONS, loaded and checked.

    headings: (form or '', field or '', wording, meaning): other wordings of a heading, and abbreviations.
    values: set name → ((value, wording), …). suites: table id → the suite's JSON, as GX loads it.
    checks: what the figures of a release must agree on. across: rules over other units and periods.
    hash / suite_hash: sha256 over the files' bytes, so a reading can say what it rests on.
    narratives, letters, higher_forms: report id → its text, the bytes of its Word template, the forms of higher
    authorities that its releases fill. maps: outlines of units.
    decided: case → decision in force (store/reference/learnt), for cases that are no wording.
    """

    units: Units
    forms: Mapping[str, Form]
    headings: tuple[tuple[str, str, str, str], ...]
    values: Mapping[str, tuple[tuple[str, str], ...]]
    measures: tuple[Measure, ...]
    calendar: tuple[Expected, ...]
    indicators: Mapping[str, Indicator]
    entities: tuple[Entity, ...]
    reports: Mapping[str, Report]
    messages: Mapping[str, Message]
    suites: Mapping[str, Mapping[str, Any]]
    checks: tuple[Check, ...] = ()
    across: tuple[AcrossRule, ...] = ()
    narratives: Mapping[str, Narrative] = field(default_factory=dict)
    letters: Mapping[str, bytes] = field(default_factory=dict)
    higher_forms: Mapping[str, tuple[HigherForm, ...]] = field(default_factory=dict)
    maps: tuple[Map, ...] = ()
    hash: str = ""
    suite_hash: str = ""
    decided: Mapping[str, Decision] = field(default_factory=dict)

    def table(self, table_id: str) -> TableSpec:
        for form in self.forms.values():
            for table in form.tables:
                if table.id == table_id:
                    return table
        raise KeyError(table_id)

    def expected(self, form: str, unit: str, period: str) -> Expected | None:
        """The calendar's line for one form of one unit for one period; what was decided for the unit alone comes first."""
        lines = [e for e in self.calendar if e.meant_for(form, unit, period, self.units)]
        return min(lines, key=lambda e: e.role != "expected", default=None)

    def deadline(self, form: str, unit: str, period: str) -> date | None:
        """Until when it is to be sent, an extension included; None without a deadline."""
        found = self.expected(form, unit, period)
        return found.deadline if found else None

    @property
    def tables(self) -> tuple[TableSpec, ...]:
        return tuple(t for f in self.forms.values() for t in f.tables)
