"""Names and headings: what counts as the same, and what must stay apart."""

from __future__ import annotations

import unicodedata

import pytest

from etl.text.names import fold, has_diacritics, similarity, squeeze, tone_key


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Tr.đó:\ntrồng mới", "tr do trong moi"),
        ("  ĐƠN VỊ\u00a0TÍNH: ", "don vi tinh"),
        ("TP. Lai Châu", "tp lai chau"),
        (unicodedata.normalize("NFD", "Nậm Nhùn"), "nam nhun"),
        ("Diện tích (km²)", "dien tich km2"),
        ("Ðường", "duong"),
        ("Tổng\u200b\u00ad số", "tong so"),
        ("ĐTĐL.CN-15/2020_a", "dtdl cn 15 2020 a"),
        ("---", ""),
        ("", ""),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"), ("Khoá", "Khóa"), ("luỹ kế", "lũy kế"), ("Cẩm Thuỷ", "CẨM THỦY"), ("Ma Li Pho", "Ma Ly Pho"),
        ("kỹ thuật", "kĩ thuật"), ("Quý", "Quí"), ("Mỹ", "Mĩ"), ("Tam Ðường", "Tam Đường"), ("Sìn  Hồ", "sìn-hồ"),
        ("Nậm Nhùn", unicodedata.normalize("NFD", "Nậm Nhùn")),
    ],
)  # fmt: skip
def test_two_spellings_of_one_sound_have_one_key(one, other):
    assert tone_key(one) == tone_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Khẩu Ký", "Khẩu Kỳ"), ("Tà Gia", "Ta Gia"), ("Than Uyên", "Tân Uyên"), ("tay", "tai"), ("Thúy", "thúi"),
        ("Dào San", "Đào San"), ("Sủ", "Sử"), ("Nậm Tăm", "Nậm Tâm"),
    ],
)  # fmt: skip
def test_names_that_differ_by_a_mark_have_two_keys(one, other):
    assert tone_key(one) != tone_key(other)


@pytest.mark.parametrize(
    ("text", "shown"),
    [(" Tr.đó:\n trồng\u00a0 mới\t", "Tr.đó: trồng mới"), ("a\u200bb", "ab"), ("", ""), ("tr\u00adíc", "tr\u00adíc")],
)
def test_squeeze(text, shown):
    assert squeeze(text) == shown


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Lai Châu", True),
        ("đ", True),
        (unicodedata.normalize("NFD", "ộ"), True),
        ("Lai Chau", False),
        ("km² – 5 °C", False),
    ],
)
def test_has_diacritics(text, marked):
    assert has_diacritics(text) is marked


FORM = [
    "STT", "Tên nhiệm vụ", "Mã số / Số hợp đồng", "Cấp quản lý", "Loại hình", "Tổ chức chủ trì",
    "Thời gian thực hiện / Bắt đầu", "Thời gian thực hiện / Kết thúc", "Tình trạng", "Kinh phí được duyệt / Tổng số",
    "Kinh phí được duyệt / Chia ra / NSTW", "Kinh phí được duyệt / Chia ra / NSĐP",
    "Kinh phí được duyệt / Chia ra / Nguồn khác", "Kinh phí thực hiện trên địa bàn trong kỳ", "Huyện cùng thực hiện",
    "Sản phẩm, cây trồng, vật nuôi",
]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "heading"),
    [
        ("Tên nhiệm vụ KH&CN", "Tên nhiệm vụ"),
        ("Mã số/Số HĐ", "Mã số / Số hợp đồng"),
        ("Cấp QL", "Cấp quản lý"),
        ("Thời gian TH / Kết thúc", "Thời gian thực hiện / Kết thúc"),
        ("TINH TRANG", "Tình trạng"),
        ("KP được duyệt / Tổng cộng", "Kinh phí được duyệt / Tổng số"),
        ("KP được duyệt / Chia ra / NGUỒN KHÁC", "Kinh phí được duyệt / Chia ra / Nguồn khác"),
        ("KP thực hiện trên địa bàn trong kỳ", "Kinh phí thực hiện trên địa bàn trong kỳ"),
        ("Kinh phí TH trong kỳ", "Kinh phí thực hiện trên địa bàn trong kỳ"),
        ("Huyện cùng TH", "Huyện cùng thực hiện"),
        ("SP, cây trồng, vật nuôi", "Sản phẩm, cây trồng, vật nuôi"),
    ],
)
def test_a_heading_as_districts_type_it_is_most_like_its_own(typed, heading):
    assert max(FORM, key=lambda known: similarity(typed, known)) == heading


def test_similarity_runs_from_nothing_to_the_same_words():
    assert similarity("Văn bằng / Lũy kế", "LUỸ KẾ, văn bằng") == 100
    assert similarity("Tổng số", "Tổng số hộ") < 90
    assert (similarity("", ""), similarity("Tổng số", "---")) == (0, 0)
