"""A sheet of the report workbook: texts that stay texts, numbers that Excel shows right, and a page that prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from etl.model.figures import PROVISIONAL, Figure, number_text
from etl.report.titles import shown
from etl.report.words import Text
from etl.text.numbers import format_exact

#: Excel keeps numbers as doubles: beyond this many digits the text is the exact figure, the number is not
EXACT_DIGITS = 15

_LONGEST_TEXT = 32_767
_HEADER_PART = 100  # Excel refuses a page header of more than 255 signs
#: Vietnamese marks (1.234,5) in programs that honour it; Excel takes the marks of the machine
_VIETNAMESE = "[$-42A]"

#: what a report needs of colours: name → (background, letters), each pair with a contrast above 7
PAINTS: Mapping[str, tuple[str, str]] = {
    "good": ("#E3F1E4", "#0F4A1E"),
    "warn": ("#FFF3CF", "#5A4100"),
    "hold": ("#FFE3C7", "#6B3200"),
    "bad": ("#FBDDDD", "#7A1414"),
    "none": ("#EDEDED", "#3D3D3D"),
}


@dataclass
class Styles:
    """The formats of one workbook, each made once."""

    book: Any
    _made: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    def __call__(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self.book.add_format({"valign": "top", "font_size": 10, **properties})
        return self._made[key]

    @property
    def text(self) -> Any:
        return self(text_wrap=True, border=1, border_color="#C9CED6")

    @property
    def header(self) -> Any:
        return self(
            bold=True, text_wrap=True, valign="vcenter", align="center", border=1, border_color="#8A94A6", bg_color="#E4EAF2"
        )

    @property
    def small(self) -> Any:
        return self(font_size=8, font_color="#5B6472")

    def painted(self, paint: str) -> Any:
        background, letters = PAINTS[paint]
        return self(
            text_wrap=True, align="center", border=1, border_color="#C9CED6", bg_color=background, font_color=letters
        )

    def number(self, decimals: int, *, provisional: bool = False, percent: bool = False) -> Any:
        """1.234,5; a provisional one bears a star, a percentage its sign; both are part of the format, not of the value."""
        digits = "#,##0" + (f".{'0' * decimals}" if decimals else "")
        behind = ('"%"' if percent else "") + ('"*"' if provisional else "")
        return self(num_format=f"{_VIETNAMESE}{digits}{behind}", align="right", border=1, border_color="#C9CED6")


class Sheet:
    """One worksheet, written from above. Every text goes through `text`, so nothing can become a formula or a link."""

    def __init__(self, styles: Styles, name: str, title: Text, subtitle: Text, widths: Sequence[float]) -> None:
        self.styles = styles
        self.sheet = styles.book.add_worksheet(name)
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        self._print_setup(title, subtitle)
        self.sheet.write_string(0, 0, title.vi, styles(bold=True, font_size=14))
        self.sheet.write_string(1, 0, title.en, styles.small)
        self.sheet.write_string(2, 0, subtitle.vi, styles())
        self.sheet.write_string(3, 0, subtitle.en, styles.small)
        self.row = 5

    def header(self, titles: Sequence[Text], *, frozen_columns: int = 0, lines: int = 2) -> None:
        """The row of headings: frozen, repeated on each page. lines: how many lines of text the longest heading takes."""
        self.sheet.set_row(self.row, 14.0 * lines)
        for column, title in enumerate(titles):
            self.both(self.row, column, title, self.styles.header)
        self.sheet.freeze_panes(self.row + 1, frozen_columns)
        self.sheet.repeat_rows(self.row)
        self._header, self._columns = self.row, len(titles)
        self.row += 1

    def filtered(self) -> None:
        """Buttons to filter by, over all rows written so far."""
        if self.row > self._header + 1:
            self.sheet.autofilter(self._header, 0, self.row - 1, self._columns - 1)

    def line(self, cells: Iterable[Any]) -> None:
        """One row: text, Text, int, Figure (its value), a (text, paint) pair, or None for an empty cell."""
        for column, cell in enumerate(cells):
            self._put(column, cell)
        self.row += 1

    def text(self, row: int, column: int, text: str, style: Any) -> None:
        self.sheet.write_string(row, column, text[:_LONGEST_TEXT], style)

    def both(self, row: int, column: int, text: Text, style: Any) -> None:
        """Vietnamese, and under it smaller the English where there is another."""
        if not text.vi or text.en in ("", text.vi):
            self.text(row, column, text.vi, style)
            return
        self.sheet.write_rich_string(row, column, text.vi[:8000], self.styles.small, f"\n{text.en[:8000]}", style)

    def number(self, column: int, value: Decimal | None, style: Any) -> None:
        """An exact number; as text where a double could not hold its digits."""
        if value is None:
            self.text(self.row, column, "", style)
        elif digits(value) > EXACT_DIGITS:
            self.text(self.row, column, format_exact(value), style)
        else:
            self.sheet.write_number(self.row, column, Decimal(number_text(value) or 0), style)

    def _put(self, column: int, cell: Any) -> None:
        if isinstance(cell, Text):
            self.both(self.row, column, cell, self.styles.text)
        elif isinstance(cell, Figure):
            self._figure(column, cell)
        elif isinstance(cell, int):
            self.number(column, Decimal(cell), self.styles.number(0))
        elif isinstance(cell, tuple):
            self.text(self.row, column, cell[0], self.styles.painted(cell[1]))
        else:
            self.text(self.row, column, cell or "", self.styles.text)

    def _figure(self, column: int, figure: Figure) -> None:
        percent, provisional = figure.unit_of_measure == "%", figure.status == PROVISIONAL
        style = self.styles.number(figure.decimals, provisional=provisional, percent=percent)
        if figure.value is None or figure.at_least or digits(figure.value) > EXACT_DIGITS:
            star = "*" if provisional and figure.low is not None else ""
            self.text(self.row, column, shown(figure, tidy=True).vi + star, style)
        else:
            self.number(column, figure.value, style)

    def _print_setup(self, title: Text, subtitle: Text) -> None:
        sheet = self.sheet
        sheet.set_paper(9)  # A4
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.6)
        sheet.hide_gridlines(2)
        sheet.set_header(f"&L&8{_header_text(title.vi)}&R&8{_header_text(subtitle.vi)}")
        sheet.set_footer("&R&8&P/&N")


def digits(value: Decimal) -> int:
    """Significant digits of a number as it is written without an exponent: 1234.50 has five."""
    return len((number_text(value) or "").replace(".", "").replace("-", "").lstrip("0"))


def _header_text(text: str) -> str:
    """A page header's text: & starts a code there, and digits after a font size would be taken into it."""
    return " " + re.sub(r"\s+", " ", text)[:_HEADER_PART].replace("&", "&&")
