"""Which figures moved from one release to another, by which cells of which submissions, why, and who decided it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from etl.consolidation.moves import FIGURES, Key, listed, moves
from etl.consolidation.replay import Replay
from etl.consolidation.tracing import FieldCell, Traced, traced
from etl.model.periods import Period, parse_period
from etl.pipeline import Stores
from etl.queries.happenings import Cause, Happenings, Why
from etl.queries.tables import table
from etl.remaking import replay
from etl.steps.consolidate.tracing import Judged, Place

#: what tells one row of a unit and period from another, in whatever file it stands
Ident = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """One figure that is not what it was."""

    key: Key
    before: str | None
    after: str | None
    causes: tuple[Cause, ...]

    def as_json(self) -> dict[str, Any]:
        """The documented shape of `etl diff --json`; a member of a breakdown says which."""
        indicator, period, unit, members = self.key
        shape: dict[str, Any] = {"indicator": indicator, "unit": unit, "period": period}
        if members:
            shape["breakdown"] = dict(members)
        return shape | {"before": self.before, "after": self.after, "causes": [c.as_json() for c in self.causes]}


def diff(stores: Stores, before: int, after: int) -> list[Moved]:
    """Every figure that differs between two releases, in the order of the figures. Raises UsageError for unknown ones."""
    records = [stores.ledger.release(number) for number in (before, after)]
    views = [replay(stores, record) for record in records]
    happenings = Happenings.between(stores.ledger, *views)
    sides = _Sides(views[0], views[1], happenings, {})
    with stores.releases.open(before, FIGURES) as old, stores.releases.open(after, FIGURES) as new:
        return [Moved(key, was, now, tuple(sides.causes(key))) for key, was, now in moves(listed(old), listed(new))]


@dataclass
class _Sides:
    """Both releases' views of one figure after another."""

    old: Replay
    new: Replay
    happenings: Happenings
    _known: dict[tuple[str, str], tuple[Traced | None, Traced | None]]

    def causes(self, key: Key) -> Iterator[Cause]:
        """Cells first; then submissions that came or went without a row in the figure; then what concerns all."""
        indicator, period, unit, members = key
        a, b = self._traced(indicator, parse_period(period))
        if a is None or b is None:
            yield self.happenings.reference()
            return
        rows_a, rows_b = (_rows(side, unit, members) for side in (a, b))
        found = list(self._of_rows(a, b, rows_a, rows_b))
        told = {cause.submission or "" for cause in found}
        found += self.happenings.of_coverage(self.old, self.new, b.indicator, b.periods, unit, told)
        yield from found
        if not found:
            yield from self.happenings.in_general()

    def _traced(self, indicator: str, period: Period) -> tuple[Traced | None, Traced | None]:
        key = (indicator, period.code)
        if key not in self._known:
            pair = [
                traced(v, indicator, period) if indicator in v.reference.indicators else None
                for v in (self.old, self.new)
            ]
            self._known[key] = (pair[0], pair[1])
        return self._known[key]

    def _of_rows(
        self, a: Traced, b: Traced, rows_a: Mapping[Ident, Judged], rows_b: Mapping[Ident, Judged]
    ) -> Iterator[Cause]:
        keys = _keys(rows_a.values()) ^ _keys(rows_b.values())
        counts_keys = b.indicator.key is not None and b.indicator.measure is None
        for ident in sorted(rows_a.keys() | rows_b.keys(), key=repr):
            one, other = rows_a.get(ident), rows_b.get(ident)
            if counts_keys and not ({j.row.key for j in (one, other) if j is not None} & keys):
                continue
            if _signature(a, one) != _signature(b, other):
                yield from self._of_row(a, b, one, other)

    def _of_row(self, a: Traced, b: Traced, one: Judged | None, other: Judged | None) -> Iterator[Cause]:
        before = _cells(a, one)
        after = _cells(b, other)
        names = [n for n in after or before if one is None or other is None or _said(before, n) != _said(after, n)]
        changed = bool(one and other and names)
        if not changed:  # the row came, went, or counts otherwise: told at the cell that is counted
            side, judged = (b, other) if other else (a, one)
            names = [cell.field for cell in side.cells(judged.row.place)] if judged else []
        why = self._why(a, b, *(j.row.place if j else None for j in (one, other)))
        told = b.submissions.get(why.submission) or a.submissions[why.submission]
        for name in names:
            cell = after.get(name) or before[name]
            was = _said(before, name) if changed or (one and one.counted) else None
            now = _said(after, name) if changed or (other and other.counted) else None
            yield Cause(why.submission, told.file, cell.sheet, cell.cell, was, now, why.reason, why.by)

    def _why(self, a: Traced, b: Traced, one: Place | None, other: Place | None) -> Why:
        before = a.submissions[one[0]] if one else None
        after = b.submissions[other[0]] if other else None
        row = b.values[other] if other else a.values[one] if one else {}
        names = [row[f] for f in (b.spec.entity.id, b.spec.entity.name) if f] if b.spec.entity else []
        return self.happenings.why(before, after, [str(name) for name in names if name])


def _cells(side: Traced, judged: Judged | None) -> dict[str, FieldCell]:
    """Field → its cell, of the fields that decide about a row; those that are counted first."""
    if judged is None:
        return {}
    cells = (*side.cells(judged.row.place), *side.deciding_cells(judged.row.place))
    return {cell.field: cell for cell in reversed(cells)}


def _rows(side: Traced, unit: str, members: tuple[tuple[str, str], ...]) -> dict[Ident, Judged]:
    """Rows by what they are about: so that a row of a corrected file is found again."""
    seen: dict[Ident, int] = {}
    found: dict[Ident, Judged] = {}
    for judged in sorted(side.judged(unit, members or None), key=lambda j: j.row.place):
        values, row = side.values[judged.row.place], judged.row
        entity = side.spec.entity
        own = side.spec.key or tuple(f for f in (entity.id, entity.name) if f) if entity else side.spec.key
        if side.spec.row_code and not own:
            own = (side.spec.row_code,)
        ident = (row.reporter, row.period, *(str(values.get(name)) for name in own))
        seen[ident] = seen.get(ident, 0) + 1
        found[(*ident, seen[ident])] = judged
    return found


def _keys(judged: Iterable[Judged]) -> set[str | None]:
    return {j.row.key for j in judged if j.counted}


def _signature(side: Traced, judged: Judged | None) -> tuple[Any, ...] | None:
    """What a row gives to the figure; None where it gives nothing."""
    if judged is None or not judged.counted:
        return None
    row = judged.row
    return (row.measure, row.numerator, row.denominator, row.key if side.indicator.measure is None else None)


def _said(cells: Mapping[str, FieldCell], name: str) -> str | None:
    return cells[name].value if name in cells else None


def diff_table(moved: Iterable[Moved]) -> str:
    """A line a figure, and under it what moved it, for people."""
    rows: list[tuple[object, ...]] = []
    for one in moved:
        indicator, period, unit, members = one.key
        what = " ".join((indicator, unit, period, *(f"{a}={m}" for a, m in members)))
        rows.append((what, one.before or "…", one.after or "…", "", ""))
        for cause in one.causes:
            where = "!".join(part for part in (cause.file, cause.sheet, cause.cell) if part)
            rows.append((f"  {where}", cause.before or "∅", cause.after or "∅", cause.reason, cause.by or ""))
    if not rows:
        return "Không số liệu nào thay đổi. / No figure moved."
    return table(("Số liệu, ô / figure, cell", "Trước", "Sau", "Vì sao / why", "Ai / who"), rows)
