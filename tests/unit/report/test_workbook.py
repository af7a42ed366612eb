"""The report workbook, read back by another library."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest

from etl.model.series import Figures
from etl.report.workbook import workbook
from tests.unit.report.sample import ATTACK, MARKS, SCRIPT, SPAN

HEADER = 6  # the row of headings, as Excel counts


def opened(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data), rich_text=False)


@pytest.fixture(scope="module")
def book(files):
    return opened(files["laichau-st.xlsx"])


def titles(sheet) -> list[str]:
    return [str(cell.value).split("\n")[0] for cell in sheet[HEADER]]


def lines(sheet) -> list[dict]:
    heads = titles(sheet)
    return [dict(zip(heads, row, strict=False)) for row in sheet.iter_rows(min_row=HEADER + 1)]


def figure(sheet, title, period="2020–2021", unit="Tỉnh Lai Châu", part=""):
    wanted = (title, period, unit, part)
    return next(
        line
        for line in lines(sheet)
        if (line["Chỉ tiêu"].value, line["Kỳ"].value, line["Đơn vị"].value, line["Phân tổ"].value or "") == wanted
    )


def test_it_has_six_sheets_that_print_on_a4(book):
    assert [name for name in book.sheetnames if not name.startswith("Biểu")] == [
        "Số liệu", "Theo đơn vị", "Đầy đủ", "Phát hiện", "Nguồn", "Ghi chú",
    ]  # fmt: skip
    for sheet in (one for one in book if not one.title.startswith("Biểu")):
        setup = sheet.page_setup
        assert (int(setup.paperSize), setup.orientation, int(setup.fitToHeight)) == (9, "landscape", 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == f"${HEADER}:${HEADER}"
        assert sheet.freeze_panes
        assert sheet[HEADER][0].font.bold


def test_the_first_figure_is_the_province_s_first(book):
    first = lines(book["Số liệu"])[0]
    assert (first["Đơn vị"].value, first["Giá trị"].value, first["Giá trị"].data_type) == ("Tỉnh Lai Châu", 46, "n")
    assert (first["Đơn vị tính"].value, first["Báo cáo đã nhận"].value, first["Tình trạng"].value) == (
        "nhiệm vụ",
        "16/16",
        "Công bố",
    )


def test_numbers_show_vietnamese_marks_and_their_own_digits(book):
    money = figure(book["Số liệu"], "Kinh phí được duyệt của các nhiệm vụ (mỗi nhiệm vụ tính một lần)")["Giá trị"]
    assert money.number_format == "[$-42A]#,##0.0"
    assert figure(book["Số liệu"], "Nhiệm vụ KH&CN cấp tỉnh")["Giá trị"].number_format == "[$-42A]#,##0"
    share = figure(book["Số liệu"], "Cơ quan hành chính nhà nước áp dụng TCVN ISO 9001")
    assert (share["Giá trị"].value, share["Giá trị"].number_format) == (100, '[$-42A]#,##0.0"%"')
    assert (share["Tử số"].value, share["Mẫu số"].value) == (124, 124)


def test_a_provisional_number_bears_a_star_and_names_who_is_missing(book):
    line = figure(book["Số liệu"], "Cơ quan hành chính nhà nước áp dụng TCVN ISO 9001", "năm 2020")
    assert line["Giá trị"].number_format.endswith('"%""*"')
    assert (line["Tình trạng"].value, line["Còn thiếu"].value) == ("Tạm tính", "Huyện Mường Tè")


def test_a_withheld_figure_has_words_and_no_number(book):
    line = figure(book["Số liệu"], "Sản lượng tiêu thụ của sản phẩm gắn nhãn hiệu chứng nhận")
    assert (line["Giá trị"].value, line["Giá trị"].data_type, line["Tình trạng"].value) == (
        "Chưa công bố",
        "s",
        "Chưa công bố",
    )
    assert line["Còn thiếu"].value.startswith("Thành phố Lai Châu (năm 2020); Huyện Tam Đường (năm 2020)")


def test_ranges_lists_and_parts_are_told(book):
    sheet = book["Số liệu"]
    rise = figure(sheet, "Giá trị sản phẩm gắn nhãn hiệu chứng nhận tăng so với trước")
    assert (rise["Giá trị"].value, rise["Thấp nhất"].value, rise["Cao nhất"].value) == ("20% – 30%", 20, 30)
    assert figure(sheet, "Nhãn hiệu chứng nhận được cấp văn bằng")["Danh sách"].value == "; ".join(MARKS)
    gifts = figure(
        sheet,
        "Suất quà Đoàn công tác trao tặng",
        "ngày 22/01/2022",
        part="Huyện, thành phố (nơi làm việc): Huyện Than Uyên",
    )
    assert gifts["Giá trị"].value == 4


def test_digits_that_a_double_cannot_hold_are_written_as_text(content):
    exact = replace(content.figures.find("NV.T", SPAN, "12"), value=Decimal("1234567890123456.7"), decimals=1)
    first = lines(opened(workbook(replace(content, figures=Figures.gathered([exact]))))["Số liệu"])[0]["Giá trị"]
    assert (first.value, first.data_type) == ("1.234.567.890.123.456,7", "s")


def test_units_stand_side_by_side(book):
    sheet = book["Theo đơn vị"]
    assert titles(sheet)[3:6] == ["Tỉnh Lai Châu", "Thành phố Lai Châu", "Huyện Tam Đường"]
    accepted = next(line for line in lines(sheet) if line["Chỉ tiêu"].value.startswith("Nhãn hiệu được chấp nhận đơn"))
    values = [accepted[unit].value for unit in titles(sheet)[3:12]]
    assert values == [80, 26, 13, 6, 6, 7, 10, 9, 3]


def test_coverage_is_told_in_words_and_colours(book):
    sheet = book["Đầy đủ"]
    heads = [str(cell.value).split("\n")[:2] for cell in sheet[HEADER]]
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=HEADER + 1)}
    iso, tasks = heads.index(["05/KHCN-H", "năm 2020"]), heads.index(["01/KHCN-H", "năm 2021"])
    assert [rows[unit][iso].value for unit in ("Huyện Mường Tè", "Huyện Sìn Hồ")] == ["Chưa gửi", "Đã nhận"]
    assert rows["Huyện Mường Tè"][iso].fill.start_color.rgb != rows["Huyện Sìn Hồ"][iso].fill.start_color.rgb
    assert rows["Huyện Tam Đường"][tasks].value == "Đã nhận, muộn"
    assert rows["Liên đoàn Lao động tỉnh"][tasks].value == "–"


def test_nothing_in_the_workbook_can_run(files, book):
    data = files["laichau-st.xlsx"]
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    formulas = [
        f
        for name, part in parts.items()
        if name.startswith("xl/worksheets/")
        for f in re.findall(b"<f>(.*?)</f>", part)
    ]
    assert formulas
    assert [f for f in formulas if not re.fullmatch(rb"SUM\([A-Z]+\d+:[A-Z]+\d+\)", f)] == []
    assert [name for name, part in parts.items() if b'TargetMode="External"' in part or "vba" in name.lower()] == []
    values = [line["Giá trị"] for line in lines(book["Phát hiện"])]
    attack = next(cell for cell in values if cell.value == ATTACK)
    assert attack.data_type == "s"
    assert SCRIPT in [cell.value for cell in values]


def test_the_archive_is_not_compressed_and_bears_no_time_of_the_day(files):
    with zipfile.ZipFile(io.BytesIO(files["laichau-st.xlsx"])) as package:
        kinds = {(entry.compress_type, entry.date_time, entry.create_system) for entry in package.infolist()}
    assert kinds == {(zipfile.ZIP_STORED, (1980, 1, 1, 0, 0, 0), 3)}


def test_the_notes_say_that_it_is_provisional_and_what_it_rests_on(book, content):
    notes = {str(line["Mục"].value).split("\n")[0]: str(line["Nội dung"].value) for line in lines(book["Ghi chú"])}
    assert "Không trích dẫn" in notes["Bản công bố"]
    assert notes["Dữ liệu tham chiếu (sha256)"] == content.reference.hash
    assert book.properties.created.isoformat() == "2022-02-03T20:15:42"


def test_of_more_findings_than_a_sheet_holds_the_gravest_are_listed_and_the_rest_is_counted(content, monkeypatch):
    every = [line["Mức độ"].value for line in lines(opened(workbook(content))["Phát hiện"])]
    grave = sum(f.severity in ("critical", "hold") for f in content.findings)
    monkeypatch.setattr("etl.report.workbook.MOST_FINDINGS", grave)
    sheet = opened(workbook(content))["Phát hiện"]
    shown = [line["Mức độ"].value for line in lines(sheet) if line["Quy tắc"].value]

    assert 0 < grave < len(every)
    assert shown == [word for word in every if word in ("Lỗi phải sửa", "Chờ quyết định")]
    said = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert any(text.startswith(f"Còn {len(every) - grave} phát hiện nhẹ hơn") for text in said)
