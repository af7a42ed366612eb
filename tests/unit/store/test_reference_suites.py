"""Every rule of every suite fails on exactly the row that was made for it, and on no other.

One GX validation a table, over the derivations of the forms' own YAML: what is tested is what runs at night.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from etl.steps.derive import derive
from etl.steps.validate import tell, validate
from etl.store.lake import schema

Row = dict[str, Any]

SOUND: dict[str, list[Row]] = {
    "nv": [{
        "ten": "Hoàn thiện quy trình thâm canh chè", "ma_so": "ĐTĐL.CN-18/2019", "cap_quan_ly": "nhà nước",
        "loai_hinh": "dự án SXTN", "chu_tri": "Viện Nghiên cứu", "tinh_trang": "chuyển tiếp",
        "bat_dau": date(2019, 1, 1), "ket_thuc": date(2022, 7, 1),
        "kinh_phi": "6898.5", "nstw": "4828", "nsdp": "2070.5", "nguon_khac": "0", "kinh_phi_trong_ky": "593.2",
        "huyen_cung": ["111"], "san_pham": ["Chè PH8 và PH10"],
    }],
    "sp": [{
        "san_pham": "Cây chuối", "giong": ["Tiêu hồng"], "xa": "03427", "hoat_dong": "mô hình", "so_mo_hinh": 2,
        "quy_mo": "10.2", "trong_moi": "10.2", "so_ho": 11, "nu_chu_ho": 3, "ma_nhiem_vu": "DA.LC-24/2020",
    }],
    "nh_tong_hop": [
        {"loai": loai, "ma_so": code, "da_nop": filed, "chap_nhan": accepted, "chap_nhan_trong_ky": of_year,
         "van_bang": granted, "van_bang_trong_ky": 0, "het_hieu_luc": 0}
        for loai, code, filed, accepted, of_year, granted in (
            ("Tổng số", "01", 4, 3, 1, 1), ("Chứng nhận", "02", 2, 1, 0, 1), ("Tập thể", "03", 1, 1, 0, 0),
            ("Thông thường", "04", 1, 1, 1, 0), ("Chỉ dẫn địa lý", "05", 0, 0, 0, 0),
        )
    ],
    "nh": [
        {"nhan_hieu": "Chè Tam Đường", "loai": "chứng nhận", "chu_don": "UBND huyện", "so_don": "4-2016-09949",
         "ngay_nop": date(2016, 3, 12), "ngay_chap_nhan": date(2016, 4, 21), "so_van_bang": "222184",
         "ngay_cap": date(2020, 4, 27), "ngay_het_han": date(2026, 3, 12), "tinh_trang": "đã cấp"},
        {"nhan_hieu": "Thổ cẩm Bản Hon", "loai": "tập thể", "so_don": "4-2020-29173", "ngay_nop": date(2020, 3, 9),
         "ngay_chap_nhan": date(2020, 5, 28), "tinh_trang": "đang thẩm định"},
        {"nhan_hieu": "Trà Việt Thảo", "loai": "thông thường", "so_don": "4-2021-07730", "ngay_nop": date(2021, 2, 25),
         "ngay_chap_nhan": date(2021, 4, 24), "tinh_trang": "đang thẩm định"},
    ],
    "gt": [{
        "nhan_hieu": "Chè Tam Đường", "don_vi": "đồng/kg", "gia_truoc": "150000", "gia_nay": "180000", "tang": "20.04",
        "san_luong": "686.8", "thi_truong": ["Hà Nội"],
    }],
    "iso": [
        {"chi_tieu": label, "ma_so": code, "tong_so": total, "ap_dung": used, "cong_bo": used, "phien_ban": used,
         "ty_le": share}
        for label, code, total, used, share in (
            ("Bắt buộc", "01", 13, 13, "100"), ("UBND", "02", 1, 1, "100"), ("Chuyên môn", "03", 12, 12, "100"),
            ("Xã", "04", 13, 6, "46.2"), ("Sự nghiệp", "05", 25, 4, "16"),
        )
    ],
    "kn": [{
        "loai": "kiến nghị", "noi_dung": "Hỗ trợ ứng dụng khoa học", "linh_vuc": "KN8", "noi_nhan": "Bộ KH&CN",
        "uu_tien": 3,
    }],
    "qt": [{"huyen": "106", "so_suat": 5, "so_nguoi": 5, "nu": 1, "tri_gia": "2500"}],
}  # fmt: skip

#: rule → which of the sound rows fails, its changes (None: it is added again), and changes of other rows that keep
#: other rules silent
FAILING: dict[str, dict[str, tuple[Any, ...]]] = {
    "nv": {
        "01.ten.co": (0, {"ten": None}),
        "01.cap-quan-ly.co": (0, {"cap_quan_ly": None}),
        "01.chu-tri.co": (0, {"chu_tri": None}),
        "01.ma-so.dang": (0, {"ma_so": "SỐ#5"}),
        "01.bat-dau.trong-han": (0, {"bat_dau": date(2022, 1, 1), "tinh_trang": "nghiệm thu"}),
        "01.ket-thuc.sau-bat-dau": (0, {"ket_thuc": date(2018, 12, 1), "tinh_trang": "nghiệm thu"}),
        "01.ket-thuc.con-trong-ky": (0, {"ket_thuc": date(2020, 12, 1)}),
        "01.tinh-trang.moi": (0, {"tinh_trang": "mới"}),
        "01.tinh-trang.chuyen-tiep": (0, {"bat_dau": date(2021, 1, 1)}),
        "01.kinh-phi.chia-ra": (0, {"kinh_phi": "6898.6"}),
        "01.kinh-phi.khoang": (0, {"kinh_phi": "50000.5", "nstw": "47930"}),
        "01.nstw.khong-am": (0, {"nstw": "-1", "nsdp": "6899.5"}),
        "01.nsdp.khong-am": (0, {"nsdp": "-1", "nstw": "6899.5"}),
        "01.nguon-khac.khong-am": (0, {"nguon_khac": "-1", "nstw": "4829"}),
        "01.kinh-phi-trong-ky.khong-am": (0, {"kinh_phi_trong_ky": "-0.1"}),
        "01.nstw.cap-tinh": (0, {"cap_quan_ly": "tỉnh"}),
        "01.kinh-phi-trong-ky.khong-qua": (0, {"kinh_phi_trong_ky": "6898.6"}),
        "01.huyen-cung.khac-minh": (0, {"huyen_cung": ["111", "106"]}),
    },
    "sp": {
        "02.san-pham.co": (0, {"san_pham": None}),
        "02.xa.co": (0, {"xa": None}),
        "02.dong.khong-trung": (0, None),
        "02.xa.thuoc-huyen": (0, {"xa": "03403"}),
        "02.trong-moi.khong-qua": (0, {"trong_moi": "10.3"}),
        "02.nu-chu-ho.khong-qua": (0, {"nu_chu_ho": 12}),
        "02.quy-mo.khoang": (0, {"quy_mo": "500"}),
        "02.so-mo-hinh.khong-am": (0, {"so_mo_hinh": -1}),
        "02.quy-mo.khong-am": (0, {"quy_mo": "-1", "trong_moi": None}),
        "02.trong-moi.khong-am": (0, {"trong_moi": "-1"}),
        "02.so-ho.khong-am": (0, {"so_ho": -1, "nu_chu_ho": None}),
        "02.nu-chu-ho.khong-am": (0, {"nu_chu_ho": -1}),
    },
    "nh_tong_hop": {
        "03a.da-nop.chia-ra": (0, {"da_nop": 5}),
        "03a.chap-nhan.chia-ra": (0, {"chap_nhan": 4}),
        "03a.chap-nhan-trong-ky.chia-ra": (0, {"chap_nhan_trong_ky": 2}),
        "03a.van-bang.chia-ra": (0, {"van_bang": 2}),
        "03a.van-bang-trong-ky.chia-ra": (0, {"van_bang_trong_ky": 1}),
        "03a.het-hieu-luc.chia-ra": (0, {"het_hieu_luc": 1}),
        "03a.chap-nhan-trong-ky.khong-qua": (4, {"chap_nhan_trong_ky": 1}),
        "03a.van-bang-trong-ky.khong-qua": (4, {"van_bang_trong_ky": 1}),
        "03a.chap-nhan.khong-qua-da-nop": (1, {"da_nop": 0}, (0, {"da_nop": None})),
        "03a.van-bang.khong-qua-chap-nhan": (0, {"van_bang": 4}, (1, {"van_bang": None})),
        "03a.chap-nhan.khop-phan-b": (4, {"chap_nhan": 1, "da_nop": 1}),
        "03a.van-bang.khop-phan-b": (4, {"van_bang": 1, "chap_nhan": None}),
        "03a.chap-nhan-trong-ky.khong-am": (4, {"chap_nhan_trong_ky": -1}),
        "03a.van-bang-trong-ky.khong-am": (4, {"van_bang_trong_ky": -1}),
        "03a.het-hieu-luc.khong-am": (4, {"het_hieu_luc": -1}),
    },
    "nh": {
        "03b.nhan-hieu.co": (0, {"nhan_hieu": None}),
        "03b.loai.co": (0, {"loai": None}),
        "03b.tinh-trang.co": (0, {"tinh_trang": None}),
        "03b.so-don.dang": (0, {"so_don": "4-2016-9949"}),
        "03b.so-don.khong-trung": (0, None),
        "03b.ngay-chap-nhan.sau-nop": (0, {"ngay_nop": date(2016, 4, 22)}),
        "03b.ngay-cap.sau-chap-nhan": (0, {"ngay_cap": date(2016, 4, 20)}),
        "03b.ngay-cap.di-cung-so": (0, {"ngay_cap": None}),
        "03b.so-van-bang.di-cung-ngay": (0, {"so_van_bang": None}),
        "03b.da-cap.ngay-chap-nhan": (0, {"ngay_chap_nhan": None}),
        "03b.da-cap.so-van-bang": (0, {"so_van_bang": None, "ngay_cap": None}),
        "03b.ngay-nop.trong-ky": (1, {"ngay_nop": date(2022, 1, 1), "ngay_chap_nhan": None}),
        "03b.ngay-chap-nhan.trong-ky": (1, {"ngay_chap_nhan": date(2022, 1, 1)}),
        "03b.ngay-cap.trong-ky": (0, {"ngay_cap": date(2022, 1, 1)}),
    },
    "gt": {
        "04.nhan-hieu.co": (0, {"nhan_hieu": None}),
        "04.gia-truoc.duong": (0, {"gia_truoc": "0"}),
        "04.gia-nay.duong": (0, {"gia_nay": "0", "gia_truoc": None}),
        "04.gia-nay.khong-giam": (0, {"gia_nay": "149999", "tang": None}),
        "04.tang.khop-gia": (0, {"tang": "20.06"}),
        "04.san-luong.khong-am": (0, {"san_luong": "-1"}),
    },
    "iso": {
        "05.ap-dung.khong-qua": (4, {"ap_dung": 26, "ty_le": "104"}),
        "05.cong-bo.khong-qua": (4, {"cong_bo": 5}),
        "05.phien-ban.khong-qua": (4, {"phien_ban": 5}),
        "05.tong-so.chia-ra": (0, {"tong_so": 14, "ty_le": None}),
        "05.ap-dung.chia-ra": (2, {"ap_dung": 11, "cong_bo": None, "phien_ban": None, "ty_le": None}),
        "05.cong-bo.chia-ra": (0, {"cong_bo": 12, "phien_ban": None}),
        "05.phien-ban.chia-ra": (0, {"phien_ban": 12}),
        "05.ubnd-huyen.mot": (1, {"tong_so": 2, "ty_le": "50"}, (2, {"tong_so": None})),
        "05.ubnd-xa.khop-danh-muc": (3, {"tong_so": 14, "ty_le": None}),
        "05.ty-le.khop": (4, {"ty_le": "16.06"}),
        "05.tong-so.khong-am": (4, {"tong_so": -1, "ap_dung": None, "cong_bo": None, "phien_ban": None}),
        "05.phien-ban.khong-am": (4, {"phien_ban": -1}),
    },
    "kn": {
        "06.loai.co": (0, {"loai": None}),
        "06.noi-dung.co": (0, {"noi_dung": None}),
        "06.noi-dung.du-dai": (0, {"noi_dung": "Hai mươi ký tự là ít"}),
        "06.linh-vuc.co": (0, {"linh_vuc": None}),
        "06.noi-nhan.co": (0, {"noi_nhan": None}),
        "06.uu-tien.khoang": (0, {"uu_tien": 4}),
    },
    "qt": {
        "07.huyen.co": (0, {"huyen": None}),
        "07.so-suat.bang-so-nguoi": (0, {"so_suat": 4}),
        "07.nu.khong-qua": (0, {"nu": 6}),
        "07.so-suat.khong-am": (0, {"so_suat": -1, "so_nguoi": None}),
        "07.so-nguoi.khong-am": (0, {"so_nguoi": -1, "so_suat": None, "nu": None}),
        "07.nu.khong-am": (0, {"nu": -1}),
        "07.tri-gia.khong-am": (0, {"tri_gia": "-1"}),
    },
}  # fmt: skip

#: a sum that is off is told at the total's row, whichever of its rows was changed
TOLD_AT = {"05.ap-dung.chia-ra": 0}
#: rules that two rows break together
BOTH = ("02.dong.khong-trung", "03b.so-don.khong-trung")


def _sheets(table: str) -> dict[str, list[Row]]:
    """Submission → its rows: the sound one, and one for each rule that breaks it."""
    sheets = {"sound": SOUND[table]}
    for rule, (place, changes, *others) in FAILING[table].items():
        rows = [dict(row) for row in SOUND[table]]
        if changes is None:
            rows.append(dict(rows[place]))
        for at, change in ((place, changes or {}), *others):
            rows[at] |= change
        sheets[rule] = rows
    return sheets


def _table(spec, sheets: Mapping[str, list[Row]]):
    """Rows as normalisation leaves them: of Tam Đường (106) for 2021, one block, a line a row."""
    import pyarrow as pa

    rows = []
    for submission, lines in sheets.items():
        for line, row in enumerate(lines):
            system = {"_submission": submission, "_reading": "r", "_unit": "106", "_period": "2021"}
            system |= {"_block": 0, "_line": line}
            states = {f"{f.id}__state": "not_reported" if row.get(f.id) is None else "value" for f in spec.stored}
            rows.append(system | states | {f.id: _typed(f, row.get(f.id)) for f in spec.stored})
    return pa.Table.from_pylist(rows, schema=schema(spec))


def _typed(field, value: Any) -> Any:
    if value is not None and field.type in ("decimal", "percent"):
        return Decimal(value)
    return int(value) if value is not None and field.type == "integer" else value


def _other_tables(reference, table: str, submissions) -> dict[str, Any]:
    """The submission's other tables, sound: a control table is compared with its register."""
    form = next(f for f in reference.forms.values() if table in {t.id for t in f.tables})
    return {t.id: _table(t, dict.fromkeys(submissions, SOUND[t.id])) for t in form.tables if t.id != table}


@pytest.mark.parametrize("table", SOUND)
def test_each_rule_fails_on_exactly_the_row_made_for_it(reference, table):
    spec, suite, sheets = reference.table(table), reference.suites[table], _sheets(table)
    assert {e["meta"]["rule"] for e in suite["expectations"]} == set(FAILING[table])
    tables = {table: _table(spec, sheets), **_other_tables(reference, table, sheets)}
    rows = derive(tables, [spec], reference.units)[table]

    failures = validate(rows, suite)
    found = tell(failures, rows, lambda submission, _, line, field: (submission, f"{field}:{line}"), {})

    expected = set()
    for rule, (place, changes, *_) in FAILING[table].items():
        meta = next(e["meta"] for e in suite["expectations"] if e["meta"]["rule"] == rule)
        lines = (place, len(SOUND[table])) if changes is None else (TOLD_AT.get(rule, place),)
        expected |= {(rule, rule, f"{meta['cell']}:{line}") for line in lines}
        assert (changes is None) == (rule in BOTH)
    assert {(f.code, f.sheet, f.cell) for f in found} == expected


@pytest.mark.parametrize("table", SOUND)
def test_each_message_says_what_is_wrong_in_both_languages(reference, table):
    spec, suite, sheets = reference.table(table), reference.suites[table], _sheets(table)
    tables = {table: _table(spec, sheets), **_other_tables(reference, table, sheets)}
    rows = derive(tables, [spec], reference.units)[table]
    for finding in tell(validate(rows, suite), rows, lambda *_: (None, None), {}):
        for text in (finding.message_vi, finding.message_en):
            assert "{" not in text
            assert "None" not in text
            assert text.endswith(".")
        assert finding.expected
        assert (finding.severity == "hold") == (finding.scope is not None) == (finding.proposal is not None)


def test_an_absurdly_large_number_stops_no_batch(reference):
    spec = reference.table("gt")
    rows = _table(spec, {"huge": [SOUND["gt"][0] | {"gia_truoc": "9" * 18, "tang": "9" * 18}]})
    derived = derive({"gt": rows}, [spec], reference.units)["gt"]
    assert derived["_lech_tang"].to_pylist() == [None]
