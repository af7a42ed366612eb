"""One workbook as a commune sends it, and the exact totals that it holds.

Title block, merged two-level heading, code row, four sections of rows, a total row (a formula in every second
workbook), footer. Six in a hundred figures are no plain number: '-', blank, or text such as '1.234,50'.
Deterministic: commune, period and row count decide every cell.
"""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bench.units import FIRST, SECOND, Commune, province_name

PERIODS = {
    "2025-Q1": ("Quý I năm 2025", "ngày 05 tháng 4 năm 2025"),
    "2025-Q2": ("Quý II năm 2025", "ngày 04 tháng 7 năm 2025"),
    "2025-Q3": ("Quý III năm 2025", "ngày 06 tháng 10 năm 2025"),
    "2025-Q4": ("Quý IV năm 2025", "ngày 05 tháng 01 năm 2026"),
}
MEASURES = ("so_ho", "lao_dong", "lao_dong_nu", "dien_tich", "trong_moi", "kinh_phi", "nstw", "nsdp")
WHOLE = frozenset({"so_ho", "lao_dong", "lao_dong_nu"})
CODES = tuple(f"CT{n:02}" for n in range(1, 41))
#: of all figures: '-', blank and text, a third each
ODD = 0.06

_SECTIONS = (
    ("Lĩnh vực trồng trọt", "trồng trọt"),
    ("Lĩnh vực chăn nuôi", "chăn nuôi"),
    ("Lĩnh vực lâm nghiệp", "lâm nghiệp"),
    ("Lĩnh vực thủy sản", "thủy sản"),
)
_MODELS = ("Trồng lúa nếp", "Trồng chè Shan", "Nuôi cá lồng", "Nuôi ong lấy mật", "Trồng quế", "Chăn nuôi dê")

#: a figure as it stands in a cell, and what it counts as: None where nothing was reported
Figure = tuple[str | float | int, Decimal | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table. figures: in the order of MEASURES."""

    section: int
    name: str
    code: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook's name and bytes, and its truth: code → eight totals, None where no row reported."""

    name: str
    data: bytes
    totals: dict[str, tuple[Decimal | None, ...]]


def workbook(commune: Commune, period: str, rows: int) -> Workbook:
    """The workbook of one commune and period with so many rows."""
    chance = random.Random(f"{commune.code} {period} {rows}")
    table = [_row(chance, i, rows) for i in range(rows)]
    name = f"BC_NLN_{period}_{commune.code}.xlsx"
    return Workbook(name, _xlsx(commune, period, table, formulas=int(commune.code) % 2 == 0), _totals(table))


def words_of(period: str) -> tuple[str, str]:
    """A quarter of PERIODS or a month ('2025-12') as a commune writes it, and the day on which it signs."""
    if period in PERIODS:
        return PERIODS[period]
    year, month = map(int, period.split("-"))
    signed = f"ngày 04 tháng {month % 12 + 1:02} năm {year + month // 12}"
    return f"Tháng {month:02} năm {year}", signed


def _row(chance: random.Random, i: int, rows: int) -> Row:
    hamlet = f"{chance.choice(FIRST)} {chance.choice(SECOND)}"
    name = f"{chance.choice(_MODELS)} bản {hamlet}, nhóm {i + 1}"  # no two alike, as names of places are
    return Row(i * len(_SECTIONS) // rows, name, CODES[i % len(CODES)], tuple(_figures(chance).values()))


def _figures(chance: random.Random) -> dict[str, Figure]:
    """Eight figures that keep the form's own rules: parts are within their whole, 6 = 7 + 8, a dash is a nil."""
    kind = {name: _kind(chance) for name in MEASURES}
    value = {
        "so_ho": Decimal(int(chance.paretovariate(1.1) * 20) % 3000),
        "lao_dong": Decimal(chance.randrange(2, 2500)),
        "dien_tich": Decimal(chance.randrange(10, 250_000)) / 100,
        "nstw": Decimal(chance.randrange(0, 150_000)) / 100,
        "nsdp": Decimal(chance.randrange(0, 150_000)) / 100,
    }
    if chance.random() < 0.003:  # one row in three hundred is told by a warning
        value["nsdp"] = Decimal(chance.randrange(510_000, 900_000)) / 100
    for name, whole in (("nstw", "kinh_phi"), ("nsdp", "kinh_phi"), *((name, name) for name in list(value))):
        if "nil" in (kind[name], kind[whole]):
            value[name] = Decimal(0)
    value["lao_dong_nu"] = _part(chance, value["lao_dong"], kind["lao_dong_nu"], 1)
    value["trong_moi"] = _part(chance, value["dien_tich"], kind["trong_moi"], 100)
    value["kinh_phi"] = value["nstw"] + value["nsdp"]
    return {name: _figure(value[name], kind[name], whole=name in WHOLE) for name in MEASURES}


def _kind(chance: random.Random) -> str:
    at = chance.random()
    return "number" if at >= ODD else ("nil", "blank", "text")[int(at * 3 / ODD)]


def _part(chance: random.Random, whole: Decimal, kind: str, steps: int) -> Decimal:
    return Decimal(0) if kind == "nil" else Decimal(chance.randint(0, int(whole * steps))) / steps


def _figure(value: Decimal, kind: str, *, whole: bool) -> Figure:
    if kind == "nil" and not value:
        return "-", value
    if kind == "blank":
        return "", None
    if kind == "text":
        shown = f"{value:,f}" if whole else f"{value:,.2f}"
        return shown.translate(str.maketrans(",.", ".,")), value
    return (int(value) if whole else float(value)), value


def _totals(table: Sequence[Row]) -> dict[str, tuple[Decimal | None, ...]]:
    found: dict[str, list[Decimal | None]] = {}
    for row in table:
        sums = found.setdefault(row.code, [None] * len(MEASURES))
        for i, (_, value) in enumerate(row.figures):
            if value is not None:
                sums[i] = (sums[i] or Decimal(0)) + value
    return {code: tuple(sums) for code, sums in sorted(found.items())}


def _xlsx(commune: Commune, period: str, table: Sequence[Row], *, formulas: bool) -> bytes:
    import xlsxwriter

    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True})
    sheet = book.add_worksheet("Biểu 05")
    styles = {
        "title": book.add_format({"bold": True, "align": "center", "text_wrap": True}),
        "head": book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}),
        "text": book.add_format({"border": 1}),
        "whole": book.add_format({"border": 1, "num_format": "#,##0"}),
        "decimal": book.add_format({"border": 1, "num_format": "#,##0.00"}),
    }
    sheet.set_column(1, 1, 38)
    _write_title(sheet, styles, commune, period)
    _write_heading(sheet, styles)
    last = _write_rows(sheet, styles, table)
    _write_total(sheet, styles, table, last, formulas)
    _write_footer(sheet, commune, period, last + 2)
    book.close()
    return sink.getvalue()


def _write_title(sheet: Any, styles: dict[str, Any], commune: Commune, period: str) -> None:
    sheet.merge_range(0, 0, 0, 2, "Biểu số: 05/NLN-X", None)
    sheet.merge_range(1, 0, 1, 2, "Ban hành kèm theo Công văn số 86/SNN-KH ngày 18/11/2024", None)
    sheet.merge_range(2, 0, 2, 2, "Ngày nhận báo cáo: ngày 10 tháng sau quý", None)
    sheet.merge_range(0, 3, 1, 8, "MÔ HÌNH NÔNG, LÂM NGHIỆP TRÊN ĐỊA BÀN XÃ", styles["title"])
    sheet.merge_range(2, 3, 2, 8, f"Kỳ báo cáo: {words_of(period)[0]}", styles["title"])
    sheet.merge_range(0, 9, 0, 11, f"Đơn vị báo cáo: {commune.as_written}", None)
    receiver = f"Đơn vị nhận báo cáo: Sở Nông nghiệp {province_name(commune.province)}"
    sheet.merge_range(1, 9, 1, 11, receiver, None)
    sheet.merge_range(4, 9, 4, 11, "Đơn vị tính: Hộ, người, ha, triệu đồng", None)


def _write_heading(sheet: Any, styles: dict[str, Any]) -> None:
    head = styles["head"]
    for column, text in enumerate(("STT", "Tên mô hình", "Lĩnh vực", "Mã chỉ tiêu", "Số hộ")):
        sheet.merge_range(5, column, 6, column, text, head)
    for first, last, wide, own in (
        (5, 6, "Lao động", ("Tổng số", "Trong đó: nữ")),
        (7, 8, "Diện tích", ("Tổng số", "Trong đó: trồng mới")),
        (9, 11, "Kinh phí", ("Tổng số", "Ngân sách trung ương", "Ngân sách địa phương")),
    ):
        sheet.merge_range(5, first, 5, last, wide, head)
        for column, text in enumerate(own, first):
            sheet.write_string(6, column, text, head)
    for column, code in enumerate(("A", "B", "C", "D", "1", "2", "3", "4", "5", "6=7+8", "7", "8")):
        sheet.write_string(7, column, code, head)


def _write_rows(sheet: Any, styles: dict[str, Any], table: Sequence[Row]) -> int:
    """Write section rows and rows; returns the row after the last one (0-based)."""
    at, section, number = 8, -1, 0
    for row in table:
        if row.section != section:
            section, number = row.section, 0
            sheet.write_string(at, 0, ("I", "II", "III", "IV")[section], styles["head"])
            sheet.write_string(at, 1, _SECTIONS[section][0], styles["head"])
            at += 1
        number += 1
        sheet.write_number(at, 0, number, styles["text"])
        for column, text in enumerate((row.name, _SECTIONS[section][1], row.code), 1):
            sheet.write_string(at, column, text, styles["text"])
        for column, (name, (cell, _)) in enumerate(zip(MEASURES, row.figures, strict=True), 4):
            _write_figure(sheet, at, column, cell, styles["whole" if name in WHOLE else "decimal"])
        at += 1
    return at


def _write_figure(sheet: Any, row: int, column: int, cell: str | float, style: Any) -> None:
    if cell == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell, style)
    else:
        sheet.write_number(row, column, cell, style)


def _write_total(sheet: Any, styles: dict[str, Any], table: Sequence[Row], at: int, formulas: bool) -> None:
    sheet.write_string(at, 1, "Tổng số", styles["head"])
    for i, name in enumerate(MEASURES):
        total = sum((row.figures[i][1] or Decimal(0) for row in table), Decimal(0))
        style, letter = styles["whole" if name in WHOLE else "decimal"], "EFGHIJKL"[i]
        if formulas:
            sheet.write_formula(at, 4 + i, f"=SUM({letter}9:{letter}{at})", style, float(total))
        else:
            sheet.write_number(at, 4 + i, float(total), style)


def _write_footer(sheet: Any, commune: Commune, period: str, at: int) -> None:
    sheet.merge_range(at, 8, at, 11, f"{commune.name}, {words_of(period)[1]}", None)
    sheet.write_string(at + 1, 1, "Người lập biểu")
    sheet.write_string(at + 1, 9, "TM. UỶ BAN NHÂN DÂN")
    sheet.write_string(at + 2, 1, "(Ký, ghi rõ họ tên)")
    sheet.write_string(at + 2, 9, "CHỦ TỊCH")
