"""The tables of one form on one sheet: headings, rows, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field

from rapidfuzz import fuzz

from etl.model.decisions import REJECT, case_of
from etl.model.findings import Finding
from etl.model.forms import Form, TableSpec
from etl.model.grids import a1
from etl.model.reference import Reference
from etl.model.submissions import Block, Evidence
from etl.steps.recognise.extent import Extent, find_extent
from etl.steps.recognise.headings import ColumnMatch, Header, find_header
from etl.steps.recognise.hierarchy import put_in_order
from etl.steps.recognise.sheets import Sheet
from etl.steps.recognise.telling import Telling
from etl.steps.recognise.wordings import Wordings
from etl.text.names import fold

ANCHOR_LIKENESS = 86


@dataclass(slots=True)
class Tables:
    """What was found of a form's tables on one sheet."""

    headers: dict[str, Header] = field(default_factory=dict)
    extents: dict[str, Extent] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    given: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @property
    def end(self) -> int:
        return max((extent.end for extent in self.extents.values()), default=0)

    def blocks(self, sheet: str, table: TableSpec) -> list[Block]:
        """Where the table's rows stand: one block, or one for each member of a crosstab."""
        header, extent = self.headers[table.id], self.extents[table.id]
        columns = {m.field: m.column for m in header.matches.values()}
        rows = ((header.first, header.end - 1), header.end, extent.end - 1)
        given = self.given.get(table.id, ())
        if table.kind != "crosstab":
            return [Block(sheet, columns, *rows, given=given)]
        across, value = table.across["field"], table.across["value"]
        total = header.totals[0] if len(header.totals) == 1 else None
        return [
            Block(sheet, columns | {value: at}, *rows, (across, name), given, total)
            for at, name in header.members.items()
        ]


def read_tables(
    sheet: Sheet, form: Form, reference: Reference, wordings: Wordings, first: int, end: int, told: Telling
) -> Tables:
    """Find each table of the form between two rows (0-based, end exclusive)."""
    tables = Tables()
    anchors = {t.id: row for t in form.tables if t.anchor and (row := _anchor(sheet, t.anchor, first, end)) is not None}
    for table in form.tables:
        start = anchors.get(table.id, first)
        stop = min((row for row in anchors.values() if row > start), default=end)
        header = find_header(sheet, form, table, wordings, start, stop)
        if header is not None:
            tables.headers[table.id] = header
    starts = sorted([header.first for header in tables.headers.values()] + list(anchors.values()))
    for table in form.tables:
        if (header := tables.headers.get(table.id)) is None:
            tables.findings += _no_table(reference, sheet, form, table)
            continue
        stop = min((row for row in starts if row > header.end - 1), default=end)
        tables.extents[table.id] = put_in_order(
            sheet, table, header, find_extent(sheet, form, table, header, wordings, stop, told)
        )
        _tell_columns(tables, sheet, reference, table, header)
        _tell_rows(tables, sheet, reference, table)
    return tables


def _anchor(sheet: Sheet, anchor: str, first: int, end: int) -> int | None:
    """The row whose text opens the table: 'B. Danh mục nhãn hiệu (lũy kế đến …)'."""
    wanted = fold(anchor)
    for row, _, text in sheet.texts(first, end):
        folded = fold(text)
        if folded.startswith(wanted) or fuzz.ratio(folded[: len(wanted)], wanted) >= ANCHOR_LIKENESS:
            return row
    return None


def _no_table(reference: Reference, sheet: Sheet, form: Form, table: TableSpec) -> list[Finding]:
    name = table.title_vi or form.title_vi
    return [reference.messages["S4.no-table"].finding(sheet=sheet.name or None, value=name, table=name)]


def _tell_columns(tables: Tables, sheet: Sheet, reference: Reference, table: TableSpec, header: Header) -> None:
    """Evidence for each column; findings for what is missing, twice, doubtful or contradicted by the code row."""
    place = sheet.name or None
    doubts = [(match, _doubt(reference, place, table, header, match)) for match in header.doubts]
    for match, told in doubts:
        decision = reference.decided.get(case_of(told))
        if decision is not None and decision.verb == REJECT:
            header.matches.pop(match.field, None)  # a person said that this is not the column
    for match in header.matches.values():
        tables.evidence.append(
            Evidence(f"column:{table.id}.{match.field}", sheet.name, a1(header.first, match.column), match.text,
                     match.matched, match.score)
        )  # fmt: skip
        if match.code is not None and match.code != table[match.field].code and table[match.field].code:
            tables.findings.append(
                reference.messages["S5.code-row"].finding(
                    sheet=place, cell=a1(header.code_row or header.last, match.column), value=match.code,
                    expected=table[match.field].code, heading=match.text,
                )
            )  # fmt: skip
    for spec in table.fields:
        if spec.id not in header.matches and not spec.optional and spec.id not in table.without_column:
            label = " / ".join(spec.heading)
            tables.findings.append(
                reference.messages["S4.missing-column"].finding(
                    sheet=place, expected=label, column=f"{spec.code or ''} '{label}'".strip()
                )
            )
    tables.findings += [told for _, told in doubts]
    for first, second in header.twice:
        tables.findings.append(
            reference.messages["S4.twice"].finding(
                sheet=place,
                cell=a1(header.first, second.column),
                value=second.text,
                other=a1(header.first, first.column),
            )
        )


def _doubt(reference: Reference, place: str | None, table: TableSpec, header: Header, match: ColumnMatch) -> Finding:
    spec = table[match.field]
    return reference.messages["S4.doubtful-heading"].finding(
        sheet=place, cell=a1(header.first, match.column), value=match.text, expected=" / ".join(spec.heading),
        proposal=f"{table.id}.{match.field}", score=match.score, form=table.form,
    )  # fmt: skip


def _tell_rows(tables: Tables, sheet: Sheet, reference: Reference, table: TableSpec) -> None:
    extent, header = tables.extents[table.id], tables.headers[table.id]
    place = sheet.name or None
    numeric = [m.column for m in header.matches.values() if table[m.field].numeric]
    for row in extent.subtotals:
        column = min((c for c, _ in sheet.row(row) if c in numeric), default=0)
        tables.findings.append(reference.messages["R.section-subtotal"].finding(sheet=place, cell=a1(row, column)))
    for row, column in extent.strays:
        value = str(sheet.grid.at(row, column))
        tables.findings.append(reference.messages["S8.stray"].finding(sheet=place, cell=a1(row, column), value=value))
    for row in extent.unknown_rows:
        first = sheet.row(row)[0]
        tables.findings.append(
            reference.messages["S4.unknown-row"].finding(sheet=place, cell=a1(row, first[0]), value=str(first[1]))
        )
