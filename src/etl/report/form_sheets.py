"""The consolidated forms as sheets of the workbook: the form's own headings, what was counted, and sums that Excel can follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from etl.model.forms import Field, Form, RowLabel, TableSpec
from etl.model.releases import ReleaseContent
from etl.model.rows import Rows
from etl.report.sheets import Number, Sheet, Styles, Sum
from etl.report.titles import Titles
from etl.report.words import Text, period

if TYPE_CHECKING:
    import pyarrow as pa

Row = Mapping[str, Any]
#: lines of one group on a sheet; of more only the total is written, and the lines stand in rows/<table>.parquet
_MOST = 2000
_MATRIX = "matrix"


class Group:
    """Lines that a reader adds up: those of one period, of a matrix those of one fixed row of one period.

    sums: field → what its column comes to, where there is a number in it.
    """

    def __init__(self, code: str, fixed: RowLabel) -> None:
        self.period, self.fixed, self.count = code, fixed, 0
        self.sums: dict[str, Decimal] = {}
        self._kept: list[pa.Table] = []

    def add(self, table: TableSpec, rows: pa.Table) -> None:
        """Take more lines in: their sums, and themselves while there are no more than a sheet shows."""
        import pyarrow.compute as pc

        self.count += rows.num_rows
        for field in table.stored:
            value = pc.sum(rows[field.id]).as_py() if _is_summed(table, field) else None
            if value is not None:
                self.sums[field.id] = self.sums.get(field.id, Decimal(0)) + Decimal(value)
        self._kept = [*self._kept, rows] if self.count <= _MOST else []

    def lines(self) -> list[Row]:
        """Its lines in the order of units and lines; none where there are too many."""
        return sorted((row for some in self._kept for row in some.to_pylist()), key=_place)


def form_sheets(content: ReleaseContent, titles: Titles, styles: Styles, subtitle: Text) -> None:
    """One sheet for each form of which the release holds rows, in the order of their numbers."""
    for form in sorted(content.reference.forms.values(), key=lambda f: (f.number, f.id)):
        tables = [table for table in form.tables if table.id in content.rows and content.rows[table.id].num_rows]
        if tables:
            _sheet(content, titles, styles, subtitle, form, tables)


def _sheet(
    content: ReleaseContent, titles: Titles, styles: Styles, subtitle: Text, form: Form, tables: Sequence[TableSpec]
) -> None:
    fields = [table.stored for table in tables]
    widths = [max(_width(own[place]) for own in fields if place < len(own)) for place in range(max(map(len, fields)))]
    name = f"Biểu {form.number or form.id}".replace("/", "-")[:31]
    title = Text(f"Biểu {form.number}: {form.title_vi}", form.title_en)
    sheet = Sheet(styles, name, title, subtitle, [11, 22, *widths])
    for table in tables:
        if len(tables) > 1:
            sheet.caption(Text(table.title_vi or table.id, table.title_en))
        sheet.headings(
            [("Kỳ",), ("Đơn vị",), *(field.heading for field in table.stored)],
            [field.code or "" for field in table.stored],
        )
        for group in _groups(table, content.rows[table.id]):
            _group(sheet, table, group, titles)
        sheet.row += 1
    sheet.remark(_note(form, content))


def _of_lines(table: TableSpec, count: int) -> str:
    return f"Toàn tỉnh ({count} dòng: rows/{table.id}.parquet)"


def _width(field: Field) -> float:
    return 34.0 if field.type in ("text", "entity") else 20.0 if field.type in ("list", "units", "id") else 13.0


def _note(form: Form, content: ReleaseContent) -> Text:
    vi, en = "Dòng “Toàn tỉnh” cộng các dòng dưới nó.", "The line “Toàn tỉnh” adds up the lines below it."
    if partial := ", ".join(_of_some_lines(form, content)):
        vi += f" {partial} chỉ tính một phần các dòng ấy, nên có thể khác: xem trang “Số liệu”."
        en += f" {partial} count some of them only and may differ: see the sheet of figures."
    if any(table.entity for table in form.tables):
        vi += " Đối tượng do nhiều đơn vị kê khai chỉ có một dòng, ở đơn vị được tính."
        en += " What several units list has one line, at the unit where it counts."
    if form.synthetic:
        vi, en = (
            f"{vi} Biểu làm việc, không phải biểu do Nhà nước ban hành.",
            f"{en} A working form, not an official one.",
        )
    return Text(vi, en)


def _of_some_lines(form: Form, content: ReleaseContent) -> list[str]:
    """The release's sums that leave lines of the form out: a reader would compare them with the total."""
    known = content.reference.indicators
    asked = dict.fromkeys(name for item in content.report.items for name in item.indicators)
    return [name for name in asked if (one := known[name]).form == form.id and one.rule == "sum" and one.condition]


def _counted(rows: pa.Table) -> pa.Table:
    """Of an entity in a period the row of its owner, else the first in the order of units and lines."""
    if "entity" not in rows.column_names:
        return rows
    lines = rows.to_pylist()
    best: dict[tuple[Any, Any], int] = {}
    for place in sorted(range(len(lines)), key=lambda place: _place(lines[place])):
        row = lines[place]
        key = (row["period"], row["entity"] if row["entity"] is not None else (row["submission"], row["row"]))
        first = lines[best.setdefault(key, place)]
        if first["unit"] != first.get("owner") and row["unit"] == row.get("owner"):
            best[key] = place
    return rows.take(sorted(best.values()))


def _place(row: Row) -> tuple[Any, ...]:
    return row["period"], row["unit"], row["submission"], row["row"]


def _groups(table: TableSpec, rows: Rows) -> Iterator[Group]:
    """The groups of a table in their order, after one pass over its rows that keeps no more of them than are shown."""
    # which line of an entity counts is decided beside all others; such a table is never large
    parts = rows.parts() if table.entity is None else iter([_counted(rows.table())])
    found: dict[tuple[str, str], Group] = {}
    for part in parts:
        for code in part["period"].unique().to_pylist():
            for fixed, some in _by_line(table, _where(part, "period", code)):
                group = found.setdefault((code, fixed.value), Group(code, fixed))
                group.add(table, some)
    return (group for group in sorted(found.values(), key=lambda g: g.period) if group.count)


def _by_line(table: TableSpec, rows: pa.Table) -> Iterator[tuple[RowLabel, pa.Table]]:
    if table.kind != _MATRIX or table.row_code is None:
        yield RowLabel("", ""), rows
        return
    for fixed in table.rows:
        yield fixed, _where(rows, table.row_code, fixed.value)


def _where(rows: pa.Table, column: str, value: str) -> pa.Table:
    import pyarrow.compute as pc

    return rows.filter(pc.equal(rows[column], value))


def _group(sheet: Sheet, table: TableSpec, group: Group, titles: Titles) -> None:
    """The total, then its lines; of too many lines the total alone."""
    said, alone = period(group.period).vi, group.count > _MOST
    first, last = sheet.row + 1, sheet.row + group.count
    cells = [_total(table, field, group, None if alone else (first, last)) for field in table.stored]
    sheet.line([said, _of_lines(table, group.count) if alone else "Toàn tỉnh", *cells], strong=True)
    for row in group.lines():
        sheet.line([said, titles.unit(row["unit"], group.period), *(_cell(field, row) for field in table.stored)])


def _total(table: TableSpec, field: Field, group: Group, lines: tuple[int, int] | None) -> Sum | Number | str:
    """A cell of the total. lines: the first and the last that it adds up on the sheet; None where they are not there."""
    if table.kind == _MATRIX and field.id in (table.row_code, table.row_label):
        return group.fixed.label if field.id == table.row_label else group.fixed.value
    if (value := group.sums.get(field.id)) is None:
        return ""
    return Number(value, field.decimals) if lines is None else Sum(*lines, value, field.decimals)


def _is_summed(table: TableSpec, field: Field) -> bool:
    added = field.total or table.kind == _MATRIX
    return field.numeric and not field.computed and field.type != "percent" and added


def _cell(field: Field, row: Row) -> Number | str | None:
    """A value as its form has it; why there is none, where the sender said so."""
    value = row[field.id]
    if value is None:
        return {"not_available": "…", "not_applicable": "x"}.get(str(row.get(f"{field.id}__state")))
    if field.numeric:
        return Number(Decimal(str(value)), field.decimals)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if field.type in ("date", "month"):
        return f"{value:%m/%Y}" if field.type == "month" else f"{value:%d/%m/%Y}"
    return str(value)
