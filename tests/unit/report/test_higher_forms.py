"""The form of a higher authority: the office's own template, each number its figure's, and nothing that there is not."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from openpyxl import load_workbook

from etl.model.figures import PROVISIONAL, PUBLISHED, WITHHELD
from etl.model.releases import ReleaseContent
from etl.model.series import Figures
from etl.report.higher_forms import higher_forms
from tests.unit.report.sample import SPAN

FILE, SHEET = "laichau-st.bo-khcn.xlsx", "Biểu tổng hợp"


def opened(data: bytes) -> Any:
    return load_workbook(io.BytesIO(data))


def with_status(content: ReleaseContent, indicator: str, status: str) -> ReleaseContent:
    """The release with one provincial figure of the whole span in another state."""
    figures = tuple(
        replace(f, status=status)
        if (f.indicator, f.period, f.unit, f.breakdown) == (indicator, SPAN, "12", None)
        else f
        for f in content.figures
    )
    return replace(content, figures=Figures.gathered(figures))


def test_each_cell_holds_its_figure_and_the_template_stays_as_it_was(
    content: ReleaseContent, files: dict[str, bytes]
) -> None:
    sheet = opened(files[FILE])[SHEET]
    template = opened(content.reference.higher_forms["laichau-st"][0].template)[SHEET]

    assert [sheet[cell].value for cell in ("D11", "D12", "D13")] == [46, 8, 38]
    assert [sheet[cell].value for cell in ("F17", "F18")] == [80, 35]
    assert sheet["A6"].value == "giai đoạn 2020–2021"
    assert sheet["G11"].value == template["G11"].value  # the template's own formula
    assert sheet["D14"].number_format == template["D14"].number_format
    assert sheet.merged_cells.ranges == template.merged_cells.ranges
    assert sheet.print_title_rows == template.print_title_rows


def test_a_share_stands_as_the_cell_shows_it(content: ReleaseContent) -> None:
    shares = [f for f in content.figures if (f.indicator, f.unit) == ("ISO", "12") and f.breakdown is None]
    shown = opened(higher_forms(content)[FILE])[SHEET]["D22"]

    assert "%" in shown.number_format
    assert shown.value in [float(f.value / 100) for f in shares if f.value is not None]


def test_a_figure_that_is_not_final_says_so_at_its_cell(content: ReleaseContent) -> None:
    told = opened(higher_forms(with_status(content, "NV.T", PROVISIONAL))[FILE])[SHEET]["D11"]
    kept = opened(higher_forms(with_status(content, "NV.T", PUBLISHED))[FILE])[SHEET]["D11"]

    assert told.value == kept.value == 46
    assert "Số tạm tính: đã nhận" in told.comment.text
    assert kept.comment is None


def test_a_withheld_figure_leaves_no_number(content: ReleaseContent) -> None:
    book = opened(higher_forms(with_status(content, "NV.T", WITHHELD))[FILE])

    assert book[SHEET]["D11"].value == "…"
    assert "Chưa có số" in book[SHEET]["D11"].comment.text
    (line,) = (row for row in book["Nguồn số liệu"].iter_rows(values_only=True) if row[1] == "D11")
    assert line[6] == "…"


def test_the_last_sheet_says_where_every_number_comes_from(content: ReleaseContent, files: dict[str, bytes]) -> None:
    sheet = opened(files[FILE])["Nguồn số liệu"]
    lines = {row[1]: row for row in sheet.iter_rows(min_row=3, values_only=True)}

    assert sheet["A1"].value.startswith("Bản công bố số 3 (")
    numbers = {one.cell for one in content.reference.higher_forms["laichau-st"][0].cells} - {"A5", "A6"}
    assert set(lines) == numbers
    assert lines["D11"][2:7] == (
        "NV.T", "Nhiệm vụ KH&CN được triển khai (cấp Nhà nước và cấp tỉnh)", "Tỉnh Lai Châu", "2020–2021", "46"
    )  # fmt: skip


def test_the_same_release_gives_the_same_bytes(content: ReleaseContent, files: dict[str, bytes]) -> None:
    assert higher_forms(content)[FILE] == files[FILE]
