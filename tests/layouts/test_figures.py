"""From workbooks in these layouts to the province's figures, and from a figure back to the cells."""

from __future__ import annotations

from decimal import Decimal

import pytest

from etl.consolidation.reports import report_named
from etl.model.figures import Figure
from etl.model.periods import parse_period
from etl.pipeline import Stores, consolidate, receive, take_in
from etl.queries.trace import trace
from etl.releasing import release
from tests.conftest import AT, store_at
from tests.layouts.books import DISTRICT, Row, folders_at, head, put, workbook

NAMES = {
    "105": "TP Lai Châu", "106": "Tam Đường", "107": "Huyện Mường Tè", "108": "Sìn Hồ", "109": "Phong Thổ",
    "110": "Than Uyên", "111": "Tân Uyên", "112": "Nậm Nhùn",
}  # fmt: skip
SO = ("Kỳ báo cáo: Năm 2021", "Đơn vị báo cáo: Sở Khoa học và Công nghệ")
Books = dict[str, dict[str, list[Row]]]


def books() -> Books:
    """One workbook of the Sở with the districts across, one over all districts and quarters, three of districts."""
    across: list[Row] = [
        ["Chỉ tiêu", *NAMES.values(), "Toàn tỉnh"],
        ["Số mô hình", *range(1, 9), 36],
        ["Số hộ", *[9] * 8, 72],
    ]
    down: list[Row] = [["Huyện", "Kỳ", "Chỉ tiêu", "Số liệu"]]
    for quarter, times in (("Quý I", 10), ("Quý II", 20)):
        down += [[name, quarter, "Số hộ", times * i] for i, name in enumerate(NAMES.values(), 1)]
    crops = ["Xã, phường, thị trấn"]
    return {
        "So_ngang_huyen": {"S": [*head("01/BC-S", *SO), *across]},
        "So_tong_hop": {"Năm 2021": [*head("08/BC-H", "Kỳ báo cáo: Năm 2021"), *down]},
        "SinHo_cay": {"S": [*head("03/BC-H", *DISTRICT), [*crops, "Lúa", "Ngô"], ["Tả Phìn", 1.5, 2], ["Phăng Sô Lin", 3, 4]]},
        "ThanUyen_cay": {"S": [
            *head("03/BC-H", DISTRICT[0], "Đơn vị báo cáo: UBND huyện Than Uyên"), [*crops, "Chè"], ["Mường Than", 7.5],
        ]},
        "SinHo_nganh": {"S": [
            *head("05/BC-H", *DISTRICT), ["STT", "Tên", "Giá trị (triệu đồng)"], ["I", "Nông nghiệp", 60],
            [1, "Trồng trọt", 50], [1.1, "Lúa", 30], [1.2, "Ngô", 20], [2, "Chăn nuôi", 10], ["II", "Công nghiệp", 8],
            [1, "Chế biến", 8],
        ]},
    }  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    root = tmp_path_factory.mktemp("figures")
    folders = folders_at(root)
    put(folders, "nguon", unit_from="unit_from: [row]", period_from="period_from: [row]")
    inbox = root / "inbox"
    inbox.mkdir()
    for name, sheets in books().items():
        workbook(sheets).save(inbox / f"{name}.xlsx")
    stores = store_at(root / "data", ETL_REFERENCE=str(folders[0]), ETL_EXPECTATIONS=str(folders[1]))
    for batch in receive(stores, [inbox], AT):
        take_in(stores, batch, AT)
    release(stores, consolidate(stores, report_named(stores.reference, "bo-cuc"), parse_period("2021")), AT)
    return stores


@pytest.fixture(scope="module")
def figures(whole: Stores) -> dict[tuple[str, str, str, str], Figure]:
    done = consolidate(whole, report_named(whole.reference, "bo-cuc"), parse_period("2021"))
    return {(f.indicator, f.unit, f.period, (f.breakdown or (("", ""),))[0][1]): f for f in done.figures}


def test_every_submission_is_accepted(whole: Stores) -> None:
    states = {(s.form, s.unit, s.period): s.state for s in whole.ledger.submissions()}

    assert set(states.values()) == {"accepted"}
    assert len(states) == 1 + 2 * 8 + 3  # the Sở's; each district and quarter of one workbook; three of districts


def test_units_across_the_top_are_the_districts_figures(figures: dict[tuple[str, str, str, str], Figure]) -> None:
    assert [figures["BC.NH", code, "2021", ""].value for code in NAMES] == list(range(1, 9))
    assert figures["BC.NH", "12", "2021", ""].value == 36


def test_rows_of_all_districts_and_quarters_cover_the_province(
    figures: dict[tuple[str, str, str, str], Figure],
) -> None:
    for period, times in (("2021-Q1", 10), ("2021-Q2", 20)):
        province = figures["BC.NGUON", "12", period, ""]
        assert (province.value, province.status) == (Decimal(36 * times), "published")
        assert (province.coverage.reported, province.coverage.expected) == (8, 8)
        assert figures["BC.NGUON", "110", period, ""].value == 6 * times


def test_each_senders_own_members_are_members_of_one_breakdown(
    figures: dict[tuple[str, str, str, str], Figure],
) -> None:
    known = {
        (unit, crop): f.value
        for (name, unit, _, crop), f in figures.items()
        if name == "BC.CAY" and f.value is not None
    }

    assert {crop: known["108", crop] for crop in ("lúa", "ngô")} == {"lúa": Decimal("4.5"), "ngô": 6}
    assert known["110", "chè"] == Decimal("7.5")


def test_only_the_lowest_rows_of_a_hierarchy_count(figures: dict[tuple[str, str, str, str], Figure]) -> None:
    known = {branch: f.value for (name, unit, _, branch), f in figures.items() if (name, unit) == ("BC.PC", "108")}

    assert known == {"": 68, "nông nghiệp": 60, "công nghiệp": 8}


def test_a_figure_is_traced_to_the_cell_under_its_heading_or_beside_its_label(whole: Stores) -> None:
    across = trace(whole, "BC.NH", "110", "2021").contributions
    beside = trace(whole, "BC.NGUON", "110", "2021-Q2").contributions

    assert [(c.file, c.sheet, c.cell, c.text) for c in across if c.counted] == [("So_ngang_huyen.xlsx", "S", "G6", "6")]
    assert [(c.unit, c.file, c.sheet, c.cell, c.text) for c in beside if c.counted] == [
        ("110", "So_tong_hop.xlsx", "Năm 2021", "D18", "120")
    ]
