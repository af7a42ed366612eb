"""Findings → the sender's own workbook, marked: what is wrong, at its cell, and on a first sheet that lists it all.

An xlsx keeps its look and formats; of an xls, ods or csv an xlsx twin is made. Nothing in it is executed or followed.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import PurePosixPath

import openpyxl
from openpyxl.workbook import Workbook

from etl.model.answers import PLACE, TITLE, Answer, answers_of
from etl.model.findings import Finding
from etl.model.grids import Grid
from etl.steps.annotate.grouping import Cause, causes
from etl.steps.annotate.marking import Marks, mark, unmark
from etl.steps.annotate.package import Values, packed
from etl.steps.annotate.summary import OLD_FILL, SHEET, write_summary
from etl.steps.annotate.twin import twin

__all__ = ["SUFFIX", "Cause", "annotate", "causes"]

#: what the name of the copy says beside the sender's own
SUFFIX = "_phat-hien"
_MACROS_DROPPED = "Macro trong tệp gốc không được giữ lại. / The macros of the file were not kept."
_TWIN = (
    "Bản sao dạng xlsx của tệp đã gửi; hãy sửa và gửi lại bản này. / An xlsx copy of your file: mend and send this one."
)


def annotate(
    name: str, data: bytes, findings: Sequence[Finding], heads: Sequence[str] = (), grids: Sequence[Grid] = ()
) -> tuple[str, bytes]:
    """Name and bytes of the workbook that goes back.

    findings: all of this file. heads: lines for the top of the first sheet (who, which form, verdict). grids: its
    sheets as they were read, for what is no xlsx. The same input gives the same bytes.
    Raises ValueError where it is no xlsx and no grids are given.
    """
    stem = PurePosixPath(name.replace("\\", "/")).stem
    told, hidden = causes(findings)
    if data[:4] == b"PK\x03\x04" and b"xl/workbook.xml" in data:
        book, values = _opened(data)
        marks, answers = _taken_off(book)
        unmark(book, marks)
        heads = [*heads, _MACROS_DROPPED] if b"vbaProject.bin" in data else heads
    elif grids:
        answers = tuple(answer for grid in grids for answer in answers_of(grid))
        book, values = twin([g for g in grids if g.at(0, 0) != TITLE], stem), {}
        heads = [*heads, _TWIN]
    else:
        raise ValueError(f"{name}: no workbook that can be marked")
    only = book.sheetnames[0] if len(book.sheetnames) == 1 else None
    write_summary(book, told, hidden, heads, mark(book, told, only), answers, only)
    return f"{stem.removesuffix(SUFFIX)}{SUFFIX}.xlsx", packed(_saved(book), _by_number(book, values))


def _opened(data: bytes) -> tuple[Workbook, dict[str, dict[str, object]]]:
    """The workbook, and what its formulas gave when it was saved."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    formulas = [
        (sheet.title, cell.coordinate)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    values: dict[str, dict[str, object]] = {}
    if formulas:
        given = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        for sheet, name in formulas:
            values.setdefault(sheet, {})[name] = given[sheet][name].value
    return book, values


def _taken_off(book: Workbook) -> tuple[Marks, tuple[Answer, ...]]:
    """Remove the findings sheet of an earlier check; what it knew of marks and answers."""
    if SHEET not in book.sheetnames or book[SHEET]["A1"].value != TITLE:
        return {}, ()
    sheet = book[SHEET]
    rows = [["" if value is None else value for value in row] for row in sheet.iter_rows(values_only=True)]
    marks: Marks = {}
    for row in rows:
        if len(row) >= OLD_FILL and row[OLD_FILL - 1]:
            place, _, cell = str(row[PLACE - 1]).rpartition(" ! ")
            marks[place, cell] = str(row[OLD_FILL - 1])
    answers = answers_of(Grid(SHEET, rows))  # type: ignore[arg-type]  # openpyxl's values are cells
    book.remove(sheet)
    return marks, answers


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    if book.calculation is not None:
        book.calculation.fullCalcOnLoad = True
    book.save(out)
    return out.getvalue()


def _by_number(book: Workbook, values: dict[str, dict[str, object]]) -> Values:
    return {i: values[sheet.title] for i, sheet in enumerate(book.worksheets, 1) if sheet.title in values}
