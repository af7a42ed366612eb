"""Reference data with what people have decided since: headings, unit names and entity names learnt from holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from etl.model.decisions import ACCEPT, DEADLINE, MAP, Decision
from etl.model.reference import Entity, Expected, Reference
from etl.model.units import Unit, Units


def learnt(reference: Reference, decided: Mapping[str, Decision]) -> Reference:
    """The reference data as the decisions in force extend it. What is no wording is looked up by case (`decided`)."""
    if not decided:
        return reference
    headings = [*reference.headings]
    units = list(reference.units.all)
    entities = list(reference.entities)
    for decision in (decided[case] for case in sorted(decided)):
        if decision.verb not in (ACCEPT, MAP) or decision.answer is None:
            continue
        code, value = decision.finding.code, decision.finding.value or ""
        if code == "S4.doubtful-heading":
            table, _, field = decision.answer.partition(".")
            headings.append((table, field, value, ""))
        elif code == "S2.near-unit":
            units = [_also_called(unit, decision.answer, value) for unit in units]
        elif code == "V.unknown-name":
            entities = _named(entities, reference, decision, value)
    extended = [line for case in sorted(decided) if (line := _extended(reference, decided[case])) is not None]
    return replace(
        reference, calendar=(*extended, *reference.calendar), headings=tuple(headings), units=Units(tuple(units)),
        entities=tuple(entities), decided=dict(decided),
    )  # fmt: skip


def _extended(reference: Reference, decision: Decision) -> Expected | None:
    """The calendar's line for one unit with its later deadline."""
    about = decision.finding
    if about.code != DEADLINE or decision.argument is None:
        return None
    line = reference.expected(about.form or "", about.unit or "", about.period or "")
    return line and replace(line, unit=about.unit or "", deadline=date.fromisoformat(decision.argument))


def _also_called(unit: Unit, code: str, name: str) -> Unit:
    return replace(unit, aliases=(*unit.aliases, name)) if unit.code == code and name not in unit.aliases else unit


def _named(entities: list[Entity], reference: Reference, decision: Decision, value: str) -> list[Entity]:
    """A new name stands for itself (accept), or is another spelling of a known one (map)."""
    answer = decision.answer or ""
    kinds = {
        field.vocabulary
        for table in reference.forms[decision.finding.form or ""].tables
        for field in table.fields
        if field.vocabulary
    }
    if any(entity.kind in kinds and entity.name == answer for entity in entities):
        return [
            replace(e, aliases=(*e.aliases, value)) if e.kind in kinds and e.name == answer and value != answer else e
            for e in entities
        ]
    kind = min(kinds, default="")
    return [*entities, Entity(kind, f"{kind}:{answer}", answer, (value,) if value != answer else (), 10_000)]
