"""What a reading worker does with one file: read, recognise, normalise. Runs inside the worker process.

Light on purpose: no database, no DuckDB, no Great Expectations. The reference data is loaded once a worker.
"""

from __future__ import annotations

import copyreg
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date
from functools import lru_cache, partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.errors import EtlError, WorkbookUnreadable
from etl.model.answers import answers_of
from etl.model.decisions import ACCEPT, CORRECT, CORRECTION, REJECT, Decision, case_of
from etl.model.findings import CRITICAL, HOLD, Finding
from etl.model.forms import TableSpec
from etl.model.grids import Grid, anchor, from_a1, typed_cell, with_cell
from etl.model.reference import Reference
from etl.model.submissions import Block, FileReading, Layout, Reading, TypedTotal, submission_id
from etl.model.units import Unit
from etl.steps.isolate import Died
from etl.steps.normalise import normalise
from etl.steps.normalise.cells import as_text
from etl.steps.read import read, refuse
from etl.steps.read.guard import reaches_too_far
from etl.steps.recognise import FileRecognised, recognise
from etl.steps.recognise.units import resolve_all
from etl.steps.template import stamp_of, template_version
from etl.store.archive import Archive
from etl.store.lake import schema
from etl.store.reference import load_reference
from etl.store.reference.learnt import learnt

if TYPE_CHECKING:
    import pyarrow as pa

_loaded: dict[str, Reference] = {}


class _NoPandas:
    """Keeps pandas out of a reading worker: pyarrow imports it unasked, a second and 60 MB for each worker."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ImportError("pandas is not wanted in a reading worker")


def prepare(reference: str, expectations: str, archive: str, decided: dict[str, Decision]) -> None:
    """Called once a worker: load the reference data with what was decided since, and the libraries that files need."""
    if getattr(sys.modules["__main__"].__spec__, "name", "") == "etl.steps.isolate":  # only where nobody else lives
        sys.meta_path.insert(0, _NoPandas())
    import pyarrow  # noqa: F401  # so that the memory limit counts from here on
    import python_calamine  # noqa: F401  # loaded before the limit, like pyarrow

    send_rows_packed()
    _loaded["reference"] = learnt(load_reference(Path(reference), Path(expectations)), decided)
    _archives["archive"] = Archive(Path(archive))


_archives: dict[str, Archive] = {}


def send_rows_packed() -> None:
    """From here on this process pickles tables in Arrow's own form, ten times cheaper than column by column,
    and what stands in a reading by the dozen as its bare values."""
    import pyarrow as pa

    copyreg.pickle(pa.Table, _packed)
    for kind in (Block, Layout, TypedTotal):
        copyreg.pickle(kind, partial(_by_values, kind, attrgetter(*(field.name for field in fields(kind)))))


def _by_values(kind: type, values: Callable[[Any], tuple[Any, ...]], one: object) -> tuple[type, tuple[Any, ...]]:
    return kind, values(one)


def _packed(rows: pa.Table) -> tuple[Callable[..., pa.Table], tuple[bytes, tuple[pa.Buffer, ...]]]:
    return _unpacked, (rows.schema.serialize().to_pybytes(), tuple(batch.serialize() for batch in rows.to_batches()))


def _unpacked(described: bytes, batches: tuple[pa.Buffer, ...]) -> pa.Table:
    import pyarrow as pa

    schema = _schema_of(described)
    return pa.Table.from_batches([pa.ipc.read_record_batch(batch, schema) for batch in batches], schema)


@lru_cache(maxsize=64)
def _schema_of(described: bytes) -> pa.Schema:
    """The schema that many tables share, of each form one."""
    import pyarrow as pa

    return pa.ipc.read_schema(pa.py_buffer(described))


def read_one(name: str, sha256: str, stamp: str) -> FileReading:
    """One archived file → its typed submissions and findings."""
    return read_bytes(name, sha256, _archives["archive"].get(sha256), stamp, _loaded["reference"])


def read_given(name: str, sha256: str, data: bytes) -> FileReading:
    """The same for bytes that are not archived: a workbook that nobody has sent yet."""
    return read_bytes(name, sha256, data, "check", _loaded["reference"])


def read_bytes(name: str, sha256: str, data: bytes, stamp: str, reference: Reference) -> FileReading:
    """Bytes → the file's submissions, typed, with what recognition and typing found.

    What nobody foresaw in a file is its end, not the night's: it is told as a file that broke the reader down.
    """
    try:
        return _read_bytes(name, sha256, data, stamp, reference)
    except WorkbookUnreadable as error:
        told = error
    except (EtlError, MemoryError):
        raise
    except Exception as error:
        told = refuse(name, "reader_died", type(error).__name__)
    return FileReading(name, sha256, findings=[unreadable(reference, name, told)])


def _read_bytes(name: str, sha256: str, data: bytes, stamp: str, reference: Reference) -> FileReading:
    result, book = FileReading(name, sha256), read(name, data)
    found = recognise(name, book.grids, reference, encoding=book.encoding)
    result.findings += [*found.findings, *_old_template(name, book.grids, reference)]
    _correct(found, book.grids, sha256, reference)
    _keep_answers(found, result, book.grids, reference)

    def unit_of(text: str, day: date, levels: tuple[str, ...], reporter: str) -> tuple[Unit, ...]:
        return resolve_near(reference, text, day, levels, reporter)

    for submission in found.submissions:
        reading = normalise(submission, found.sheets, reference, unit_of, schema, file=name, sha256=sha256, stamp=stamp)
        result.readings.append(_decided(_blank_told(reading, reference), reference))
    result.findings = [_answered(finding, reference) for finding in result.findings]
    return result


def _correct(found: FileRecognised, grids: Sequence[Grid], sha256: str, reference: Reference) -> None:
    """Put what somebody has signed for in the place of what stands in a cell; only where that is still what it was."""
    sent = {grid.sheet: grid for grid in grids}
    for one in found.submissions:
        name = submission_id(one.form, one.unit, one.period, sha256)
        for decision in reference.decided.values():
            about = decision.finding
            if about.code != CORRECTION or about.submission != name or about.cell is None:
                continue
            sheet = about.sheet or ""
            grid = found.sheets.get(sheet)
            now = _text(sent[sheet], about.cell) if sheet in sent else ""
            place = {"file": about.file, "sheet": about.sheet, "cell": about.cell}
            if grid is None or now != (about.value or ""):
                one.findings.append(reference.messages["K.guard"].finding(**place, value=now, expected=about.value))
                continue
            found.sheets[sheet] = with_cell(grid, from_a1(about.cell), typed_cell(decision.argument or ""))
            one.findings.append(
                reference.messages["K.corrected"].finding(
                    **place, value=about.value, expected=decision.argument, decision=CORRECT, number=decision.id
                )
            )


def _keep_answers(found: FileRecognised, result: FileReading, grids: Sequence[Grid], reference: Reference) -> None:
    """What the sender answered on the findings sheet that came back: kept with the form that it is about."""
    for answer in (answer for grid in grids for answer in answers_of(grid)):
        finding = reference.messages["Q.answer"].finding(
            file=result.file, sheet=answer.sheet, cell=answer.cell, value=answer.text, expected=answer.code
        )
        about = [one.findings for one in found.submissions if answer.sheet in one.sheets]
        (about[0] if about else result.findings).append(finding)


def _old_template(name: str, grids: Sequence[Grid], reference: Reference) -> list[Finding]:
    """A workbook made from a template of ours that has been renewed since is read as it is, and told."""
    stamp = stamp_of(grids)
    form = reference.forms.get(stamp.form) if stamp else None
    if stamp is None or form is None or (newest := template_version(form, reference)) == stamp.version:
        return []
    return [
        reference.messages["T.old-template"].finding(
            file=name, form=form.id, value=stamp.version, expected=newest, number=form.number
        )
    ]


def _decided(reading: Reading, reference: Reference) -> Reading:
    """Holds on which a person has decided already say so; a blank form that was taken for nil is nil."""
    reading.findings = [_answered(finding, reference) for finding in reading.findings]
    reading.nil = reading.nil or any(f.code == "N.blank-form" and f.decision == ACCEPT for f in reading.findings)
    return reading


def _answered(finding: Finding, reference: Reference) -> Finding:
    if finding.severity != HOLD or not reference.decided:
        return finding
    decision = reference.decided.get(case_of(finding))
    if decision is None:
        return finding
    refused = finding.code == "S2.near-unit" and decision.verb == REJECT  # nobody's submission then
    return finding.about(decision=decision.verb, severity=CRITICAL if refused else HOLD)


def _says_something(rows: pa.Table, table: TableSpec) -> bool:
    """Whether a table holds any answer: the printed rows of a fixed form are none."""
    if table.kind != "matrix":
        return bool(rows.num_rows)
    asked = [f for f in table.stored if f.id not in (table.row_code, table.row_label) and not f.computed]
    return any(set(rows[f"{f.id}__state"].to_pylist()) - {"not_reported"} for f in asked)


def _blank_told(reading: Reading, reference: Reference) -> Reading:
    """A form without rows that does not say 'nothing to report' waits for a person: nil is said, not assumed."""
    if (
        reading.nil
        or reading.verdict == "rejected"
        or any(_says_something(rows, reference.table(name)) for name, rows in reading.rows.items())
    ):
        return reading
    about = {
        "file": reading.file, "submission": reading.submission, "form": reading.form, "unit": reading.unit,
        "period": reading.period, "sheet": reading.sheets[0] or None, "proposal": "nil",
    }  # fmt: skip
    reading.findings.append(reference.messages["N.blank-form"].finding(**about))
    return reading


def resolve_near(
    reference: Reference, text: str, day: date, levels: tuple[str, ...], reporter: str
) -> tuple[Unit, ...]:
    """The units that a cell may name; of several communes of one name the reporter's own are meant."""
    found = resolve_all(reference, text, day, levels)
    if len(found) > 1:
        own = {unit.code for unit in reference.units.children(reporter, day)}
        found = tuple(match for match in found if match.unit.code in own) or found
    return tuple(match.unit for match in found)


def unreadable(reference: Reference, name: str, error: WorkbookUnreadable) -> Finding:
    """The finding for a file that cannot be opened."""
    return reference.messages["F.unreadable"].finding(
        file=name, value=error.code, reason_vi=error.reason_vi, reason_en=error.reason_en
    )


_DEATHS = {"time": "too_slow", "memory": "too_many_cells", "span": "too_many_cells", "crash": "reader_died"}


def spans_too_much(name: str, sha256: str, given: str | bytes) -> bool:
    """Whether a file on which a reader broke down has a sheet that spans too many cells. given: stamp, or the bytes."""
    return reaches_too_far(given if isinstance(given, bytes) else _archives["archive"].get(sha256))


def died(reference: Reference, name: str, sha256: str, death: Died) -> FileReading:
    """What is told about a file whose worker did not survive it."""
    error = refuse(name, _DEATHS[death.reason], death.detail if death.reason == "time" else "")
    return FileReading(name, sha256, findings=[unreadable(reference, name, error)])


def open_archive(archive: str) -> None:
    """Called once a worker that only looks at cells: no reference data is needed for that."""
    _archives["archive"] = Archive(Path(archive))


def read_texts(name: str, sha256: str, cells: tuple[tuple[str | None, str], ...]) -> list[str | None]:
    """What stands in some cells of an archived file, as it stands there; None where the file has no such sheet.

    cells: sheet (None: the only one, of a csv) and A1 name. A cell covered by a merged one shows what that shows.
    """
    try:
        book = read(name, _archives["archive"].get(sha256))
    except WorkbookUnreadable:
        return [None] * len(cells)
    grids = {grid.sheet: grid for grid in book.grids}
    only = book.grids[0] if len(book.grids) == 1 else None
    return [None if (grid := grids.get(sheet or "", only)) is None else _text(grid, cell) for sheet, cell in cells]


def _text(grid: Grid, cell: str) -> str:
    at = anchor(grid, from_a1(cell))
    return grid.errors.get(at) or as_text(grid.at(*at))


def annotated(name: str, data: bytes, findings: Sequence[Finding], heads: Sequence[str]) -> tuple[str, bytes] | None:
    """One marked workbook; None where it cannot be opened. Run in a worker: the bytes are a stranger's."""
    from etl.steps.annotate import annotate

    try:
        grids = read(name, data).grids
    except WorkbookUnreadable:
        return None
    try:
        return annotate(name, data, findings, heads, grids)
    except Exception:  # openpyxl refuses workbooks in many ways: then an xlsx twin of what was read goes back
        return annotate(name, b"", findings, heads, grids)
