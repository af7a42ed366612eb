"""Several sheets of one form: a part cut off, a copy left in, another version beside the right one."""

from __future__ import annotations

from typing import Any

from etl.model.grids import Grid
from etl.model.reference import Reference
from etl.steps.recognise import recognise

TITLE = [
    ["Biểu số: 06/KHCN-H", "", "", "", "", ""],
    ["Kỳ báo cáo: Năm 2021", "", "", "Đơn vị báo cáo: UBND huyện Sìn Hồ", "", ""],
    ["STT", "Loại", "Nội dung", "Lĩnh vực", "Nơi nhận", "Mức ưu tiên"],
]


def sheet(name: str, *contents: str, visible: bool = True, period: str = "2021") -> Grid:
    title = [[str(cell).replace("2021", period) for cell in row] for row in TITLE]
    rows: list[list[Any]] = [
        [float(i), "kiến nghị", f"Nội dung {text} đủ dài để được chấp nhận", "KN1", "Bộ KH&CN", 1.0]
        for i, text in enumerate(contents, 1)
    ]
    return Grid(name, [*title, *rows], visible=visible)


def codes(found: Any) -> list[str]:
    return sorted(f.code for f in (*found.findings, *(f for s in found.submissions for f in s.findings)))


def test_a_form_cut_over_two_sheets_is_one_submission(reference: Reference) -> None:
    found = recognise("x.xlsx", (sheet("1", "a", "b"), sheet("2", "c")), reference)

    assert [(s.unit, s.period, len(s.lines["kn"])) for s in found.submissions] == [("108", "2021", 3)]
    assert codes(found) == []


def test_a_copied_sheet_is_told_and_not_counted(reference: Reference) -> None:
    found = recognise("x.xlsx", (sheet("1", "a", "b"), sheet("1 (2)", "a", "b")), reference)

    assert [len(s.lines["kn"]) for s in found.submissions] == [2]
    assert codes(found) == ["N.sheet-twice"]


def test_two_versions_wait_for_a_person(reference: Reference) -> None:
    found = recognise("x.xlsx", (sheet("1", "a", "b"), sheet("1 (2)", "a", "c")), reference)

    assert codes(found) == ["S10.twice"]


def test_last_years_sheet_is_held_when_visible_and_noted_when_hidden(reference: Reference) -> None:
    others = (sheet("Biểu 06", "a"), sheet("cũ", "x", period="2020"))
    visible = recognise("x.xlsx", others, reference)
    hidden = recognise("x.xlsx", (others[0], sheet("cũ", "x", visible=False, period="2020")), reference)

    assert {s.period for s in visible.submissions} == {"2020", "2021"}
    assert codes(visible) == ["S3.other-sheet"]
    assert ([s.period for s in hidden.submissions], codes(hidden)) == (["2021"], ["S3.hidden-sheet"])


def test_headings_repeated_at_a_page_break_are_no_rows(reference: Reference) -> None:
    codes_row: list[Any] = ["A", "B", "C", "D", "E", 1.0]
    page = sheet("1", "a", "b", "c")
    rows = [*page.rows[:2], page.rows[2], codes_row, *page.rows[3:5], page.rows[2], codes_row, *page.rows[5:]]
    found = recognise("x.xlsx", (Grid("1", rows),), reference)

    assert [len(s.lines["kn"]) for s in found.submissions] == [3]
    assert codes(found) == []


def test_an_items_name_may_hold_any_word(reference: Reference) -> None:
    found = recognise(
        "x.xlsx", (sheet("1", "không phát sinh chất thải", "Ghi chú và số hoá", "Tổng số hoá"),), reference
    )

    assert [len(s.lines["kn"]) for s in found.submissions] == [3]


def test_the_year_may_be_a_number_beside_another_label(reference: Reference) -> None:
    page = sheet("1", "a")
    title = [
        ["Biểu số: 06/KHCN-H", "", "", "", "", ""],
        ["Kỳ BC:", 2021.0, "", "Đơn vị báo cáo: UBND huyện Sìn Hồ", "", ""],
    ]
    found = recognise("x.xlsx", (Grid("1", [*title, *page.rows[2:]]),), reference)

    assert [s.period for s in found.submissions] == ["2021"]
