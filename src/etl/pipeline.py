"""The way of the data: receive, read, recognise, normalise, derive, validate, accept, consolidate, release, report.

Every function here is one stage, in the order in which the data passes them. Whoever runs them (the command line,
a Prefect flow, a Dask worker) says where things lie (`Stores`) and what time it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import etl
from etl.errors import UsageError
from etl.model.decisions import in_force, knowledge_hash
from etl.model.figures import Figure
from etl.model.findings import CRITICAL, Finding
from etl.model.periods import Period, parse_period
from etl.model.reference import Reference, Report
from etl.model.releases import ReleaseContent, StatusRow
from etl.model.submissions import Delivery, FileReading, Reading
from etl.settings import Settings
from etl.steps.completeness import completeness
from etl.steps.isolate import Died, Workers
from etl.store.archive import Archive
from etl.store.inbox import arrived, is_copy
from etl.store.lake import Lake
from etl.store.ledger import BatchRecord, FileOutcome, Ledger, ReleaseRecord, Stamp, batch_hash
from etl.store.reference import load_reference
from etl.store.reference.learnt import learnt
from etl.store.releases import Releases

if TYPE_CHECKING:
    import pyarrow as pa

#: files a batch: enough that one GX call for each table pays, few enough that memory does not grow with the night
BATCH_FILES = 200


@dataclass(frozen=True)
class Stores:
    """Where everything lies, opened."""

    settings: Settings
    reference: Reference
    archive: Archive
    ledger: Ledger
    lake: Lake
    releases: Releases

    @property
    def stamp(self) -> Stamp:
        return Stamp(
            self.reference.hash, self.reference.suite_hash, etl.__version__, knowledge_hash(self.reference.decided)
        )


def open_stores(settings: Settings) -> Stores:
    """Load and check the reference data with what was decided since, open archive, ledger, lake and releases."""
    reference = load_reference(settings.reference, settings.expectations)
    settings.data.mkdir(parents=True, exist_ok=True)
    ledger = Ledger.open(settings.database_url)
    reference = learnt(reference, in_force(ledger.decisions()))
    return Stores(
        settings, reference, Archive(settings.archive), ledger, Lake(settings.lake),
        Releases(settings.releases),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """Up to BATCH_FILES deliveries that are read, validated and recorded together; a picklable value."""

    name: str
    deliveries: tuple[Delivery, ...]


# receive ----------------------------------------------------------------------------------------------------------


def receive(stores: Stores, paths: Sequence[Path], at: datetime) -> list[Batch]:
    """Files → bytes under their sha256 in the archive, and batches of what is not known yet. The inbox is never touched.

    A file that is still being written (it changes while it is read) waits for the next time.
    """
    deliveries = []
    for name, data in arrived(paths):
        sha256 = stores.archive.put(data)
        deliveries.append(Delivery(name, sha256, len(data), at))
    deliveries.sort(key=lambda d: (is_copy(d.name), d.name, d.sha256))
    return [
        Batch(batch_hash((d.sha256 for d in part), stores.stamp), tuple(part))
        for part in (deliveries[i : i + BATCH_FILES] for i in range(0, len(deliveries), BATCH_FILES))
    ]


def take_in(stores: Stores, batch: Batch, at: datetime) -> BatchRecord:
    """One batch through read … accept. Bytes that the ledger knows are not read again."""
    known = stores.ledger.known({d.sha256 for d in batch.deliveries})
    fresh = {d.sha256: d for d in reversed(batch.deliveries) if d.sha256 not in known}
    files = validate(stores.reference, read(stores, list(fresh.values())[::-1], batch.name))
    return accept(stores, batch, files, at)


# read, recognise, normalise ---------------------------------------------------------------------------------------


def read(stores: Stores, deliveries: Sequence[Delivery], batch: str) -> list[FileReading]:
    """Read, recognise and normalise each file in a worker process that may die; meanwhile the validator warms up."""
    import threading

    from etl.steps.validate import warm_up

    if not deliveries:
        return []
    warming = threading.Thread(target=warm_up, daemon=True)
    warming.start()
    items = [(d.name, d.sha256, batch[:12]) for d in deliveries]
    found = isolated(stores.settings, stores.reference, "etl.reader:read_one", items)
    warming.join()
    return found


def isolated(
    settings: Settings, reference: Reference, function: str, items: Sequence[tuple[Any, ...]]
) -> list[FileReading]:
    """Run a reader's function over (name, sha256, …) in workers; a file whose worker died is told, not lost."""
    from etl.reader import died

    places = (str(settings.reference), str(settings.expectations), str(settings.archive), dict(reference.decided))
    with Workers(function, count=settings.workers, setup="etl.reader:prepare", setup_args=places) as workers:
        results = list(workers.map(items))
    return [
        died(reference, item[0], item[1], result) if isinstance(result, Died) else result
        for item, result in zip(items, results, strict=True)
    ]


# derive, validate -------------------------------------------------------------------------------------------------


def validate(reference: Reference, files: list[FileReading]) -> list[FileReading]:
    """Derive the extra columns and run each table's suite once over all rows of the batch; findings go to their reading."""
    from etl.steps.derive import derive
    from etl.steps.validate import tell
    from etl.steps.validate import validate as run_suite

    readings = {r.submission: r for file in files for r in file.readings}
    rows = _gathered(readings.values())
    specs = [reference.table(name) for name in rows]
    derived = derive(rows, specs, reference.units)
    for spec in specs:
        failures = run_suite(derived[spec.id], reference.suites[spec.id])

        def address(
            submission: str, block: int, line: int, field: str | None, table: str = spec.id
        ) -> tuple[str | None, str | None]:
            sheet, cell = readings[submission].layouts[table].address(block, line, field)
            return sheet or None, cell

        for finding in tell(failures, derived[spec.id], address, {f.id: f.title_vi for f in spec.fields}):
            reading = readings[finding.submission or ""]
            if not _told_already(reading, finding):
                about = {"form": reading.form, "unit": reading.unit, "period": reading.period, "file": reading.file}
                reading.findings.append(finding.about(**about))
    return files


def _told_already(reading: Reading, finding: Finding) -> bool:
    """A cell that could not be read is told once: that its value is missing then goes without saying."""
    return (
        finding.value is None
        and finding.cell is not None
        and any((f.severity, f.sheet, f.cell) == (CRITICAL, finding.sheet, finding.cell) for f in reading.findings)
    )


def _gathered(readings: Iterable[Reading]) -> dict[str, pa.Table]:
    """Table id → the rows of all readings, in one canonical order."""
    import pyarrow as pa

    parts: dict[str, list[pa.Table]] = {}
    for reading in sorted(readings, key=lambda r: r.submission):
        for table, rows in reading.rows.items():
            parts.setdefault(table, []).append(rows)
    return {table: pa.concat_tables(tables) for table, tables in sorted(parts.items())}


# accept -----------------------------------------------------------------------------------------------------------


def accept(stores: Stores, batch: Batch, files: Sequence[FileReading], at: datetime) -> BatchRecord:
    """Rows → one Parquet a table, then one ledger transaction: only then do they count."""
    rows = _gathered(reading for file in files for reading in file.readings)
    lake_files = [stores.lake.write(table, batch.name, part) for table, part in rows.items() if part.num_rows]
    by_sha = {file.sha256: file for file in files}
    outcomes = []
    for delivery in batch.deliveries:
        found = by_sha.pop(delivery.sha256, None) or FileReading(delivery.name, delivery.sha256)
        outcomes.append(FileOutcome(delivery, found))
    return stores.ledger.record_batch(batch.name, outcomes, lake_files, at, stores.stamp)


def reread(stores: Stores, deliveries: Sequence[Delivery], at: datetime, by: str) -> Mapping[str, str]:
    """Kept files through read … accept again: new readings under what is known now, never new revisions."""
    changed: dict[str, str] = {}
    for start in range(0, len(deliveries), BATCH_FILES):
        part = deliveries[start : start + BATCH_FILES]
        name = batch_hash([*(d.sha256 for d in part), f"reread {stores.ledger.position()}"], stores.stamp)
        files = validate(stores.reference, read(stores, part, name))
        rows = _gathered(reading for file in files for reading in file.readings)
        lake_files = [stores.lake.write(table, name, rows_of) for table, rows_of in rows.items() if rows_of.num_rows]
        outcomes = [FileOutcome(d, file) for d, file in zip(part, files, strict=True)]
        changed |= stores.ledger.reread(name, outcomes, lake_files, at, stores.stamp, by)
    return changed


# consolidate ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Consolidated:
    """Figures, who reported, what was found beside the submissions' own findings, and the rows behind."""

    report: Report
    period: Period
    figures: tuple[Figure, ...]
    status: tuple[StatusRow, ...]
    findings: tuple[Finding, ...]
    rows: Mapping[str, pa.Table]
    ledger_position: int


def consolidate(stores: Stores, report: Report, period: Period) -> Consolidated:
    """All rows that count → the report's figures. Rules over other units and periods run here and never reject."""
    from etl.consolidation import consolidate_rows, current_rows, matched

    position = stores.ledger.position()
    wanted = requests(stores.reference, report, period)
    status = tuple(status_of(stores, [p for _, p in wanted] or [period]))
    rows = current_rows(
        stores.ledger, stores.lake, stores.reference, sorted({stores.reference.indicators[i].form for i, _ in wanted})
    )
    matching = matched(stores.reference, rows)
    figures = consolidate_rows(stores.reference, matching, wanted, status)
    return Consolidated(report, period, tuple(figures), status, tuple(matching.findings), matching.rows, position)


def standing_findings(stores: Stores) -> list[Finding]:
    """What is true of the kept files together: pairs that wait, where the register overrules, the same bytes twice.

    Told of superseded submissions too, and under every name that a file's bytes came under.
    """
    from etl.consolidation import current_rows, matched

    forms = sorted(
        {f.id for f in stores.reference.forms.values() if any(t.entity and t.entity.register for t in f.tables)}
    )
    rows = current_rows(stores.ledger, stores.lake, stores.reference, forms, superseded=True)
    names: dict[str, list[str]] = {}
    for delivery in sorted(stores.ledger.deliveries(), key=lambda d: d.state == "duplicate"):
        names.setdefault(delivery.sha256, []).append(delivery.name)
    twice = [
        stores.reference.messages["F.duplicate"].finding(file=name, expected=first)
        for first, *others in names.values()
        for name in others
    ]
    same = {own[0]: own for own in names.values()}
    found = matched(stores.reference, rows).findings
    return [f.about(file=name) for f in found for name in same.get(f.file, [f.file])] + twice


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


def status_of(stores: Stores, periods: Iterable[Period]) -> list[StatusRow]:
    """What became of each expected (unit, form, period) inside the periods."""
    submissions = stores.ledger.submissions()
    found: dict[tuple[str, str, str], StatusRow] = {}
    for period in periods:
        for row in completeness(stores.reference.calendar, stores.reference.units, submissions, period):
            found[row.unit, row.form, row.period] = row
    return sorted(found.values(), key=lambda r: (r.period, r.form, r.unit))


# release, report --------------------------------------------------------------------------------------------------


def release(
    stores: Stores,
    consolidated: Consolidated,
    at: datetime,
    *,
    kind: str = "provisional",
    by: str = "",
    reason: str = "",
) -> tuple[ReleaseRecord, bool]:
    """Figures → a numbered, immutable folder with its documents. Returns the release and whether it is new.

    The same figures on the same rows as the newest release of this report and period make no new one.
    """
    from etl.consolidation import fingerprint
    from etl.report import documents

    content = _content(stores, consolidated, at, kind, by, reason)
    figures_hash = fingerprint(content)
    same = [
        r for r in stores.ledger.releases()
        if (r.report, r.period) == (consolidated.report.id, consolidated.period.code) and r.state == "published"
    ]  # fmt: skip
    if same and same[-1].figures_sha256 == figures_hash and same[-1].kind in (kind, "official"):
        return same[-1], False
    files = documents(content)
    folder = stores.releases.write(content.number, files, known=False)
    record = ReleaseRecord(
        content.number,
        content.period,
        content.report.id,
        kind,
        at,
        str(folder),
        stores.reference.hash,
        stores.reference.suite_hash,
        etl.__version__,
        consolidated.ledger_position,
        figures_hash,
        "published",
        by,
        reason,
    )
    stores.ledger.add_release(record)
    return record, True


def _content(stores: Stores, done: Consolidated, at: datetime, kind: str, by: str, reason: str) -> ReleaseContent:
    from etl.consolidation import public_rows

    number = stores.ledger.next_release_number()
    shown = {row.submission for row in done.status}
    told = [*stores.ledger.findings(), *standing_findings(stores)]
    own = [f for f in told if f.submission in shown or f.submission is None]
    return ReleaseContent(
        number=number,
        kind=kind,
        period=done.period.code,
        created_at=at,
        report=done.report,
        reference=stores.reference,
        figures=done.figures,
        status=done.status,
        findings=tuple(sorted({*own, *done.findings}, key=_finding_order)),
        rows=public_rows(done.rows),
        ledger_position=done.ledger_position,
        version=etl.__version__,
        by=by,
        reason=reason,
        previous=number - 1 or None,
    )


def _finding_order(finding: Finding) -> tuple[str, ...]:
    return (finding.file, finding.sheet or "", finding.cell or "", finding.code, finding.id)


def period_due(stores: Stores, report: Report, at: datetime) -> str:
    """The period that the calendar says is due: the newest of the report's forms that had ended by `at`.

    While its deadline runs it is the one being collected; before any has ended it is the report's own period.
    """
    forms = {stores.reference.indicators[i].form for item in report.items for i in item.indicators}
    ended = [
        e.period for e in stores.reference.calendar
        if e.form in forms and e.role == "expected" and e.period.kind != "event" and e.period.end < at.date()
    ]  # fmt: skip
    return max(ended).code if ended else report.period


def report_named(reference: Reference, name: str | None) -> Report:
    """The report of this name; without a name the only one, or the first by name."""
    if name is None:
        if not reference.reports:
            raise UsageError("Chưa khai báo báo cáo nào trong data/reference/reports / no report is defined")
        return reference.reports[sorted(reference.reports)[0]]
    if name not in reference.reports:
        raise UsageError(f"Không có báo cáo “{name}” / no report {name!r}: {', '.join(sorted(reference.reports))}")
    return reference.reports[name]
