"""Rules over other units and other periods, as data: they hold a figure back, never a sender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: columns that stand beside a table's own when rules over other units and periods run
SYSTEM = (
    "_submission", "_reading", "_unit", "_period", "_block", "_line", "_unit_level", "_start", "_end", "_before",
    "_after", "_sent_before", "_sent_after", "_entity", "_entity_name", "_proposed", "_owner", "_speaks",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class AcrossRule:
    """One rule of across/<table>.yaml.

    columns: (name, SQL) of what the other rows say; each sees the row `r`, all tables, and the columns before it.
    fails: SQL condition that picks the rows that are told. concerns: SQL of the period whose figures are in doubt.
    figures: indicators that a hold makes provisional beside those that use the field of the cell.
    meta: rule, severity, scope, cell, related, expected, example, proposal, message_vi, message_en, as in a suite.
    """

    table: str
    columns: tuple[tuple[str, str], ...]
    fails: str
    concerns: str = "_period"
    figures: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.meta["rule"])

    @property
    def query(self) -> str:
        """The failing rows in canonical order, with their columns and `_concerns`. Also shows that the SQL can run."""
        rows = f'SELECT r.* FROM "{self.table}" r'
        for name, sql in self.columns:
            rows = f'SELECT r.*, ({sql}) AS "{name}" FROM ({rows}) r'
        return (
            f"SELECT r.*, ({self.concerns}) AS _concerns FROM ({rows}) r WHERE ({self.fails}) "
            f"ORDER BY _period, _unit, _submission, _block, _line"
        )
