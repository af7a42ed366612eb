"""Which rows under the headings are rows of the table, and which are sections, totals, notes or the footer."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz

from etl.model.forms import Form, RowLabel, TableSpec
from etl.model.grids import Cell
from etl.model.submissions import Line
from etl.steps.recognise.headings import Header, code_of, heading_hits
from etl.steps.recognise.sheets import Sheet
from etl.steps.recognise.telling import Telling, has_letters, is_worded
from etl.steps.recognise.wordings import Wordings
from etl.text.dates import find_signed
from etl.text.names import fold

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


@dataclass(frozen=True, slots=True)
class _Under:
    """What stands above the rows: the table, its columns (sheet column → field, code) and its headings' words."""

    form: Form
    table: TableSpec
    columns: dict[int, str]
    codes: dict[int, str]
    wordings: Wordings
    own: frozenset[str]


def find_extent(
    sheet: Sheet, form: Form, table: TableSpec, header: Header, wordings: Wordings, end: int, told: Telling
) -> Extent:
    """Walk down from the headings to the footer, the next table or the end."""
    extent = Extent(end=min(end, sheet.end))
    columns = {match.column: name for name, match in header.matches.items()}
    codes = {col: code for col, name in columns.items() if (code := table[name].code) is not None}
    numeric = {col for col, name in columns.items() if table[name].numeric}
    right = max((*columns, *header.members, *header.totals), default=0)
    own = frozenset(wordings.canonical(t) for m in header.matches.values() for t in m.text.split(" / "))
    above = _Under(form, table, columns, codes, wordings, own)
    left, beyond = sheet.grid.left, right + 1 - sheet.grid.left
    rows, row_texts = sheet.cells_of(header.end, extent.end), sheet.texts_of(header.end, extent.end)
    plain = _Plain(above, left, told)
    section: str | None = None
    at_once = plain.numbered(rows, row_texts)
    at, last = header.end, extent.end
    while at < last:
        row, i = at, at - header.end
        run = _run(at_once, i) or int(plain.has(rows[i], row_texts[i]))
        if run:
            at += run
            extent.lines += Line.plain(range(row, at), section)
            extent.strays += _beyond(rows[i : i + run], row, left, beyond)
            continue
        at += 1
        cells = sheet.row(row)
        if not cells:
            continue
        kind, value = _row_kind(above, cells)
        if kind == "footer":
            extent.end = row
            break
        if kind == "section":
            section = value
            if any(col in numeric for col, _ in cells):
                extent.subtotals.append(row)
        else:
            _take(extent, kind, Line(0, row, section, value), row, cells, right)
    return extent


def _run(at_once: list[bool], start: int) -> int:
    """How many rows from here on are rows of the table at first sight."""
    return at_once.index(False, start) - start


def _beyond(rows: Sequence[Sequence[Cell]], first: int, left: int, beyond: int) -> list[tuple[int, int]]:
    """The filled cells to the right of the table in these rows. beyond: the first place there, of a row's cells."""
    return [
        (first + i, left + j)
        for i, row in enumerate(rows) if len(row) > beyond
        for j in range(beyond, len(row)) if row[j] != ""
    ]  # fmt: skip


class _Plain:
    """Tells at first sight whether a row is one of the table's, as most are; what it does not tell, `_row_kind` decides.

    left: the grid's first column.
    """

    def __init__(self, above: _Under, left: int, told: Telling) -> None:
        self._above, self._left = above, left
        self._marking, self._mute = told.marking, told.mute
        self._fewest_texts = 2 if above.table.kind != "matrix" else sys.maxsize
        self._places = [column - left for column in above.columns]
        #: where a running number may stand, since no code of this column is a number
        self._numbered = {j for j in self._places if not above.codes.get(left + j, "").isdigit()}

    def numbered(self, rows: Sequence[Sequence[Cell]], row_texts: list[list[str]]) -> list[bool]:
        """Which rows begin with a running number and have three texts, two of which say something: nearly all, at one go.

        Behind the last row stands False.
        """
        if 0 not in self._numbered:
            return [False] * (len(rows) + 1)
        fewest, marking, is_mute = max(self._fewest_texts, 3), self._marking, self._mute.__contains__
        special = marking | self._mute
        return [
            len(texts) >= fewest and type(raw[0]) is float and (
                special.isdisjoint(texts)
                or (marking.isdisjoint(texts) and len(texts) - sum(map(is_mute, texts)) >= 2)
            )
            for raw, texts in zip(rows, row_texts, strict=True)
        ] + [False]  # fmt: skip

    def has(self, raw: Sequence[Cell], texts: list[str]) -> bool:
        """No text marks the row; two that say something, and a third cell, keep it from being a section, a signature or
        a lone number; and it begins unlike a heading."""
        if len(texts) < self._fewest_texts or not self._marking.isdisjoint(texts):
            return False
        if not self._mute.isdisjoint(texts) and len(texts) - sum(map(self._mute.__contains__, texts)) < 2:
            return False
        if len(texts) == 2 and len(raw) - raw.count("") == 2:
            return False
        first = 0
        while raw[first] == "":
            first += 1
        if first in self._numbered and type(raw[first]) is float:
            return True
        return any(raw[j] != "" for j in self._places if 0 <= j < len(raw)) and not _may_repeat_heading(
            self._above, self._left + first, raw[first]
        )


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


def _row_kind(above: _Under, cells: list[tuple[int, Cell]]) -> tuple[str, str | None]:
    """row | total | section | nil | note | footer | header | spare | stray | unknown, and the section or fixed row."""
    table, columns = above.table, above.columns
    if table.kind == "matrix" and (code := _fixed_row(table, {columns[c]: v for c, v in cells if c in columns})):
        return "row", code
    texts = [cell for _, cell in cells if type(cell) is str]
    marks = [mark for text in texts if (mark := above.wordings.mark(text))]
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
    if len(cells) > 1 and _may_repeat_heading(above, *cells[0]) and _repeats_heading(above, cells):
        return "header", None
    if len(cells) == 1 and table[columns.get(cells[0][0], table.fields[0].id)].type == "ordinal":
        return "spare", None
    return ("unknown", None) if table.kind == "matrix" else ("row", None)


def _may_repeat_heading(above: _Under, column: int, first: Cell) -> bool:
    """Headings or codes again, as at a printed page's top? Most rows begin otherwise, and are spared the comparison."""
    return _is_own_code(above, column, first) or _is_own_heading(above, first)


def _is_own_heading(above: _Under, cell: Cell) -> bool:
    if not isinstance(cell, str) or len(cell) >= 120:
        return False
    canonical = above.wordings.canonical(cell)
    return canonical in above.wordings.vocabulary(above.form, above.table) or canonical in above.own


def _is_own_code(above: _Under, column: int, cell: Cell) -> bool:
    own = above.codes.get(column)
    return own is not None and code_of(cell) == own


def _repeats_heading(above: _Under, cells: list[tuple[int, Cell]]) -> bool:
    """Of a row that begins as headings or codes do: whether it goes on so."""
    if _is_own_code(above, *cells[0]) and len(cells) > 2:
        return all(_is_own_code(above, column, cell) for column, cell in cells)
    if not _is_own_heading(above, cells[0][1]):
        return False
    known = above.wordings.vocabulary(above.form, above.table) | above.own
    hits, filled = heading_hits(cells, known, above.wordings)
    return hits >= 2 and 2 * hits > filled


def _marked(marks: list[str], texts: list[str], cells: list[tuple[int, Cell]]) -> str | None:
    """A row with a word that marks it, and little else: an item's own name may hold any word.

    A footer has texts only; 'nothing to report' and notes stand alone; a total has no second label beside it.
    """
    labels = sum(has_letters(text) for text in texts)
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
    words = [text for text in texts if is_worded(text)]
    return _section_of(table, words[0].strip()) if len(words) == 1 else None


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
