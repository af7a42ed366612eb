"""Cells of the sender's sheets: a fill by severity and a comment; what an earlier check left is taken away first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import fromstring, tostring

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.styles.fills import Fill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from etl.model.findings import CRITICAL, HOLD, INFO, SEVERITIES, WARNING, Finding
from etl.steps.annotate.grouping import SEVERITY_WORDS, Cause

#: how grave → colour of the cell, with dark letters readable on each
COLOURS = {CRITICAL: "FFB3B3", HOLD: "FFD59E", WARNING: "FFF2A8", INFO: "DDEBF7"}
#: who writes our comments; what stands under this line in a comment is ours, what stands above is the sender's
AUTHOR = "Kiểm tra tự động / Automatic check"
LINE = "──────── " + AUTHOR + " ────────"

_LONGEST = 3000  # of a comment; Excel shows no more than its box holds
_COLUMNS, _ROW_POINTS, _LETTERS = 320, 15, 46

#: (sheet, cell) → the fill that it had before our mark, as XML
Marks = dict[tuple[str, str], str]


def mark(book: Workbook, causes: Sequence[Cause], only_sheet: str | None) -> Marks:
    """Mark every cell named by a finding. only_sheet: where findings name none (a csv has no sheet names)."""
    at: dict[tuple[str, str], list[Finding]] = {}
    for cause in causes:
        for finding in cause.findings:
            sheet = finding.sheet or only_sheet
            if sheet in book.sheetnames and finding.cell is not None:
                cell = anchor(book[sheet], finding.cell)
                at.setdefault((str(sheet), cell.coordinate), []).append(finding)
    marks: Marks = {}
    for (sheet, name), findings in sorted(at.items()):
        marks[sheet, name] = _mark_cell(book[sheet][name], findings)
    return marks


def anchor(sheet: Worksheet, name: str) -> Cell:
    """The cell of this name; inside merged cells the one that shows, which alone can bear a comment."""
    cell = sheet[name]
    if isinstance(cell, MergedCell):
        for merged in sheet.merged_cells.ranges:
            if name in merged:
                return sheet.cell(merged.min_row, merged.min_col)  # type: ignore[return-value]  # the first one is a cell
    return cell  # type: ignore[no-any-return]  # openpyxl's stubs


def _mark_cell(cell: Cell, findings: Sequence[Finding]) -> str:
    gravest = min(findings, key=lambda f: SEVERITIES.index(f.severity)).severity
    before = tostring(cell.fill.to_tree("fill"), encoding="unicode")
    if gravest != INFO:
        cell.fill = PatternFill("solid", fgColor=COLOURS[gravest])
    own = cell.comment.text if cell.comment is not None else ""
    author = cell.comment.author if cell.comment is not None and own else AUTHOR
    text = "\n".join(part for part in (own, LINE if own else "", *map(_words, findings)) if part)[:_LONGEST]
    lines = sum(1 + len(line) // _LETTERS for line in text.split("\n"))
    cell.comment = Comment(text, author, height=_ROW_POINTS * (lines + 1), width=_COLUMNS)
    return before


def _words(finding: Finding) -> str:
    head = f"[{SEVERITY_WORDS[finding.severity]}]"
    return f"{head}\n{finding.message_vi}\n{finding.message_en}"


def unmark(book: Workbook, marks: Mapping[tuple[str, str], str]) -> None:
    """Give marked cells their own fill again and take our words out of every comment."""
    for (sheet, name), fill in marks.items():
        if sheet in book.sheetnames:
            _unfill(anchor(book[sheet], name), fill)
    for worksheet in book.worksheets:
        for row in worksheet.iter_rows():
            for cell in row:
                if cell.comment is not None:
                    _uncomment(cell)


def _unfill(cell: Cell, xml: str) -> None:
    if cell.fill.fill_type == "solid" and str(cell.fill.fgColor.rgb)[-6:] in COLOURS.values():
        cell.fill = Fill.from_tree(fromstring(xml))  # type: ignore[assignment,arg-type]  # the stubs know no element


def _uncomment(cell: Any) -> None:
    comment = cell.comment
    if comment.author == AUTHOR or comment.text.startswith("["):
        cell.comment = None if _is_ours(comment.text) else comment
    elif LINE in comment.text:
        own = comment.text.partition(LINE)[0].rstrip("\n")
        cell.comment = Comment(own, comment.author, height=comment.height, width=comment.width)


def _is_ours(text: str) -> bool:
    return any(text.startswith(f"[{words}]") for words in SEVERITY_WORDS.values())
