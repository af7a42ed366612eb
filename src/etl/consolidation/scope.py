"""What a report sees: its unit and all that lies under it. Other provinces of the installation are none of its business."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from etl.model.findings import Finding
from etl.model.periods import parse_period
from etl.model.reference import Reference
from etl.model.releases import StatusRow
from etl.model.submissions import PERIOD, UNIT

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Scope:
    """A report's unit with all units under it, as the tree was at the end of each period."""

    unit: str
    reference: Reference
    _known: dict[tuple[str, str], bool] = field(default_factory=dict)

    def holds(self, unit: str, period: str) -> bool:
        """Whether what this unit says of this period is the report's."""
        key = (unit, period)
        if key not in self._known:
            self._known[key] = self.reference.units.is_within(unit, self.unit, parse_period(period).end)
        return self._known[key]

    def status(self, rows: Iterable[StatusRow]) -> tuple[StatusRow, ...]:
        """The triples of the units in scope."""
        return tuple(row for row in rows if self.holds(row.unit, row.period))

    def wanted(self, periods: Collection[str]) -> Callable[[str, str], bool]:
        """(unit, period) → whether the unit is in scope then, and the period one of these."""
        return lambda unit, period: period in periods and self.holds(unit, period)

    def rows(self, table: pa.Table, periods: Collection[str]) -> pa.Table:
        """The rows that the units in scope sent for these periods."""
        pairs, wanted = table.group_by([UNIT, PERIOD]).aggregate([]), self.wanted(periods)
        if all(map(wanted, pairs[UNIT].to_pylist(), pairs[PERIOD].to_pylist())):
            return table
        import pyarrow as pa

        return table.filter(pa.array(map(wanted, table[UNIT].to_pylist(), table[PERIOD].to_pylist()), pa.bool_()))

    def findings(self, found: Iterable[Finding], senders: Mapping[str, Collection[tuple[str, str]]]) -> list[Finding]:
        """Those at units in scope. What names no unit goes with its file; a file of nobody's with the topmost unit.

        senders: file name → (unit, period) of each submission in it.
        """
        nobodys = all(unit.parent is None for unit in self.reference.units.all if unit.code == self.unit)
        return [f for f in found if self._owns(f, senders.get(f.file, ()), nobodys)]

    def _owns(self, finding: Finding, senders: Iterable[tuple[str, str]], nobodys: bool) -> bool:
        if finding.unit and finding.period:
            return self.holds(finding.unit, finding.period)
        known = [(unit, period) for unit, period in senders if unit and period]
        return any(self.holds(*one) for one in known) if known else nobodys
