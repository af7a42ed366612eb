"""Tables of a Word document: lines all round, a head that is repeated on each page, rows that are not torn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from etl.report.letter.filling import Place
from etl.report.letter.form import NOTE, TABLE, TABLE_HEAD

#: how a column's cells stand
LEFT, CENTER, RIGHT = "left", "center", "right"


class Table:
    """One table at a place. widths: of the columns in mm; aligned: LEFT, CENTER or RIGHT of each."""

    def __init__(self, place: Place, heads: Sequence[str], widths: Sequence[float], aligned: Sequence[str]) -> None:
        self._place, self._aligned, self._widths = place, aligned, widths
        self._table = place.table(len(heads))
        self._table.autofit = False
        _borders(self._table)
        for column, width in zip(self._table.columns, widths, strict=True):
            column.width = _mm(width)
        row = self._table.rows[0]
        self._fill(row, heads, TABLE_HEAD, [CENTER] * len(heads))
        _mark(row, "w:cantSplit", "w:tblHeader")

    def line(self, cells: Sequence[str], *, strong: bool = False) -> None:
        """One row."""
        row = self._table.add_row()
        self._fill(row, cells, TABLE, self._aligned, strong=strong)
        _mark(row, "w:cantSplit")

    def heading(self, text: str) -> None:
        """A row over all columns, in bold letters."""
        row = self._table.add_row()
        cell = row.cells[0].merge(row.cells[-1])
        self._write(cell, text, TABLE, LEFT, strong=True)
        _mark(row, "w:cantSplit")
        cell.paragraphs[0].paragraph_format.keep_with_next = True

    def note(self, text: str) -> None:
        """A remark below the table."""
        _plain(self._place.paragraph(text, NOTE))

    def _fill(
        self, row: Any, cells: Sequence[str], style: str, aligned: Sequence[str], *, strong: bool = False
    ) -> None:
        for cell, text, side, width in zip(row.cells, cells, aligned, self._widths, strict=True):
            cell.width = _mm(width)
            self._write(cell, text, style, side, strong=strong)

    def _write(self, cell: Any, text: str, style: str, side: str, *, strong: bool = False) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph = cell.paragraphs[0]
        self._place.dress(paragraph, style)
        run = paragraph.add_run(text)
        if strong:
            run.bold = True
        if style != TABLE_HEAD:
            paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, side.upper())


def _plain(paragraph: Any) -> None:
    """No indent of the place that it stands at."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph.paragraph_format.first_line_indent = 0
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT


def _mm(width: float) -> Any:
    from docx.shared import Mm

    return Mm(width)


def _mark(row: Any, *tags: str) -> None:
    from docx.oxml import OxmlElement

    properties = row._tr.get_or_add_trPr()
    for tag in tags:
        properties.append(OxmlElement(tag))


def _borders(table: Any) -> None:
    """Thin black lines and narrow margins, set on the table itself: a template need not have a style for it."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "000000")):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        one = OxmlElement(f"w:{side}")
        one.set(qn("w:w"), "57")  # 1 mm: a long number fits a narrow column
        one.set(qn("w:type"), "dxa")
        margins.append(one)
    properties = table._tbl.tblPr
    properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    properties.insert_element_before(margins, "w:tblLook")
