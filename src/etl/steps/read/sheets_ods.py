"""What calamine does not say about ods: error cells, merged cells, percents, hidden rows.

LibreOffice saves an error as an empty text, Excel as the number 0 that calamine then gives: only the shown text tells.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from xml.etree import ElementTree

from etl.model.grids import At

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p"
_CELLS = (_TABLE + "table-cell", _TABLE + "covered-table-cell")
_ERROR = re.compile(r"#(?:NULL|DIV/0|VALUE|REF|NUM)!|#NAME\?|#N/A|Err:\d{3}")
#: a repeated row of errors is told up to this often
_MOST_REPEATS = 200


@dataclass(slots=True)
class OdsSheet:
    """Places (0-based) of one sheet that the reader's values do not show."""

    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    errors: dict[At, str] = field(default_factory=dict)
    no_value: set[At] = field(default_factory=set)
    percent: set[At] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)


def ods_sheets(archive: zipfile.ZipFile) -> dict[str, OdsSheet]:
    """Sheet name → what stands in it. Raises ParseError, ValueError and what zipfile raises, for damaged content."""
    found: dict[str, OdsSheet] = {}
    sheet, row = OdsSheet(), 0
    with archive.open("content.xml") as stream:
        for event, element in ElementTree.iterparse(stream, events=("start", "end")):
            if event == "start" and element.tag == _TABLE + "table":
                sheet, row = OdsSheet(), 0
                found.setdefault(element.get(_TABLE + "name", ""), sheet)
            elif event == "end" and element.tag == _TABLE + "table-row":
                repeats = int(element.get(_TABLE + "number-rows-repeated", "1"))
                _look_at(element, sheet, row, min(repeats, _MOST_REPEATS))
                row += repeats
                element.clear()
    return found


def _look_at(element: ElementTree.Element, sheet: OdsSheet, row: int, repeats: int) -> None:
    column = 0
    rows = range(row, row + repeats)
    if element.get(_TABLE + "visibility") in ("collapse", "filter"):
        sheet.hidden_rows.update(rows)
    for cell in element:
        if cell.tag not in _CELLS:
            continue
        down, right = (int(cell.get(f"{_TABLE}number-{which}-spanned", "1")) for which in ("rows", "columns"))
        if down > 1 or right > 1:
            sheet.merges.append((row, column, row + down - 1, column + right - 1))
        width = int(cell.get(_TABLE + "number-columns-repeated", "1"))
        places = [(r, c) for r in rows for c in range(column, column + min(width, _MOST_REPEATS))]
        if (error := _error_of(cell)) is not None:
            sheet.errors.update(dict.fromkeys(places, error))
        elif _lacks_value(cell):
            sheet.no_value.update(places)
        elif cell.get(_OFFICE + "value-type") == "percentage":
            sheet.percent.update(places)
        column += width


def _lacks_value(cell: ElementTree.Element) -> bool:
    """A formula that gives an empty text shows an empty paragraph; one that was never computed shows nothing."""
    computed = cell.get(_OFFICE + "value-type") is not None or cell.find(_TEXT) is not None
    return cell.get(_TABLE + "formula") is not None and not computed


def _error_of(cell: ElementTree.Element) -> str | None:
    """The error that the cell shows: LibreOffice marks it, elsewhere it is a formula's text."""
    marked = cell.get(_CALC + "value-type") == "error"
    if not marked and cell.get(_TABLE + "formula") is None:
        return None
    shown = "".join(text for part in cell.iter(_TEXT) for text in part.itertext()).strip()
    if _ERROR.fullmatch(shown):
        return shown
    return (shown or "#ERROR!") if marked else None
