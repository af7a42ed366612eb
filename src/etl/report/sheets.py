"""A sheet of the report workbook: texts that stay texts, numbers that Excel shows right, and a page that prints."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
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

#: points a line of text takes in 10 and in 8 point letters, and the least a row has
_LINE, _SMALL_LINE, _ROW = 13.0, 11.0, 16.0
_LETTERS = 1.1  # letters of 10 points in a column's unit of width
_HIGHEST = 409.0  # Excel has no higher row

#: what a report needs of colours: name → (background, letters), each pair with a contrast above 7
PAINTS: Mapping[str, tuple[str, str]] = {
    "good": ("#E3F1E4", "#0F4A1E"),
    "warn": ("#FFF3CF", "#5A4100"),
    "hold": ("#FFE3C7", "#6B3200"),
    "bad": ("#FBDDDD", "#7A1414"),
    "none": ("#EDEDED", "#3D3D3D"),
    "plain": ("#FFFFFF", "#3D3D3D"),
}


@dataclass(frozen=True, slots=True)
class Painted:
    """A short text on a colour of PAINTS."""

    text: str
    paint: str


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number that is no figure of its own, and the digits it shows after the mark."""

    value: Decimal
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of a column from row `first` to `last`, counted from 0: a formula, with the exact value beside it."""

    first: int
    last: int
    value: Decimal
    decimals: int = 0


@dataclass
class Styles:
    """The formats of one workbook, each made once."""

    book: Any
    _made: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)
    #: the same by what asks for them: a paint, or what a number shows
    _known: dict[str | tuple[int, bool, bool, bool], Any] = field(default_factory=dict)

    def __call__(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self.book.add_format({"valign": "top", "font_size": 10, **properties})
        return self._made[key]

    @cached_property
    def text(self) -> Any:
        return self(text_wrap=True, border=1, border_color="#C9CED6")

    @cached_property
    def strong(self) -> Any:
        return self(text_wrap=True, border=1, border_color="#C9CED6", bold=True, bg_color="#F3F6FA")

    @property
    def header(self) -> Any:
        return self(
            bold=True,
            text_wrap=True,
            valign="vcenter",
            align="center",
            border=1,
            border_color="#8A94A6",
            bg_color="#E4EAF2",
        )

    @property
    def small(self) -> Any:
        return self(font_size=8, font_color="#5B6472")

    def painted(self, paint: str) -> Any:
        if paint not in self._known:
            background, letters = PAINTS[paint]
            self._known[paint] = self(
                text_wrap=True,
                align="center",
                border=1,
                border_color="#C9CED6",
                bg_color=background,
                font_color=letters,
            )
        return self._known[paint]

    def number(self, decimals: int, *, provisional: bool = False, percent: bool = False, strong: bool = False) -> Any:
        """1.234,5; a provisional one bears a star, a percentage its sign; both are part of the format, not of the value."""
        key = (decimals, provisional, percent, strong)
        if key not in self._known:
            self._known[key] = self._number(*key)
        return self._known[key]

    def _number(self, decimals: int, provisional: bool, percent: bool, strong: bool) -> Any:
        digits = "#,##0" + (f".{'0' * decimals}" if decimals else "")
        behind = ('"%"' if percent else "") + ('"*"' if provisional else "")
        paint: dict[str, Any] = {"bg_color": PAINTS["warn"][0]} if provisional else {}
        paint |= {"bold": True, "bg_color": "#F3F6FA"} if strong else {}
        return self(
            num_format=f"{_VIETNAMESE}{digits}{behind}",
            align="right",
            indent=1,
            border=1,
            border_color="#C9CED6",
            **paint,
        )


class Sheet:
    """One worksheet, written from above. Every text goes through `text`, so nothing can become a formula or a link."""

    def __init__(self, styles: Styles, name: str, title: Text, subtitle: Text, widths: Sequence[float]) -> None:
        self.styles = styles
        self.sheet = styles.book.add_worksheet(name)
        self._letters = [width * _LETTERS for width in widths]
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        self._print_setup(title, subtitle)
        self.sheet.set_row(0, 21)
        self.sheet.write_string(0, 0, title.vi, styles(bold=True, font_size=14))
        self.sheet.write_string(1, 0, title.en, styles.small)
        self.sheet.write_string(2, 0, subtitle.vi, styles())
        self.sheet.write_string(3, 0, subtitle.en, styles.small)
        self.row = 5

    def header(self, titles: Sequence[Text], *, frozen_columns: int = 0) -> None:
        """The row of headings: frozen, and repeated on each page."""
        self.sheet.set_row(self.row, 4 + max(self._height(column, title) for column, title in enumerate(titles)))
        for column, title in enumerate(titles):
            self.both(self.row, column, title, self.styles.header)
        self.sheet.freeze_panes(self.row + 1, frozen_columns)
        self.sheet.repeat_rows(self.row)
        self._header, self._columns = self.row, len(titles)
        self.row += 1

    def caption(self, text: Text) -> None:
        """A line above a table, where a sheet has several."""
        self.both(self.row, 0, text, self.styles(bold=True))
        self.row += 1

    def headings(self, paths: Sequence[Sequence[str]], codes: Sequence[str]) -> None:
        """A form's own headings, level under level, and its row of codes under the last columns."""
        depth = max(len(path) for path in paths)
        top = self.row
        for level in range(depth):
            self.sheet.set_row(top + level, 30)
            for first, last in _alike([path[: level + 1] if len(path) > level else None for path in paths]):
                path = paths[first]
                bottom = top + (depth - 1 if level == len(path) - 1 else level)
                self._headed(top + level, first, bottom, last, path[level])
        self.row = top + depth
        for column, code in enumerate(codes, len(paths) - len(codes)):
            self.text(self.row, column, code, self.styles.header)
        self.row += 1

    def _headed(self, row: int, column: int, last_row: int, last_column: int, text: str) -> None:
        if (row, column) == (last_row, last_column):
            self.text(row, column, text, self.styles.header)
        else:
            self.sheet.merge_range(row, column, last_row, last_column, text, self.styles.header)

    def filtered(self, *, printed_columns: int | None = None) -> None:
        """Buttons to filter by, over all rows written so far. printed_columns: the first ones, where not all are printed."""
        last = max(self.row - 1, self._header)
        self.sheet.autofilter(self._header, 0, last, self._columns - 1)
        self.sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
        if printed_columns is not None:
            self.sheet.print_area(0, 0, last, printed_columns - 1)

    def line(self, cells: Iterable[Any], *, strong: bool = False) -> None:
        """One row: text, Text, Painted text, Number, Sum, Figure (its value), or None for an empty cell."""
        style = self.styles.strong if strong else self.styles.text
        height, write, row = _ROW, self.sheet.write_string, self.row
        for column, cell in enumerate(cells):
            if cell is None:
                write(row, column, "", style)
            elif isinstance(cell, str):  # nearly all of a long list, and nearly all of them one line
                write(row, column, cell[:_LONGEST_TEXT], style)
                if len(cell) > self._letters[column] or "\n" in cell:
                    height = max(height, self._height(column, cell))
            else:
                self._put(column, cell)
                height = max(height, self._height(column, cell))
        self.sheet.set_row(self.row, height)
        self.row += 1

    def remark(self, text: Text) -> None:
        """A line below the table, after an empty one, over its whole width."""
        self.text(self.row + 1, 0, text.vi, self.styles())
        self.text(self.row + 2, 0, text.en, self.styles.small)
        self.row += 3

    def text(self, row: int, column: int, text: str, style: Any) -> None:
        self.sheet.write_string(row, column, text[:_LONGEST_TEXT], style)

    def both(self, row: int, column: int, text: Text, style: Any) -> None:
        """Vietnamese, and under it smaller the English where there is another."""
        if not text.vi or text.en in ("", text.vi):
            self.text(row, column, text.vi, style)
            return
        self.sheet.write_rich_string(row, column, text.vi[:8000], self.styles.small, f"\n{text.en[:8000]}", style)

    def _number(self, column: int, value: Decimal, style: Any) -> None:
        """An exact number; as text where a double could not hold its digits."""
        if digits(value) > EXACT_DIGITS:
            self.text(self.row, column, format_exact(value), style)
        else:
            self.sheet.write_number(self.row, column, Decimal(number_text(value) or 0), style)

    def _put(self, column: int, cell: Any) -> None:
        if isinstance(cell, Text):
            self.both(self.row, column, cell, self.styles.text)
        elif isinstance(cell, Figure):
            self._figure(column, cell)
        elif isinstance(cell, Sum):
            self._sum(column, cell)
        elif isinstance(cell, Number):
            self._number(column, cell.value, self.styles.number(cell.decimals))
        else:
            self.text(self.row, column, cell.text, self.styles.painted(cell.paint))

    def _sum(self, column: int, cell: Sum) -> None:
        """A formula over rows of this sheet alone, with its value: a program that does not reckon shows that."""
        from xlsxwriter.utility import xl_range

        formula = f"=SUM({xl_range(cell.first, column, cell.last, column)})"
        style = self.styles.number(cell.decimals, strong=True)
        self.sheet.write_formula(self.row, column, formula, style, Decimal(number_text(cell.value) or 0))

    def _figure(self, column: int, figure: Figure) -> None:
        percent, provisional = figure.unit_of_measure == "%", figure.status == PROVISIONAL
        style = self.styles.number(figure.decimals, provisional=provisional, percent=percent)
        if figure.value is None or figure.at_least or digits(figure.value) > EXACT_DIGITS:
            star = "*" if provisional and figure.low is not None else ""
            self.text(self.row, column, shown(figure, tidy=True).vi + star, style)
        else:
            self._number(column, figure.value, style)

    def _height(self, column: int, cell: Any) -> float:
        """Points that a cell's text needs in its column, guessed from its length: no program has to fit the row."""
        width = self._letters[column]
        if isinstance(cell, Text):
            english = _lines(cell.en, width * 1.2) if cell.en != cell.vi else 0
            return min(_lines(cell.vi, width) * _LINE + english * _SMALL_LINE + 2, _HIGHEST)
        text = cell.text if isinstance(cell, Painted) else cell if isinstance(cell, str) else ""
        return min(_lines(text, width) * _LINE + 2, _HIGHEST)

    def _print_setup(self, title: Text, subtitle: Text) -> None:
        sheet = self.sheet
        sheet.set_paper(9)  # A4
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.6)
        sheet.hide_gridlines(2)
        sheet.set_header(f"&L&8{_header_text(title.vi)}&R&8{_header_text(subtitle.vi)}")
        sheet.set_footer("&R&8&P/&N")


def _alike(keys: Sequence[Sequence[str] | None]) -> Iterator[tuple[int, int]]:
    """First and last place of each run of equal keys; None is no key."""
    first = 0
    for place in range(1, len(keys) + 1):
        if place == len(keys) or keys[place] is None or keys[place] != keys[first]:
            if keys[first] is not None:
                yield first, place - 1
            first = place


def _lines(text: str, width: float) -> int:
    if len(text) <= width and "\n" not in text:
        return 1
    return sum(max(math.ceil(len(paragraph) / width), 1) for paragraph in text.split("\n"))


def digits(value: Decimal) -> int:
    """Significant digits of a number as it is written without an exponent: 1234.50 has five."""
    return len((number_text(value) or "").replace(".", "").replace("-", "").lstrip("0"))


def _header_text(text: str) -> str:
    """A page header's text: & starts a code there, and digits after a font size would be taken into it."""
    return " " + re.sub(r"\s+", " ", text)[:_HEADER_PART].replace("&", "&&")
