"""Find the heading rows of a table and decide which column is which field, with evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz, process

from etl.model.forms import Form, TableSpec
from etl.model.grids import Cell
from etl.steps.recognise.members import may_name, name_of
from etl.steps.recognise.sheets import Sheet
from etl.steps.recognise.wordings import FieldWording, Wordings
from etl.text.names import fold

MAX_HEADING_ROWS = 6
#: how far from the last heading row the code row may end
ROWS_TO_CODES = 3
#: decisions on rows of headings that are remembered
MOST_REMEMBERED = 512
#: a column is decided from this score on; below it a person is asked
DECIDED = 72
#: a heading this unlike every field says nothing
UNLIKE = 45
#: two fields closer than this for one column are a doubt
MARGIN = 4
#: the heading is one of the field's wordings, whatever the code row says
EXACT = 100
#: how much an agreeing code row adds to the likeness of the words
CODE_BONUS = 12

_CODE = re.compile(r"\(?([A-ZĐa-zđ]|\d{1,2})\)?\s*(=.*)?")
#: 'Chỉ tiêu (A)', 'Tổng số (4=5+6+7)': the column's code behind its heading is no part of its words
_CODE_BEHIND = re.compile(r"(?<=\S)\s*\((?:[A-ZĐa-zđ]|\d{1,2})\s*(?:=[^)]*)?\)\s*$")


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """One column: the field, the heading text, the wording it matched, score, and what its code says."""

    field: str
    column: int
    text: str
    matched: str
    score: int
    code: str | None = None


@dataclass(slots=True)
class Header:
    """The heading zone of one table on one sheet. Rows 0-based; `end` is the first row of data."""

    first: int
    last: int
    code_row: int | None
    matches: dict[str, ColumnMatch] = field(default_factory=dict)
    doubts: list[ColumnMatch] = field(default_factory=list)
    twice: list[tuple[ColumnMatch, ColumnMatch]] = field(default_factory=list)
    unknown: dict[int, str] = field(default_factory=dict)
    members: dict[int, str] = field(default_factory=dict)
    totals: list[int] = field(default_factory=list)

    @property
    def end(self) -> int:
        return (self.code_row if self.code_row is not None else self.last) + 1

    def copy(self) -> Header:
        """The same header, to be changed."""
        parts = (self.matches.copy(), self.doubts.copy(), self.twice.copy(), self.unknown.copy(), self.members.copy())
        return Header(self.first, self.last, self.code_row, *parts, self.totals.copy())

    @property
    def weight(self) -> int:
        return sum(match.score for match in self.matches.values())


def find_header(sheet: Sheet, form: Form, table: TableSpec, wordings: Wordings, first: int, end: int) -> Header | None:
    """The best heading zone of the table between two rows, or None where nothing looks like its headings."""
    best: Header | None = None
    wanted = len(table.fields) - len(table.without_column)
    for zone in _zones(sheet, table, wordings.vocabulary(form, table), wordings, first, end):
        header = _match_zone(sheet, form, table, wordings, zone, end)
        if best is None or header.weight > best.weight:
            best = header
        if best is not None and len(best.matches) >= 0.6 * wanted:
            break
    least = 1 if table.across else 2  # beside a crosstab's members one known heading is enough
    return best if best is not None and len(best.matches) >= min(least, wanted) else None


def _zones(
    sheet: Sheet, table: TableSpec, vocabulary: frozenset[str], wordings: Wordings, first: int, end: int
) -> Iterator[tuple[int, int]]:
    """Runs of rows most of whose cells are headings of the table, from the top down.

    In a crosstab members may stand beside one known heading, so a row of names with one is enough to begin.
    """
    across = table.kind == "crosstab"
    start: int | None = None
    last = first
    for row in range(max(first, sheet.first), min(end, sheet.end)):
        hits, filled = heading_hits(sheet.row(row), vocabulary, wordings)
        enough = hits >= (1 if start is not None else 2) and 2 * hits >= filled
        if across and start is None and hits and filled > 1:
            enough = all(may_name(table, cell) for _, cell in sheet.row(row))
        if enough:
            start = row if start is None else start
            last = row
        elif start is not None and (filled or row - last > 1):
            yield start, min(last, start + MAX_HEADING_ROWS - 1)
            start = None
    if start is not None:
        yield start, min(last, start + MAX_HEADING_ROWS - 1)


def heading_hits(cells: Sequence[tuple[int, Cell]], vocabulary: frozenset[str], wordings: Wordings) -> tuple[int, int]:
    """How many of a row's filled cells are headings of the table, and how many are filled."""
    hits = 0
    for _, cell in cells:
        if isinstance(cell, str) and len(cell) < 120:
            text = wordings.canonical(cell)
            hits += bool(text) and (text in vocabulary or _near_any(text, vocabulary))
    return hits, len(cells)


@lru_cache(maxsize=20_000)
def _near_any(text: str, vocabulary: frozenset[str]) -> bool:
    return len(text) >= 5 and process.extractOne(text, vocabulary, scorer=fuzz.ratio, score_cutoff=84) is not None


def _match_zone(
    sheet: Sheet, form: Form, table: TableSpec, wordings: Wordings, zone: tuple[int, int], end: int
) -> Header:
    if table.kind == "crosstab":
        zone = (zone[0], _members_below(sheet, form, table, wordings, zone, end))
    below = min(zone[1] + ROWS_TO_CODES, end, sheet.end)
    cells = [sheet.row(row) for row in range(zone[0], below)]
    merges = [merge for merge in sheet.grid.merges if merge[0] < below and merge[2] >= zone[0]]
    key = repr((table.id, zone, cells, merges))
    known = wordings.headers.get(key)
    if known is None:
        if len(wordings.headers) >= MOST_REMEMBERED:
            wordings.headers.clear()
        known = wordings.headers[key] = _read_zone(sheet, table, wordings, wordings.paths(form, table), zone, end)
    return known.copy()


def _read_zone(
    sheet: Sheet, table: TableSpec, wordings: Wordings, paths: tuple[FieldWording, ...], zone: tuple[int, int], end: int
) -> Header:
    """Decided by nothing but the cells and merges of the zone and the rows right below it."""
    code_row, codes = _code_row(sheet, table, zone, end)
    last = zone[1] if code_row is None or code_row > zone[1] else code_row - 1
    header = Header(zone[0], last, code_row)
    columns = _columns(sheet, zone[0], last)
    for column, text in _named_by_code(sheet, columns, codes).items():
        columns.setdefault(column, text)
    _decide(header, columns, codes, table, paths, wordings)
    if table.kind == "crosstab":
        _take_members(header, columns, wordings)
    return header


def _take_members(header: Header, columns: Mapping[int, list[str]], wordings: Wordings) -> None:
    """Columns that are no fixed field are members, named by their lowest heading, or totals over the members."""
    unsure = {match.column for match in header.doubts}
    header.matches = {name: match for name, match in header.matches.items() if match.column not in unsure}
    header.doubts = []
    taken = {match.column for match in header.matches.values()}
    for column, texts in sorted(columns.items()):
        if column in taken or not texts:
            continue
        if wordings.mark(texts[-1]) == "total" or wordings.begins(fold(texts[-1]), "column:total"):
            header.totals.append(column)
        else:
            header.members[column] = texts[-1]
    header.unknown = {}


def _members_below(
    sheet: Sheet, form: Form, table: TableSpec, wordings: Wordings, zone: tuple[int, int], end: int
) -> int:
    """The last heading row of a crosstab: under the known headings may stand a row with nothing but the members' names."""
    known = {
        col
        for row in range(zone[0], zone[1] + 1)
        for col, cell in sheet.row(row)
        if isinstance(cell, str) and wordings.canonical(cell) in wordings.vocabulary(form, table)
    }
    first = min(known, default=0)
    last = zone[1]
    while last + 1 < min(end, sheet.end, zone[0] + MAX_HEADING_ROWS):
        cells = sheet.row(last + 1)
        if not cells or not all(may_name(table, cell) and col > first for col, cell in cells):
            break
        last += 1
    return last


def _named_by_code(sheet: Sheet, columns: Mapping[int, list[str]], codes: Mapping[int, str]) -> dict[int, list[str]]:
    """Columns that bear a code but no heading of their own."""
    return {column: [] for column in codes if column not in columns}


def _columns(sheet: Sheet, first: int, last: int) -> dict[int, list[str]]:
    """Column → its heading texts from the top down, merged cells and blanks under a wide heading filled in."""
    own = {(row, col): name_of(cell) for row in range(first, last + 1) for col, cell in sheet.row(row)}
    columns = sorted({col for _, col in own})
    paths: dict[int, list[str]] = {}
    levels: dict[tuple[int, int], str] = {}
    for col in columns + sorted({c for _, c in sheet.merge_of} - set(columns)):
        texts = [_text_at(sheet, own, levels, row, col, last) for row in range(first, last + 1)]
        path = [t for i, t in enumerate(texts) if t and (i == 0 or t not in texts[:i])]
        if path and any((row, col) in own for row in range(first, last + 1)):
            paths[col] = path
    return paths


def _text_at(
    sheet: Sheet, own: Mapping[tuple[int, int], str], levels: dict[tuple[int, int], str], row: int, col: int, last: int
) -> str:
    text = own.get((row, col), "")
    if not text and (holder := sheet.merge_of.get((row, col))) is not None:
        text = own.get(holder, "")
    elif not text and (row, col - 1) in levels and any((deeper, col) in own for deeper in range(row + 1, last + 1)):
        # no merge is told (ods, csv): a blank above a lower heading belongs to the wide heading on its left,
        # unless the left column's lower rows show that it is a heading of its own
        left_goes_deeper = any(
            (deeper, col - 1) in levels and levels[deeper, col - 1] for deeper in range(row + 1, last + 1)
        )
        text = levels[row, col - 1] if left_goes_deeper or row == last else ""
    levels[row, col] = text
    return text


def _code_row(sheet: Sheet, table: TableSpec, zone: tuple[int, int], end: int) -> tuple[int | None, dict[int, str]]:
    """The row 'A B C 1 2 3=4+5', right under the headings: its place and column → code."""
    known = {f.code for f in table.fields if f.code}
    for row in range(zone[0], min(zone[1] + ROWS_TO_CODES, end, sheet.end)):
        cells = sheet.row(row)
        codes = {col: code for col, cell in cells if (code := code_of(cell)) is not None}
        if len(cells) >= 3 and len(codes) == len(cells) and len(set(codes.values()) & known) * 2 >= len(codes):
            return row, codes
        if row > zone[1] and cells:
            break
    return None, {}


def code_of(cell: Cell) -> str | None:
    """The column code that a cell of a code row says: 'A', 1.0 → '1', '3=4+5' → '3'; None for anything else."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return str(int(cell)) if 0 < cell < 100 and cell == int(cell) else None
    found = _CODE.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return found.group(1).upper() if found else None


def _decide(
    header: Header, columns: Mapping[int, list[str]], codes: Mapping[int, str], table: TableSpec,
    paths: tuple[FieldWording, ...], wordings: Wordings,
) -> None:  # fmt: skip
    """Give each field its best column, best likeness first; what is too unlike or too close is a doubt."""
    own_code = {f.id: f.code for f in table.fields}
    scored: list[ColumnMatch] = []
    said: dict[tuple[int, str], int] = {}
    for column, texts in columns.items():
        words = tuple(w for text in texts if (w := wordings.canonical(_CODE_BEHIND.sub("", text))))
        code = codes.get(column)
        for path, likeness in _likenesses(words, paths):
            said[column, path.field] = max(said.get((column, path.field), 0), likeness)
            bonus = 0 if code is None else (CODE_BONUS if code == own_code[path.field] else -CODE_BONUS // 2)
            if likeness + max(bonus, 0) >= UNLIKE:
                score = EXACT if likeness == EXACT else min(EXACT - 1, likeness + bonus)
                scored.append(ColumnMatch(path.field, column, " / ".join(texts), path.joined, score, code))
            elif code is not None and code == own_code[path.field]:
                scored.append(ColumnMatch(path.field, column, " / ".join(texts), path.joined, UNLIKE, code))
    scored.sort(key=lambda m: (-m.score, m.code != own_code[m.field], m.column, m.field))
    _assign(header, scored)
    header.doubts += [
        match for match in header.matches.values()
        if match not in header.doubts and match.code == own_code[match.field] and _words_object(match, header, said)
    ]  # fmt: skip
    taken = {m.column for m in header.matches.values()} | {m.column for m in header.doubts}
    header.unknown = {column: " / ".join(texts) for column, texts in columns.items() if column not in taken and texts}


def _assign(header: Header, scored: Sequence[ColumnMatch]) -> None:
    taken: set[int] = set()
    for match in scored:
        if match.column in taken:
            continue
        if (rival := header.matches.get(match.field)) is not None:
            others = [
                m for m in scored
                if m.column == match.column and m.field not in header.matches and m.score >= DECIDED
                and not _has_better(m, scored)
            ]  # fmt: skip
            if match.score >= 95 and rival.score >= 95 and not others and rival.column != match.column:
                header.twice.append((rival, match))
                taken.add(match.column)
            continue
        taken.add(match.column)
        header.matches[match.field] = match
        if match.score < DECIDED or _too_close(match, scored, header):
            header.doubts.append(match)


def _words_object(match: ColumnMatch, header: Header, said: Mapping[tuple[int, str], int]) -> bool:
    """The code row chose this field, but the heading says another one that has no better column: a person decides."""
    own = said.get((match.column, match.field), 0)
    return any(
        column == match.column and likeness >= max(DECIDED, own + MARGIN)
        and ((given := header.matches.get(field)) is None or said.get((given.column, field), 0) < likeness)
        for (column, field), likeness in said.items()
    )  # fmt: skip


def _too_close(match: ColumnMatch, scored: Sequence[ColumnMatch], header: Header) -> bool:
    """Another field, not yet given a better column, fits this column as well."""
    return match.score < 95 and any(
        other.column == match.column and other.field != match.field and other.field not in header.matches
        and match.score - other.score < MARGIN and not _has_better(other, scored)
        for other in scored
    )  # fmt: skip


def _has_better(match: ColumnMatch, scored: Sequence[ColumnMatch]) -> bool:
    return any(m.field == match.field and m.column != match.column and m.score > match.score for m in scored)


@lru_cache(maxsize=20_000)
def _likenesses(words: tuple[str, ...], paths: tuple[FieldWording, ...]) -> tuple[tuple[FieldWording, int], ...]:
    """Likeness to every path; the same headings come with every workbook, so each is compared once."""
    return tuple((path, _likeness(words, path)) for path in paths)


def _likeness(words: Sequence[str], path: FieldWording) -> int:
    """0..100: how well heading texts say what a field's path says."""
    if not words:
        return 0
    own, joined = words[-1], " ".join(words)
    whole = max(fuzz.token_sort_ratio(joined, path.joined), fuzz.ratio(joined, path.joined))
    if joined == path.joined:
        return 100
    if not path.above:
        extra = 6 if len(words) > 1 else 0
        return round(max(whole, fuzz.token_sort_ratio(own, path.own) - extra, _abridged(own, path.own) - extra))
    above = " ".join(words[:-1])
    parts = 0.55 * max(fuzz.token_sort_ratio(own, path.own), _abridged(own, path.own)) + 0.45 * (
        max(fuzz.token_sort_ratio(above, path.above), _abridged(above, path.above)) if above else 0
    )
    return round(max(whole, parts))


def _abridged(text: str, full: str) -> float:
    """A heading with words left out or added ('ten nhiem vu kh cn' for 'ten nhiem vu'): all of one in the other."""
    short, long = sorted((text.split(), full.split()), key=len)
    if len(short) < 2 or not set(short) <= set(long):
        return 0.0
    return 70 + 25 * len(short) / len(long)
