"""A `Book` as bytes: the cells of each look, then xlsx by xlsxwriter or csv as a clerk's Excel exports it."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import xlsxwriter

from etl.model.forms import Field
from etl.text.marks import without_marks
from tests.property.submissions import Written
from tests.property.test_text_encodings import half_decompose, to_tcvn3, to_vni
from tests.property.workbooks import REMARKS, SECTIONS, Book, Part, ordered

ENCODE: dict[str, Callable[[str], str]] = {
    "nfc": str,
    "nfd": lambda text: unicodedata.normalize("NFD", text),
    "tcvn3": to_tcvn3,
    "vni": to_vni,
    "bare": without_marks,
}
#: form → number, title, unit of measure
TITLES = {
    "sp": ("02/KHCN-H", "Cây trồng, vật nuôi được phục tráng, xây dựng mô hình", "Mô hình, ha, hộ"),
    "nv": ("01/KHCN-H", "Nhiệm vụ khoa học và công nghệ triển khai trên địa bàn", "Triệu đồng"),
    "iso": ("05/KHCN-H", "Áp dụng hệ thống quản lý chất lượng TCVN ISO 9001", "Cơ quan, đơn vị"),
}
LABELS = {"nv": "ten", "sp": "san_pham", "iso": "chi_tieu"}


@dataclass
class Sheet:
    """Cells and merges by 0-based place."""

    name: str
    text: str
    hidden: bool = False
    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)

    @property
    def end(self) -> int:
        return max((row for row, _ in self.cells), default=-1) + 1


def write(book: Book) -> bytes:
    """The file's bytes."""
    sheets: list[Sheet] = []
    for i, part in enumerate(book.parts):
        if not (book.one_sheet and sheets):
            sheets.append(Sheet(f"Biểu {i + 1}", part.text, part.hidden))
        sheet = sheets[-1]
        _Writer(sheet, part).put(sheet.end + part.look.gap if sheet.cells else part.look.top)
    if book.kind == "csv":
        return _as_csv(sheets[0], book)
    guide = Sheet("Hướng dẫn", "nfc", cells={(0, 0): "Hướng dẫn", (1, 1): "Không xoá cột, không đổi tiêu đề"})
    return _as_xlsx([guide, *sheets] if book.extra else sheets)


class _Writer:
    """Puts one submission on its sheet, from a row downwards."""

    def __init__(self, sheet: Sheet, part: Part) -> None:
        self.sheet, self.content, self.look = sheet, part.content, part.look
        self.table = part.content.table
        self.columns: dict[str, int] = {}
        column = self.look.left
        for i, name in enumerate(self.look.columns(self.table)):
            column += i in self.look.spacers
            self.columns[name] = column
            column += 1
        self.left, self.right = self.look.left, max(self.columns.values())

    def put(self, row: int) -> None:
        row = self.title(row) + self.look.gap
        row = self.codes(self.headings(row))
        row = self.rows(row)
        if self.look.note:
            self.sheet.cells[row, self.left] = "Ghi chú: số liệu tính đến 31/12, chưa gồm các hộ tự trồng"
            row += 1
        if self.look.footer:
            self.footer(row + 1)

    def cell(self, row: int, column: int, value: Any) -> None:
        if value != "":
            self.sheet.cells[row, column] = value

    # the lines above the table

    def title(self, row: int) -> int:
        number, title, measure = TITLES[self.content.form]
        if self.look.number_apart:
            self.cell(row, self.left, "Biểu số:")
            self.cell(row, self.left + 1, number)
        else:
            self.cell(row, self.left, f"Biểu số: {number}")
        self.cell(row + 1, self.left, "Ban hành kèm theo Công văn số 1286/SKHCN-QLKH ngày 18/11/2019")
        self.cell(row + 2, self.left, title.upper())
        row = self.labelled(row + 3)
        if self.look.measure:
            self.cell(row, self.right, f"Đơn vị tính: {measure}")
            row += 1
        return row

    def labelled(self, row: int) -> int:
        look, unit, year = self.look, self.content.unit, self.content.year
        title = unit.title[0].lower() + unit.title[1:]
        period: Any = year if look.period_style == "number" else look.period_style.format(year=year)
        pairs = (
            (look.labels[0], look.unit_style.format(name=unit.name, title=title, NAME=f"HUYỆN {unit.name}".upper()
             if unit.type == "huyện" else unit.title.upper())),
            ("Đơn vị nhận báo cáo", "Sở Khoa học và Công nghệ tỉnh Lai Châu"),
            (look.labels[1], period),
        )  # fmt: skip
        if look.title == "across":
            for i, (label, value) in enumerate(pairs):
                self.cell(row, self.left + 2 * i, label)
                self.cell(row + 1, self.left + 2 * i, value)
            return row + 2
        for label, value in pairs:
            if look.title == "beside":
                self.cell(row, self.left, f"{label}: {value}")
            elif look.title == "right":
                self.cell(row, self.left, f"{label}:")
                self.cell(row, self.left + 2, value)
            else:
                self.cell(row, self.left, f"{label}:")
                row += 1
                self.cell(row, self.left, value)
            row += 1
        return row

    # headings

    def headings(self, row: int, cover: bool = True) -> int:
        if self.look.cover and cover:
            self.cell(row, self.left, "Nội dung báo cáo")
            if self.look.headings == "merged" and self.right > self.left:
                self.sheet.merges.append((row, self.left, row, self.right))
            row += 1
        paths = self.paths()
        if self.look.headings == "joined":
            for name, column in self.columns.items():
                self.cell(row, column, " - ".join(paths[name]))
            return row + 1
        depth = max(map(len, paths.values()))
        for name in self.columns:
            self.path(paths, name, row, depth)
        return row + depth

    def paths(self) -> dict[str, tuple[str, ...]]:
        own = {spec.id: spec.heading for spec in self.table.fields} | {REMARKS: (REMARKS,)} | self.look.paths
        return {name: tuple(self.dress(name, text) for text in own[name.rstrip("*")]) for name in self.columns}

    def dress(self, name: str, text: str) -> str:
        how = self.look.dressed
        if how == "capitals":
            return text.upper()
        if how == "broken":
            head, blank, rest = text.rpartition(" ")
            return f"{head} \n{rest}" if blank else f" {rest} "
        return text

    def path(self, paths: dict[str, tuple[str, ...]], name: str, row: int, depth: int) -> None:
        path, names, column = paths[name], list(self.columns), self.columns[name]
        before = names[names.index(name) - 1] if names[0] != name else ""
        low = len(path) == 1 and self.look.singles == "bottom" and self.look.headings != "merged"
        for level, text in enumerate(path):
            inner = level < len(path) - 1
            if inner and self.look.headings != "repeated" and before and self.shared(paths, before, name, level):
                continue
            place = row + (depth - 1 if low else level)
            code = next((f.code for f in self.table.fields if f.id == name), None)
            numbered = self.look.dressed == "numbered" and not inner and code
            self.cell(place, column, f"{text} ({code})" if numbered else text)
            if self.look.headings == "merged":
                end = self.run_end(paths, name, level) if inner else column
                last = place if inner else row + depth - 1
                if (last, end) != (place, column):
                    self.sheet.merges.append((place, column, last, end))

    def shared(self, paths: dict[str, tuple[str, ...]], before: str, name: str, level: int) -> bool:
        """The wide heading already stands over the column on the left."""
        upto = level + 1
        same = paths[before][:upto] == paths[name][:upto] and len(paths[before]) > upto
        return same and self.columns[before] == self.columns[name] - 1

    def run_end(self, paths: dict[str, tuple[str, ...]], name: str, level: int) -> int:
        names = list(self.columns)
        for before, other in zip(names[names.index(name) :], names[names.index(name) + 1 :], strict=False):
            if not self.shared(paths, before, other, level):
                return self.columns[before]
        return self.columns[names[-1]]

    def codes(self, row: int) -> int:
        if self.look.codes == "none":
            return row
        codes = {f.id: f.code for f in self.table.fields if f.code and f.id in self.columns}
        if self.look.codes == "swapped":
            first, second = list(codes)[1:3]
            codes[first], codes[second] = codes[second], codes[first]
        for name, code in codes.items():
            as_number = self.look.codes == "numbers" and code.isdigit()
            shown: Any = int(code) if as_number else f"({code})" if self.look.codes == "brackets" else code
            self.cell(row, self.columns[name], shown)
        return row + 1

    # rows

    def rows(self, row: int) -> int:
        rows, section, places = ordered(self.content, self.look), None, []
        if self.look.total == "first":
            row = self.total(row, rows)
        for i, cells in enumerate(rows):
            if self.look.again and i == self.look.again:
                row = self.codes(self.headings(row, cover=False))
            if self.look.sections != "none" and cells["cap_quan_ly"].value != section:
                section = cells["cap_quan_ly"].value
                row = self.section(row, section, rows)
            self.row(row, i, cells, rows)
            places.append(row)
            row += 1 + (i in self.look.blanks)
        if self.look.joined_cells and "san_pham" in self.columns:
            self.join(places, "san_pham")
        return self.total(row, rows) if self.look.total == "last" else row

    def row(self, row: int, i: int, cells: dict[str, Written], rows: tuple[dict[str, Written], ...]) -> None:
        if "stt" in self.columns and self.look.numbered:
            self.cell(row, self.columns["stt"], i + 1)
        if REMARKS in self.columns and not i:
            self.cell(row, self.columns[REMARKS], self.look.remark)
        for name, cell in cells.items():
            if name in self.columns:
                self.cell(row, self.columns[name], cell.shown)
        if f"{self.look.twice}*" in self.columns:
            self.cell(row, self.columns[f"{self.look.twice}*"], rows[i - 1][self.look.twice].shown)

    def join(self, places: list[int], name: str) -> None:
        """One merged cell where neighbouring rows say the same."""
        column, first = self.columns[name], places[0]
        for above, below in zip(places, [*places[1:], -1], strict=True):
            same = below == above + 1 and self.sheet.cells[below, column] == self.sheet.cells[first, column]
            if same:
                continue
            if above > first:
                self.sheet.merges.append((first, column, above, column))
                for row in range(first + 1, above + 1):
                    del self.sheet.cells[row, column]
            first = below

    def section(self, row: int, value: str, rows: tuple[dict[str, Written], ...]) -> int:
        present = [each for each in SECTIONS if any(r["cap_quan_ly"].value == each for r in rows)]
        numeral = ("I", "II", "III", "IV")[present.index(value)]
        label = f"{numeral}. {SECTIONS[value]}" if self.look.numeral == "joined" else SECTIONS[value]
        place = LABELS[self.content.form]
        self.cell(row, self.columns.get(place, self.left), label)
        if self.look.numeral == "own column" and "stt" in self.columns:
            self.cell(row, self.columns["stt"], numeral)
        if self.look.sections == "subtotals":
            self.sums(row, tuple(r for r in rows if r["cap_quan_ly"].value == value), "right")
        return row + 1

    def total(self, row: int, rows: tuple[dict[str, Written], ...]) -> int:
        self.cell(row, self.columns.get(LABELS[self.content.form], self.left), self.look.total_label)
        self.sums(row, rows, self.look.wrong)
        return row + 1

    def sums(self, row: int, rows: tuple[dict[str, Written], ...], wrong: str) -> None:
        for spec in (f for f in self.table.fields if f.total and f.id in self.columns):
            value = sum(r[spec.id].value for r in rows if r[spec.id].value is not None)
            value = wrongly(value, wrong, spec, self.table.fields)
            self.cell(row, self.columns[spec.id], float(value))

    def footer(self, row: int) -> None:
        day = f"{self.content.unit.name}, ngày 14 tháng 01 năm {self.content.year + 1}"
        self.cell(row, self.right, day)
        self.cell(row + 1, self.left, "Người lập biểu")
        self.cell(row + 1, self.right, "TM. UỶ BAN NHÂN DÂN")
        self.cell(row + 2, self.left, "(Ký, ghi rõ họ tên)")
        self.cell(row + 6, self.left, "Hoàng A Páo")


def wrongly(value: Any, wrong: str, spec: Field, fields: tuple[Field, ...]) -> Any:
    """The sum as a clerk types it: right, one too many in the first column, or all in thousands."""
    first = next(f.id for f in fields if f.total)
    if wrong == "first":
        return value + 1 if spec.id == first else value
    return value if wrong == "right" else value * 1000 + 1000


def _as_xlsx(sheets: list[Sheet]) -> bytes:
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True})
    day = workbook.add_format({"num_format": "dd/mm/yyyy"})
    for sheet in sheets:
        encode = ENCODE[sheet.text]
        page = workbook.add_worksheet(sheet.name)
        if sheet.hidden:
            page.hide()
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
    """The sheet's text; '8-bit' is what a Windows of those days writes: cp1258, or cp1252 for the old fonts."""
    width = max(column for _, column in sheet.cells) + 1
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=book.separator)
    for row in range(sheet.end):
        writer.writerow([ENCODE[sheet.text](_typed(sheet.cells.get((row, column), ""))) for column in range(width)])
    text = out.getvalue()
    if book.codec != "8-bit":
        return text.encode(book.codec)
    if sheet.text in ("tcvn3", "vni"):
        return text.encode("cp1252")
    return half_decompose(text).encode("cp1258", "replace") if sheet.text == "nfc" else text.encode("utf-8")


def _typed(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.15g}".replace(".", ",")
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
