"""Small workbooks that hold what readers get wrong: written once, committed, and not written again by any test."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import xlsxwriter

HERE = Path(__file__).parent / "grids" / "workbooks"


def main() -> None:
    """Write them all anew; cells.xls and cells.ods are then to be saved from cells.xlsx by LibreOffice."""
    write_cells(HERE / "cells.xlsx")
    write_dates_1904(HERE / "dates-1904.xlsx")
    write_without_values(HERE / "openpyxl.xlsx")


def write_cells(path: Path) -> None:
    """Every type of cell, error, percent, merge and hidden thing."""
    book = xlsxwriter.Workbook(path)

    def shown(form: str) -> object:
        return book.add_format({"num_format": form})

    sheet = book.add_worksheet("Ô")
    for row, error in enumerate(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")):
        sheet.write_formula(row, 0, "=1/0", None, error)
    sheet.write_string("A8", "#N/A")
    for row, value in enumerate((0, -1, 1234.5, 0.1 + 0.2, 9007199254740993, 12345678901234567890, 1e-12, 1e300)):
        sheet.write_number(row, 1, value)
    sheet.write_number("B9", 0.2, shown("0%"))
    sheet.write_number("B10", 0.125, shown("0.0%"))
    sheet.write_number("B11", 20, shown('0" %"'))
    for row, text in enumerate(
        ("Tổng số", "To\u0302\u0309ng so\u0302\u0301", "1\u00a0234,5", " '012", "1.234,5", "a\nb", "x\t")
    ):
        sheet.write_string(row, 2, text)
    sheet.write_boolean("D1", True)
    sheet.write_boolean("D2", False)
    sheet.write_formula("D3", '=""', None, "")
    sheet.write_formula("D4", "=1+1", None, 2)
    sheet.write_formula("D5", '="chè"', None, "chè")
    sheet.write_datetime("E1", date(2021, 2, 5), shown("dd/mm/yyyy"))
    sheet.write_datetime("E2", datetime(2021, 2, 5, 13, 30), shown("dd/mm/yyyy hh:mm"))
    sheet.write_datetime("E3", time(13, 30), shown("hh:mm"))
    sheet.write_number("E4", 1.5, shown("[h]:mm"))
    sheet.write_number("E5", 59, shown("dd/mm/yyyy"))
    sheet.write_number("E6", 61, shown("dd/mm/yyyy"))
    sheet.write_number("E7", 44232)
    sheet.write_datetime("E8", date(2021, 6, 1), shown("mm/yyyy"))
    merges = book.add_worksheet("Gộp")
    merges.merge_range("B2:D2", "Quy mô")
    merges.merge_range("B3:B5", "xã")
    merges.write("F6", "xa")
    hidden = book.add_worksheet("Năm trước")
    hidden.write("A1", "ẩn")
    hidden.set_row(0, None, None, {"hidden": True})
    hidden.hide()
    book.add_worksheet("Trống")
    book.close()


def write_dates_1904(path: Path) -> None:
    """The calendar of old Macs: the same number is another day."""
    book = xlsxwriter.Workbook(path, {"date_1904": True})
    sheet = book.add_worksheet("1904")
    sheet.write_datetime("A1", date(2021, 2, 5), book.add_format({"num_format": "dd/mm/yyyy"}))
    sheet.write_number("A2", 42770)
    book.close()


def write_without_values(path: Path) -> None:
    """As programs write that do not calculate: formulas without values, texts in the cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Biểu 02"
    for cells in (["Tên sản phẩm", "Số mô hình"], ["Chè", 3], ["Sâm", "4"], ["Tổng số", "=SUM(B2:B3)"], ["", "#REF!"]):
        sheet.append(cells)
    sheet["C2"] = timedelta(hours=30)
    sheet["C3"] = datetime(2021, 12, 31, 23, 59, 59)
    sheet.merge_cells("A6:B7")
    book.save(path)


if __name__ == "__main__":
    main()
