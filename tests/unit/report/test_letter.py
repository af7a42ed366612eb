"""The Word report and its sign-off sheet, read back: the form of Nghị định 30/2020/NĐ-CP, and every field filled."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from etl.model.clock import LOCAL_TIME
from etl.model.releases import Move
from etl.report import words
from etl.report.letter import blank_letter, letter, sign_off
from tests.unit.report.sample import SPAN, reference


def opened(data: bytes):
    return docx.Document(io.BytesIO(data))


@pytest.fixture(scope="module")
def report(files):
    return opened(files["laichau-st.docx"])


@pytest.fixture(scope="module")
def sheet(files):
    return opened(files["laichau-st-phieu-trinh.docx"])


def texts(document) -> str:
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def rows(document, head: str) -> list[list[str]]:
    """The rows of the table whose first heading is `head`."""
    table = next(t for t in document.tables if t.rows[0].cells[0].text == head)
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_it_is_a4_in_times_with_the_margins_of_the_decree(report):
    first = report.sections[0]
    assert (round(first.page_width.mm), round(first.page_height.mm)) == (210, 297)
    assert Mm(20) <= first.top_margin <= Mm(25)
    assert Mm(30) <= first.left_margin <= Mm(35)
    assert Mm(15) <= first.right_margin <= Mm(20)
    assert report.styles["Normal"].font.name == "Times New Roman"
    assert report.styles["Lời văn"].font.size.pt == 14
    assert [round(s.page_width.mm) for s in report.sections] == [210, 297, 297, 297, 210]


def test_pages_are_numbered_top_centre_from_the_second(report):
    first = report.sections[0]
    number = first.header.paragraphs[0]
    assert "PAGE" in number._p.xml
    assert number.alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert first.different_first_page_header_footer
    assert first.first_page_header.paragraphs[0].text == ""
    assert not report.sections[1].different_first_page_header_footer


def test_the_heading_block_names_office_country_place_and_day(report):
    left, right = report.tables[0].rows[0].cells
    assert left.text.split("\n")[:3] == ["ỦY BAN NHÂN DÂN", "TỈNH LAI CHÂU", "SỞ KHOA HỌC VÀ CÔNG NGHỆ"]
    assert right.text.split("\n")[:2] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]
    assert report.tables[0].rows[1].cells[1].text == "Lai Châu, ngày 03 tháng 02 năm 2022"


@pytest.mark.parametrize(
    ("day", "said"),
    [((2022, 1, 9), "ngày 09 tháng 01 năm 2022"), ((2022, 3, 5), "ngày 05 tháng 3 năm 2022"),
     ((2022, 11, 24), "ngày 24 tháng 11 năm 2022")],
)  # fmt: skip
def test_a_day_is_written_as_the_decree_says(day, said):
    assert words.full_date(datetime(*day, 8, tzinfo=LOCAL_TIME)) == said


def test_nothing_is_left_to_be_filled(report, sheet):
    assert "{{" not in texts(report) + texts(sheet)


def test_text_and_tables_state_the_figures(report):
    assert any("46 nhiệm vụ khoa học và công nghệ, gồm 8 nhiệm vụ cấp Nhà nước" in p.text for p in report.paragraphs)
    assert rows(report, "STT")[1] == [
        "1", "Nhiệm vụ KH&CN được triển khai (cấp Nhà nước và cấp tỉnh)", "nhiệm vụ", "2020–2021", "46", "16/16",
    ]  # fmt: skip
    money = next(row for row in rows(report, "Chỉ tiêu") if row[0] == "Kinh phí thực hiện trên địa bàn trong kỳ")
    assert money[2].endswith("* [15/16]")
    assert (
        next(row for row in rows(report, "Chỉ tiêu (kỳ)") if row[0].startswith("Nhãn hiệu được chấp nhận đơn"))[2]
        == "26"
    )
    assert "Huyện Mường Tè – 05/KHCN-H" in texts(report)
    assert any("46 science and technology tasks" in p.text for p in report.paragraphs)


def test_a_provisional_report_says_on_its_first_page_that_it_is_not_to_be_cited(report, content):
    assert "Không trích dẫn như số liệu chính thức)" in texts(report)
    assert "(Bản chính thức số 3)" in texts(opened(letter(replace(content, kind="official"))))


def test_heads_of_tables_are_repeated_and_rows_not_torn(report):
    table = next(t for t in report.tables if t.rows[0].cells[0].text == "STT")
    assert "w:tblHeader" in table.rows[0]._tr.xml
    assert "w:cantSplit" in table.rows[1]._tr.xml


def test_the_shipped_template_is_the_decree_s_form():
    assert reference().letters["laichau-st"] == blank_letter()


def test_an_office_s_own_template_is_filled_where_its_fields_stand(content):
    own = docx.Document()
    paragraph = own.add_paragraph("Nơi lập: ")
    for piece, bold in (("{{ địa ", True), ("danh }}", False), (", hết.", False)):
        paragraph.add_run(piece).bold = bold
    own.add_paragraph("{{ lời văn }}")
    sink = io.BytesIO()
    own.save(sink)
    known = replace(content.reference, letters={"laichau-st": sink.getvalue()})

    made = opened(letter(replace(content, reference=known)))
    assert made.paragraphs[0].text == "Nơi lập: Lai Châu, hết."
    assert [run.text for run in made.paragraphs[0].runs if run.bold] == ["Lai Châu"]
    assert made.paragraphs[1].text == "I. NHIỆM VỤ KHOA HỌC VÀ CÔNG NGHỆ"


def test_the_sign_off_sheet_tells_gaps_and_hashes(sheet, files):
    import hashlib

    assert ["Huyện Nậm Nhùn", "01/KHCN-H", "năm 2021", "Chưa gửi"] in rows(sheet, "Đơn vị")
    sums = dict(row for row in rows(sheet, "Tệp") if row[0].endswith((".docx", ".json")))
    assert sums["laichau-st.docx"] == hashlib.sha256(files["laichau-st.docx"]).hexdigest()
    assert sums["figures.json"] == hashlib.sha256(files["figures.json"]).hexdigest()
    assert reference().hash in texts(sheet)


def test_the_sign_off_sheet_tells_what_moved(content):
    moved = (Move("NV.T", "108", SPAN, (), "6", "5"), Move("GT", "12", SPAN, (), "20..30", None))
    sheet = opened(sign_off(replace(content, moved=moved), {}))
    assert rows(sheet, "Chỉ tiêu")[1:3] == [
        ["Giá trị sản phẩm gắn nhãn hiệu chứng nhận tăng so với trước", "Tỉnh Lai Châu", "2020–2021", "20 – 30", "–"],
        ["Nhiệm vụ KH&CN được triển khai (cấp Nhà nước và cấp tỉnh)", "Huyện Sìn Hồ", "2020–2021", "6", "5"],
    ]
