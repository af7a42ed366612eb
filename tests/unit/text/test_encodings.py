"""Text of a sheet: its encoding is told from all of it, and repair gives back clean Unicode."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from python_calamine import CalamineError, CalamineWorkbook

from etl.text.encodings import ENCODINGS, decode_bytes, detect, repair

SAMPLES = Path(__file__).resolve().parents[3].parent / "shared" / "samples" / "laichau-st"
needs_samples = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the folder 'shared' with the sample submissions is not beside this checkout"
)

NFC = [
    "Biểu số: 05/KHCN-H",
    "ÁP DỤNG HỆ THỐNG QUẢN LÝ CHẤT LƯỢNG TCVN ISO 9001",
    "Đơn vị báo cáo: UBND huyện Tam Đường",
    "Kỳ báo cáo: Năm 2020 (từ 01/01/2020 đến 31/12/2020)",
    "Đơn vị tính: Cơ quan, đơn vị",
    "Cơ quan thuộc diện bắt buộc (01=02+03)",
    "Tỷ lệ (%)",
]
TCVN3 = [
    "§¬n vÞ b¸o c¸o: UBND HuyÖn Tam §\u00adêng",
    "Ngµy nhËn b¸o c¸o: tr\u00adíc ngµy 01/02/2021",
    "NHIÖM Vô KHOA HäC Vµ C¤NG NGHÖ",
    "STT",
    "Tªn nhiÖm vô KH&CN",
    "§T§L.CN-18/2019",
]
VNI = [
    "Ñôn vò baùo caùo: UBND huyeän Möôøng Teø",
    "CAÂY TROÀNG, VAÄT NUOÂI ÑÖÔÏC PHUÏC TRAÙNG",
    "Ngaøy nhaän baùo caùo: tröôùc ngaøy 01/02/2022",
    "Hoà Thaàu",
    "12/2019/HÑ-ÑTÑL",
]
BARE = [
    "AP DUNG HE THONG QUAN LY CHAT LUONG TCVN ISO 9001",
    "Don vi bao cao: Uy ban nhan dan thanh pho Lai Chau",
    "Ky bao cao: Nam 2020 (tu 01/01/2020 den 31/12/2020)",
]
ENGLISH = [
    "Number of households with access to electricity, by district and year of the survey, in percent of the total"
]
FRENCH = [
    "Évolution des dépenses de l'année précédente et créations d'emplois à l'étranger, où la société a été fondée"
]
GERMAN = [
    "Übersicht über die Gebühren für Büroräume, Geschäftsführung und Prüfungsausschüsse, größtenteils jährlich fällig"
]


def nfd(texts):
    return [unicodedata.normalize("NFD", text) for text in texts]


@pytest.mark.parametrize(
    ("texts", "encoding"),
    [
        (NFC, "nfc"), (nfd(NFC), "nfd"), (TCVN3, "tcvn3"), (VNI, "vni"), (BARE, "bare"),
        (ENGLISH, "nfc"), (FRENCH, "nfc"), (GERMAN, "nfc"), ([], "nfc"), (["1.234", "DA.LC-14/2018", "KHCN"], "nfc"),
    ],
)  # fmt: skip
def test_the_encoding_of_a_sheet(texts, encoding):
    assert encoding in ENCODINGS
    assert detect(texts) == encoding


@pytest.mark.parametrize("texts", [NFC, TCVN3, VNI], ids=["nfc", "tcvn3", "vni"])
def test_hundreds_of_ids_and_repeated_values_do_not_decide(texts):
    ids = [f"DA.LC-{number}/2018" for number in range(400)] + ["SKHCN", "ISO"] * 200

    assert detect([*ids, *texts]) == detect(texts)


@pytest.mark.parametrize("texts", [["HuyÖn Tam §\u00adêng"], ["Hoà"], ["Toång soá"], ["Tong so", "Lai Chau"]])
def test_too_little_text_is_not_repaired_on_a_guess(texts):
    assert detect(texts) == "nfc"


def test_good_unicode_that_is_also_good_vni_stays():
    names = ["Xã Hoà Bình", "Thị trấn Hoà Mạc", "Phường Hoà An", "Xã Hoà Xá", "Khoá", "toà nhà", "hoạ", "Xã Thoà"]

    assert detect(names) == "nfc"
    assert [repair(name, "nfc") for name in names] == names


@pytest.mark.parametrize(
    ("text", "encoding", "clean"),
    [
        ("§¬n vÞ b¸o c¸o", "tcvn3", "Đơn vị báo cáo"),
        ("HuyÖn Tam §\u00adêng", "tcvn3", "Huyện Tam Đường"),
        ("NËm Nhïn, triÖu ®ång", "tcvn3", "Nậm Nhùn, triệu đồng"),
        ("Uû ban nh©n d©n", "tcvn3", "Uỷ ban nhân dân"),
        ("Toång soá", "vni", "Tổng số"),
        ("Thaønh phoá Lai Chaâu", "vni", "Thành phố Lai Châu"),
        ("ÑÖÔÏC CAÁP VAÊN BAÈNG", "vni", "ĐƯỢC CẤP VĂN BẰNG"),
        ("Hoà Thaàu, Kyõ thuaät", "vni", "Hồ Thầu, Kỹ thuật"),
        ("Nậm Nhùn", "nfd", "Nậm Nhùn"),
        (unicodedata.normalize("NFD", "Nậm Nhùn"), "nfd", "Nậm Nhùn"),
        ("Bi\u00ea\u0309u s\u00f4\u0301, thuo\u0323\u0302c", "nfd", "Biểu số, thuộc"),
        ("Ðường, Ɖồng, HÐND, Tam Ðường", "nfc", "Đường, Đồng, HĐND, Tam Đường"),
        ("það er Ðuro", "nfc", "það er Ðuro"),
        ("Tổng\u00a0số\u202f(ha)\u200b", "nfc", "Tổng số (ha)"),
        ("Tổng\u00adsố", "nfc", "Tổngsố"),
        ("Lĩnh\nvực  rộng", "nfc", "Lĩnh\nvực  rộng"),
        ("Tong so", "bare", "Tong so"),
    ],
)
def test_repair(text, encoding, clean):
    assert repair(text, encoding) == clean


def test_a_soft_hyphen_that_may_be_a_letter_of_tcvn3_is_kept_until_the_sheet_has_decided():
    assert repair("tr\u00adíc HuyÖn", "nfc") == "tr\u00adíc HuyÖn"


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
def test_a_unicode_cell_in_a_legacy_sheet_is_left_as_it_is(encoding):
    cells = ["Tổng số", "Báo cáo năm", "Hòa Bình, Điện Biên", "Lai Châu à, Bát Xát"]

    assert [repair(cell, encoding) for cell in cells] == cells


TABLE = "Mã;Tên\r\n1;Nậm Nhùn\r\n2;Sìn Hồ\r\nTổng số;Đơn vị tính: triệu đồng\r\n"


@pytest.mark.parametrize(
    ("data", "codec"),
    [
        (TABLE.encode(), "utf-8"),
        (TABLE.encode("utf-8-sig"), "utf-8-sig"),
        (TABLE.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TABLE.encode("utf-16-be"), "utf-16"),
        (b"a;b\r\n1;2\r\n", "utf-8"),
        (b"", "utf-8"),
    ],
)
def test_bytes_of_a_csv(data, codec):
    text, found = decode_bytes(data)

    assert found == codec
    assert text == data.decode(codec)


def test_windows_1258_comes_half_decomposed_and_repair_composes_it():
    data = "Bi\u00ea\u0309u s\u00f4\u0301;Gia\u0301 tri\u0323;Sa\u0309n phâ\u0309m;Đơn vi\u0323 ti\u0301nh".encode(
        "cp1258"
    )

    text, codec = decode_bytes(data)

    assert codec == "cp1258"
    assert detect(text.split(";")) == "nfd"
    assert repair(text, "nfd") == "Biểu số;Giá trị;Sản phẩm;Đơn vị tính"


@pytest.mark.parametrize(("cells", "encoding"), [(TCVN3, "tcvn3"), (VNI, "vni")], ids=["tcvn3", "vni"])
def test_a_csv_of_a_legacy_font_is_left_for_the_sheet_to_decide(cells, encoding):
    text, _ = decode_bytes(";".join(cells).encode("latin-1"))

    assert text.split(";") == cells
    assert detect(text.split(";")) == encoding


@pytest.mark.parametrize("data", [bytes(range(256)), b"\xef\xbb\xbf\xff\xfe", b"\xff\xfe\x00", b"\x81\x8d\x8f\x90"])
def test_bytes_that_are_no_text_never_stop_the_run(data):
    text, codec = decode_bytes(data)

    assert (type(text), type(codec)) == (str, str)


def sheets_of(folder):
    """(file, sheet, text cells) of every sheet that can be opened, as the truth names its files."""
    for entry in json.loads((folder / "truth.json").read_text(encoding="utf-8"))["files"]:
        declared = {sheet["sheet"]: sheet.get("encoding", "NFC").lower() for sheet in entry.get("sheets") or []}
        path = folder / entry["file"]
        if path.suffix == ".csv":
            continue
        try:
            book = CalamineWorkbook.from_path(path)
        except CalamineError:
            continue
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python()
            yield entry["file"], name, declared.get(name, "nfc"), [c for row in rows for c in row if isinstance(c, str)]


@needs_samples
@pytest.mark.parametrize("folder", ["messy", "plain", "hostile"])
def test_every_sheet_of_the_samples_is_told_right(folder):
    sheets = list(sheets_of(SAMPLES / folder))

    assert len(sheets) > 90
    assert [
        (file, sheet, found) for file, sheet, encoding, cells in sheets if (found := detect(cells)) != encoding
    ] == []


@needs_samples
@pytest.mark.parametrize("folder", ["messy", "plain", "hostile"])
def test_repaired_samples_are_clean_unicode_and_clean_ones_do_not_change(folder):
    for _, _, encoding, cells in sheets_of(SAMPLES / folder):
        repaired = [repair(cell, encoding) for cell in cells]

        assert repaired == [unicodedata.normalize("NFC", cell) for cell in repaired]
        assert detect(repaired) == ("bare" if encoding == "bare" else "nfc")
        if encoding == "nfc":
            assert [cell.replace("\u00a0", " ") for cell in cells] == repaired


@needs_samples
@pytest.mark.parametrize("folder", ["messy", "plain", "hostile"])
@pytest.mark.parametrize(("year", "codec", "encoding"), [(2020, "cp1258", "nfd"), (2021, "utf-8-sig", "nfc")])
def test_the_csv_of_the_samples(folder, year, codec, encoding):
    text, found = decode_bytes((SAMPLES / folder / f"BC_KHCN_{year}_ThanUyen_Bieu04.csv").read_bytes())

    assert (found, detect(text.split(";"))) == (codec, encoding)
    assert "GIÁ TRỊ SẢN PHẨM GẮN NHÃN HIỆU CHỨNG NHẬN" in repair(text, encoding)
