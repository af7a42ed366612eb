"""What titles and file names state: period, signature, revision; and what must not be taken for one."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest

from etl.model.periods import parse_period
from etl.text.dates import find_period, find_revision, find_signed
from etl.text.marks import without_marks

CODES = [
    ("Kỳ báo cáo: Năm 2021", "2021"),
    ("Kỳ báo cáo: 2021", "2021"),
    ("(Kỳ báo cáo: Năm 2021, so với năm 2020)", "2021"),
    ("Kỳ báo cáo: Năm 2021 (ước)", "2021"),
    ("Kỳ báo cáo: Ngày 22 tháng 01 năm 2022", "2022-01-22"),
    ("Kỳ báo cáo: 22/01/2022", "2022-01-22"),
    ("Kỳ báo cáo: 06/2021", "2021-06"),
    ("Kỳ báo cáo: 2020-2021", "2020..2021"),
    ("DÂN SỐ CHIA THEO XÃ, PHƯỜNG, THỊ TRẤN NGÀY 1/4/2009", "2009-04-01"),
    ("Quý IV/2021", "2021-Q4"),
    ("Quý 4 năm 2021", "2021-Q4"),
    ("QUÝ I NĂM 2022", "2022-Q1"),
    ("Q2/2021", "2021-Q2"),
    ("6 tháng đầu năm 2021", "2021-H1"),
    ("sáu tháng cuối năm 2021", "2021-H2"),
    ("9 tháng đầu năm 2021", "2021-Q1..2021-Q3"),
    ("Từ tháng 1 đến tháng 6 năm 2021", "2021-H1"),
    ("Tháng 6 năm 2021", "2021-06"),
    ("T6/2021", "2021-06"),
    ("năm 2020-2021", "2020..2021"),
    ("Giai đoạn 2016 – 2020", "2016..2020"),
    ("Từ năm 2013 đến 2016", "2013..2016"),
    ("Từ năm 2013 đến năm 2016", "2013..2016"),
    ("Năm 2020 và 2021", "2020..2021"),
    ("SẢN LƯỢNG RAU QUẢ NĂM 2021", "2021"),
    ("VỐN ĐẦU TƯ NĂM 2021", "2021"),
]


@pytest.mark.parametrize(("text", "code"), CODES)
def test_the_period_of_a_title(text, code):
    assert find_period(text) == (code, None, None)
    assert parse_period(code).code == code


@pytest.mark.parametrize(("text", "code"), CODES)
def test_the_period_of_a_title_that_lost_its_marks(text, code):
    assert find_period(without_marks(text)) == (code, None, None)
    assert find_period(unicodedata.normalize("NFD", text).upper()) == (code, None, None)


@pytest.mark.parametrize(
    ("text", "code", "first", "last"),
    [
        ("Kỳ báo cáo: Năm 2021 (từ 01/01/2021 đến 31/12/2021)", "2021", date(2021, 1, 1), date(2021, 12, 31)),
        ("Ky bao cao: Nam 2020 (tu 01/01/2020 den 31/12/2020)", "2020", date(2020, 1, 1), date(2020, 12, 31)),
        ("Kỳ báo cáo: Năm 2021 (từ 15/12/2020 đến ngày 14/12/2021)", "2021", date(2020, 12, 15), date(2021, 12, 14)),
        ("Từ 01/01/2021 đến 30/06/2021", "2021-H1", date(2021, 1, 1), date(2021, 6, 30)),
        ("từ ngày 01/04 đến ngày 30/06/2021", "2021-Q2", date(2021, 4, 1), date(2021, 6, 30)),
        ("(01/01/2020 - 31/12/2021)", "2020..2021", date(2020, 1, 1), date(2021, 12, 31)),
        ("từ 10/01/2021 đến 20/02/2021", None, date(2021, 1, 10), date(2021, 2, 20)),
        ("từ ngày 1 tháng 2 năm 2021 đến ngày 28 tháng 2 năm 2021", "2021-02", date(2021, 2, 1), date(2021, 2, 28)),
    ],
)  # fmt: skip
def test_days_that_are_spelt_out(text, code, first, last):
    assert find_period(text) == (code, first, last)


@pytest.mark.parametrize(
    "text",
    [
        "Ngày nhận báo cáo: trước ngày 01/02/2021",
        "Ban hành kèm theo Công văn số 1174/SKHCN-QLKH ngày 20/11/2020",
        "theo Quyết định số 19/2014/QĐ-TTg năm 2014",
        "Lai Châu, ngày 08 tháng 01 năm 2022",
        "B. Danh mục nhãn hiệu (lũy kế đến 31/12/2021)",
        "hệ sinh thái khởi nghiệp đổi mới sáng tạo quốc gia đến năm 2025.",
        "Đến tháng 6 năm 2021",
        "từ quý I đến quý III năm 2021",
        "Từ năm 2020 đến nay",
        "Năm 2020 và kế hoạch năm 2021",
        "Năm học 2020-2021",
        "tháng 13 năm 2021",
        "ngày 31 tháng 2 năm 2021",
        "12/2019/HĐ-ĐTĐL",
        "Kỳ báo cáo: Năm …",
        "Năm\nbáo cáo",
        "2021",
        "",
    ],
)
def test_other_dates_are_no_period(text):
    assert find_period(text) == (None, None, None)


def test_black_chicken_ends_no_period():
    assert find_period("SẢN LƯỢNG GÀ ĐEN NĂM 2021") == ("2021", None, None)


def test_a_title_block_in_one_cell():
    block = (
        "Biểu số: 01\nBan hành kèm theo Công văn số 74 ngày 19/01/2020\nKỳ báo cáo: Năm 2021\nThông tư ngày 1/1/2020"
    )

    assert find_period(block) == ("2021", None, None)
    assert find_signed(block) is None


@pytest.mark.parametrize(
    "text",
    [
        "Tam Đường, ngày 05 tháng 01 năm 2022", "Tam Duong, ngay 05 thang 01 nam 2022", "TP. Lai Châu, ngày 5/1/2022",
        "Tam Đường, Lai Châu, ngày 05 tháng 01 năm 2022", "….., ngày 05 tháng 01 năm 2022", "Ngày 05 tháng 01 năm 2022",
        "Người kiểm tra biểu\nTam Đường, ngày 05 tháng 01 năm 2022\nTM. UBND HUYỆN",
    ],
)  # fmt: skip
def test_the_day_of_signing(text):
    assert find_signed(text) == date(2022, 1, 5)


@pytest.mark.parametrize(
    "text",
    [
        "….., ngày…tháng…năm…", "Lai Châu, ngày 31 tháng 02 năm 2022", "Kỳ báo cáo: Ngày 22 tháng 01 năm 2022",
        "Công văn số 12, ngày 05 tháng 01 năm 2022", "Ban hành kèm theo Thông tư, ngày 05 tháng 01 năm 2022",
        "Ngày nhận báo cáo: ngày 05/01/2022", "từ ngày 01/01/2021 đến ngày 31/12/2021", "Ngày 01/01/2021 - 31/12/2021",
        "DÂN SỐ CHIA THEO XÃ, PHƯỜNG, THỊ TRẤN NGÀY 1/4/2009", "",
    ],
)  # fmt: skip
def test_what_is_no_signature(text):
    assert find_signed(text) is None


@pytest.mark.parametrize(
    ("text", "revision"),
    [
        ("(sửa lần 2)", 2), ("(Báo cáo sửa đổi lần 2, thay thế báo cáo đã gửi)", 2), ("lần 3", 3), ("(lần 3)", 3),
        ("bổ sung lần 2", 2), ("Báo cáo sửa đổi, bổ sung lần thứ hai", 2), ("Báo cáo lần 2", 2), ("sửa lần 1", 1),
        ("BC KHCN 2021 (sửa lần 2) Sin Ho.xlsx", 2), ("BC KHCN 2021 (sua lan 2) Sin Ho.xlsx", 2),
        ("BC_sua_lan_3.xlsx", 3), ("BC KHCN 2021 lần 3 Sìn Hồ.xlsx", 3), ("BC KHCN 2021 (lan 2).xlsx", 2),
        ("sửa lại", 1), ("Báo cáo đã sửa", 1), ("BC KHCN 2021 (sua).xlsx", 1), ("Thay thế báo cáo ngày 05/01", 1),
    ],
)  # fmt: skip
def test_the_revision_that_a_title_or_file_name_states(text, revision):
    assert find_revision(text) == revision
    assert find_revision(unicodedata.normalize("NFD", text)) == revision


@pytest.mark.parametrize(
    "text",
    [
        "BC KHCN 2020 - Muong Te (1).xlsx", "BC (2).xlsx", "hai lần", "2 lần", "tăng 3 lần so với năm 2020", "Lan 2",
        "Cây Lan 2 ha", "Bò sữa lần 2", "Thức ăn bổ sung cho cá", "sửa chữa máy",
        "Nghị định sửa đổi, bổ sung một số điều", "sửa lần 2021", "BC_KHCN_2021_TamDuong.xlsx", "",
    ],
)  # fmt: skip
def test_ordinary_words_and_copies_are_no_revision(text):
    assert find_revision(text) == 0
