"""A Word template → the document: fields replaced where they stand, blocks put in the place of their paragraph."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from etl.model.letters import PLACEHOLDER, field_name
from etl.report.zipped import stored

#: puts a block at a place in the document
Block = Callable[["Place"], None]


class Place:
    """Where a block goes: paragraphs and tables come before the template's own paragraph, which then goes away."""

    def __init__(self, document: Any, paragraph: Any) -> None:
        self._document, self._paragraph = document, paragraph

    def paragraph(self, text: str = "", style: str = "") -> Any:
        """One paragraph in a style of the template; its look is that of the place where the template has no such style."""
        from docx.text.paragraph import Paragraph

        made = Paragraph(self._new(), self._paragraph._parent)
        if style:
            self.dress(made, style)
        if text:
            run = made.add_run(legal(text))
            if not style:
                _like(self._paragraph, run)
        return made

    def dress(self, paragraph: Any, style: str) -> None:
        """Give a paragraph a style, where the template has it."""
        if style in self._styles:
            paragraph.style = self._document.styles[style]

    def style_id(self, style: str) -> str:
        """What the template's XML calls a style; empty where it has none of this name."""
        return str(self._document.styles[style].style_id) if style in self._styles else ""

    def add(self, xml: str) -> Any:
        """Put an element before the place; returns it."""
        from docx.oxml import parse_xml

        made = parse_xml(xml)
        self._paragraph._p.addprevious(made)
        return made

    def close(self) -> None:
        """Take the template's own paragraph away; a cell must keep one."""
        element = self._paragraph._p
        parent = element.getparent()
        if sum(child.tag == element.tag for child in parent) > 1:
            parent.remove(element)
        else:
            for run in self._paragraph.runs:
                run.text = ""

    def _new(self) -> Any:
        from copy import deepcopy

        from docx.oxml import OxmlElement

        element = OxmlElement("w:p")
        if self._paragraph._p.pPr is not None:
            element.append(deepcopy(self._paragraph._p.pPr))
        self._paragraph._p.addprevious(element)
        return element

    @cached_property
    def _styles(self) -> set[str]:
        return {style.name for style in self._document.styles}


def legal(text: str) -> str:
    """The text without the signs that XML forbids: they can stand in a name that a district sent."""
    return "".join(
        c for c in text if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )


def filled(
    template: bytes, fields: Mapping[str, str], blocks: Mapping[str, Block], title: str, author: str, made: datetime
) -> bytes:
    """The document. made: the release's time, which is the file's own; the same values give the same bytes."""
    import docx

    document = docx.Document(io.BytesIO(template))
    for paragraph in list(_paragraphs(document)):
        names = [field_name(name) for name in PLACEHOLDER.findall(paragraph.text)]
        block = blocks.get(names[0]) if len(names) == 1 else None
        if block is not None:
            place = Place(document, paragraph)
            block(place)
            place.close()
        elif names:
            _replace(paragraph, fields)
    core = document.core_properties
    core.title, core.author, core.last_modified_by, core.revision = title, author, author, 1
    core.created = core.modified = made.replace(tzinfo=None, microsecond=0)
    sink = io.BytesIO()
    document.save(sink)
    return stored(sink.getvalue())


def _paragraphs(document: Any) -> Iterator[Any]:
    """Every paragraph of body, tables, headers and footers."""
    yield from document.paragraphs
    yield from _in_tables(document.tables)
    for section in document.sections:
        for part in (section.header, section.footer, section.first_page_header, section.first_page_footer):
            if not part.is_linked_to_previous:
                yield from part.paragraphs
                yield from _in_tables(part.tables)


def _in_tables(tables: Any) -> Iterator[Any]:
    for table in tables:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs
                yield from _in_tables(cell.tables)


def _replace(paragraph: Any, fields: Mapping[str, str]) -> None:
    """Put values in the place of fields, however Word has cut the text into runs: a value looks as its field's first letter."""
    text = paragraph.text
    for found in reversed(list(PLACEHOLDER.finditer(text))):
        value = legal(fields.get(field_name(found.group(1)), found.group()))
        start, end, at = found.start(), found.end(), 0
        for run in paragraph.runs:
            first, last = at, at + len(run.text)
            at = last
            cut_from, cut_to = max(start, first), min(end, last)
            if cut_from >= cut_to:
                continue
            before, after = run.text[: cut_from - first], run.text[cut_to - first :]
            run.text = before + (value if first <= start < last else "") + after


def _like(paragraph: Any, run: Any) -> None:
    """The letters of the template's own paragraph."""
    if paragraph.runs:
        model = paragraph.runs[0].font
        run.font.size, run.bold, run.italic = model.size, paragraph.runs[0].bold, paragraph.runs[0].italic
