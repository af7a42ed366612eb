"""What a legacy font or a decomposing editor does to Vietnamese text, repair undoes; good text it leaves alone."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from etl.text.encodings import decode_bytes, detect, repair

#: a busy machine, or a first import, is no fault of the text
in_its_own_time = settings(deadline=None)

SENTENCES = """
Biểu số: 01/KHCN-H, ban hành kèm theo Công văn số 1174/SKHCN-QLKH ngày 20/11/2020
Nhiệm vụ khoa học và công nghệ triển khai trên địa bàn huyện Mường Tè
Đơn vị nhận báo cáo: Sở Khoa học và Công nghệ tỉnh Lai Châu
Kinh phí được duyệt, kinh phí thực hiện trên địa bàn trong kỳ (triệu đồng)
Hoàn thiện quy trình thâm canh và chế biến chè PH8, PH10 chất lượng cao
Bảo tồn nghệ thuật xòe Thái Mường Than, đề tài chuyển tiếp từ năm 2019
Nghiên cứu nhân giống và trồng lan kim tuyến dưới tán rừng tại tỉnh Lai Châu
NHÃN HIỆU ĐƯỢC CHẤP NHẬN ĐƠN VÀ ĐƯỢC CẤP VĂN BẰNG BẢO HỘ
ÁP DỤNG HỆ THỐNG QUẢN LÝ CHẤT LƯỢNG, TỶ LỆ (%), ỦY BAN NHÂN DÂN
Thiếu tư vấn, hướng dẫn xác lập quyền sở hữu trí tuệ cho sản phẩm OCOP
Hợp tác xã mật ong Tà Tổng nuôi cá hồi, gạo Séng Cù, nếp Tan Co Giàng
Người lập biểu ký, ghi rõ họ tên; kỹ thuật viên chỉ dẫn địa lý thuỷ lợi, luỹ kế
""".strip().splitlines()

#: independent of the product's table: the letters of TCVN3 in the order of their Unicode letters
TCVN3 = dict(
    zip(
        "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđĂÂÊÔƠƯĐ",
        "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊËÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\u00adõö÷øùúûüýþ®¡¢£¤¥¦§",
        strict=True,
    )
)
TONES = {"\u0300": "ø", "\u0309": "û", "\u0303": "õ", "\u0301": "ù", "\u0323": "ï", "": ""}
HATS = {"\u0300": "à", "\u0309": "å", "\u0303": "ã", "\u0301": "á", "\u0323": "ä", "": "â"}
BREVES = {"\u0300": "è", "\u0309": "ú", "\u0303": "ü", "\u0301": "é", "\u0323": "ë", "": "ê"}
ALONE = dict(zip("đìỉĩíịỵ", "ñìæóíòî", strict=True))


def split(letter):
    """(base letter, its own mark, its tone), each '' where there is none."""
    base, *marks = unicodedata.normalize("NFD", letter)
    tone = next((mark for mark in marks if mark in TONES), "")
    return base, "".join(mark for mark in marks if mark != tone), tone


def to_tcvn3(text):
    """A capital with a tone is a small byte that the font draws large."""
    return "".join(TCVN3.get(letter) or TCVN3.get(letter.lower(), letter) for letter in text)


def vni_letter(letter):
    if letter in ALONE:
        return ALONE[letter]
    base, mark, tone = split(letter)
    if mark == "\u031b":
        return {"o": "ô", "u": "ö"}[base] + TONES[tone]
    return base + {"\u0302": HATS, "\u0306": BREVES}.get(mark, TONES)[tone] if mark or tone else letter


def to_vni(text):
    return "".join(vni_letter(letter) if letter.islower() else vni_letter(letter.lower()).upper() for letter in text)


def half_decompose(text):
    """As Windows-1258 writes it: the letter with its own mark, then the tone as a combining mark."""
    halves = (split(letter) for letter in text)
    return "".join(unicodedata.normalize("NFC", base + mark) + tone for base, mark, tone in halves)


sheets = st.lists(st.sampled_from(SENTENCES), min_size=3, max_size=12, unique=True)
ids = st.lists(st.from_regex(r"[A-Z]{2}\.[A-Z]{2}-[0-9]{2}/20[0-9]{2}", fullmatch=True), max_size=40)


def assert_told_and_repaired(cells, ids, encode, encoding, same=str):
    typed = [encode(cell) for cell in cells]

    assert detect([*typed, *ids]) == encoding
    assert [same(repair(cell, encoding)) for cell in typed] == [same(cell) for cell in cells]
    assert [repair(each, encoding) for each in ids] == ids


@in_its_own_time
@given(sheets, ids)
def test_tcvn3_is_told_and_undone_but_for_capitals(cells, ids):
    assert_told_and_repaired(cells, ids, to_tcvn3, "tcvn3", str.casefold)


@in_its_own_time
@given(sheets, ids)
def test_vni_is_told_and_undone(cells, ids):
    assert_told_and_repaired(cells, ids, to_vni, "vni")


@in_its_own_time
@given(sheets, ids)
def test_decomposed_text_is_told_and_composed(cells, ids):
    assert_told_and_repaired(cells, ids, lambda cell: unicodedata.normalize("NFD", cell), "nfd")


@in_its_own_time
@given(sheets, ids)
def test_half_decomposed_text_is_told_and_composed(cells, ids):
    assert_told_and_repaired(cells, ids, half_decompose, "nfd")


@in_its_own_time
@given(sheets, ids)
def test_good_text_is_never_repaired(cells, ids):
    assert_told_and_repaired(cells, ids, str, "nfc")


@in_its_own_time
@given(sheets, st.sampled_from(["tcvn3", "vni"]))
def test_good_cells_in_a_legacy_sheet_are_left_alone(cells, encoding):
    assert [repair(cell, encoding) for cell in cells] == cells


@in_its_own_time
@given(sheets, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1258"]))
def test_a_csv_comes_back_whatever_saved_it(cells, codec):
    table = "\r\n".join(cells)
    data = (half_decompose(table) if codec == "cp1258" else table).encode(codec)

    text, found = decode_bytes(data)

    assert found == codec
    assert repair(text, detect(text.splitlines())) == table


@in_its_own_time
@given(st.text(), st.sampled_from(["nfc", "nfd", "tcvn3", "vni", "bare"]))
def test_repair_takes_any_text_and_gives_composed_unicode_without_odd_spaces(text, encoding):
    clean = repair(text, encoding)

    assert clean == unicodedata.normalize("NFC", clean)
    assert not set(clean) & set("\u00a0\u202f\u2009\u200b\ufeff")
    assert clean.count("\n") == text.count("\n")


@in_its_own_time
@given(st.binary(max_size=400))
def test_any_bytes_are_read(data):
    text, codec = decode_bytes(data)

    assert (type(text), type(codec)) == (str, str)
