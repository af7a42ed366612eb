"""The reference data is loaded whole or refused whole, and a refusal tells every fault with its place and its mend."""

from __future__ import annotations

import json
import shutil
import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest

from etl.errors import ReferenceDataError
from etl.store.reference import faults, load_reference
from tests.conftest import ROOT

NARRATIVE = "reports/laichau-st.narrative.yaml"
SHIPPED = (ROOT / "data" / "reference", ROOT / "expectations")


class Copy:
    """The shipped reference data in a folder of its own, to be spoilt."""

    def __init__(self, root: Path) -> None:
        self.reference, self.expectations = root / "reference", root / "expectations"
        for source, target in zip(SHIPPED, (self.reference, self.expectations), strict=True):
            shutil.copytree(source, target)

    def change(self, file: str, old: str, new: str) -> None:
        path = self.expectations / file if file.endswith(".json") else self.reference / file
        text = path.read_bytes().decode("utf-8")
        assert old in text, f"{file} does not hold {old!r}"
        path.write_bytes(text.replace(old, new, 1).encode("utf-8"))

    def load(self):
        return load_reference(self.reference, self.expectations)

    def faults(self) -> list[str]:
        with pytest.raises(ReferenceDataError) as caught:
            self.load()
        return caught.value.faults


@pytest.fixture
def copy(tmp_path):
    return Copy(tmp_path)


def test_the_shipped_reference_data_is_sound():
    assert faults(*SHIPPED) == []


def test_a_unit_is_known_by_its_code_and_the_day(reference):
    before, after = (
        [u for u in reference.units.all if u.code == "03403" and (u.valid_to and u.valid_to.year == year)]
        for year in (2020, 2025)
    )
    assert [(u.name, u.parent) for u in before + after] == [("Nậm Loỏng", "105"), ("Sùng Phài", "105")]


def test_a_field_without_a_title_takes_its_heading_and_keeps_its_order(reference):
    nv = reference.table("nv")
    assert [f.code for f in nv.fields] == ["A", "B", "C", "D", "E", "F", *map(str, range(1, 11))]
    assert nv["nsdp"].title_vi == "Kinh phí được duyệt / Chia ra / NSĐP"
    assert nv["kinh_phi"].total
    assert not nv["ten"].optional
    assert reference.table("gt")["gia_nay"].unit_from == "don_vi"


def test_each_in_a_report_becomes_the_periods_of_the_calendar(reference):
    report = reference.reports["laichau-st"]
    assert report.items[0].periods == ("2020..2021", "2020", "2021")
    assert report.items[-1].periods == ("2022-01-22",)


def test_a_measure_leads_to_its_base_unit_without_a_fraction(reference):
    factors = {m.name: m.factor for m in reference.measures}
    assert factors["nghìn đồng/kg"] / factors["đồng/kg"] == 1000
    assert factors["ha"] / factors["sào"] == Decimal(250) / 9
    assert all(factor == factor.to_integral_value() for factor in factors.values())


def test_the_hash_follows_the_data_and_not_its_description(copy):
    before = copy.load()
    (copy.reference / "README.md").write_text("other words", encoding="utf-8")
    (copy.reference / "~$units.csv").write_bytes(b"what Excel leaves beside an open file")
    assert copy.load().hash == before.hash
    copy.change("nv.json", "01.ten.co", "01.ten.co-ghi")
    after = copy.load()
    assert (after.hash, after.suite_hash == before.suite_hash) == (before.hash, False)
    copy.change("units.csv", "Tam Đường,huyện", "Tam Dường,huyện")
    assert copy.load().hash != before.hash


def test_every_way_in_which_excel_saves_a_csv_is_read(copy):
    expected = load_reference(*SHIPPED)
    for name in ("units.csv", "calendar.csv", "measures.csv"):
        path = copy.reference / name
        text = path.read_text(encoding="utf-8-sig")
        if name == "measures.csv":  # no BOM, Windows line ends, a blank line at the end
            path.write_bytes(("\r\n".join(text.splitlines()) + "\r\n,,,\r\n").encode("utf-8"))
        elif name == "calendar.csv":  # a Vietnamese Excel writes semicolons
            path.write_bytes(b"\xef\xbb\xbf" + text.replace(",", ";").encode("utf-8"))
        else:  # a Mac writes decomposed letters
            path.write_bytes(unicodedata.normalize("NFD", text).encode("utf-8-sig"))
    loaded = copy.load()
    assert (loaded.measures, loaded.calendar, loaded.units) == (expected.measures, expected.calendar, expected.units)


CASES = {
    # forms
    "an unknown key": ("forms/nv.yaml", "synthetic: true", "synthetisch: true", "forms/nv.yaml synthetisch", "khoá lạ"),
    "an unknown field type": ("forms/sp.yaml", "type: entity", "type: entität", "type: “entität”", "is none of"),
    "a set that does not exist": (
        "forms/sp.yaml", "values: hoat_dong", "values: viec", "values.csv has no set “viec”", "",
    ),
    "a vocabulary that does not exist": (
        "forms/sp.yaml", "vocabulary: product", "vocabulary: cay", "no kind “cay”", "",
    ),
    "a field twice": ("forms/kn.yaml", "{field: noi_nhan", "{field: linh_vuc", "“linh_vuc” stands twice", ""),
    "a code that is a number": ("forms/kn.yaml", 'code: "1"', "code: 1", "must be text; put it in quotes", ""),
    "a key of no field": ("forms/kn.yaml", "key: [loai,", "key: [loại,", "there is no field “loại”", "kn key"),
    "a sender of no level": (
        "forms/kn.yaml", "senders: [district]", "senders: [huyen]", "no level or unit “huyen”", "",
    ),
    "an unknown measure": ("forms/sp.yaml", "unit: ha,", "unit: acre,", "measures.csv has no “acre”", "field quy_mo"),
    "a matrix without row codes": ("forms/iso.yaml", "    row_code: ma_so\n", "", "a matrix needs rows", "iso"),
    "a section outside its set": ("forms/nv.yaml", "value: bộ}", "value: ban}", "“ban” is not in set", "sections"),
    "a form number twice": (
        "forms/sp.yaml", "number: 02/KHCN-H", "number: 01/KHCN-H", "form number “01/KHCN-H” is that of form", "",
    ),
    "a broken YAML": ("forms/kn.yaml", "form: kn", "form: [kn", "forms/kn.yaml dòng/line", "YAML sai"),
    "a form under another name": ("forms/kn.yaml", "form: kn", "form: khokhan", "must be the file's name", ""),
    "a text where keys belong": (
        "forms/sp.yaml", "entity: {kind: product, name: san_pham}", "entity: product", "must be a mapping", "entity",
    ),
    # CSV: what Excel does
    "a lost leading zero": ("units.csv", "\n03386,", "\n3386,", "mã “3386” ngắn hơn", "“03386”"),
    "a lost zero of a parent": ("unit_map.csv", "\n03386,", "\n3386,", "code “3386” lost its leading zero", "“03386”"),
    "a turned date": (
        "calendar.csv", "2021-01-01,2021-02-01", "2021-01-01,01/02/2021", "did Excel turn it", "deadline",
    ),
    "a turned period": ("calendar.csv", "qt,2022-01-22,L", "qt,22/01/2022,L", "is no period", "cột/column period"),
    "a decimal comma": (
        "measures.csv", "nghìn đồng,money,1000,", 'nghìn đồng,money,"1,000",', "is no number", "factor",
    ),
    "lost letters": ("values.csv", "chuyển tiếp", "chuy?n tiếp", "letters were lost", "Save As › CSV UTF-8"),
    "a missing column": ("entities.csv", "kind,id,", "kind,code,", "column missing: id", "unknown column"),
    "a comma outside quotes": (
        "entities.csv", "\nproduct,SP09,Lan,", "\nproduct,SP09,Lan,Lan,x,y,", "more cells than", "",
    ),
    # CSV: names that lead nowhere, or twice
    "an unknown parent": ("units.csv", "Tam Đường,huyện,12,", "Tam Đường,huyện,13,", "no unit “13”", "parent_code"),
    "one code for two units": (
        "units.csv", "Nậm Loỏng,xã,105,,2020-01-31", "Nậm Loỏng,xã,105,,2020-03-01", "overlaps in time", "",
    ),
    "an unknown type": ("units.csv", "Tam Đường,huyện,", "Tam Đường,huyên,", "“huyên” is none of", "cột/column type"),
    "a form that is not there": ("calendar.csv", "\ngt,2020", "\ngia,2020", "there is no form “gia”", ""),
    "a unit that may not send": ("calendar.csv", "sp,2020,level:district", "sp,2020,SKHCN", "none of the senders", ""),
    "a level that is gone": (
        "calendar.csv", "sp,2024,level:", "sp,2025,level:", "no unit of level district", "is not valid then",
    ),
    "a period of another kind": ("calendar.csv", "sp,2020,", "sp,2020-Q1,", "is sent by year", ""),
    "a calendar line twice": ("calendar.csv", "nh,2020,", "sp,2020,", "stands twice", "calendar.csv dòng/line"),
    "one wording for two values": (
        "values.csv", "loai_hinh,đề tài,ĐT,", "loai_hinh,đề tài,DA,", "means “đề tài” already", "",
    ),
    "a heading of no field": ("headings.csv", "nv,ten,", "nv,tên,", "“nv” has no field “tên”", ""),
    "an abbreviation of two words": ("headings.csv", ",,TC,", ",,KP,", "means “kinh phí” already", ""),
    "one wording of two measures": ("measures.csv", "tỉ đồng|", "ngàn đồng|", "means “nghìn đồng” already", ""),
    "one alias of two entities": ("entities.csv", "Cây lan|", "Cây lan kim tuyến|", "means “SP08” already", ""),
    # indicators and reports
    "an unknown rule": (
        "indicators.csv", ",nv,nv,distinct,", ",nv,nv,median,", "“median” is none of", "cột/column rule",
    ),
    "an unknown table": ("indicators.csv", ",sp,sp,union,", ",sp,cay,union,", "form “sp” has no table “cay”", ""),
    "an unknown column": (
        "indicators.csv", "kinh_phi_trong_ky", "kinh_phi_nam", "table “nv” has no column “kinh_phi_nam”", "measure",
    ),
    "a rule without its part": (
        "indicators.csv", "ap_dung,tong_so,100", "ap_dung,,100", "rule ratio needs this column", "denominator",
    ),
    "an unknown reporter": ("indicators.csv", ",LDLD,", ",CDLD,", "there is no unit “CDLD”", "reporter"),
    "a share above 1": ("indicators.csv", "%,1,1,1,", "%,1,1,1.5,", "withhold_below ≤ publish_from", ""),
    "a report of no indicator": ("reports/laichau-st.yaml", "[SP,", "[CT,", "there is no indicator “CT”", "items[6]"),
    "a report of no period": (
        "reports/laichau-st.yaml", '["2022-01-22"]', '["2023-01-22"]', "no period of form qt in", "",
    ),
    # messages and suites
    "a broken template": ("messages.csv", "{value}", "{value", "bad template", "cột/column message"),
    "a suite's unknown column": (
        "sp.json", '"column": "xa"', '"column": "thon"', "table “sp” has no column “thon”", "02.xa.co",
    ),
    "a suite's unknown type": (
        "sp.json", "to_not_be_null", "to_not_be_empty", "GX has no “expect_column_values_to_not_be_empty”", "",
    ),
    "an unknown severity": (
        "sp.json", '"severity": "warning",\n        "cell"', '"severity": "grave",\n        "cell"',
        "“grave” is none of", "",
    ),
    "a severity that GX would take otherwise": (
        "kn.json", '"severity": "warning",\n      "meta"', '"severity": "hold",\n      "meta"',
        "must be “warning” (GX)", "",
    ),
    "a hold without scope": ("kn.json", '"scope": "cell",', '"scope": "",', "a hold, and only a hold, has a scope", ""),
    "a rule without words": (
        "kn.json", "Thiếu nội dung ý kiến. Hãy ghi vào cột C.", "", "meta.message_vi: để trống", "",
    ),
    "a rule's unknown word": (
        "kn.json", "{noi_dung}” chưa có", "{noi_dung_y_kien}” chưa có", "{noi_dung_y_kien}", "bad template",
    ),
    "a rule of no field": ("kn.json", '"cell": "uu_tien"', '"cell": "muc"', "there is no field “muc”", "meta.cell"),
    "a rule twice": ("kn.json", "06.loai.co", "06.noi-dung.co", "rule id stands twice", ""),
    "a share of rows that may fail": ("kn.json", '"max_value": 3', '"max_value": 3, "mostly": 0.9', "no mostly", ""),
    "pairs that fail on blanks": (
        "qt.json", '"ignore_row_if": "either_value_is_missing"', '"ignore_row_if": "never"',
        "either_value_is_missing", "",
    ),
    "a number where a column belongs": ("sp.json", '"column": "xa"', '"column": 5', "columns as texts", "sp.json"),
    "a broken JSON": ("qt.json", '"name": "qt",', '"name": "qt"', "no JSON", "expectations/qt.json"),
    # the narrative: no number and no name but those of figures
    "a number that no figure backs": (
        NARRATIVE, "{{ NV.T }} nhiệm vụ khoa học và công nghệ, gồm", "46 nhiệm vụ khoa học và công nghệ, gồm",
        "“46” is a number that no figure backs", "dòng/line 30 sections[0].paragraphs[0].sentences[0].say.vi",
    ),
    "a number in words": (
        NARRATIVE, "và {{ NV.P }} nhiệm vụ cấp tỉnh;", "và ba mươi nhiệm vụ cấp tỉnh;", "“ba” là con số", "“mươi”",
    ),
    "five and not a year": (NARRATIVE, "{{ NH.V }} nhãn hiệu được", "năm nhãn hiệu được", "“năm nhãn hiệu”", ""),
    "a name that no figure backs": (
        NARRATIVE, "cho nông sản địa phương: {{ NH.C names }}", "cho nông sản địa phương: gạo Séng Cù", "“gạo Séng Cù”", "",
    ),
    "a reference to no indicator": (NARRATIVE, "{{ GT }} (tính", "{{ GX }} (tính", "no indicator “GX”", "line"),
    "a list of what has no names": (NARRATIVE, "{{ NH.C names }}.", "{{ NH.D names }}.", "has no “names”", "NH.D"),
    "a period that the report does not hold": (
        NARRATIVE, "{{ NV.T last }} nhiệm vụ", "{{ NV.T 2019 }} nhiệm vụ", "does not hold NV.T for 2019", "",
    ),
    "a word of a reference that means nothing": (NARRATIVE, "{{ QT }} suất", "{{ QT lớn }} suất", "không hiểu “lớn”", ""),
    "languages that state other figures": (
        NARRATIVE, "handed {{ QT }} gifts", "handed {{ QT.N }} gifts", "must state the same figures", "sections[4]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_told_with_its_place(copy, case):
    file, old, new, told, also = CASES[case]
    copy.change(file, old, new)
    found = "\n".join(copy.faults())
    assert told in found
    assert also in found


def test_a_word_template_is_one_of_a_report(copy):
    (copy.reference / "reports" / "laichau-st.docx").write_bytes(b"no zip")
    (copy.reference / "reports" / "khac.docx").write_bytes(b"")
    found = "\n".join(copy.faults())
    assert "reports/laichau-st.docx: không phải tệp Word" in found
    assert "reports/khac.docx: tên tệp phải là mã báo cáo" in found


def test_all_faults_are_told_at_once_in_both_languages(copy):
    copy.change("units.csv", "\n03386,", "\n3386,")
    copy.change("forms/sp.yaml", "type: entity", "type: tên")
    (copy.reference / "measures.csv").write_bytes("đồng".encode("utf-16"))
    (copy.expectations / "qt.json").unlink()
    (copy.reference / "reports" / "quy.yml").write_text("report: quy\n", encoding="utf-8")
    found = "\n".join(copy.faults())
    for told in ("units.csv dòng/line", "“tên” is none of", "is not UTF-8", "has no suite", "rename the file to .yaml"):
        assert told in found
    for fault in copy.faults():
        assert " / " in fault


def test_a_folder_or_file_that_is_not_there_is_told(copy, tmp_path):
    (copy.reference / "calendar.csv").unlink()
    assert "calendar.csv: thiếu tệp này. / this file is missing." in copy.faults()
    with pytest.raises(ReferenceDataError):
        load_reference(tmp_path / "nowhere", copy.expectations)


SLOW_CASES = {
    "SQL of a derivation": ("forms/gt.yaml", "gia_nay - gia_truoc", "gia_nay - gia_cu", "derive _lech_tang", "gia_cu"),
    "SQL of an indicator": (
        "indicators.csv", "gia_nay - gia_truoc", "gia_nay - - * gia_truoc", "indicators.csv GT", "bad SQL",
    ),
    "a key twice": (
        "forms/kn.yaml", "period: year\n", "period: year\nperiod: month\n", "key “period” stands twice", "dòng/line",
    ),
    "against the schema": ("forms/kn.yaml", "number: 06/KHCN-H", 'number: ""', "against the schema", "$.number"),
}  # fmt: skip


@pytest.mark.parametrize("case", SLOW_CASES)
def test_the_thorough_check_tells_more(copy, case):
    file, old, new, told, also = SLOW_CASES[case]
    copy.change(file, old, new)
    found = faults(copy.reference, copy.expectations)
    assert any(told in fault and also in fault for fault in found), found


def test_a_form_of_another_field_needs_no_python(copy):
    """A population form of forms.md 12: one YAML, one suite, a calendar line and an indicator."""
    (copy.reference / "forms" / "ds.yaml").write_text(
        "form: ds\nnumber: 01/DS-H\ntitle: {vi: Dân số, en: Population}\nperiod: year\nsenders: [district]\n"
        "tables:\n  - table: ds\n    kind: records\n    key: [xa]\n    fields:\n"
        "      - {field: xa, code: B, heading: [Xã], type: unit, level: commune, en: Commune}\n"
        '      - {field: dan_so, code: "2", heading: [Dân số], type: integer, unit: người, total: true, en: People}\n',
        encoding="utf-8",
    )
    (copy.expectations / "ds.json").write_text(json.dumps({"name": "ds", "expectations": []}), encoding="utf-8")
    with (copy.reference / "calendar.csv").open("a", encoding="utf-8") as calendar:
        calendar.write("ds,2021,level:district,expected,,2022-02-01\n")
    with (copy.reference / "indicators.csv").open("a", encoding="utf-8") as indicators:
        indicators.write("DS,Dân số,Population,ds,ds,sum,all,dan_so,,,,,,_unit,,xa=xa,,người,0,,,\n")
    loaded = copy.load()
    assert loaded.indicators["DS"].breakdown == (("xa", "xa"),)
    assert faults(copy.reference, copy.expectations) == []


def test_a_check_at_release_names_known_indicators(copy):
    copy.change("checks.csv", "NV.N|NV.P", "NV.N|NV.Q")
    assert copy.faults() == [
        "checks.csv dòng/line 2, cột/column parts: không có chỉ tiêu “NV.Q”. / there is no indicator “NV.Q”."
    ]


PROPOSAL = '    proposal: "đúng là điều chỉnh kinh phí: {ma_so} {_period}"\n'
FAILS = "    fails: _speaks AND kinh_phi <> _truoc\n"
HOLD, CRITICAL = (f"severity: {word}\n    cell: kinh_phi\n" for word in ("hold", "critical"))
ACROSS_FAULTS = {
    "a critical rule": (HOLD, CRITICAL, "“critical” is none of: hold"),
    "a field that is not there": ("cell: kinh_phi\n", "cell: kinh\n", "there is no field “kinh”"),
    "a hold without a proposal": (PROPOSAL, "", "a hold, and only a hold, has a proposal"),
    "a word that the row has not": ("{_truoc} (kỳ {_before})", "{_trước} (kỳ {_before})", "bad template: {_trước}"),
    "an id that stands twice": ("rule: 01.kinh-phi.doi\n", "rule: 01.ten.co\n", "rule id “01.ten.co” stands twice"),
    "a column that is there already": ("column: _truoc\n", "column: ten\n", "column “ten” must start with _"),
    "an unknown key": (FAILS, f"{FAILS}    when: now\n", "unknown key"),
}  # fmt: skip


@pytest.mark.parametrize("case", ACROSS_FAULTS)
def test_a_fault_of_a_rule_over_others_is_told_with_its_line(copy, case):
    old, new, told = ACROSS_FAULTS[case]
    copy.change("across/nv.yaml", old, new)
    lines = (copy.reference / "across" / "nv.yaml").read_text("utf-8").splitlines()
    found = [fault for fault in copy.faults() if told in fault]

    assert found, copy.faults()
    line = int(found[0].partition("dòng/line ")[2].split()[0])
    assert lines[line - 1].startswith("  - rule: ")


def test_sql_over_others_sees_the_tables_that_its_file_names_and_no_more(copy):
    copy.change("across/nv.yaml", "also: [sp]\n", "")
    (told,) = [fault for fault in faults(copy.reference, copy.expectations) if "across" in fault]
    assert told.startswith("across/nv.yaml 01.san-pham.co-trong-02: SQL sai")


HIGHER = "reports/laichau-st.bo-khcn.csv"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("D11,NV.T,", "D11,NV.Z,", "laichau-st.bo-khcn.csv dòng/line 4, cột/column figure: không có chỉ tiêu “NV.Z”"),
        ("D11,NV.T,", "11D,NV.T,", "dòng/line 4, cột/column cell: “11D” không phải tên ô"),
        ("D11,NV.T,", "A5,NV.T,", "ô A5 đã ghi ở reports/laichau-st.bo-khcn.csv dòng/line 2"),
        ("D11,NV.T,", "D11,NV.T change,", "“change” chỉ dùng trong lời văn"),
    ],
)
def test_a_fault_in_the_form_of_a_higher_authority_is_told_with_its_line(copy, old, new, told):
    copy.change(HIGHER, old, new)
    assert any(told in fault for fault in copy.faults())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("D11,NV.T,", "G11,NV.T,", "Biểu tổng hợp!G11: ô đang có công thức của mẫu."),
        ("D11,NV.T,", "B1,NV.T,", "Biểu tổng hợp!B1: ô bị gộp che"),
        ("Biểu tổng hợp,D11", "Biểu khác,D11", "Biểu khác!D11: mẫu không có trang tính này. Có: Biểu tổng hợp."),
    ],
)
def test_a_cell_that_its_template_has_not_is_told_by_a_thorough_check(copy, old, new, told):
    copy.change(HIGHER, old, new)
    assert any(told in fault for fault in faults(copy.reference, copy.expectations))


def test_a_form_needs_both_its_template_and_its_cells(copy):
    (copy.reference / HIGHER).rename(copy.reference / "reports" / "laichau-st.khac.csv")
    found = copy.faults()
    assert f"{HIGHER}: thiếu tệp này. / this file is missing." in found
    assert any("laichau-st.khac.csv: thiếu mẫu .xlsx cùng tên." in fault for fault in found)
