"""The sheet of a template: title block, headings, code row, rows, totals, footer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from etl.model.forms import Field, Form, TableSpec
from etl.model.grids import column_letters
from etl.model.periods import Period
from etl.model.reference import Reference
from etl.model.units import Unit
from etl.steps.template.lists import Lists

SPARE_ROWS = 20  # blank rows of a table; more can be inserted
_SPARE_IN_SECTION = 6
_LINE = 16.0  # points
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
_WIDTHS = {
    "ordinal": 6, "integer": 12, "decimal": 13, "percent": 10, "date": 13, "month": 11, "period": 14, "id": 18, "set": 16, "unit": 20,
    "units": 24, "entity": 26, "list": 24, "text": 30,
}  # fmt: skip
_NUMBER_FORMATS = {"integer": "#,##0", "percent": "#,##0.0#", "date": "dd/mm/yyyy", "month": "mm/yyyy"}


@dataclass
class Page:
    """Where a template is written, and for whom."""

    book: Any
    sheet: Any
    form: Form
    unit: Unit
    period: Period
    reference: Reference
    lists: Lists
    version: str
    _formats: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    def format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(
                {"font_name": "Times New Roman", "valign": "vcenter", **properties}
            )
        return self._formats[key]

    def span(self, row: int, first: int, last_row: int, last: int, text: str, **properties: Any) -> None:
        """Write a text over some cells, merged where they are several."""
        made = self.format(**properties)
        if (row, first) == (last_row, last):
            self.sheet.write_string(row, first, text, made)
        else:
            self.sheet.merge_range(row, first, last_row, last, "", made)
            self.sheet.write_string(row, first, text, made)


Row = Mapping[str, Any]


def write_form(page: Page, rows: Mapping[str, Sequence[Row]]) -> None:
    """All tables of the form under each other; headings stay locked, cells to fill are open, rows can be inserted."""
    width = max(len(table.fields) for table in page.form.tables)
    for column in range(width):
        kinds = [t.fields[column].type for t in page.form.tables if column < len(t.fields)]
        page.sheet.set_column(column, column, max(_WIDTHS[kind] for kind in kinds))
    at = _title(page, width)
    for table in page.form.tables:
        at = _table(page, table, at, rows.get(table.id, ())) + 1
    _footer(page, at, width)
    page.sheet.protect("", {
        "insert_rows": True, "delete_rows": True, "format_rows": True, "format_columns": True, "format_cells": True,
    })  # fmt: skip
    page.sheet.set_landscape()
    page.sheet.set_paper(9)
    page.sheet.fit_to_pages(1, 0)


def _title(page: Page, width: int) -> int:
    """Number, title, unit and period as the office prints them; returns the row below."""
    left, right = max(0, width // 4 - 1), width - max(1, width // 3)
    middle = (left + 1, right - 1) if right - left > 1 else (left + 1, left + 1)
    lines = (
        (f"Biểu số: {page.form.number}", page.form.title_vi.upper(), f"Đơn vị báo cáo: {unit_words(page.unit)}"),
        (f"Phiên bản mẫu: {page.version}", "", _receiver(page)),
        (_deadline(page), f"Kỳ báo cáo: {period_words(page.period)}", ""),
    )
    for row, (first, mid, last) in enumerate(lines):
        page.span(row, 0, row, left, first, bold=row == 0, text_wrap=True)
        if mid:
            page.span(row, middle[0], row, middle[1], mid, bold=row == 0, align="center", text_wrap=True)
        if last:
            page.span(row, max(right, middle[1] + 1), row, width - 1, last, text_wrap=True)
        page.sheet.set_row(row, 34 if row == 0 else 20)
    if page.form.unit_of_measure:
        page.span(
            4, max(0, width - 2), 4, width - 1, f"Đơn vị tính: {page.form.unit_of_measure}", italic=True, align="right"
        )
    return 5


def unit_words(unit: Unit) -> str:
    """'UBND huyện Sìn Hồ'; an agency bears its own name."""
    return f"UBND {unit.type} {unit.name}" if unit.level in ("district", "commune") else unit.name


def period_words(period: Period) -> str:
    """'Năm 2021 (từ 01/01/2021 đến 31/12/2021)', 'Quý I năm 2021 …', 'Ngày 22 tháng 01 năm 2022'."""
    start, kind = period.start, period.kind
    if kind == "event":
        return f"Ngày {start:%d} tháng {start:%m} năm {start.year}"
    named = {
        "quarter": f"Quý {_ROMAN[(start.month - 1) // 3]} năm {start.year}",
        "month": f"Tháng {start:%m} năm {start.year}",
        "half": f"6 tháng {'đầu' if start.month == 1 else 'cuối'} năm {start.year}",
    }
    return f"{named.get(kind, f'Năm {start.year}')} (từ {start:%d/%m/%Y} đến {period.end:%d/%m/%Y})"


def _receiver(page: Page) -> str:
    units = page.reference.units
    offices = [u for u in units.on(page.period.end) if u.type == "sở"]
    if not offices:
        return ""
    province = units.get(offices[0].parent or "", page.period.end)
    return f"Đơn vị nhận báo cáo: {offices[0].name}" + (f" {province.type} {province.name}" if province else "")


def _deadline(page: Page) -> str:
    days = [
        e.deadline for e in page.reference.calendar
        if (e.form, e.period.code) == (page.form.id, page.period.code) and e.deadline
    ]  # fmt: skip
    return f"Ngày nhận báo cáo: trước ngày {min(days):%d/%m/%Y}" if days else ""


def _table(page: Page, table: TableSpec, at: int, rows: Sequence[Row]) -> int:
    """Anchor, headings, code row, rows and total of one table; returns the row below."""
    if table.anchor:
        page.sheet.write_string(at, 0, table.anchor, page.format(bold=True))
        at += 1
    at = _headings(page, table, at)
    first = at
    if table.kind == "matrix":
        at = _matrix(page, table, at, rows)
    elif table.sections:
        at = _sections(page, table, at, rows)
    else:
        at = _records(page, table, at, rows, max(SPARE_ROWS - len(rows), 5), 1)
    totals = [column for column, f in enumerate(table.fields) if f.total]
    if totals and table.kind == "records":
        _total(page, table, at, first, rows)
        at += 1
    return at


def _headings(page: Page, table: TableSpec, at: int) -> int:
    depth = max(len(f.heading) for f in table.fields)
    head = {"bold": True, "border": 1, "align": "center", "text_wrap": True, "bg_color": "#E4EAF2"}
    for level in range(depth):
        columns = [(i, f) for i, f in enumerate(table.fields) if len(f.heading) > level]
        for path, group in groupby(columns, key=lambda one: one[1].heading[: level + 1]):
            places = list(group)
            leaf = len(places[0][1].heading) == level + 1
            last_row = at + depth - 1 if leaf else at + level
            page.span(at + level, places[0][0], last_row, places[-1][0], path[-1], **head)
        page.sheet.set_row(at + level, 30)
    for column, f in enumerate(table.fields):
        page.sheet.write_string(at + depth, column, f.code or "", page.format(border=1, align="center", italic=True))
    return at + depth + 1


def _matrix(page: Page, table: TableSpec, at: int, rows: Sequence[Row]) -> int:
    given = {str(row.get(table.row_code or "")): row for row in rows}
    for fixed in table.rows:
        label = {table.row_label: fixed.label, table.row_code: fixed.value}
        for column, f in enumerate(table.fields):
            if f.id in label:
                page.sheet.write_string(at, column, label[f.id], page.format(border=1, text_wrap=True, num_format="@"))
            else:
                _cell(page, f, at, column, given.get(fixed.value, {}).get(f.id))
        at += 1
    return at


def _sections(page: Page, table: TableSpec, at: int, rows: Sequence[Row]) -> int:
    """Each section with its rows and some spare ones."""
    label_column = next(i for i, f in enumerate(table.fields) if f.type != "ordinal")
    for number, section in enumerate(table.sections):
        own = [row for row in rows if row.get(table.section_field or "") == section.value]
        bold = page.format(bold=True, border=1)
        for column in range(len(table.fields)):
            page.sheet.write_blank(at, column, None, bold)
        if label_column:
            page.sheet.write_string(at, 0, _ROMAN[number], bold)
        page.sheet.write_string(at, label_column, section.label, bold)
        at = _records(page, table, at + 1, own, max(_SPARE_IN_SECTION - len(own), 3), 1)
    return at


def _records(page: Page, table: TableSpec, at: int, rows: Sequence[Row], spare: int, number: int) -> int:
    for row in (*rows, *({} for _ in range(spare))):
        for column, f in enumerate(table.fields):
            _cell(page, f, at, column, number if f.type == "ordinal" and row else row.get(f.id))
        if row.get("_entity"):
            name = next(str(row[f.id]) for f in table.fields if f.type != "ordinal" and row.get(f.id))
            page.lists.remember(table.id, name, str(row["_entity"]))
        if row:
            page.sheet.set_row(at, _height(page, table, row))
        number += 1
        at += 1
    return at


def _height(page: Page, table: TableSpec, row: Row) -> float:
    """Points that a row needs for its longest text: no program sets it when the file is opened."""
    texts = ((f, _words(page, f, row.get(f.id))) for f in table.fields if row.get(f.id) and not f.numeric)
    return _LINE * max((1 + int(1.15 * len(text) / _WIDTHS[f.type]) for f, text in texts), default=1)


def _cell(page: Page, f: Field, row: int, column: int, value: Any) -> None:
    """One cell to fill: open, with its number format and value list."""
    shape = _NUMBER_FORMATS.get(f.type) or (f"#,##0.{'#' * max(f.decimals, 2)}" if f.type == "decimal" else "@")
    if f.type == "ordinal":
        shape = "0"
    side = {"align": "right"} if f.numeric else {"align": "center"} if f.type == "ordinal" else {"text_wrap": True}
    made = page.format(border=1, locked=False, num_format=shape, **side)
    if value is None or value == "":
        page.sheet.write_blank(row, column, None, made)
    elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        page.sheet.write_number(row, column, float(value), made)
    elif isinstance(value, date):
        page.sheet.write_datetime(row, column, value, made)
    else:
        page.sheet.write_string(row, column, _words(page, f, value), made)
    if rule := page.lists.rule(f):
        page.sheet.data_validation(row, column, row, column, rule)


def _words(page: Page, f: Field, value: Any) -> str:
    """Text as a person writes it: codes of units by their names, several values in a row."""
    several = value if isinstance(value, (list, tuple)) else [value]
    if f.type in ("unit", "units"):
        found = [page.reference.units.get(str(code), page.period.end) for code in several]
        several = [unit.name if unit else code for unit, code in zip(found, several, strict=True)]
    return "; ".join(str(one) for one in several)


def _total(page: Page, table: TableSpec, at: int, first: int, rows: Sequence[Row]) -> None:
    bold = page.format(bold=True, border=1)
    label_column = next(i for i, f in enumerate(table.fields) if f.type != "ordinal")
    for column, f in enumerate(table.fields):
        if f.total:
            letters = column_letters(column)
            values = [Decimal(str(row[f.id])) for row in rows if row.get(f.id) is not None]
            shape = page.format(bold=True, border=1, num_format="#,##0.##" if f.type == "decimal" else "#,##0")
            formula = f"=SUM({letters}{first + 1}:{letters}{at})"
            page.sheet.write_formula(at, column, formula, shape, float(sum(values, Decimal(0))))
        elif column == label_column:
            page.sheet.write_string(at, column, "Tổng số", bold)
        else:
            page.sheet.write_blank(at, column, None, bold)


def _footer(page: Page, at: int, width: int) -> None:
    """Who signs; the day of signing is written below, so that no row above can be taken for one of the table."""
    third = max(1, width // 3)
    for i, text in enumerate(("Người lập biểu", "Người kiểm tra biểu", "Thủ trưởng đơn vị")):
        first = i * third
        last = width - 1 if i == 2 else first + third - 1
        page.span(at, first, at, max(first, last), text, bold=True, align="center")
        page.span(at + 1, first, at + 1, max(first, last), "(Ký, ghi rõ họ tên)", italic=True, align="center")
        page.span(at + 2, first, at + 5, max(first, last), "", align="center", valign="bottom", locked=False)
