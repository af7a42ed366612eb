"""How a district's workbook may look: a generator of layouts, and the writing of submissions in them.

A `Look` is everything about one form's place and shape on its sheet; a `Book` is one or more submissions with their
looks, the file's format, and the encoding of its text. `write` gives the bytes.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

import xlsxwriter
from hypothesis import strategies as st

from etl.model.forms import Field, TableSpec
from etl.model.reference import Reference
from etl.text.marks import without_marks
from tests.property.submissions import Content, Written, contents
from tests.property.test_text_encodings import half_decompose, to_tcvn3, to_vni

ENCODE: dict[str, Callable[[str], str]] = {
    "nfc": str,
    "nfd": lambda text: unicodedata.normalize("NFD", text),
    "tcvn3": to_tcvn3,
    "vni": to_vni,
    "bare": without_marks,
}
CODECS = ("utf-8-sig", "utf-8", "utf-16", "cp1258")
SECTIONS = {"nhà nước": "Cấp Nhà nước (quốc gia)", "bộ": "Cấp bộ", "tỉnh": "Cấp tỉnh", "cơ sở": "Cấp cơ sở"}
TOTALS = ("Tổng số", "Tổng cộng", "Cộng", "TỔNG SỐ:", "Cộng toàn huyện", "Tổng số (I+II+III)")
OUTSIDE = "Ghi chú"  # a column that no form has


@dataclass(frozen=True, repr=False)
class Look:
    """One form's shape on its sheet.

    order: fields and `OUTSIDE` from left to right; spacers: positions before which a column stays empty.
    headings: merged | filled (a blank beside a wide heading) | repeated | joined (one row). singles: where a heading
    without a wide one stands. codes: none | text | numbers | brackets. total: none | last | first, and how it is wrong.
    title: beside (label and value in one cell) | right | below.
    """

    order: tuple[str, ...] = ()
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spacers: frozenset[int] = frozenset()
    headings: str = "merged"
    singles: str = "top"
    capitals: bool = False
    codes: str = "text"
    sections: str = "none"
    numeral: str = "I"
    blanks: frozenset[int] = frozenset()
    total: str = "none"
    total_label: str = "Tổng số"
    wrong: str = "right"
    title: str = "beside"
    unit_style: str = "UBND huyện {name}"
    period_style: str = "Năm {year} (từ 01/01/{year} đến 31/12/{year})"
    measure: bool = True
    footer: bool = True
    numbered: bool = True
    gap: int = 1
    top: int = 0
    left: int = 0

    def __repr__(self) -> str:
        """Only what differs from the form as issued: this is what a failure shows."""
        plain = Look()
        odd = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != getattr(plain, f.name)}
        return f"Look({', '.join(f'{name}={value!r}' for name, value in odd.items())})"


@dataclass(frozen=True)
class Book:
    """Submissions with their looks, how they share sheets, and how the file is saved."""

    parts: tuple[tuple[Content, Look], ...]
    kind: str = "xlsx"
    text: str = "nfc"
    one_sheet: bool = False
    separator: str = ";"
    codec: str = "utf-8-sig"


@dataclass
class Sheet:
    """Cells and merges by 0-based place; the heading rows are told so that a reader of a failure finds them."""

    name: str
    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)

    @property
    def end(self) -> int:
        return max((row for row, _ in self.cells), default=-1) + 1


# drawing a look -----------------------------------------------------------------------------------------------------


@st.composite
def looks(draw: st.DrawFn, reference: Reference, content: Content) -> Look:
    table = content.table
    records = table.kind == "records"
    own = [f.id for f in table.fields if records or f.type != "ordinal"]
    order = draw(st.just([]) | st.permutations(own))
    if draw(st.integers(0, 3)) == 3:
        at = draw(st.integers(1, len(own)))
        order = [*(order or own)[:at], OUTSIDE, *(order or own)[at:]]
    sections = draw(st.sampled_from(("none", "plain", "subtotals"))) if table.sections else "none"
    some_rows = st.frozensets(st.integers(0, 4), max_size=2)
    return Look(
        order=tuple(order),
        paths=draw(_paths(reference, table)),
        spacers=draw(st.just(frozenset()) | st.frozensets(st.integers(1, 6), max_size=2)),
        headings=draw(st.sampled_from(("merged", "filled", "repeated", "joined"))),
        singles=draw(st.sampled_from(("top", "bottom"))),
        capitals=draw(st.booleans()),
        codes=draw(st.sampled_from(("text", "none", "numbers", "brackets"))),
        sections=sections,
        numeral=draw(st.sampled_from(("I", "joined", "none"))),
        blanks=draw(st.just(frozenset()) | some_rows),
        total=draw(st.sampled_from(("none", "last", "first"))) if records else "none",
        total_label=draw(st.sampled_from(TOTALS)),
        wrong=draw(st.sampled_from(("right", "first", "thousand"))),
        title=draw(st.sampled_from(("beside", "right", "below"))),
        unit_style=draw(st.sampled_from(("UBND {title}", "{title}", "{name}", "UBND H. {name}"))),
        period_style=draw(st.sampled_from((
            "Năm {year} (từ 01/01/{year} đến 31/12/{year})", "Năm {year}", "{year}", "từ 01/01/{year} đến 31/12/{year}",
        ))),
        measure=draw(st.booleans()),
        footer=draw(st.booleans()),
        numbered=draw(st.booleans()),
        gap=draw(st.integers(0, 2)),
        top=draw(st.sampled_from((0, 1, 4))),
        left=draw(st.sampled_from((0, 1, 3))),
    )  # fmt: skip


@st.composite
def _paths(draw: st.DrawFn, reference: Reference, table: TableSpec) -> dict[str, tuple[str, ...]]:
    """The form's own heading of each field, or another wording that the reference data accepts for it."""
    chosen = {}
    for spec in table.fields:
        others = [
            tuple(wording.split(" / ")) for form, of, wording, _ in reference.headings
            if of == spec.id and form in (table.form, table.id)
        ]  # fmt: skip
        if others and draw(st.booleans()):
            chosen[spec.id] = draw(st.sampled_from(others))
    return chosen


@st.composite
def books(draw: st.DrawFn, reference: Reference) -> Book:
    kind = draw(st.sampled_from(("xlsx", "xlsx", "csv")))
    first = draw(contents(reference))
    parts = [(first, draw(looks(reference, first)))]
    if draw(st.integers(0, 3)) == 3:
        others = tuple(form for form in ("sp", "iso", "nv") if form != first.form)
        other = draw(contents(reference, others).map(lambda c: Content(c.form, c.table, c.unit, first.year, c.rows)))
        if other.unit == first.unit:
            parts.append((other, draw(looks(reference, other))))
    return Book(
        parts=tuple(parts),
        kind=kind,
        text=draw(st.sampled_from(("nfc", "nfc", "nfd", "tcvn3", "vni", "bare"))),
        one_sheet=kind == "csv" or draw(st.booleans()),
        separator=draw(st.sampled_from(";,\t|")),
        codec=draw(st.sampled_from(CODECS)),
    )


# writing ------------------------------------------------------------------------------------------------------------


def ordered(content: Content, look: Look) -> tuple[dict[str, Written], ...]:
    """The rows as they stand on the sheet: under their sections where there are some."""
    if look.sections == "none":
        return content.rows
    return tuple(sorted(content.rows, key=lambda row: list(SECTIONS).index(row["cap_quan_ly"].value)))


def write(book: Book) -> bytes:
    """The file's bytes."""
    sheets: list[Sheet] = []
    for i, (content, look) in enumerate(book.parts):
        if not (book.one_sheet and sheets):
            sheets.append(Sheet(f"Biểu {i + 1}"))
        sheet = sheets[-1]
        _put(sheet, content, look, sheet.end + look.gap if sheet.cells else look.top)
    return _as_csv(sheets[0], book) if book.kind == "csv" else _as_xlsx(sheets, book)


def _put(sheet: Sheet, content: Content, look: Look, top: int) -> None:
    columns = _columns(content.table, look)
    row = _put_title(sheet, content, look, top, max(columns.values()))
    row = _put_headings(sheet, content.table, look, columns, row)
    row = _put_codes(sheet, content.table, look, columns, row)
    row = _put_rows(sheet, content, look, columns, row)
    if look.footer:
        _put_footer(sheet, content, row + 1, look.left, max(columns.values()))


def _columns(table: TableSpec, look: Look) -> dict[str, int]:
    found, column = {}, look.left
    for i, name in enumerate(look.order or [f.id for f in table.fields]):
        column += i in look.spacers
        found[name] = column
        column += 1
    return found


def _put_title(sheet: Sheet, content: Content, look: Look, row: int, right: int) -> int:
    form = content.table.form
    number, title, measure = TITLES[form]
    sheet.cells[row, look.left] = f"Biểu số: {number}"
    sheet.cells[row + 1, look.left] = "Ban hành kèm theo Công văn số 1286/SKHCN-QLKH ngày 18/11/2019"
    sheet.cells[row + 2, look.left] = title.upper()
    row += 3
    pairs = [
        ("Đơn vị báo cáo", look.unit_style.format(name=content.unit.name, title=content.unit.title.lower()[0:1] + content.unit.title[1:])),
        ("Đơn vị nhận báo cáo", "Sở Khoa học và Công nghệ tỉnh Lai Châu"),
        ("Kỳ báo cáo", look.period_style.format(year=content.year)),
    ]
    for label, value in pairs:
        if look.title == "beside":
            sheet.cells[row, look.left] = f"{label}: {value}"
        elif look.title == "right":
            sheet.cells[row, look.left], sheet.cells[row, look.left + 2] = f"{label}:", value
        else:
            sheet.cells[row, look.left] = f"{label}:"
            row += 1
            sheet.cells[row, look.left] = value
        row += 1
    if look.measure:
        sheet.cells[row, right] = f"Đơn vị tính: {measure}"
        row += 1
    return row + look.gap


TITLES = {
    "sp": ("02/KHCN-H", "Cây trồng, vật nuôi được phục tráng, xây dựng mô hình", "Mô hình, ha, hộ"),
    "nv": ("01/KHCN-H", "Nhiệm vụ khoa học và công nghệ triển khai trên địa bàn", "Triệu đồng"),
    "iso": ("05/KHCN-H", "Áp dụng hệ thống quản lý chất lượng TCVN ISO 9001", "Cơ quan, đơn vị"),
}


def _put_headings(sheet: Sheet, table: TableSpec, look: Look, columns: dict[str, int], row: int) -> int:
    own = {spec.id: spec.heading for spec in table.fields} | {OUTSIDE: (OUTSIDE,)}
    paths = {name: look.paths.get(name, own[name]) for name in columns}
    if look.capitals:
        paths = {name: tuple(text.upper() for text in path) for name, path in paths.items()}
    if look.headings == "joined":
        for name, column in columns.items():
            sheet.cells[row, column] = " - ".join(paths[name])
        return row + 1
    depth = max(map(len, paths.values()))
    for name, column in columns.items():
        _put_path(sheet, paths, name, column, columns, look, row, depth)
    return row + depth


def _put_path(
    sheet: Sheet, paths: dict[str, tuple[str, ...]], name: str, column: int, columns: dict[str, int], look: Look,
    row: int, depth: int,
) -> None:  # fmt: skip
    path = paths[name]
    names = list(columns)
    before = names[names.index(name) - 1] if names[0] != name else ""
    shift = depth - 1 if len(path) == 1 and look.singles == "bottom" and look.headings != "merged" else 0
    for level, text in enumerate(path):
        inner = level < len(path) - 1
        shared = inner and before and paths[before][: level + 1] == path[: level + 1] and len(paths[before]) > level + 1
        if shared and look.headings != "repeated" and columns[before] == column - 1:
            continue
        place = row + (level if inner else max(level, shift))
        sheet.cells[place, column] = text
        if look.headings == "merged":
            last = row + depth - 1 if not inner else place
            right = _run_end(paths, names, columns, name, level) if inner else column
            if (last, right) != (place, column):
                sheet.merges.append((place, column, last, right))


def _run_end(
    paths: dict[str, tuple[str, ...]], names: list[str], columns: dict[str, int], name: str, level: int
) -> int:
    end = columns[name]
    for other in names[names.index(name) + 1 :]:
        same = paths[other][: level + 1] == paths[name][: level + 1] and len(paths[other]) > level + 1
        if not same or columns[other] != end + 1:
            break
        end = columns[other]
    return end


def _put_codes(sheet: Sheet, table: TableSpec, look: Look, columns: dict[str, int], row: int) -> int:
    if look.codes == "none":
        return row
    for spec in table.fields:
        if spec.code is None or spec.id not in columns:
            continue
        code: Any = spec.code
        if look.codes == "numbers" and code.isdigit():
            code = int(code)
        elif look.codes == "brackets":
            code = f"({code})"
        sheet.cells[row, columns[spec.id]] = code
    return row + 1


def _put_rows(sheet: Sheet, content: Content, look: Look, columns: dict[str, int], row: int) -> int:
    rows = ordered(content, look)
    if look.total == "first":
        _put_total(sheet, content.table, look, columns, row, rows)
        row += 1
    section = None
    for i, cells in enumerate(rows):
        if look.sections != "none" and cells["cap_quan_ly"].value != section:
            section = cells["cap_quan_ly"].value
            _put_section(sheet, content.table, look, columns, row, section, rows)
            row += 1
        if "stt" in columns and look.numbered:
            sheet.cells[row, columns["stt"]] = i + 1
        for name, cell in cells.items():
            if cell.shown != "":
                sheet.cells[row, columns[name]] = cell.shown
        row += 1 + (i in look.blanks)
    if look.total == "last":
        _put_total(sheet, content.table, look, columns, row, rows)
        row += 1
    return row


def _put_section(
    sheet: Sheet, table: TableSpec, look: Look, columns: dict[str, int], row: int, value: str, rows: Any
) -> None:
    present = [each for each in SECTIONS if any(r["cap_quan_ly"].value == each for r in rows)]
    numeral = ("I", "II", "III", "IV")[present.index(value)]
    label = f"{numeral}. {SECTIONS[value]}" if look.numeral == "joined" else SECTIONS[value]
    sheet.cells[row, columns["ten"]] = label
    if look.numeral == "I" and "stt" in columns:
        sheet.cells[row, columns["stt"]] = numeral
    if look.sections == "subtotals":
        own = [r for r in rows if r["cap_quan_ly"].value == value]
        for spec in table.fields:
            if spec.total:
                sheet.cells[row, columns[spec.id]] = float(_sum(own, spec))


def _put_total(
    sheet: Sheet, table: TableSpec, look: Look, columns: dict[str, int], row: int, rows: Any
) -> None:
    sheet.cells[row, columns["ten" if table.id == "nv" else "san_pham"]] = look.total_label
    wrong = look.wrong
    for spec in table.fields:
        if spec.total:
            value = _sum(rows, spec)
            if wrong != "right":
                value = value + 1 if wrong == "first" else value * 1000 + 1000
                wrong = "right" if wrong == "first" else wrong
            sheet.cells[row, columns[spec.id]] = float(value)


def _sum(rows: Any, spec: Field) -> Any:
    return sum(row[spec.id].value for row in rows if row[spec.id].value is not None)


def _put_footer(sheet: Sheet, content: Content, row: int, left: int, right: int) -> None:
    sheet.cells[row, right] = f"{content.unit.name}, ngày 14 tháng 01 năm {content.year + 1}"
    sheet.cells[row + 1, left] = "Người lập biểu"
    sheet.cells[row + 1, right] = "TM. UỶ BAN NHÂN DÂN"
    sheet.cells[row + 2, left] = "(Ký, ghi rõ họ tên)"
    sheet.cells[row + 6, left] = "Hoàng A Páo"


def _as_xlsx(sheets: list[Sheet], book: Book) -> bytes:
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True})
    day = workbook.add_format({"num_format": "dd/mm/yyyy"})
    encode = ENCODE[book.text]
    for sheet in sheets:
        page = workbook.add_worksheet(sheet.name)
        for place in sheet.merges:
            page.merge_range(*place, "")
        for (row, column), value in sheet.cells.items():
            if isinstance(value, str):
                page.write_string(row, column, encode(value))
            elif isinstance(value, date):
                page.write_datetime(row, column, value, day)
            else:
                page.write_number(row, column, value)
    workbook.close()
    return out.getvalue()


def _as_csv(sheet: Sheet, book: Book) -> bytes:
    rows = sheet.end
    width = max(column for _, column in sheet.cells) + 1
    encode = ENCODE[book.text]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=book.separator)
    for row in range(rows):
        writer.writerow([encode(_shown(sheet.cells.get((row, column), ""))) for column in range(width)])
    text = out.getvalue()
    if book.codec == "cp1258":
        if book.text == "nfc":
            return half_decompose(text).encode("cp1258", "replace")
        text = text if book.text in ("tcvn3", "vni") else text
        return text.encode("cp1252") if book.text in ("tcvn3", "vni") else text.encode("utf-8")
    return text.encode(book.codec)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.15g}".replace(".", ",")
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)



