"""Current rows out of the lake, each with its entity; what is told of rows that may be one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import inf
from typing import TYPE_CHECKING

from etl.model.decisions import ACCEPT, REJECT, case_of
from etl.model.findings import HOLD, PAIR, Finding
from etl.model.forms import TableSpec
from etl.model.periods import parse_period
from etl.model.reference import Reference
from etl.model.stored import Stored
from etl.model.submissions import BLOCK, LINE, PERIOD, SUBMISSION, UNIT
from etl.model.units import PROVINCE, Units
from etl.steps.consolidate.selection import units_above
from etl.steps.match import Decide, Matching, OwnerOf, Pair, match
from etl.steps.recognise.units import resolve
from etl.store.lake import Lake, schema
from etl.store.lake_files import in_memory
from etl.store.ledger import CurrentSubmission, View
from etl.text.names import squeeze, tone_key

if TYPE_CHECKING:
    import pyarrow as pa


#: the one order in which rows of several submissions stand
CANONICAL = (PERIOD, UNIT, SUBMISSION, BLOCK, LINE)

#: bytes of Parquet, some hundred thousand rows: from here on a table that only SQL looks at is left in its files
LARGE = 8 << 20


@dataclass(frozen=True)
class CurrentRows:
    """The rows that count, by table, in one canonical order; and the submissions that they belong to.

    stored: the tables that were left in their files, which are not among `rows`.
    """

    rows: Mapping[str, pa.Table]
    submissions: Mapping[str, CurrentSubmission]
    stored: Mapping[str, Stored] = field(default_factory=dict)


@dataclass
class Matched:
    """Rows with their entities; findings about pairs and differences; table → provinces with an undecided pair."""

    rows: dict[str, pa.Table] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    doubtful: dict[str, frozenset[str]] = field(default_factory=dict)


def current_rows(
    ledger: View, lake: Lake, reference: Reference, forms: Sequence[str], *, superseded: bool = False,
    periods: Collection[str] | None = None, large: float = inf,
) -> CurrentRows:  # fmt: skip
    """Read the rows of every submission in force of these forms; with the superseded ones for what is told of them.

    periods: all that is asked for. Forms whose rows are looked at together with other periods' are read whole all the same.
    large: bytes of Parquet from which on a table of any other form is left in its files.
    """
    alone = {form for form in forms if _stands_alone(reference, form)}
    current = {
        s.submission: s for form in forms for s in ledger.current(form, periods if form in alone else None, superseded)
    }
    rows, left = {}, {}
    for form in forms:
        for spec in reference.forms[form].tables:
            own = [s for s in current.values() if s.form == form and spec.id in s.lake]
            stored = lake.stored(sorted({s.lake[spec.id] for s in own}), schema(spec), {s.reading for s in own})
            if form in alone and stored.size >= large:
                left[spec.id] = stored
            else:
                rows[spec.id] = in_order(in_memory(stored))
    return CurrentRows(rows, current, left)


def in_order(rows: pa.Table) -> pa.Table:
    """Rows of the lake in their one order."""
    return rows.sort_by([(column, "ascending") for column in CANONICAL])


def taken(reference: Reference, name: str, rows: pa.Table) -> pa.Table:
    """Rows of a table that was left in its files, as `matched` gives those of tables that were not."""
    return matched(reference, CurrentRows({name: rows}, {})).rows[name]


def _stands_alone(reference: Reference, form: str) -> bool:
    """Whether no other period says anything of a form's rows: no entity is matched, no rule looks across."""
    tables = {table.id for table in reference.forms[form].tables}
    looked_at = {name for rule in reference.across for name in (rule.table, *rule.also)}
    return not (tables & looked_at or any(table.entity for table in reference.forms[form].tables))


def matched(reference: Reference, current: CurrentRows) -> Matched:
    """Give every row its entity; tell what is proposed and where the register overrules, at the cells concerned."""
    result = Matched()
    for name, rows in current.rows.items():
        spec = reference.table(name)
        matching = match(spec, rows, _owner_of(reference), _canonical(reference, spec), _decide(reference))
        result.rows[name] = matching.rows
        result.findings += _tell(reference, spec, matching, rows, current)
        if waiting := [pair for pair in matching.pairs if pair.decided is None]:
            result.doubtful[name] = _provinces(reference.units, matching.rows, waiting)
    return result


def _provinces(units: Units, rows: pa.Table, pairs: Sequence[Pair]) -> frozenset[str]:
    """The provinces of the doubtful rows and of the rows that they may be one with; where there is none, the topmost unit."""
    entities, doubtful = {pair.entity for pair in pairs}, {pair.row for pair in pairs}
    columns = (rows[name].to_pylist() for name in ("_entity", UNIT, PERIOD))
    concerned = {
        (unit, period)
        for i, (entity, unit, period) in enumerate(zip(*columns, strict=True))
        if i in doubtful or entity in entities
    }
    return frozenset(_province(units, unit, parse_period(period).end) for unit, period in concerned)


def _province(units: Units, code: str, day: date) -> str:
    chain = units_above(code, day, units)
    known = (units.get(above, day) for above in chain)
    return next((unit.code for unit in known if unit is not None and unit.level == PROVINCE), chain[-1])


def _owner_of(reference: Reference) -> OwnerOf:
    levels = tuple(sorted({u.level for u in reference.units.all} - {"commune", "province", "nation"}))

    def owner(text: str, day: date) -> str | None:
        found = resolve(reference, squeeze(text), day, levels)
        return found.unit.code if found else None

    return owner


#: kind of pair → the rule that tells it
PAIR_RULES = {
    "id_missing": "M.id-missing", "id_differs": "M.id-differs", "near_name": "M.near-name", "second_id": "M.second-id",
}  # fmt: skip


def _decide(reference: Reference) -> Decide:
    """What was decided about a pair: the same case next year is decided already."""

    def decide(kind: str, unit: str, value: str, entity: str) -> str | None:
        probe = Finding(PAIR_RULES[kind], HOLD, "", "", unit=unit, value=value, proposal=entity, scope=PAIR)
        decision = reference.decided.get(case_of(probe))
        return None if decision is None else decision.answer or ""

    return decide


def _canonical(reference: Reference, spec: TableSpec) -> dict[str, str]:
    """Tone key of every known spelling of the table's kind of entity → its published name."""
    kind = spec.entity.kind if spec.entity else None
    return {
        tone_key(spelling): entity.name
        for entity in reference.entities if entity.kind == kind
        for spelling in (entity.name, *entity.aliases)
    }  # fmt: skip


def _tell(
    reference: Reference, spec: TableSpec, matching: Matching, rows: pa.Table, current: CurrentRows
) -> list[Finding]:
    entity = spec.entity
    if entity is None:
        return []
    found = []
    for pair in matching.pairs:
        code = PAIR_RULES[pair.kind]
        value = pair.name if pair.kind in ("id_missing", "near_name") else pair.id
        decision = None if pair.decided is None else (ACCEPT if pair.decided else REJECT)
        about = _place(rows, pair.row, entity.id, spec, current)
        found.append(reference.messages[code].finding(
            **about, value=value, expected=pair.entity.partition(":")[2], proposal=pair.entity, decision=decision,
        ))  # fmt: skip
    for difference in matching.differences:
        about = _place(rows, difference.row, difference.field, spec, current)
        own, register = str(difference.own or ""), str(difference.register)
        found.append(reference.messages["M.register-differs"].finding(**about, value=own, expected=register))
    return found


def _place(
    rows: pa.Table, row: int, field_id: str | None, spec: TableSpec, current: CurrentRows
) -> dict[str, str | None]:
    at = rows.slice(row, 1).to_pylist()[0]
    submission = current.submissions[at[SUBMISSION]]
    sheet, cell = submission.layouts[spec.id].address(at["_block"], at[LINE], field_id)
    return {
        "file": submission.file, "submission": submission.submission, "form": submission.form, "unit": submission.unit,
        "period": submission.period, "sheet": sheet or None, "cell": cell,
    }  # fmt: skip
