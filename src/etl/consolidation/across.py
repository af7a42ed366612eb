"""Rules over other units and periods, run once over all current rows: findings at the cells, doubt on the figures.

They never reject: whoever came last would be blamed for a neighbour (docs/adr/0018).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from etl.consolidation.rows import CurrentRows, Matched
from etl.model.across import AcrossRule
from etl.model.decisions import ACCEPT, case_of
from etl.model.findings import HOLD, Finding
from etl.model.reference import Reference
from etl.model.submissions import SUBMISSION
from etl.steps.across import Sent, across
from etl.steps.consolidate import Doubt
from etl.steps.consolidate.tracing import used_fields
from etl.steps.validate import Failure, tell

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Told:
    """One finding of a rule, and which figures it holds back; none where it only remarks, or was accepted."""

    finding: Finding
    doubts: tuple[Doubt, ...] = ()


def rules_for(reference: Reference, forms: Collection[str]) -> tuple[AcrossRule, ...]:
    """The rules on tables of these forms."""
    return tuple(rule for rule in reference.across if reference.table(rule.table).form in forms)


def forms_seen(reference: Reference, forms: Collection[str]) -> list[str]:
    """These forms, and those whose tables the rules on them look at."""
    also = {table for rule in rules_for(reference, forms) for table in rule.also}
    return sorted({*forms, *(reference.table(table).form for table in also)})


def crossed(reference: Reference, forms: Collection[str], rows: Matched, current: CurrentRows) -> list[Told]:
    """What the rules on these forms tell of the rows that count.

    rows, current: of all forms that `forms_seen` names, all units and periods.
    """
    rules = rules_for(reference, forms)
    if not rules:
        return []
    sent = {Sent(one.form, one.unit, one.period) for one in current.submissions.values()}
    periods = {expected.period for expected in reference.calendar}
    owners = {table: reference.table(table).form for table in rows.rows}
    failing = across(rows.rows, owners, rules, sent, periods, reference.units)
    return [told for rule in rules for told in _told(reference, rule, failing[rule.id], current)]


def _told(reference: Reference, rule: AcrossRule, rows: pa.Table, current: CurrentRows) -> Iterator[Told]:
    if not rows.num_rows:
        return
    spec = reference.table(rule.table)

    def address(submission: str, block: int, line: int, field: str | None) -> tuple[str | None, str | None]:
        sheet, cell = current.submissions[submission].layouts[spec.id].address(block, line, field)
        return sheet or None, cell

    failures = [Failure(i, rule.meta) for i in range(rows.num_rows)]
    findings = tell(failures, rows, address, {f.id: f.title_vi for f in spec.fields})
    for finding, row in zip(findings, rows.to_pylist(), strict=True):
        submission = current.submissions[row[SUBMISSION]]
        placed = finding.about(
            file=submission.file, form=submission.form, unit=submission.unit, period=row["_concerns"]
        )
        decision = reference.decided.get(case_of(placed)) if placed.severity == HOLD else None
        placed = placed.about(decision=decision.verb if decision else None)
        yield Told(placed, tuple(_doubts(reference, rule, placed, row)))


def _doubts(reference: Reference, rule: AcrossRule, finding: Finding, row: dict[str, Any]) -> Iterator[Doubt]:
    if finding.severity != HOLD or finding.decision == ACCEPT:
        return
    units = tuple(sorted({row["_unit"], row["_owner"] or row["_unit"]}))
    for indicator in _held(reference, rule):
        yield Doubt(indicator, units, finding.period)


def _held(reference: Reference, rule: AcrossRule) -> Sequence[str]:
    """Indicators that the rule names, and those of its table that use the field of the cell."""
    spec = reference.table(rule.table)
    using = (
        i.id for i in reference.indicators.values() if i.table == spec.id and rule.meta["cell"] in used_fields(i, spec)
    )
    return sorted({*rule.figures, *using})


def findings_of(told: Iterable[Told]) -> list[Finding]:
    """The findings alone, in the order in which the rules tell them."""
    return [one.finding for one in told]


def doubts_of(told: Iterable[Told]) -> frozenset[Doubt]:
    """Every doubt, once."""
    return frozenset(doubt for one in told for doubt in one.doubts)
