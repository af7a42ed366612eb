"""Which rows under the headings are rows of the table, and which are sections, totals, notes or the footer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from etl.model.forms import Form, RowLabel, TableSpec
from etl.model.grids import Cell
from etl.model.submissions import Line
from etl.steps.recognise.headings import Header, heading_hits
from etl.steps.recognise.sheets import Sheet
from etl.steps.recognise.wordings import Wordings, fold
from etl.text.dates import find_signed

_ROMAN = re.compile(r"[IVX]+\.?|[A-ZĐ]\.?")
SECTION_LIKENESS = 88


@dataclass(slots=True)
class Extent:
    """The rows of one table on one sheet (0-based rows)."""

    lines: list[Line] = field(default_factory=list)
    totals: list[Line] = field(default_factory=list)
    subtotals: list[int] = field(default_factory=list)
    strays: list[tuple[int, int]] = field(default_factory=list)
    unknown_rows: list[int] = field(default_factory=list)
    nil_at: int | None = None
    end: int = 0


def find_extent(
    sheet: Sheet, form: Form, table: TableSpec, header: Header, wordings: Wordings, end: int, block: int
) -> Extent:
    """Walk down from the headings to the footer, the next table or the end."""
    extent = Extent(end=min(end, sheet.end))
    columns = {match.column: name for name, match in header.matches.items()}
    section: str | None = None
    for row in range(header.end, min(end, sheet.end)):
        cells = sheet.row(row)
        if not cells:
            continue
        kind, value = _row_kind(sheet, form, table, columns, cells, wordings)
        if kind == "footer":
            extent.end = row
            break
        if kind == "section":
            section = value
            if any(columns.get(col) and table[columns[col]].numeric for col, cell in cells if _is_number(cell)):
                extent.subtotals.append(row)
        else:
            _take(extent, kind, Line(block, row, section, value), row, cells, columns)
    return extent


def _take(
    extent: Extent, kind: str, line: Line, row: int, cells: list[tuple[int, Cell]], columns: dict[int, str]
) -> None:
    if kind == "nil":
        extent.nil_at = row
    elif kind == "total":
        extent.totals.append(line)
    elif kind == "unknown":
        extent.unknown_rows.append(row)
    elif kind == "row":
        extent.lines.append(line)
        right = max(columns)
        extent.strays += [(row, col) for col, _ in cells if col > right]
    elif kind == "stray":
        extent.strays += [(row, col) for col, _ in cells]


def _row_kind(
    sheet: Sheet, form: Form, table: TableSpec, columns: dict[int, str], cells: list[tuple[int, Cell]],
    wordings: Wordings,
) -> tuple[str, str | None]:  # fmt: skip
    """row | total | section | nil | note | footer | header | spare | stray | unknown, and the section or fixed row."""
    mapped = [(columns[col], cell) for col, cell in cells if col in columns]
    first_text = next((cell for _, cell in cells if isinstance(cell, str) and cell.strip()), "")
    folded = fold(first_text) if first_text and len(first_text) < 300 else ""
    if table.kind == "matrix" and (code := _fixed_row(table, dict(mapped))) is not None:
        return "row", code
    if _is_footer(cells, wordings):
        return "footer", None
    if folded and any(f" {nil} " in f" {folded} " for nil in wordings.words("row:nil")):
        return "nil", None
    if wordings.begins(folded, "row:note"):
        return "note", None
    if _is_total(table, mapped, cells, wordings):
        return "total", None
    if (section := _section(table, mapped, cells)) is not None:
        return "section", section
    if not mapped:
        return "stray", None
    hits, filled = heading_hits(cells, wordings.vocabulary(form, table), wordings)
    if hits >= 2 and 2 * hits > filled:
        return "header", None
    if all(table[name].type == "ordinal" for name, _ in mapped):
        return "spare", None
    return ("unknown", None) if table.kind == "matrix" else ("row", None)


def _is_footer(cells: list[tuple[int, Cell]], wordings: Wordings) -> bool:
    texts = [cell for _, cell in cells if isinstance(cell, str)]
    if len(texts) != len(cells) or len(texts) > 5:
        return False
    for text in texts:
        if len(text) < 160 and wordings.begins(fold(text), "row:footer"):
            return True
    return len(texts) <= 2 and any(len(t) < 80 and find_signed(t) is not None and _begins_with_place(t) for t in texts)


def _begins_with_place(text: str) -> bool:
    """'Sìn Hồ, ngày 09 tháng 01 năm 2022' is a signature's date; 'ngày 09 tháng 01 năm 2022' may be a cell's value."""
    return not fold(text).startswith("ngay ") and text.lstrip()[:1].isalpha()


def _is_total(
    table: TableSpec, mapped: list[tuple[str, Cell]], cells: list[tuple[int, Cell]], wordings: Wordings
) -> bool:
    """'Tổng số', 'Cộng I+II' …: a total's wording, and no more than one other text in the row."""
    labels = [cell for _, cell in cells if isinstance(cell, str) and not _is_number(cell)]
    if not labels or len([t for t in labels if _has_letters(t)]) > 2:
        return False
    for text in labels:
        folded = fold(text)
        wording = wordings.begins(folded, "row:total")
        if wording and (folded == wording or len(folded.split()) <= len(wording.split()) + 5):
            return True
    return False


def _section(table: TableSpec, mapped: list[tuple[str, Cell]], cells: list[tuple[int, Cell]]) -> str | None:
    """The value of the section that this row opens, or None."""
    if not table.sections:
        return None
    texts = [c.strip() for _, c in cells if isinstance(c, str) and _has_letters(c) and not _ROMAN.fullmatch(c.strip())]
    if len(texts) != 1:
        return None
    best = max(table.sections, key=lambda s: _section_likeness(texts[0], s))
    return best.value if _section_likeness(texts[0], best) >= SECTION_LIKENESS else None


def _section_likeness(text: str, section: RowLabel) -> float:
    given, label, value = fold(text), fold(section.label), fold(section.value)
    for numeral in ("i ", "ii ", "iii ", "iv ", "a ", "b ", "c "):
        given = given.removeprefix(numeral)
    short = label.split(" ")[0] + " " + value
    return max(fuzz.ratio(given, label), fuzz.ratio(given, short), 95.0 if given.startswith(short + " ") else 0.0)


def _fixed_row(table: TableSpec, mapped: dict[str, Cell]) -> str | None:
    """The code of the matrix row: by its code, else by its label."""
    code = mapped.get(table.row_code or "", "")
    wanted = {fixed.value.lstrip("0"): fixed.value for fixed in table.rows}
    if isinstance(code, (int, float)) and not isinstance(code, bool) and code == int(code):
        return wanted.get(str(int(code)))
    if isinstance(code, str) and code.strip():
        return wanted.get(code.strip().lstrip("0"))
    label = mapped.get(table.row_label or "", "")
    if isinstance(label, str) and label.strip():
        best = max(table.rows, key=lambda fixed: fuzz.token_sort_ratio(fold(label), fold(fixed.label)))
        if fuzz.token_sort_ratio(fold(label), fold(best.label)) >= SECTION_LIKENESS:
            return best.value
    return None


def _is_number(cell: Cell) -> bool:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return True
    return isinstance(cell, str) and bool(cell.strip()) and not _has_letters(cell) and any(c.isdigit() for c in cell)


def _has_letters(text: str) -> bool:
    return any(c.isalpha() for c in text)
