"""What calamine does not say about xlsx: error cells, formulas saved without a value, percent formats, hidden rows.

calamine gives '' for both kinds of cell and 0.2 for 20 %, so they would be lost without a word. The sheet's XML is
searched only for what may be such a cell; the cell around it is then looked at.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from xml.etree import ElementTree

from etl.model.grids import At, from_a1
from etl.steps.read.package import Package, plain_name

_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_ERROR = re.compile(rb"""\st=["']e["']""")
#: `in` needs twice the time that a pattern without any choice does
_MAY_BE_ERROR, _MAY_BE_HIDDEN = re.compile(b't="e"'), re.compile(b"hidden=")
_REF = re.compile(rb"""\sr=["']([A-Za-z]{1,3}[0-9]{1,7})["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*?(?:/>|>([^<]*)<)")
_INLINE = re.compile(rb"<(?:\w+:)?is\b")
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*\shidden=["'](?:1|true)["'][^>]*>""")
_ROW_NUMBER = re.compile(rb"""\sr=["']([0-9]+)["']""")
_ROOT = re.compile(rb"<((?:\w+:)?)worksheet\b")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
#: what reading a damaged part of a package may raise; some readers do without the part, so its absence stops nothing
DAMAGE = (KeyError, ValueError, OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, ElementTree.ParseError)
#: number formats 9 and 10 are built in: 0% and 0.00%
_BUILT_IN_PERCENT = frozenset(("9", "10"))
_FROM_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\b[^>]*\sdate1904=["'](?:1|true)["']""")
_MERGE = re.compile(rb"""<(?:\w+:)?mergeCell\b[^>]*\sref=["']([A-Za-z]{1,3}[0-9]{1,7}):([A-Za-z]{1,3}[0-9]{1,7})["']""")
#: parts of packages whose meaning is remembered
_PARSED = 64
_MAY_BE_PERCENT = re.compile(rb"""%|numFmtId=["'](?:9|10)["']""")


@dataclass(frozen=True, slots=True)
class OddCells:
    """Places (0-based) of one sheet that the reader's values do not show."""

    errors: dict[At, str]
    no_value: frozenset[At]
    percent: frozenset[At]
    hidden_rows: frozenset[int]
    merges: tuple[tuple[int, int, int, int], ...]


def sheet_parts(archive: Package, book: str) -> dict[str, str]:
    """Sheet name → its part in the package; empty where the package does not say. book: name of the workbook's part."""
    try:
        targets = link_targets(archive, book)
        links = _sheet_links(archive.read(archive.called(book)))
    except DAMAGE:
        return {}
    return {name: archive.plain_names.get(plain_name(targets.get(link, "")), "") for name, link in links}


@lru_cache(maxsize=_PARSED)
def _sheet_links(book: bytes) -> tuple[tuple[str, str], ...]:
    """(sheet name, relation id) of a workbook's part; those of one office are alike to the byte."""
    sheets = _named(ElementTree.fromstring(book).iter(), "sheet")
    return tuple((element.get("name", ""), element.get(_RELATION, "")) for element in sheets)


def link_targets(archive: Package, book: str) -> Mapping[str, str]:
    """Relation id → the plain name of the part that it names, for the workbook's part. Raises what is in DAMAGE."""
    folder = posixpath.dirname(plain_name(archive.called(book)))
    return _targets(archive.read(archive.plain_names[posixpath.join(folder, "_rels", book + ".rels")]), folder)


@lru_cache(maxsize=_PARSED)
def _targets(links: bytes, folder: str) -> Mapping[str, str]:
    found = {}
    for link in ElementTree.fromstring(links):
        target = link.get("Target", "").replace("\\", "/")
        whole = target if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[link.get("Id", "")] = plain_name(whole)
    return MappingProxyType(found)


def counts_from_1904(archive: Package) -> bool:
    """Whether the workbook counts its days from 1904, as Excel for Mac once did."""
    try:
        return _FROM_1904.search(archive.read(archive.called("workbook.xml"))) is not None
    except DAMAGE:
        return False


def percent_styles(archive: Package) -> frozenset[bytes]:
    """The cell styles (their numbers, as the sheets write them) whose number format shows percents."""
    try:
        return _percent_of(archive.read(archive.called("styles.xml")))
    except DAMAGE:
        return frozenset()


@lru_cache(maxsize=_PARSED)
def _percent_of(xml: bytes) -> frozenset[bytes]:
    if not _MAY_BE_PERCENT.search(xml):
        return frozenset()
    styles = ElementTree.fromstring(xml)
    formats = {
        element.get("numFmtId", "")
        for element in _named(styles.iter(), "numFmt")
        if "%" in re.sub(r'"[^"]*"|\\.', "", element.get("formatCode", ""))
    } | _BUILT_IN_PERCENT
    cells = next(_named(styles, "cellXfs"), ())
    return frozenset(str(i).encode() for i, xf in enumerate(cells) if xf.get("numFmtId") in formats)


def _named(elements: Iterable[ElementTree.Element], name: str) -> Iterator[ElementTree.Element]:
    return (element for element in elements if element.tag.rpartition("}")[2] == name)


def odd_cells(xml: bytes, percent: frozenset[bytes] = frozenset(), *, merges: bool = True) -> OddCells:
    """Search one sheet. percent: the styles that show percents; merges: whether the reader has not told them."""
    cells = _Cells(xml)
    errors: dict[At, str] = {}
    shown, hidden = set[At](), set[int]()
    if _MAY_BE_ERROR.search(xml) or (b"'" in xml and b"t='e'" in xml):
        errors = {cells.place(at): cells.error_text(at) for at in cells.around(_starts(_ERROR, xml))}
    no_value = {cells.place(at) for at in cells.around(_formulas(xml)) if cells.lacks_value(at)}
    if percent:
        shown = {cells.place(at) for at in cells.around(_starts(_any_of(percent), xml)) if cells.is_number(at)}
    if _MAY_BE_HIDDEN.search(xml):
        numbers = (_ROW_NUMBER.search(row) for row in _HIDDEN_ROW.findall(xml))
        hidden = {int(number.group(1)) - 1 for number in numbers if number}
    told = _merged(xml) if merges else []
    areas = tuple((*from_a1(first.decode()), *from_a1(last.decode())) for first, last in told)
    return OddCells(errors, frozenset(no_value - errors.keys()), frozenset(shown), frozenset(hidden), areas)


def _merged(xml: bytes) -> list[tuple[bytes, bytes]]:
    """First and last cell of each merged area; they stand after all cells."""
    start = xml.find(b"mergeCells")
    return _MERGE.findall(xml, start) if start >= 0 else []


def _starts(pattern: re.Pattern[bytes], xml: bytes) -> Iterator[int]:
    return (found.start() for found in pattern.finditer(xml))


def _formulas(xml: bytes) -> Iterator[int]:
    """Where `<f` elements begin. A sheet has few letters f, and a single byte is found many times faster than two."""
    at = xml.find(b"f")
    while at >= 0:
        if xml[at - 1 : at] in (b"<", b":"):
            found = _FORMULA.match(xml, max(xml.rfind(b"<", 0, at), 0))
            if found is not None and found.end() == at + 2:
                yield found.start()
        at = xml.find(b"f", at + 1)


def _any_of(styles: frozenset[bytes]) -> re.Pattern[bytes]:
    return re.compile(rb"""\ss=["'](?:""" + b"|".join(sorted(styles)) + rb""")["']""")


class _Cells:
    """The cells of one sheet's XML, by the place of their `<c` in it."""

    def __init__(self, xml: bytes) -> None:
        self._xml = xml
        root = _ROOT.search(xml, 0, 4096)
        prefix = root.group(1) if root else b""
        self._open, self._close, self._row = b"<" + prefix + b"c", b"</" + prefix + b"c>", b"<" + prefix + b"row"
        self._opening = re.compile(self._open + rb"(?=[\s/>])")

    def around(self, places: Iterable[int]) -> Iterator[int]:
        """The cells that hold one of the places, or bear it as an attribute; each once. places: ascending."""
        last = -1
        for place in places:
            start = self._before(place, max(last, 0))
            if start > last and self._holds(start, place):
                last = start
                yield start

    def _before(self, at: int, first: int) -> int:
        """The nearest `<c` before a place, not a `<col` or `<cfRule`; -1 where there is none."""
        start = self._xml.rfind(self._open, first, at)
        while start >= 0 and self._xml[start + len(self._open)] not in b" \t\r\n/>":
            start = self._xml.rfind(self._open, first, start)
        return start

    def _holds(self, start: int, at: int) -> bool:
        """Whether the match lies in the cell's tag or before its end: row and column styles are no cells'."""
        return self._xml.find(self._close, start, at) < 0 and not self._is_closed(start, at)

    def _is_closed(self, start: int, at: int) -> bool:
        head = self._xml.find(b">", start)
        return head < at and self._xml[head - 1 : head] == b"/"

    def _head(self, start: int) -> bytes:
        return self._xml[start : self._xml.find(b">", start) + 1]

    def _body(self, start: int) -> bytes:
        head = self._head(start)
        if head.endswith(b"/>"):
            return b""
        end = self._xml.find(self._close, start)
        return self._xml[start + len(head) : end if end >= 0 else None]

    def place(self, start: int) -> At:
        """Row and column; counted where the cell does not name itself, which the format allows."""
        if (named := _REF.search(self._head(start))) is not None:
            return from_a1(named.group(1).decode())
        row_at = self._xml.rfind(self._row, 0, start)
        number = _ROW_NUMBER.search(self._head(row_at)) if row_at >= 0 else None
        row = int(number.group(1)) - 1 if number else self._xml.count(self._row, 0, start) - 1
        column = -1
        for cell in self._opening.finditer(self._xml, max(row_at, 0), start + len(self._open) + 1):
            known = _REF.search(self._head(cell.start()))
            column = from_a1(known.group(1).decode())[1] if known else column + 1
        return max(row, 0), max(column, 0)

    def error_text(self, start: int) -> str:
        value = _VALUE.search(self._body(start))
        text = value.group(1) if value else None
        return text.decode("utf-8", "replace") if text else "#ERROR!"

    def lacks_value(self, start: int) -> bool:
        """A formula that gives an empty text has a value: t="str" with an empty <v>."""
        body = self._body(start)
        value = _VALUE.search(body)
        if value is not None and (value.group(1) or b"str" in self._head(start)):
            return False
        return not _INLINE.search(body)

    def is_number(self, start: int) -> bool:
        head = self._head(start)
        typed = re.search(rb"""\st=["'](\w+)["']""", head)
        return (typed is None or typed.group(1) == b"n") and bool(_VALUE.search(self._body(start)))
