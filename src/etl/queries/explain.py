"""Why a workbook was taken for what it is: form, unit, period and each column with its evidence, and the table found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from etl.model.forms import TableSpec
from etl.model.reference import Reference
from etl.model.submissions import Evidence, FileReading, Layout, Reading
from etl.queries.tables import table
from etl.steps.validate import as_words
from etl.text.names import fold

#: rows of a table that the sketch shows
SHOWN = 3
_WHAT = {"form": "Biểu", "unit": "Đơn vị", "period": "Kỳ", "revision": "Lần sửa"}


def explain(files: Iterable[FileReading], reference: Reference) -> str:
    """For each submission: what decided it, how sure, and a sketch of each table as it was understood."""
    parts = []
    for file in files:
        if not file.readings:
            parts.append(f"{file.file}: không nhận ra biểu nào / no form recognised")
        parts += [_reading(file.file, reading, reference) for reading in file.readings]
    return "\n\n".join(parts)


def _reading(file: str, reading: Reading, reference: Reference) -> str:
    form = reference.forms[reading.form]
    lines = [f"{file}: Biểu {form.number} “{form.title_vi}”, {reading.unit}, {reading.period}: {reading.verdict}"]
    rows = [(_WHAT[e.what], _place(e), e.text, e.matched, e.score) for e in reading.evidence if e.what in _WHAT]
    lines.append(table(("Điều gì", "Ô", "Ghi trong tệp", "Hiểu là", "Tin cậy"), rows))
    for spec in form.tables:
        if spec.id in reading.layouts:
            lines += ["", _sketch(spec, reading, reading.layouts[spec.id])]
    return "\n".join(lines)


def _place(evidence: Evidence) -> str:
    return "!".join(part for part in (evidence.sheet, evidence.cell) if part)


def _sketch(spec: TableSpec, reading: Reading, layout: Layout) -> str:
    """The columns with their evidence, then the first rows as they were read."""
    known = {e.what.rpartition(".")[2]: e for e in reading.evidence if e.what.startswith(f"column:{spec.id}.")}
    columns = [(f.code or "", f.title_vi, *_matched(known.get(f.id), reading)) for f in spec.fields]
    first = layout.blocks[0]
    head = (
        f"Bảng {spec.id}: tiêu đề ở dòng {first.header[0] + 1}–{first.header[1] + 1}, số liệu từ dòng {first.first + 1}"
    )
    shown = table(("Mã", "Cột của biểu", "Ô", "Tiêu đề trong tệp", "Khớp với", "Tin cậy"), columns)
    return "\n".join([head, shown, _rows(spec, reading)])


def _matched(evidence: Evidence | None, reading: Reading) -> tuple[str, str, str, str]:
    """Cell, heading, the wording that it matched, confidence; a dash for a column that the sheet does not have.

    Headings are compared in small letters without marks; '=' stands for the very same words.
    """
    if evidence is None or evidence.cell is None:
        return "–", "", "", ""
    same = fold(evidence.text) == fold(evidence.matched)
    unsure = any(
        f.code == "S4.doubtful-heading" and f.cell == evidence.cell and f.decision is None for f in reading.findings
    )
    return evidence.cell, evidence.text, "=" if same else evidence.matched, f"{evidence.score}{' ?' if unsure else ''}"


def _rows(spec: TableSpec, reading: Reading) -> str:
    rows = reading.rows.get(spec.id)
    if rows is None or not rows.num_rows:
        return "(không có dòng nào / no rows)"
    first: Sequence[dict[str, object]] = rows.slice(0, SHOWN).to_pylist()
    head = ("Dòng", *(f.code or f.id for f in spec.stored))
    body = [(int(str(row["_line"])) + 1, *(_short(as_words(row[f.id])) for f in spec.stored)) for row in first]
    more = f"\n… còn {rows.num_rows - SHOWN} dòng / more rows" if rows.num_rows > SHOWN else ""
    return table(head, body) + more


def _short(text: str) -> str:
    return text if len(text) <= 24 else text[:23] + "…"
