"""What codes are called, and a figure in words."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from etl.model.figures import Coverage, Figure
from etl.report.titles import Titles, number, parts, shown
from tests.unit.report.sample import sample

SHARE = Figure("ISO", "12", "2020", "%", 1, "published", Coverage(9, 9))


@pytest.fixture(scope="module")
def titles() -> Titles:
    return Titles(sample())


def test_a_unit_bears_the_name_of_its_time(titles):
    assert titles.unit("105") == "Thành phố Lai Châu"
    assert titles.unit("03403", "2021") == "Xã Sùng Phài"
    assert titles.unit("nobody") == "nobody"


@pytest.mark.parametrize(
    ("indicator", "axis", "code", "vi", "en"),
    [
        ("SP.HA", "san_pham", "Cây chuối", "Cây chuối", "Banana"),
        ("KN.H", "linh_vuc", "KK1", "Kinh phí cho hoạt động khoa học và công nghệ", "Funding of science and technology"),
        ("QT", "huyen", "112", "Huyện Nậm Nhùn", "Huyện Nậm Nhùn"),
        ("ISO.TS", "dong", "03", "Cơ quan chuyên môn", "Cơ quan chuyên môn"),
        ("ISO", "cap", "district", "Cấp huyện", "District"),
        ("NV.T", "cap", "nhà nước", "nhà nước", "nhà nước"),
        ("NV.T", "cap", "what nobody knows", "what nobody knows", "what nobody knows"),
        ("no such indicator", "cap", "x", "x", "x"),
    ],
)  # fmt: skip
def test_a_member_of_a_breakdown_has_a_name(titles, indicator, axis, code, vi, en):
    assert titles.member(indicator, axis, code) == (vi, en)


@pytest.mark.parametrize(
    ("changes", "vi", "en"),
    [
        ({"value": Decimal("95.15")}, "95,2%", "95.2%"),
        ({"value": Decimal("100.0")}, "100%", "100%"),
        ({"low": Decimal("20.0"), "high": Decimal("30.0")}, "20% – 30%", "20% – 30%"),
        ({"low": Decimal(25), "high": Decimal(25)}, "25%", "25%"),
        ({"value": Decimal(46), "at_least": True, "unit_of_measure": "nhiệm vụ"}, "≥ 46", "≥ 46"),
        ({"value": Decimal("1234567.5"), "unit_of_measure": "triệu đồng"}, "1.234.567,5", "1,234,567.5"),
        ({"status": "withheld", "numerator": Decimal(1)}, "Chưa công bố", "Withheld"),
        ({"status": "not_reported"}, "Chưa có báo cáo", "Not reported"),
        ({"status": "provisional"}, "Chưa có báo cáo", "Not reported"),
    ],
)
def test_a_figure_is_printed_as_a_sentence_would(changes, vi, en):
    assert shown(replace(SHARE, **changes), tidy=True) == (vi, en)


def test_a_column_keeps_the_digits_of_its_indicator():
    assert number(Decimal(20), 1) == ("20,0", "20.0")


def test_the_parts_of_a_ratio_are_exact():
    assert parts(replace(SHARE, numerator=Decimal("118.00"), denominator=Decimal(1240))) == ("118/1.240", "118/1,240")
    assert parts(SHARE) == ("", "")
