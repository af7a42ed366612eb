"""Tables of a Word document: lines all round, a head that is repeated on each page, rows that are not torn."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from etl.report.letter.filling import Place, legal
from etl.report.letter.form import NOTE, TABLE, TABLE_HEAD

#: how a column's cells stand, in Word's words
LEFT, CENTER, RIGHT = "left", "center", "right"

_NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TWIPS = 1440 / 25.4  # of a mm
_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")


class Table:
    """One table at a place. widths: of the columns in mm; aligned: LEFT, CENTER or RIGHT of each.

    Written as XML: python-docx asks the whole style sheet for each of a thousand cells.
    """

    def __init__(self, place: Place, heads: Sequence[str], widths: Sequence[float], aligned: Sequence[str]) -> None:
        self._place, self._aligned, self._widths = place, aligned, [round(width * _TWIPS) for width in widths]
        self._styles = {name: place.style_id(name) for name in (TABLE, TABLE_HEAD)}
        self._table = place.add(f"<w:tbl {_NAMESPACE}>{_properties()}{_grid(self._widths)}</w:tbl>")
        self._row(self._cells(heads, TABLE_HEAD, [CENTER] * len(heads)), "<w:cantSplit/><w:tblHeader/>")

    def line(self, cells: Sequence[str]) -> None:
        """One row."""
        self._row(self._cells(cells, TABLE, self._aligned))

    def heading(self, text: str) -> None:
        """A row over all columns, in bold letters, with what follows on the same page."""
        span = f'<w:tcW w:w="{sum(self._widths)}" w:type="dxa"/><w:gridSpan w:val="{len(self._widths)}"/>'
        paragraph = _paragraph(text, self._styles[TABLE], LEFT, strong=True, keep=True)
        self._row(f"<w:tc><w:tcPr>{span}</w:tcPr>{paragraph}</w:tc>")

    def note(self, text: str) -> None:
        """A remark below the table, with no indent of the place that it stands at."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph = self._place.paragraph(text, NOTE)
        paragraph.paragraph_format.first_line_indent = 0
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT

    def _cells(self, cells: Sequence[str], style: str, aligned: Sequence[str]) -> str:
        return "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{_paragraph(text, self._styles[style], side)}</w:tc>'
            for text, side, width in zip(cells, aligned, self._widths, strict=True)
        )

    def _row(self, cells: str, properties: str = "<w:cantSplit/>") -> None:
        self._table.append(_parsed(f"<w:tr {_NAMESPACE}><w:trPr>{properties}</w:trPr>{cells}</w:tr>"))


def _paragraph(text: str, style: str, side: str, *, strong: bool = False, keep: bool = False) -> str:
    styled = f'<w:pStyle w:val="{escape(style)}"/>' if style else ""
    properties = f'{styled}{"<w:keepNext/>" if keep else ""}<w:jc w:val="{side}"/>'
    letters = "<w:rPr><w:b/></w:rPr>" if strong else ""
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r>{letters}<w:t xml:space="preserve">{escape(legal(text), quote=False)}</w:t></w:r></w:p>'


def _properties() -> str:
    """Thin black lines and margins of 1 mm, set on the table itself: a template need not have a style for it."""
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in _SIDES)
    margins = "".join(f'<w:{side} w:w="57" w:type="dxa"/>' for side in ("left", "right"))
    return (
        f'<w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblBorders>{lines}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f"<w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>"
    )


def _grid(widths: Sequence[int]) -> str:
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return f"<w:tblGrid>{columns}</w:tblGrid>"


def _parsed(xml: str) -> Any:
    from docx.oxml import parse_xml

    return parse_xml(xml)
