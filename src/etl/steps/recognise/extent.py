"""Which rows under the headings are rows of the table, and which are sections, totals, notes or the footer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz

from etl.model.forms import Form, RowLabel, TableSpec
from etl.model.grids import Cell
from etl.model.submissions import Line
from etl.steps.recognise.headings import Header, code_of, heading_hits
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
    numeric = {col for col, name in columns.items() if table[name].numeric}
    right = max((*columns, *header.members), default=0)
    own = frozenset(wordings.canonical(t) for m in header.matches.values() for t in m.text.split(" / "))
    section: str | None = None
    for row in range(header.end, min(end, sheet.end)):
        cells = sheet.row(row)
        if not cells:
            continue
        kind, value = _row_kind(form, table, columns, cells, wordings, own)
        if kind == "footer":
            extent.end = row
            break
        if kind == "section":
            section = value
            if any(col in numeric for col, _ in cells):
                extent.subtotals.append(row)
        else:
            _take(extent, kind, Line(block, row, section, value), row, cells, right)
    return extent


def _take(extent: Extent, kind: str, line: Line, row: int, cells: list[tuple[int, Cell]], right: int) -> None:
    if kind == "nil":
        extent.nil_at = row
    elif kind == "total":
        extent.totals.append(line)
    elif kind == "unknown":
        extent.unknown_rows.append(row)
    elif kind == "row":
        extent.lines.append(line)
        if cells[-1][0] > right:
            extent.strays += [(row, col) for col, _ in cells if col > right]
    elif kind == "stray":
        extent.strays += [(row, col) for col, _ in cells]


def _row_kind(
    form: Form, table: TableSpec, columns: dict[int, str], cells: list[tuple[int, Cell]], wordings: Wordings,
    own: frozenset[str],
) -> tuple[str, str | None]:  # fmt: skip
    """row | total | section | nil | note | footer | header | spare | stray | unknown, and the section or fixed row."""
    if table.kind == "matrix" and (code := _fixed_row(table, {columns[c]: v for c, v in cells if c in columns})):
        return "row", code
    texts = [cell for _, cell in cells if type(cell) is str]
    marks = [mark for text in texts if (mark := wordings.mark(text))]
    if marks:
        kind = _marked(marks, texts, cells)
        if kind is not None:
            return kind, None
    if len(texts) == len(cells) <= 2 and any(_is_signature_date(text) for text in texts):
        return "footer", None
    if table.sections and (section := _section(table, texts)) is not None:
        return "section", section
    if not any(col in columns for col, _ in cells):
        return "stray", None
    if len(cells) > 1 and _repeats_heading(form, table, columns, cells, wordings, own):
        return "header", None
    if len(cells) == 1 and table[columns.get(cells[0][0], table.fields[0].id)].type == "ordinal":
        return "spare", None
    return ("unknown", None) if table.kind == "matrix" else ("row", None)


def _repeats_heading(
    form: Form, table: TableSpec, columns: dict[int, str], cells: list[tuple[int, Cell]], wordings: Wordings,
    own: frozenset[str],
) -> bool:  # fmt: skip
    """Headings or codes again, as at a printed page's top. Most rows begin otherwise, and are spared the comparison."""
    column, first = cells[0]
    code = code_of(first)
    if code is not None and column in columns and code == table[columns[column]].code and len(cells) > 2:
        return all(col in columns and code_of(cell) == table[columns[col]].code for col, cell in cells)
    if not isinstance(first, str) or len(first) >= 120:
        return False
    known = wordings.vocabulary(form, table) | own
    if wordings.canonical(first) not in known:
        return False
    hits, filled = heading_hits(cells, known, wordings)
    return hits >= 2 and 2 * hits > filled


def _marked(marks: list[str], texts: list[str], cells: list[tuple[int, Cell]]) -> str | None:
    """A row with a word that marks it, and little else: an item's own name may hold any word.

    A footer has texts only; 'nothing to report' and notes stand alone; a total has no second label beside it.
    """
    labels = sum(_has_letters(text) for text in texts)
    bare = len(cells) <= 2 and labels == len(cells)
    if bare and "nil" in marks:
        return "nil"
    if "footer" in marks and len(texts) == len(cells) <= 5:
        return "footer"
    if bare and "note" in marks:
        return "note"
    return "total" if "total" in marks and labels <= 2 else None


def _is_signature_date(text: str) -> bool:
    """'Sìn Hồ, ngày 09 tháng 01 năm 2022' is a signature's date; 'ngày 09 tháng 01 năm 2022' may be a cell's value."""
    if len(text) >= 80 or not text.lstrip()[:1].isalpha() or find_signed(text) is None:
        return False
    return not fold(text).startswith("ngay ")


def _section(table: TableSpec, texts: list[str]) -> str | None:
    """The value of the section that this row opens: its only words are the section's."""
    if not any(_section_of(table, text.strip()) for text in texts):
        return None
    words = [t.strip() for t in texts if _has_letters(t) and not _ROMAN.fullmatch(t.strip())]
    return _section_of(table, words[0]) if len(words) == 1 else None


@lru_cache(maxsize=4096)
def _section_of(table: TableSpec, text: str) -> str | None:
    best = max(table.sections, key=lambda s: _section_likeness(text, s))
    return best.value if _section_likeness(text, best) >= SECTION_LIKENESS else None


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


def _has_letters(text: str) -> bool:
    return any(c.isalpha() for c in text)
