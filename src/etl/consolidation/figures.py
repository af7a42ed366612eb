"""Who was expected and reported, and a report's figures, over one view of the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.consolidation.across import crossed, doubts_of, findings_of, forms_seen
from etl.consolidation.claims import placed, tell_claims
from etl.consolidation.parts import left_rows
from etl.consolidation.reported import status_of
from etl.consolidation.rows import LARGE, Matched, current_rows, matched
from etl.consolidation.scope import Scope
from etl.model.claims import Claim
from etl.model.findings import REJECTED, Finding
from etl.model.periods import Period, parse_period
from etl.model.reference import Reference, Report
from etl.model.releases import StatusRow
from etl.model.rows import Rows
from etl.model.series import Figures
from etl.model.stored import USUAL, Room, Stored
from etl.steps.consolidate import Doubt, Expectation, Expectations, Request, consolidate
from etl.steps.consolidate.claims import claims
from etl.store.lake import Lake
from etl.store.ledger import SubmissionRecord, View
from etl.store.ledger.standing import SUPERSEDED, WITHDRAWN

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Consolidated:
    """Figures, who reported, what was found beside the submissions' own findings, and the rows behind.

    All of them are of the report's unit and the units under it; rows are of the periods that it is asked for.
    told: everything found that concerns the report, the submissions' own findings too. claims: what levels say of
    themselves. waiting: holds on which nobody has decided, also of revisions that are not in force. reference: with
    what had been decided at the ledger's position.
    """

    report: Report
    period: Period
    figures: Figures
    status: tuple[StatusRow, ...]
    findings: tuple[Finding, ...]
    rows: Mapping[str, Rows]
    ledger_position: int
    reference: Reference
    told: tuple[Finding, ...] = ()
    claims: tuple[Claim, ...] = ()
    waiting: tuple[Finding, ...] = ()


def consolidated(
    view: View, lake: Lake, reference: Reference, report: Report, period: Period, room: Room = USUAL,
    large: float = LARGE,
) -> Consolidated:  # fmt: skip
    """All rows that count in this view → the report's figures. large: as `current_rows` has it."""
    wanted = requests(reference, report, period)
    everyone, scope = status_of(view, reference, [p for _, p in wanted] or [period]), Scope(report.unit, reference)
    status = scope.status(everyone)
    forms = sorted({reference.indicators[name].form for name, _ in wanted})
    periods = {row.period for row in everyone}
    current = current_rows(view, lake, reference, forms_seen(reference, forms), periods=periods, large=large)
    matching = matched(reference, current)
    told = crossed(reference, forms, matching, current)
    expected, asked = _expectations(reference, everyone), _requests(reference, wanted)
    units, entities = reference.units, reference.entities
    doubts = [*_of_pairs(reference, matching), *doubts_of(told)]
    rows = {**matching.rows, **current.stored}
    figures = consolidate(rows, asked, expected, units, entities, doubts=doubts, within=report.unit, room=room)
    claimed = placed(reference, claims(rows, asked, expected, units, entities, figures, room), current)
    tables = {table.id for form in forms for table in reference.forms[form].tables}
    names = view.names()
    beside = [f for f in matching.findings if f.form in forms] + _shown(findings_of(told), status)
    beside += tell_claims(reference, claimed)
    shown = {row.submission for row in status if row.submission}
    everything = [*view.findings_for(shown), *_of_files(view, lake, reference, names)]
    senders = view.senders({f.file for f in (*beside, *everything) if not (f.unit and f.period)})
    beside = scope.findings(beside, senders)
    own = scope.findings((f for f in everything if f.submission in {*shown, None}), senders)
    open_holds = [*scope.findings((f for f in everything if f.waits), senders), *(f for f in beside if f.waits)]
    asking = view.submissions_named({f.submission for f in open_holds if f.submission})
    return Consolidated(
        report, period, figures, status, tuple(beside),
        {name: _of_release(found, name, scope, periods) for name, found in rows.items() if name in tables},
        view.position(), reference,
        told=tuple(sorted({*own, *_under_each_name(beside, names)}, key=_finding_order)), claims=tuple(claimed),
        waiting=tuple(sorted(_waiting(open_holds, asking, status), key=_finding_order)),
    )  # fmt: skip


def _of_release(found: pa.Table | Stored, name: str, scope: Scope, periods: Collection[str]) -> Rows:
    """The rows that the report's units sent for its periods."""
    if isinstance(found, Stored):
        return left_rows(found, name, scope.reference, scope.wanted(periods))
    return Rows.whole(scope.rows(found, periods))


def _waiting(
    holds: Iterable[Finding], submissions: Iterable[SubmissionRecord], status: Iterable[StatusRow]
) -> set[Finding]:
    """The holds of triples that the report looks at, and of what is not placed yet; none of what can count no more."""
    gone = {s.submission for s in submissions if s.state in (REJECTED, SUPERSEDED, WITHDRAWN)}
    triples = {(row.unit, row.form, row.period) for row in status}
    return {
        f for f in holds
        if f.submission not in gone and (not (f.unit and f.period and f.form) or (f.unit, f.form, f.period) in triples)
    }  # fmt: skip


def _shown(findings: Iterable[Finding], status: Iterable[StatusRow]) -> list[Finding]:
    """Those at a submission that the report looks at, or against a figure of its periods."""
    rows = list(status)
    submissions = {row.submission for row in rows}
    triples = {(row.unit, row.form, row.period) for row in rows}
    return [f for f in findings if f.submission in submissions or (f.unit, f.form, f.period) in triples]


def requests(reference: Reference, report: Report, period: Period) -> list[tuple[str, Period]]:
    """(indicator, period) pairs of a report asked for a period: the span, each year in it, events as they stand."""
    inside = {e.period.code: e.period for e in reference.calendar if period.contains(e.period)}
    found: dict[tuple[str, str], tuple[str, Period]] = {}
    for item in report.items:
        for word in item.periods:
            if word in ("span", report.period):
                periods = [period]
            elif word == "each":
                periods = [p for p in inside.values() if p.kind != "event" and p != period] or [period]
            else:
                periods = [parse_period(word)]
            for one in periods:
                for indicator in item.indicators:
                    found[indicator, one.code] = (indicator, one)
    return list(found.values())


def standing_findings(view: View, lake: Lake, reference: Reference) -> list[Finding]:
    """What is true of the kept files together: pairs that wait, where the register overrules, the same bytes twice,
    and what the rules over other units and periods tell of all that counts.

    Told under every name that a file's bytes came under; pairs and differences of superseded submissions too.
    """
    names = view.names()
    forms = sorted({reference.table(rule.table).form for rule in reference.across})
    current = current_rows(view, lake, reference, forms_seen(reference, forms))
    told = findings_of(crossed(reference, forms, matched(reference, current), current))
    return [*_of_files(view, lake, reference, names), *_under_each_name(told, names)]


#: of bytes that came under several names: the first name → every name, that one first
_Names = Mapping[str, list[str]]


def _under_each_name(findings: Iterable[Finding], names: _Names) -> list[Finding]:
    return [f.about(file=name) for f in findings for name in names.get(f.file, [f.file])]


def _of_files(view: View, lake: Lake, reference: Reference, names: _Names) -> list[Finding]:
    """Pairs, differences from the register, and the same bytes twice; of superseded submissions too."""
    forms = sorted({f.id for f in reference.forms.values() if any(t.entity and t.entity.register for t in f.tables)})
    rows = current_rows(view, lake, reference, forms, superseded=True)
    twice = [
        reference.messages["F.duplicate"].finding(file=name, expected=first)
        for first, *others in names.values()
        for name in others
    ]
    return _under_each_name(matched(reference, rows).findings, names) + twice


def _expectations(reference: Reference, status: Iterable[StatusRow]) -> Expectations:
    """Who was expected, and had reported."""
    found = (Expectation(s.form, s.unit, parse_period(s.period), s.role, s.reported) for s in status)
    return Expectations(tuple(found), reference.units)


def _requests(reference: Reference, wanted: Iterable[tuple[str, Period]]) -> list[Request]:
    return [Request(reference.indicators[name], period) for name, period in wanted]


def _of_pairs(reference: Reference, rows: Matched) -> list[Doubt]:
    """An undecided pair holds every figure of its table back, in the provinces that its rows are of."""
    return [
        Doubt(i.id, tuple(sorted(rows.doubtful[i.table])), whole=True)
        for i in reference.indicators.values() if i.table in rows.doubtful
    ]  # fmt: skip


def _finding_order(finding: Finding) -> tuple[str, ...]:
    """Total: two findings of one id may differ in a word, and a set has no order of its own."""
    place = (finding.file, finding.sheet or "", finding.cell or "", finding.code, finding.id)
    return (*place, *map(str, finding.values))
