"""The forms of a higher authority, filled: the template as the office made it, each cell with its figure, and a sheet
that says where every number comes from."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from etl.model.clock import LOCAL_TIME
from etl.model.figures import NOT_REPORTED, PROVISIONAL, WITHHELD, Figure, number_text
from etl.model.higher_forms import FilledCell, HigherForm
from etl.model.narratives import FACTS, Slot
from etl.model.releases import ReleaseContent
from etl.report import words
from etl.report.narrative import Teller
from etl.report.sheets import EXACT_DIGITS
from etl.report.titles import Titles
from etl.report.zipped import stored

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.workbook import Workbook

#: what stands in the place of a number that there is not
NO_NUMBER = "…"
SOURCES = "Nguồn số liệu"
_NUMBERS = ("value", "low", "high", "numerator", "denominator")
_HEADINGS = (
    "Trang tính", "Ô", "Mã chỉ tiêu", "Chỉ tiêu", "Đơn vị", "Kỳ", "Giá trị", "Đơn vị tính", "Báo cáo đã nhận", "Còn thiếu",
    "Tình trạng",
)  # fmt: skip
_WIDTHS = (16, 7, 14, 44, 22, 14, 16, 14, 12, 40, 16)


def higher_forms(content: ReleaseContent) -> dict[str, bytes]:
    """<report>.<form>.xlsx of a release; the same content gives the same bytes. Empty where the report has no such form."""
    forms = content.reference.higher_forms.get(content.report.id, ())
    if not forms:
        return {}
    titles = Titles(content)
    return {f"{content.report.id}.{form.name}.xlsx": _filled(content, Teller(content, titles), form) for form in forms}


def _filled(content: ReleaseContent, teller: Teller, form: HigherForm) -> bytes:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(form.template))
    lines = [_fill(book[one.sheet][one.cell], one, teller) for one in form.cells]
    _sources(book, content, [line for line in lines if line])
    book.calculation.fullCalcOnLoad = True  # the template's own formulas follow the figures
    book.properties.created = content.created_at.astimezone(LOCAL_TIME).replace(tzinfo=None)
    sink = io.BytesIO()
    book.save(sink)
    return stored(sink.getvalue(), content.created_at)


def _fill(cell: Cell, one: FilledCell, teller: Teller) -> tuple[str, ...]:
    """Put the figure in its cell; what the sheet of sources says of it, nothing for a fact of the release."""
    if one.slot.name in FACTS:
        cell.value = teller.fact(one.slot.name).vi
        return ()
    figure = teller.figure(one.slot)
    if figure is None:
        _tell(cell, NO_NUMBER, "Bản công bố này không có số này. / This release does not hold the figure.")
        return (one.sheet, one.cell, one.slot.name, teller.titles.indicator(one.slot.name).vi, "", one.slot.period,
                NO_NUMBER, "", "", "", "Không có trong bản này")  # fmt: skip
    gap = teller.gap(figure)
    if figure.status in (WITHHELD, NOT_REPORTED):
        _tell(cell, NO_NUMBER, f"Chưa có số: {gap.vi}. / No figure: {gap.en}.")
        return _source(one, figure, NO_NUMBER, teller.titles)
    cell.value = _value(cell, figure, one.slot, teller)
    if figure.status == PROVISIONAL:
        _note(cell, f"Số tạm tính: {gap.vi}. / Provisional: {gap.en}.")
    return _source(one, figure, teller.said(one.slot.part, figure).vi, teller.titles)


def _value(cell: Cell, figure: Figure, slot: Slot, teller: Teller) -> Decimal | str:
    """An exact number where a double holds it, as a share where the cell shows percents; else the text of the figure."""
    number: Decimal | None = Decimal(len(figure.names or ())) if slot.part == "count" else None
    if slot.part in _NUMBERS:
        number = getattr(figure, slot.part)
    if number is None:
        return teller.said(slot.part, figure).vi
    if "%" in cell.number_format and figure.unit_of_measure == "%" and slot.part in ("value", "low", "high"):
        number = number / 100
    return number if len(number.normalize().as_tuple().digits) <= EXACT_DIGITS else number_text(number) or ""


def _tell(cell: Cell, text: str, why: str) -> None:
    cell.value = text
    _note(cell, why)


def _note(cell: Cell, text: str) -> None:
    from openpyxl.comments import Comment

    cell.comment = Comment(text, "etl", width=320, height=90)


def _source(one: FilledCell, figure: Figure, shown: str, titles: Titles) -> tuple[str, ...]:
    return (
        one.sheet, one.cell, figure.indicator, titles.indicator(figure.indicator).vi, titles.unit(figure.unit, figure.period),
        words.period(figure.period).vi, shown, titles.measure(figure).vi,
        f"{figure.coverage.reported}/{figure.coverage.expected}", words.joined(titles.missing(figure), ", ").vi,
        words.word(words.STATUSES, figure.status).vi,
    )  # fmt: skip


def _sources(book: Workbook, content: ReleaseContent, lines: Iterable[tuple[str, ...]]) -> None:
    """The last sheet: each filled cell, its figure, who reported, and the release that the numbers are of."""
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet(_free(SOURCES, book.sheetnames))
    made = content.created_at.astimezone(LOCAL_TIME)
    kind = words.word(words.KINDS, content.kind).vi
    sheet.append((f"Bản công bố số {content.number} ({kind}), lập lúc {made:%H:%M %d/%m/%Y}",))
    sheet.append(_HEADINGS)
    for line in lines:
        sheet.append(line)
    for letter, width in zip("ABCDEFGHIJK", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    for cell in (sheet["A1"], *sheet[2]):
        cell.font = Font(bold=True)
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A3"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _free(name: str, taken: Iterable[str]) -> str:
    """The name, with a number where the template has a sheet of it."""
    used: Mapping[str, None] = dict.fromkeys(taken)
    return next(one for one in (name, *(f"{name} {i}" for i in range(2, 1000))) if one not in used)
