"""CSV as an office keeps it: any of Excel's ways to save it is read, any damage that Excel does is told.

Read silently: a BOM or none, `,` or `;`, quoted cells, blank lines, decomposed letters (a Mac's Excel).
Told: lost leading zeros, dates and numbers in the machine's own format, letters lost by a save that is not UTF-8.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from etl.store.reference.faults import Faults

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_LOST_LETTER = re.compile(r"[^\W\d_]\?[^\W\d_]")
_YES = frozenset(("có", "x", "yes", "true", "đúng", "1"))
_NO = frozenset(("", "không", "no", "false", "sai", "0"))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV. Every reader returns a usable value and tells what was wrong with the cell."""

    file: str
    line: int
    cells: Mapping[str, str]
    faults: Faults

    def place(self, column: str | None = None) -> str:
        where = f"{self.file} dòng/line {self.line}"
        return f"{where}, cột/column {column}" if column else where

    def tell(self, column: str | None, vi: str, en: str) -> None:
        self.faults.add(self.place(column), vi, en)

    def text(self, column: str) -> str:
        return self.cells.get(column, "")

    def required(self, column: str) -> str:
        value = self.text(column)
        if not value:
            self.tell(column, "để trống. Hãy điền.", "is blank. Fill it in.")
        return value

    def words(self, column: str) -> tuple[str, ...]:
        """The parts of a cell written 'một|hai'."""
        return tuple(part.strip() for part in self.text(column).split("|") if part.strip())

    def one_of(self, column: str, allowed: Collection[str], default: str = "") -> str:
        value = self.text(column) or default
        if value in allowed:
            return value
        known = ", ".join(sorted(allowed))
        self.tell(column, f"“{value}” không hợp lệ. Chọn một trong: {known}.", f"“{value}” is none of: {known}.")
        return value

    def day(self, column: str) -> date | None:
        """A date written YYYY-MM-DD, None where blank."""
        value = self.text(column)
        if not value:
            return None
        if _ISO.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                self.tell(column, f"ngày “{value}” không có thật.", f"there is no day “{value}”.")
                return None
        self.tell(
            column,
            f"ngày “{value}” không theo dạng YYYY-MM-DD (Excel đã đổi?). Định dạng cột là Text rồi ghi lại.",
            f"date “{value}” is not YYYY-MM-DD (did Excel turn it?). Format the column as Text and write it again.",
        )
        return None

    def number(self, column: str, default: str = "0") -> Decimal:
        """An exact number with a point for the decimals, `default` where blank."""
        value = self.text(column) or default
        if _NUMBER.fullmatch(value):
            return Decimal(value)
        self.tell(
            column,
            f"“{value}” không phải số. Viết không có dấu ngăn nghìn, phần thập phân sau dấu chấm: 1000 hay 0.5.",
            f"“{value}” is no number. Write no thousands mark and a point for decimals: 1000 or 0.5.",
        )
        return Decimal(default)

    def whole(self, column: str, default: str = "0") -> int:
        value = self.number(column, default)
        if value != value.to_integral_value():
            self.tell(column, f"“{value}” không phải số nguyên.", f"“{value}” is no whole number.")
        return int(value)

    def flag(self, column: str) -> bool:
        value = self.text(column).casefold()
        if value not in _YES | _NO:
            self.tell(
                column, f"“{value}” không rõ. Ghi “có” hoặc để trống.", f"“{value}” is unclear. Write “có” or nothing."
            )
        return value in _YES


def read_csv(
    file: str, files: Mapping[str, bytes], columns: Sequence[str], faults: Faults, *, optional: Collection[str] = ()
) -> list[Row]:
    """The filled lines of a CSV of the reference data.

    columns: those that must be there, in any order. optional: those that may be. Nothing else may stand in the head.
    A file that is absent, or cannot be read at all, gives no lines and one fault.
    """
    text = _decoded(file, files, faults)
    if text is None:
        return []
    lines = list(csv.reader(text.splitlines(keepends=True), delimiter=_separator(text)))
    head = [cell.strip() for cell in lines[0]] if lines else []
    if not _head_fits(file, head, columns, optional, faults):
        return []
    return list(_rows(file, head, lines[1:], faults))


def _decoded(file: str, files: Mapping[str, bytes], faults: Faults) -> str | None:
    if file not in files:
        faults.add(file, "thiếu tệp này.", "this file is missing.")
        return None
    try:
        text = unicodedata.normalize("NFC", files[file].decode("utf-8-sig"))
    except UnicodeDecodeError:
        faults.add(
            file,
            "không phải UTF-8. Trong Excel: Save As › CSV UTF-8 (Comma delimited).",
            "is not UTF-8. In Excel: Save As › CSV UTF-8 (Comma delimited).",
        )
        return None
    if lost := _LOST_LETTER.search(text):
        line = text.count("\n", 0, lost.start()) + 1
        faults.add(
            f"{file} dòng/line {line}",
            "chữ có dấu đã mất thành “?”. Lấy lại bản cũ, rồi Save As › CSV UTF-8.",
            "letters were lost and became “?”. Take the former version back and Save As › CSV UTF-8.",
        )
    return text


def _separator(text: str) -> str:
    head = text.split("\n", 1)[0]
    return ";" if head.count(";") > head.count(",") else ","


def _head_fits(
    file: str, head: Sequence[str], columns: Sequence[str], optional: Collection[str], faults: Faults
) -> bool:
    known = {*columns, *optional}
    missing = [name for name in columns if name not in head]
    strange = [name for name in head if name and name not in known]
    twice = sorted({name for name in head if name and head.count(name) > 1})
    for names, vi, en in (
        (missing, "thiếu cột", "column missing"),
        (strange, "cột lạ, hãy bỏ", "unknown column, remove it"),
        (twice, "cột lặp lại", "column stands twice"),
    ):
        if names:
            faults.add(f"{file} dòng/line 1", f"{vi}: {', '.join(names)}.", f"{en}: {', '.join(names)}.")
    return not missing and not twice


def _rows(file: str, head: Sequence[str], lines: Iterable[Sequence[str]], faults: Faults) -> Iterable[Row]:
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[len(head) :]):
            faults.add(
                f"{file} dòng/line {number}",
                "có nhiều ô hơn dòng tiêu đề; ô có dấu phẩy phải nằm trong ngoặc kép.",
                "has more cells than the head; a cell with a comma must stand in double quotes.",
            )
        values = {name: cell.strip() for name, cell in zip(head, cells, strict=False) if name}
        yield Row(file, number, values, faults)
