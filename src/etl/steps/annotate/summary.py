"""The first sheet of an annotated workbook: findings by cause, gravest first, with links and a place to answer.

No text of this sheet begins with a letter that could open a form's title ('Biểu …', 'Mẫu …'): sent back with the
workbook, the sheet must not be taken for a form.
"""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.workbook import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from etl.model.answers import ANSWER, PLACE, RULE, TITLE, Answer
from etl.model.findings import WARNING, Finding
from etl.steps.annotate.grouping import SEVERITY_WORDS, Cause
from etl.steps.annotate.marking import COLOURS, Marks

SHEET = "Phát hiện"
#: heading → width in letters; the answer is the sender's, the rest is ours, what follows it is hidden
HEADINGS = (
    ("Mức độ / How grave", 24), ("Sai gì, cần làm gì / What is wrong, what to do", 62), ("Ô (bấm để đến) / Cell", 20),
    ("Đang ghi / Value found", 26), ("Cần là / Expected", 34), ("Giải trình của đơn vị / Your answer", 40),
)  # fmt: skip
OLD_FILL = PLACE + 1
MOST_CELLS = 200  # of one cause; the others are counted
_BULLET = "• "
_LINE, _LETTERS = 15.0, 70  # points of a line, letters of the message that one holds
_THIN = Side(style="thin", color="C9CED6")
_EDGE = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


def write_summary(
    book: Workbook, causes: Sequence[Cause], hidden: int, heads: Sequence[str], marks: Marks, answers: Sequence[Answer],
    only_sheet: str | None,
) -> None:  # fmt: skip
    """Put the sheet first and open the workbook on it. answers: those of the copy before, kept beside their findings."""
    sheet = book.create_sheet(SHEET, 0)
    row = _head(sheet, heads)
    for column, (title, width) in enumerate(HEADINGS, 1):
        _head_cell(_text(sheet, row, column, title))
        sheet.column_dimensions[sheet.cell(row, column).column_letter].width = width
    sheet.freeze_panes = f"A{row + 1}"
    known = {(a.code, a.sheet, a.cell): a.text for a in answers}
    for cause in causes:
        row = _cause(sheet, row + 1, cause, marks, known, only_sheet)
    if not causes:
        _text(sheet, row + 1, 2, _BULLET + "Không có phát hiện nào. / Nothing was found.")
    if hidden:
        row += 2
        _text(sheet, row, 2, f"{_BULLET}{hidden} phát hiện nhẹ hơn ở chính các ô có lỗi được ẩn cho đến khi sửa lỗi. / "
              f"{hidden} lesser findings at cells with errors are hidden until those are mended.")  # fmt: skip
    _finish(book, sheet)


def _head(sheet: Worksheet, heads: Sequence[str]) -> int:
    title = _text(sheet, 1, 1, TITLE)
    title.font = Font(bold=True, size=14, color="1F3864")
    sheet.row_dimensions[1].height = 22
    lines = (
        *(_BULLET + head for head in heads),
        _BULLET + "Sửa các ô được tô màu trong các sheet sau rồi gửi lại chính tệp này. Cảnh báo không cần sửa thì ghi "
        "lý do ở cột cuối.",
        _BULLET + "Mend the coloured cells on the sheets that follow and send this file again. A warning that is right "
        "as it stands is answered in the last column.",
    )
    for row, line in enumerate(lines, 2):
        cell = _text(sheet, row, 1, line)
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(HEADINGS))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 15 * (1 + len(line) // 170)
    return len(lines) + 3


def _head_cell(cell: Cell) -> None:
    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E4EAF2")
    cell.alignment, cell.border = Alignment(wrap_text=True, vertical="center", horizontal="center"), _EDGE


def _cause(
    sheet: Worksheet, row: int, cause: Cause, marks: Marks, known: dict[tuple[str, str, str], str], only: str | None
) -> int:
    """The rows of one cause; the message stands in the first. Returns the last row."""
    first = cause.findings[0]
    many = len(cause.findings)
    message = f"{_BULLET}{first.message_vi}\n{first.message_en}"
    if many > 1:
        message += f"\n({many} ô như vậy / {many} cells have this)"
    for i, finding in enumerate(cause.findings[:MOST_CELLS]):
        if i == 0:
            _text(sheet, row, 1, SEVERITY_WORDS[cause.severity]).fill = PatternFill(
                "solid", fgColor=COLOURS[cause.severity]
            )
            _text(sheet, row, 2, message)
        _line(sheet, row + i, finding, marks, known, only)
    height = _LINE * sum(1 + len(line) // _LETTERS for line in message.split("\n"))
    shown = min(many, MOST_CELLS)
    others = sum(sheet.row_dimensions[row + i].height or _LINE for i in range(1, shown))
    sheet.row_dimensions[row].height = max(sheet.row_dimensions[row].height or _LINE, height - others, 2 * _LINE)
    if shown > 1:
        sheet.merge_cells(start_row=row, end_row=row + shown - 1, start_column=1, end_column=1)
        sheet.merge_cells(start_row=row, end_row=row + shown - 1, start_column=2, end_column=2)
    return row + shown - 1


def _line(
    sheet: Worksheet, row: int, finding: Finding, marks: Marks, known: dict[tuple[str, str, str], str], only: str | None
) -> None:
    place, name = finding.sheet or only or "", finding.cell or ""
    for column, text in ((4, finding.value), (5, finding.expected)):
        if text:
            _text(sheet, row, column, text)
    if name:
        link = _text(sheet, row, 3, f"→ {place}!{name}" if place else f"→ {name}")
        if place in sheet.parent.sheetnames:  # type: ignore[union-attr]  # a sheet of a book has both
            quoted = place.replace("'", "''")
            link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{quoted}'!{name}")
            link.font = Font(underline="single", color="0563C1")
    _text(sheet, row, RULE, finding.code)
    _text(sheet, row, PLACE, f"{place} ! {name}")
    _text(sheet, row, OLD_FILL, marks.get((place, name), ""))
    answer = _text(sheet, row, ANSWER, known.get((finding.code, place, name), ""))
    answer.protection = Protection(locked=False)
    if finding.severity == WARNING:
        answer.fill = PatternFill("solid", fgColor="FFFFE5")
    for column in range(1, len(HEADINGS) + 1):
        cell = sheet.cell(row, column)
        cell.border, cell.alignment = _EDGE, Alignment(wrap_text=True, vertical="top")
    longest = max(len(finding.value or "") // 26, len(finding.expected or "") // 34)
    sheet.row_dimensions[row].height = _LINE * (1 + longest)


def _text(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """A text that stays one, whatever sign it begins with."""
    cell: Cell = sheet.cell(row, column)  # type: ignore[assignment]  # nothing is merged here
    if text:
        cell.value = "".join(c if c >= " " or c in "\n\t" else " " for c in text)[:32_000]
        cell.data_type = "s"
        cell.number_format = "@"
        if text[0] in "=+-@":
            cell.quotePrefix = True
    return cell


def _finish(book: Workbook, sheet: Worksheet) -> None:
    for letter in ("G", "H", "I"):
        sheet.column_dimensions[letter].hidden = True
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]  # a sheet of a book has both
    sheet.sheet_view.showGridLines = False
    book.active = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
