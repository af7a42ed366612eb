"""The pipeline's stages derive and validate: rows that were read → findings at their cells, and what a waiver covers.

Needs no store: a workbook that nobody has sent yet is judged by the same function as the night's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from etl.model.decisions import LOCK, LOCK_EXCEPTION, WAIVER, Decision, case_of, waives
from etl.model.findings import CRITICAL, HOLD, WAIVED, Finding
from etl.model.periods import parse_period
from etl.model.reference import Reference
from etl.model.submissions import Delivery, FileReading, Reading

if TYPE_CHECKING:
    import pyarrow as pa

    from etl.model.forms import TableSpec
    from etl.steps.validate import Failure

#: many units share one host, and its name is often the province's
_AT_HOST = re.compile(r"@[^>\s]*")


def judge(reference: Reference, files: list[FileReading], received: Mapping[str, datetime]) -> list[FileReading]:
    """All that the suites find, with waivers and locks heeded.

    received: sha256 → arrival: by it a waiver ends, a lock begins, and a period that had not begun then is a slip of the pen.
    """
    judged = validate(reference, files)
    _not_begun(reference, judged, received)
    _waive(reference, judged, received)
    _hold_back(reference, judged, received)
    return judged


def arrivals_of(deliveries: Sequence[Delivery]) -> dict[str, datetime]:
    """sha256 → when it arrived."""
    return {delivery.sha256: delivery.received_at for delivery in deliveries}


def validate(reference: Reference, files: list[FileReading]) -> list[FileReading]:
    """Derive the extra columns and run each table's suite once over all rows of the batch; findings go to their reading."""
    from etl.steps.derive import derive
    from etl.steps.validate import tell
    from etl.steps.validate import validate as run_suite

    readings = {r.submission: r for file in files for r in file.readings}
    rows = gathered(readings.values())
    specs = [reference.table(name) for name in rows]
    derived = derive(rows, specs, reference.units)
    for spec in specs:
        failures = run_suite(derived[spec.id], reference.suites[spec.id])
        failures = _of_columns_that_are_there(failures, derived[spec.id], spec, readings)

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


def _of_columns_that_are_there(
    failures: list[Failure], rows: pa.Table, table: TableSpec, readings: Mapping[str, Reading]
) -> list[Failure]:
    """That a column is missing is told once: no row is then told to lack its value."""
    lacking = {
        (name, number, field.id)
        for name, reading in readings.items() if any(f.code == "S4.missing-column" for f in reading.findings)
        for number, block in enumerate(reading.layouts[table.id].blocks if table.id in reading.layouts else ())
        for field in table.fields if field.id not in block.columns
    }  # fmt: skip
    if not lacking:
        return failures
    submissions, blocks = rows["_submission"], rows["_block"]
    return [
        f for f in failures
        if f.row is None or (submissions[f.row].as_py(), blocks[f.row].as_py(), f.meta.get("cell")) not in lacking
    ]  # fmt: skip


def _told_already(reading: Reading, finding: Finding) -> bool:
    """A cell that could not be read, or waits for a person, is told once: that its value is missing goes without saying."""
    if finding.value is not None or finding.cell is None:
        return False
    told = {f.severity for f in reading.findings if (f.sheet, f.cell) == (finding.sheet, finding.cell)}
    return bool(told & {CRITICAL, HOLD})


def compare_senders(reference: Reference, files: Iterable[FileReading], sent: Mapping[str, Delivery]) -> None:
    """Tell where the e-mail that brought a file names another unit than the file does. No verdict rests on it.

    sent: sha256 → the delivery; what a folder brought says nothing.
    """
    for file in files:
        delivery = sent[file.sha256]
        said = {"S2.subject": delivery.subject, "S2.sender": _AT_HOST.sub("", delivery.sender)}
        for code, text in said.items():
            for reading in file.readings if text else ():
                reading.findings += _named_otherwise(reference, code, text, file.file, reading)


def _named_otherwise(reference: Reference, code: str, text: str, file: str, reading: Reading) -> list[Finding]:
    from etl.steps.recognise.units import named_in

    day = parse_period(reading.period).end
    unit, form = reference.units.get(reading.unit, day), reference.forms[reading.form]
    above = reference.units.get(unit.parent, day) if unit and unit.parent else None
    named = named_in(reference, text, day, form.senders)
    # a town that bears its province's name: mostly the province is meant
    others = [one.title for one in named if above is None or one.name != above.name]
    if unit is None or not others or unit in named:
        return []
    told = reference.messages[code].finding(
        file=file, submission=reading.submission, form=reading.form, unit=reading.unit, period=reading.period,
        value=text, expected=", ".join(others), unit_title=unit.title,
    )  # fmt: skip
    return [told]


def _not_begun(reference: Reference, files: Iterable[FileReading], received: Mapping[str, datetime]) -> None:
    """A calendar that goes on expects years that are far away; nobody reports on one that has not begun."""
    for file in files:
        for reading in file.readings:
            arrived = received[file.sha256].date()
            if reading.period and parse_period(reading.period).start > arrived:
                told = reference.messages["S3.not-asked"].finding(
                    file=file.file, submission=reading.submission, form=reading.form, unit=reading.unit,
                    period=reading.period, value=reading.period, expected=f"≤ {arrived:%d/%m/%Y}",
                )  # fmt: skip
                reading.findings.append(told)


def _waive(reference: Reference, files: Iterable[FileReading], received: Mapping[str, datetime]) -> None:
    """Mark what a waiver covers: it is still told, and keeps nothing from counting."""
    waivers = [decision for decision in reference.decided.values() if decision.finding.code == WAIVER]
    if not waivers:
        return
    for file in files:
        day = received[file.sha256].date()
        for reading in file.readings:
            reading.findings = [
                f.about(decision=WAIVED) if any(waives(waiver, f, day) for waiver in waivers) else f
                for f in reading.findings
            ]


def _hold_back(reference: Reference, files: Iterable[FileReading], received: Mapping[str, datetime]) -> None:
    """What arrived after its period was locked waits for a person: it is kept and told, and counts once let in."""
    locks = [decision for decision in reference.decided.values() if decision.finding.code == LOCK]
    if not locks:
        return
    for file in files:
        for reading in file.readings:
            lock = next((lock for lock in locks if _locks(lock, reading, received[file.sha256])), None)
            if lock is None or _let_in(reference, reading):
                continue
            place = {"file": reading.file, "submission": reading.submission}
            place |= {"form": reading.form, "unit": reading.unit, "period": reading.period}
            told = reference.messages["K.locked"].finding(
                **place,
                value=reading.period,
                expected=lock.finding.period,
                proposal="accept",
                day=f"{lock.at:%d/%m/%Y}",
            )
            decision = reference.decided.get(case_of(told))
            reading.findings.append(told.about(decision=decision.verb) if decision else told)


def _locks(lock: Decision, reading: Reading, arrived: datetime) -> bool:
    about = lock.finding
    if arrived <= lock.at or about.form not in (None, reading.form):
        return False
    return parse_period(about.period or "").contains(parse_period(reading.period))


def _let_in(reference: Reference, reading: Reading) -> bool:
    """Whether somebody has made an exception for this unit."""
    return any(
        about.code == LOCK_EXCEPTION and about.unit == reading.unit and about.form in (None, reading.form)
        and parse_period(about.period or "").contains(parse_period(reading.period))
        for about in (decision.finding for decision in reference.decided.values())
    )  # fmt: skip


def gathered(readings: Iterable[Reading]) -> dict[str, pa.Table]:
    """Table id → the rows of all readings, in one canonical order."""
    import pyarrow as pa

    parts: dict[str, list[pa.Table]] = {}
    for reading in sorted(readings, key=lambda r: r.submission):
        for table, rows in reading.rows.items():
            parts.setdefault(table, []).append(rows)
    return {table: pa.concat_tables(tables) for table, tables in sorted(parts.items())}
