"""What calamine does not say: error cells and formulas saved without a value (xlsx), merged cells (ods).

calamine gives '' for both kinds of cell, so they would be lost without a word. A regular expression over the
sheet's XML finds them; it runs only where the bytes hold such a cell at all.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from xml.etree import ElementTree

from etl.model.grids import At, from_a1

_ERROR_CELL = re.compile(rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>(.*?)</(?:\w+:)?c>', re.S)
_FORMULA_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>\s*(<(?:\w+:)?f\b.*?)</(?:\w+:)?c>", re.S)
_REF = re.compile(rb'\br="([A-Z]{1,3}[0-9]{1,7})"')
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]*)</")
_INLINE = re.compile(rb"<(?:\w+:)?is\b")
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*\bhidden="(?:1|true)"[^>]*>')
_ROW_NUMBER = re.compile(rb'\br="([0-9]+)"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → its part in the package; empty where the package does not say."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile):
        return {}
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    parts: dict[str, str] = {}
    for element in book.iter():
        if element.tag.rpartition("}")[2] == "sheet":
            target = targets.get(element.get(_RELATION), "")
            parts[element.get("name", "")] = (
                target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            )
    return parts


def odd_cells(xml: bytes) -> tuple[dict[At, str], frozenset[At], frozenset[int]]:
    """Error cells with their text, formula cells without a value, hidden rows (0-based)."""
    errors: dict[At, str] = {}
    no_value: set[At] = set()
    if b't="e"' in xml:
        for head, body in _ERROR_CELL.findall(xml):
            if place := _REF.search(head):
                value = _VALUE.search(body)
                errors[from_a1(place.group(1).decode())] = value.group(1).decode() if value else "#ERROR!"
    if b"<f" in xml or b":f" in xml:
        for head, body in _FORMULA_CELL.findall(xml):
            if (place := _REF.search(head)) and not _has_value(head, body):
                no_value.add(from_a1(place.group(1).decode()))
    hidden: set[int] = set()
    if b"hidden=" in xml:
        for row in _HIDDEN_ROW.findall(xml):
            if number := _ROW_NUMBER.search(row):
                hidden.add(int(number.group(1)) - 1)
    return errors, frozenset(no_value), frozenset(hidden)


def _has_value(head: bytes, body: bytes) -> bool:
    """An error, a value, or an empty text that the formula really gave."""
    if b't="e"' in head or _INLINE.search(body):
        return True
    value = _VALUE.search(body)
    return value is not None and bool(value.group(1) or b't="str"' in head)


_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_MAX_REPEAT = 10_000


def ods_merges(archive: zipfile.ZipFile) -> dict[str, tuple[tuple[int, int, int, int], ...]]:
    """Sheet name → merged ranges of an OpenDocument spreadsheet (calamine gives none)."""
    found: dict[str, list[tuple[int, int, int, int]]] = {}
    sheet, row, column = "", -1, 0
    spans: list[tuple[int, int, int, int]] = []
    with archive.open("content.xml") as stream:
        for event, element in ElementTree.iterparse(stream, events=("start", "end")):
            if event == "start" and element.tag == _TABLE + "table":
                sheet, row, spans = element.get(_TABLE + "name", ""), -1, []
                found[sheet] = spans
            elif event == "start" and element.tag == _TABLE + "table-row":
                row, column = row + 1, 0
            elif event == "start" and element.tag in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
                down, right = (
                    int(element.get(_TABLE + "number-rows-spanned", "1")),
                    int(element.get(_TABLE + "number-columns-spanned", "1")),
                )
                if down > 1 or right > 1:
                    spans.append((row, column, row + down - 1, column + right - 1))
                column += min(int(element.get(_TABLE + "number-columns-repeated", "1")), _MAX_REPEAT)
            elif event == "end" and element.tag == _TABLE + "table-row":
                row += min(int(element.get(_TABLE + "number-rows-repeated", "1")), _MAX_REPEAT) - 1
                element.clear()
    return {name: tuple(ranges) for name, ranges in found.items()}
