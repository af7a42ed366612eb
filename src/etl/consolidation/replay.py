"""A release's view of the world: the ledger at its position, and the reference data that it rests on."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.consolidation.figures import requests
from etl.consolidation.reported import status_of
from etl.consolidation.rows import CurrentRows, Matched, current_rows, matched
from etl.model.findings import Finding
from etl.model.periods import Period, parse_period
from etl.model.reference import Reference, Report
from etl.model.submissions import BLOCK, LINE, SUBMISSION
from etl.steps.consolidate import Expectation, Expectations, open_rows
from etl.steps.consolidate.tracing import Place
from etl.store.basis import Basis
from etl.store.lake import Lake
from etl.store.ledger import EventRecord, SubmissionRecord, View
from etl.store.reference import load_reference

if TYPE_CHECKING:
    import duckdb


@dataclass
class Replay:
    """What a release was made from: asked again, it says the same, whatever has happened since.

    periods: all that is asked about, where that is known (`current_rows`).
    """

    report: Report
    period: Period
    view: View
    lake: Lake
    reference: Reference
    periods: frozenset[str] | None = None
    _rows: dict[str, tuple[CurrentRows, Matched]] = field(default_factory=dict)
    _submissions: dict[str, list[SubmissionRecord]] = field(default_factory=dict)
    _values: dict[str, dict[Place, dict[str, Any]]] = field(default_factory=dict)
    _connections: dict[str, duckdb.DuckDBPyConnection] = field(default_factory=dict)

    def rows(self, form: str) -> tuple[CurrentRows, Matched]:
        """The rows that counted of one form, and the same with their entities; read once."""
        if form not in self._rows:
            current = current_rows(self.view, self.lake, self.reference, [form], periods=self.periods)
            self._rows[form] = (current, matched(self.reference, current))
        return self._rows[form]

    def values(self, form: str, table: str) -> dict[Place, dict[str, Any]]:
        """Every row of one table by its place: column → value; read once."""
        if table not in self._values:
            rows = self.rows(form)[1].rows[table].to_pylist()
            self._values[table] = {(row[SUBMISSION], row[BLOCK], row[LINE]): row for row in rows}
        return self._values[table]

    def connection(self, form: str) -> duckdb.DuckDBPyConnection:
        """DuckDB over the rows of one form; made once."""
        if form not in self._connections:
            self._connections[form] = open_rows(self.rows(form)[1].rows, self.reference.units)
        return self._connections[form]

    def requests(self) -> list[tuple[str, Period]]:
        """(indicator, period) pairs of the release."""
        return requests(self.reference, self.report, self.period)

    def submissions(self, form: str) -> list[SubmissionRecord]:
        """Every submission of a form as it stood; asked once."""
        if form not in self._submissions:
            self._submissions[form] = self.view.submissions(form)
        return self._submissions[form]

    @cached_property
    def findings(self) -> list[Finding]:
        """All that was told."""
        return self.view.findings()

    @cached_property
    def withdrawals(self) -> dict[str, EventRecord]:
        """Submission → its last withdrawal."""
        return {event.subject: event for event in self.view.events(kinds=("withdraw",))}

    @cached_property
    def expectations(self) -> Expectations:
        """Who was expected, and had reported."""
        status = status_of(self.view, self.reference, [p for _, p in self.requests()] or [self.period])
        expected = (Expectation(s.form, s.unit, parse_period(s.period), s.role, s.reported) for s in status)
        return Expectations(tuple(expected), self.reference.units)


def base_of(basis: Basis, reference: str, suites: str) -> Reference:
    """The reference data and suites with these hashes, as they were loaded then."""
    with tempfile.TemporaryDirectory(prefix="etl-basis-") as place:
        folders = unpacked(basis, reference, suites, Path(place))
        return load_reference(*folders)


def unpacked(basis: Basis, reference: str, suites: str, place: Path) -> tuple[Path, Path]:
    """Put both into folders of their own; returns them."""
    folders = (place / "reference", place / "expectations")
    for wanted, folder in zip((reference, suites), folders, strict=True):
        folder.mkdir()
        basis.unpack(wanted, folder)
    return folders
