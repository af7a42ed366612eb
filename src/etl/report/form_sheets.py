"""The consolidated forms as sheets of the workbook: the form's own headings, what was counted, and sums that Excel can follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from etl.model.forms import Field, Form, TableSpec
from etl.model.releases import ReleaseContent
from etl.report.sheets import Number, Sheet, Styles, Sum
from etl.report.titles import Titles
from etl.report.words import Text, period

if TYPE_CHECKING:
    import pyarrow as pa

Row = Mapping[str, Any]
#: lines of one group on a sheet; of more only the total is written, and the lines stand in rows/<table>.parquet
_MOST = 2000
_MATRIX = "matrix"


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that a reader adds up: those of one period, of a matrix those of one fixed row of one period."""

    period: str
    label: str
    rows: tuple[Row, ...]


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
        for rows in _apart(table, content.rows[table.id]):
            if _only_total(table, rows):
                _total_alone(sheet, table, rows)
                continue
            for group in _groups(table, _counted(rows.to_pylist(), table)):
                _group(sheet, table, group, titles)
        sheet.row += 1
    sheet.remark(_note(form, content))


def _apart(table: TableSpec, rows: pa.Table) -> Iterator[pa.Table]:
    """The rows of one period after the other, where none is looked at beside another's."""
    import pyarrow.compute as pc

    if table.entity is not None or table.kind == _MATRIX:
        yield rows
        return
    for code in sorted(pc.unique(rows["period"]).to_pylist()):
        yield rows.filter(pc.equal(rows["period"], code))


def _only_total(table: TableSpec, rows: pa.Table) -> bool:
    return table.entity is None and table.kind != _MATRIX and rows.num_rows > _MOST


def _total_alone(sheet: Sheet, table: TableSpec, rows: pa.Table) -> None:
    """One period's total of more lines than a sheet shows, which are added in their columns and never taken out of them."""
    import pyarrow.compute as pc

    sums = (pc.sum(rows[field.id]).as_py() if _is_summed(table, field) else None for field in table.stored)
    cells = [
        "" if value is None else Number(Decimal(value), field.decimals)
        for field, value in zip(table.stored, sums, strict=True)
    ]
    sheet.line([period(rows["period"][0].as_py()).vi, _of_lines(table, rows.num_rows), *cells], strong=True)


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


def _counted(rows: Sequence[Row], table: TableSpec) -> list[Row]:
    """Rows in the order of units and lines; of an entity in a period the one of its owner, else the first."""
    ordered = sorted(rows, key=lambda r: (r["period"], r["unit"], r["submission"], r["row"]))
    if table.entity is None or "entity" not in (ordered[0] if ordered else {}):
        return ordered
    best: dict[tuple[Any, Any], Row] = {}
    for row in ordered:
        key = (row["period"], row["entity"] if row["entity"] is not None else (row["submission"], row["row"]))
        if key not in best or (best[key]["unit"] != best[key].get("owner") and row["unit"] == row.get("owner")):
            best[key] = row
    kept = {id(row) for row in best.values()}
    return [row for row in ordered if id(row) in kept]


def _groups(table: TableSpec, rows: Sequence[Row]) -> Iterator[Group]:
    for code in dict.fromkeys(row["period"] for row in rows):
        own = [row for row in rows if row["period"] == code]
        if table.kind != _MATRIX or table.row_code is None:
            yield Group(code, "", tuple(own))
            continue
        for fixed in table.rows:
            yield Group(code, fixed.label, tuple(row for row in own if row[table.row_code] == fixed.value))


def _group(sheet: Sheet, table: TableSpec, group: Group, titles: Titles) -> None:
    """The total, then its lines."""
    if not group.rows:
        return
    said, first, last = period(group.period).vi, sheet.row + 1, sheet.row + len(group.rows)
    cells = [_total(table, field, group, first, last) for field in table.stored]
    if len(group.rows) > _MOST:
        plain = (Number(cell.value, cell.decimals) if isinstance(cell, Sum) else cell for cell in cells)
        sheet.line([said, _of_lines(table, len(group.rows)), *plain], strong=True)
        return
    sheet.line([said, "Toàn tỉnh", *cells], strong=True)
    for row in group.rows:
        sheet.line([said, titles.unit(row["unit"], group.period), *(_cell(field, row) for field in table.stored)])


def _total(table: TableSpec, field: Field, group: Group, first: int, last: int) -> Sum | str:
    matrix = table.kind == _MATRIX
    if matrix and field.id in (table.row_code, table.row_label):
        return group.label if field.id == table.row_label else str(group.rows[0][field.id] or "")
    summed = _is_summed(table, field)
    values = [Decimal(str(row[field.id])) for row in group.rows if row[field.id] is not None] if summed else []
    return Sum(first, last, sum(values, Decimal(0)), field.decimals) if values else ""


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
