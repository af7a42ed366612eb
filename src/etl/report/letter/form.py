"""A report's Word template as Nghị định 30/2020/NĐ-CP wants it: what an office starts from when it makes its own."""

from __future__ import annotations

import io
from typing import Any

from etl.report.zipped import stored

#: behind the report's id: the sheet for the head of office, which does not go out with the report
SIGN_OFF = "-phieu-trinh.docx"

FONT = "Times New Roman"
#: styles that the program writes with, and an office may change in Word: name → (points, bold, italic)
BODY, HEADING, LISTED, TABLE, TABLE_HEAD, NOTE = (
    "Lời văn", "Đề mục", "Danh sách", "Chữ bảng", "Đầu bảng", "Ghi chú bảng",
)  # fmt: skip
_STYLES = {
    BODY: (14, False, False), HEADING: (14, True, False), LISTED: (14, False, False), TABLE: (11, False, False),
    TABLE_HEAD: (11, True, False), NOTE: (11, False, True),
}  # fmt: skip


def blank_letter() -> bytes:
    """The template: heading block, text, signature and annexes, all of it fields."""
    document = _plain()
    _heading_block(document)
    _line(document, "{{ tên loại }}", size=14, bold=True, before=18)
    _line(document, "{{ tên báo cáo }}", size=14, bold=True)
    _line(document, "{{ kỳ }}", size=14, bold=True)
    _rule(document.add_paragraph(), 6.5)
    _line(document, "{{ tình trạng }}", size=13, italic=True, after=6)
    for block in ("lời văn", "bảng số liệu chính"):
        document.add_paragraph(f"{{{{ {block} }}}}", style=BODY)
    _signature(document)
    _annexes(document)
    return _saved(document, "Mẫu báo cáo")


def blank_sign_off() -> bytes:
    """The template of the sheet that goes to the head with the report, and stays in the office."""
    document = _plain()
    _line(document, "{{ cơ quan ban hành }}", size=13, bold=True)
    _rule(document.add_paragraph(), 6.5)
    _line(document, "PHIẾU TRÌNH KÝ", size=14, bold=True, before=12)
    _line(document, "{{ tên báo cáo }}", size=14, bold=True)
    _line(document, "{{ kỳ }}", size=14, bold=True)
    _line(document, "{{ tình trạng }}", size=13, italic=True, after=8)
    document.add_paragraph("{{ nội dung }}", style=BODY)
    return _saved(document, "Phiếu trình ký")


def _plain() -> Any:
    """An A4 document with our styles and page numbers, and no more of Word's own than that needs."""
    import docx
    from docx.enum.style import WD_STYLE_TYPE

    document = docx.Document()
    for style in list(document.styles):
        if style.type == WD_STYLE_TYPE.TABLE and style.name != "Normal Table":
            style.delete()
    for key, relation in list(document.part.rels.items()):
        if relation.reltype.endswith("stylesWithEffects"):
            document.part.drop_rel(key)
            document.part.rels.pop(key, None)
    _styles(document)
    _page(document.sections[0])
    _page_number(document.sections[0])
    return document


def _saved(document: Any, title: str) -> bytes:
    _fixed(document, title)
    sink = io.BytesIO()
    document.save(sink)
    return stored(sink.getvalue())


def _fixed(document: Any, title: str) -> None:
    """No author, and a day that is not today's: the same template each time."""
    from datetime import datetime

    core = document.core_properties
    core.author, core.last_modified_by, core.comments, core.title = "", "", "", title
    core.created = core.modified = datetime(2022, 1, 1)


def _styles(document: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    _font(document.styles["Normal"], 14)
    document.styles["Normal"].paragraph_format.space_after = Pt(0)
    for name, (size, bold, italic) in _STYLES.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.quick_style = document.styles["Normal"], True
        _font(style, size)
        style.font.bold, style.font.italic = bold, italic
        style.paragraph_format.space_before = Pt(0)
    for name in (BODY, HEADING, LISTED):
        form = document.styles[name].paragraph_format
        form.first_line_indent, form.space_after, form.line_spacing = Cm(1.27), Pt(6), 1.15
        form.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    document.styles[HEADING].paragraph_format.keep_with_next = True
    document.styles[HEADING].paragraph_format.space_before = Pt(6)
    document.styles[HEADING].element.get_or_add_pPr().append(_element("w:outlineLvl", val="0"))
    document.styles[TABLE_HEAD].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.styles[NOTE].paragraph_format.space_before = Pt(4)


def _font(style: Any, size: int) -> None:
    from docx.shared import Pt

    style.font.name, style.font.size = FONT, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(_name(f"w:{kind}"), FONT)


def _page(section: Any, *, landscape: bool = False) -> None:
    """A4; top and bottom 20 mm, left 30, right 15: inside what the decree allows."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    section.top_margin = section.bottom_margin = Mm(20.1)
    section.left_margin, section.right_margin = Mm(30.1), Mm(15.1)  # twips are cut off: never below the least
    section.header_distance = Mm(10)


def _page_number(section: Any) -> None:
    """Top centre, Arabic, 13 points, and none on the first page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    section.different_first_page_header_footer = True
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run()
    run.font.size = Pt(13)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            run._r.append(_element("w:fldChar", fldCharType=kind))
        else:
            code = _element("w:instrText")
            code.text = text
            run._r.append(code)


def _heading_block(document: Any) -> None:
    """Left who issues it and its number, right the country's name and motto, place and date."""
    table = _grid(document, 2, (70, 95))
    left, right = table.rows[0].cells
    _in_cell(left, "{{ cơ quan chủ quản }}", size=12, first=True)
    _in_cell(left, "{{ cơ quan ban hành }}", size=12, bold=True)
    _rule(left.add_paragraph(), 2.2)
    _in_cell(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=12, bold=True, first=True)
    _in_cell(right, "Độc lập - Tự do - Hạnh phúc", size=13, bold=True)
    _rule(right.add_paragraph(), 1.9)
    below = table.add_row().cells
    _in_cell(below[0], "Số:          {{ số, ký hiệu }}", size=13, first=True)
    _in_cell(below[1], "{{ địa danh }}, {{ ngày tháng năm }}", size=13, italic=True, first=True)


def _signature(document: Any) -> None:
    """Left who receives it, right who signs."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document.add_paragraph()
    table = _grid(document, 2, (80, 85))
    left, right = table.rows[0].cells
    _in_cell(left, "Nơi nhận:", size=12, bold=True, italic=True, first=True, align=WD_ALIGN_PARAGRAPH.LEFT)
    _in_cell(left, "{{ nơi nhận }}", size=11, align=WD_ALIGN_PARAGRAPH.LEFT)
    _in_cell(right, "{{ quyền hạn ký }}", size=14, bold=True, first=True)
    for _ in range(4):
        _in_cell(right, "", size=14)
    _in_cell(right, "{{ người ký }}", size=14, bold=True)


def _annexes(document: Any) -> None:
    """Wide tables lie across the page; the English text stands upright again."""
    from docx.enum.section import WD_SECTION

    for number, (title, block, landscape) in enumerate((
        ("SỐ LIỆU TỔNG HỢP", "phụ lục số liệu", True), ("SỐ LIỆU THEO ĐƠN VỊ", "phụ lục theo đơn vị", True),
        ("TÌNH HÌNH GỬI BÁO CÁO", "phụ lục độ đầy đủ", True), ("TÓM TẮT BẰNG TIẾNG ANH", "lời văn tiếng Anh", False),
    )):  # fmt: skip
        section = document.add_section(WD_SECTION.NEW_PAGE)
        _page(section, landscape=landscape)
        section.different_first_page_header_footer = False
        _line(document, f"Phụ lục {('I', 'II', 'III', 'IV')[number]}", size=14, bold=True)
        _line(document, title, size=14, bold=True)
        _line(document, "(Kèm theo báo cáo “{{ tên báo cáo }}”)", size=13, italic=True, after=8)
        document.add_paragraph(f"{{{{ {block} }}}}", style=BODY)


def _grid(document: Any, columns: int, widths: tuple[int, ...]) -> Any:
    """A table without lines, of fixed widths in mm."""
    from docx.shared import Mm

    table = document.add_table(rows=1, cols=columns)
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    return table


def _in_cell(cell: Any, text: str, *, first: bool = False, **looks: Any) -> None:
    paragraph = cell.paragraphs[0] if first else cell.add_paragraph()
    _dress(paragraph, text, **looks)


def _line(document: Any, text: str, **looks: Any) -> None:
    _dress(document.add_paragraph(), text, **looks)


def _dress(
    paragraph: Any, text: str, *, size: int, bold: bool = False, italic: bool = False, before: int = 0, after: int = 0,
    align: Any = None,
) -> None:  # fmt: skip
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if align is None else align
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold or None, italic or None, Pt(size)


def _rule(paragraph: Any, indent: float) -> None:
    """A short line under a text: the upper border of an empty, indented paragraph. indent: cm on either side."""
    from docx.shared import Cm, Pt

    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Cm(indent)
    form.space_before, form.space_after, form.line_spacing = Pt(2), Pt(0), Pt(6)
    borders = _element("w:pBdr")
    borders.append(_element("w:top", val="single", sz="6", space="1", color="000000"))
    paragraph._p.get_or_add_pPr().insert_element_before(borders, "w:spacing", "w:ind", "w:jc", "w:rPr")


def _element(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement

    made = OxmlElement(tag)
    for key, value in attributes.items():
        made.set(_name(f"w:{key}"), value)
    return made


def _name(tag: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(tag))
