"""Where unit, period and indicator come from: each source that a form's YAML can name, and what it says when it is silent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from etl.model.reference import Reference
from etl.store.reference import faults, load_reference
from tests.layouts.books import Row, folders_at, head, one, put, read_book, rows_of, told

UNIT, PERIOD = "Đơn vị báo cáo: UBND huyện Sìn Hồ", "Kỳ báo cáo: Quý I năm 2021"
HEADING: Row = ["Huyện", "Kỳ", "Chỉ tiêu", "Số liệu"]
PLAIN: list[Row] = [["Chỉ tiêu", "Số liệu"], ["Số hộ", 5], ["Số mô hình", 2]]


@pytest.fixture
def own(tmp_path: Path) -> tuple[Path, Path]:
    """Folders that a test may change."""
    return folders_at(tmp_path)


def with_lines(own: tuple[Path, Path], form: str = "nguon", **texts: str) -> Reference:
    """The reference data with some lines of the form's YAML replaced: nothing but data changes."""
    put(own, form, **texts)
    return load_reference(*own)


def source(what: str, *names: str) -> dict[str, str]:
    return {f"{what}_from": f"{what}_from: [{', '.join(names)}]"}


def submissions(found: Any) -> list[tuple[str, str, list[tuple[Any, ...]]]]:
    return [(r.unit, r.period, rows_of(r, "nguon", "chi_tieu", "so")) for r in found.readings]


def evidence(reading: Any, what: str) -> list[tuple[str, str | None, str]]:
    return [(e.sheet, e.cell, e.text) for e in reading.evidence if e.what == what]


# the unit ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "lines", "sheet", "file", "place"),
    [
        ("label", (PERIOD, UNIT), "S", "bc.xlsx", ("S", "A3", "UBND huyện Sìn Hồ")),
        ("title", (PERIOD, "HUYỆN SÌN HỒ"), "S", "bc.xlsx", ("S", "A3", "HUYỆN SÌN HỒ")),
        ("sheet", (PERIOD,), "Sìn Hồ", "bc.xlsx", ("Sìn Hồ", None, "108")),
        ("file", (PERIOD,), "S", "BC_SinHo_Q1.xlsx", ("S", None, "108")),
    ],
)
def test_the_unit_of_a_whole_sheet(
    own: tuple[Path, Path], name: str, lines: tuple[str, ...], sheet: str, file: str, place: tuple[str, str | None, str]
) -> None:
    reference = with_lines(own, **source("unit", name))
    reading = one(found := read_book(reference, {sheet: [*head("08/BC-H", *lines), *PLAIN]}, file))

    assert (reading.unit, reading.period) == ("108", "2021-Q1")
    assert evidence(reading, "unit") == [place]
    assert told(found) == []


def test_the_unit_at_the_left_of_each_row(own: tuple[Path, Path]) -> None:
    """A table of the Sở over all districts: each row is its own district's, as if that had sent it."""
    reference = with_lines(own, **source("unit", "row"))
    rows: list[Row] = [
        HEADING, ["Than Uyên", None, "Số hộ", 5], ["Tân Uyên", None, "Số hộ", 7],
        ["H. Than Uyên", None, "Số mô hình", 1], ["Tổng số", None, None, 13],
    ]  # fmt: skip
    found = read_book(reference, {"S": [*head("08/BC-H", PERIOD, "Đơn vị báo cáo: Sở KH&CN"), *rows]})

    assert submissions(found) == [
        ("110", "2021-Q1", [("D6", "số hộ", 5), ("D8", "số mô hình", 1)]), ("111", "2021-Q1", [("D7", "số hộ", 7)]),
    ]  # fmt: skip
    assert [evidence(r, "unit") for r in found.readings] == [[("S", "A6", "Than Uyên")], [("S", "A7", "Tân Uyên")]]
    assert told(found) == []


def test_rows_that_name_no_unit_or_an_unknown_one_are_told_at_their_cells(own: tuple[Path, Path]) -> None:
    reference = with_lines(own, **source("unit", "row"))
    rows: list[Row] = [
        HEADING,
        ["Than Uyên", None, "Số hộ", 5],
        [None, None, "Số hộ", 7],
        ["Điện Biên", None, "Số hộ", 9],
    ]
    found = read_book(reference, {"S": [*head("08/BC-H", PERIOD), *rows]})

    assert submissions(found) == [("110", "2021-Q1", [("D5", "số hộ", 5)])]
    assert told(found) == [("S2.no-unit", "S", "A6", None), ("S2.unknown-unit", "S", "A7", "Điện Biên")]


def test_the_unit_at_the_head_of_each_column(own: tuple[Path, Path]) -> None:
    unit = "      - {field: ngang, heading: [Chia theo], type: unit, level: district, en: District}"
    reference = with_lines(own, "nguoncheo", **source("unit", "heading"), ngang=unit)
    rows: list[Row] = [["Nội dung", "Than Uyên", "Tân Uyên", "Toàn tỉnh"], ["Số hộ", 5, 7, 12], ["Tổng số", 5, 7, 12]]
    found = read_book(reference, {"S": [*head("09/BC-H", PERIOD), *rows]})

    assert [(r.unit, rows_of(r, "nguoncheo", "noi_dung", "ngang", "so")) for r in found.readings] == [
        ("110", [("B5", "Số hộ", "110", 5)]), ("111", [("C5", "Số hộ", "111", 7)]),
    ]  # fmt: skip
    assert [evidence(r, "unit") for r in found.readings] == [[("S", "B4", "Than Uyên")], [("S", "C4", "Tân Uyên")]]
    assert told(found) == []


# the period --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "lines", "sheet", "file", "place"),
    [
        ("label", (UNIT, PERIOD), "S", "bc.xlsx", ("S", "A3", "Quý I năm 2021")),
        ("title", (UNIT, "KẾT QUẢ QUÝ I NĂM 2021"), "S", "bc.xlsx", ("S", "A3", "KẾT QUẢ QUÝ I NĂM 2021")),
        ("sheet", (UNIT,), "Quý I-2021", "bc.xlsx", ("Quý I-2021", None, "Quý I-2021")),
        ("file", (UNIT,), "S", "BC_Q1_2021.xlsx", ("S", None, "BC Q1 2021")),
    ],
)
def test_the_period_of_a_whole_sheet(
    own: tuple[Path, Path], name: str, lines: tuple[str, ...], sheet: str, file: str, place: tuple[str, str | None, str]
) -> None:
    reference = with_lines(own, **source("period", name))
    reading = one(found := read_book(reference, {sheet: [*head("08/BC-H", *lines), *PLAIN]}, file))

    assert (reading.unit, reading.period) == ("108", "2021-Q1")
    assert evidence(reading, "period") == [place]
    assert told(found) == []


def test_one_sheet_a_period(own: tuple[Path, Path]) -> None:
    reference = with_lines(own, **source("period", "sheet"))
    sheets = {
        name: [*head("08/BC-H", UNIT), PLAIN[0], ["Số hộ", value]] for name, value in (("Q1 2021", 5), ("Q2 2021", 6))
    }
    found = read_book(reference, sheets)

    assert submissions(found) == [("108", "2021-Q1", [("B5", "số hộ", 5)]), ("108", "2021-Q2", [("B5", "số hộ", 6)])]
    assert told(found) == []


def test_the_period_at_the_left_of_each_row(own: tuple[Path, Path]) -> None:
    """The year stands in the title, the quarters in the rows; a merged label is that of all its rows."""
    reference = with_lines(own, **source("period", "row"))
    rows: list[Row] = [
        HEADING, [None, "Quý I", "Số hộ", 5], [None, "Quý II", "Số hộ", 6], [None, "Quý I/2021", "Số mô hình", 1],
        [None, "Cuối kỳ", "Số hộ", 8],
    ]  # fmt: skip
    found = read_book(reference, {"S": [*head("08/BC-H", UNIT, "Kỳ báo cáo: Năm 2021"), *rows]})

    assert submissions(found) == [
        ("108", "2021-Q1", [("D6", "số hộ", 5), ("D8", "số mô hình", 1)]), ("108", "2021-Q2", [("D7", "số hộ", 6)]),
    ]  # fmt: skip
    assert told(found) == [("S3.no-period", "S", "B9", "Cuối kỳ")]


def test_the_period_at_the_head_of_each_column(own: tuple[Path, Path]) -> None:
    period = "      - {field: ngang, heading: [Chia theo], type: period, en: Period}"
    reference = with_lines(own, "nguoncheo", **source("period", "heading"), ngang=period)
    rows: list[Row] = [["Nội dung", "Quý I", "Quý II", "Cộng"], ["Số hộ", 5, 7, 12]]
    found = read_book(reference, {"S": [*head("09/BC-H", UNIT, "Kỳ báo cáo: Năm 2021"), *rows]})

    assert [(r.unit, r.period, rows_of(r, "nguoncheo", "ngang", "so")) for r in found.readings] == [
        ("108", "2021-Q1", [("B6", "2021-Q1", 5)]), ("108", "2021-Q2", [("C6", "2021-Q2", 7)]),
    ]  # fmt: skip
    assert told(found) == []


def test_units_down_and_periods_across_are_one_submission_each(own: tuple[Path, Path]) -> None:
    period = "      - {field: ngang, heading: [Chia theo], type: period, en: Period}"
    unit = "      - {field: noi_dung, heading: [Huyện], type: unit, level: district, en: District}"
    texts = {**source("period", "heading"), **source("unit", "row"), "ngang": period, "noi_dung": unit}
    reference = with_lines(own, "nguoncheo", **texts)
    rows: list[Row] = [["Huyện", "Q1/2021", "Q2/2021"], ["Than Uyên", 1, 2], ["Tân Uyên", 3, 4]]
    found = read_book(reference, {"S": [*head("09/BC-H"), *rows]}, "tong_hop_lai_chau.xlsx")

    assert sorted((r.unit, r.period, *rows_of(r, "nguoncheo", "so")) for r in found.readings) == [
        ("110", "2021-Q1", ("B4", 1)), ("110", "2021-Q2", ("C4", 2)),
        ("111", "2021-Q1", ("B5", 3)), ("111", "2021-Q2", ("C5", 4)),
    ]  # fmt: skip
    assert told(found) == []


def test_nothing_to_report_is_the_titles_unit(own: tuple[Path, Path]) -> None:
    reference = with_lines(own, **source("unit", "row", "label"))
    reading = one(read_book(reference, {"S": [*head("08/BC-H", PERIOD, UNIT), HEADING, ["Không phát sinh"]]}))

    assert (reading.unit, reading.nil, reading.verdict) == ("108", True, "accepted")


# the indicator -----------------------------------------------------------------------------------------------------


def test_the_indicator_at_the_left_of_each_row(known: Reference) -> None:
    reading = one(read_book(known, {"S": [*head("08/BC-H", UNIT, PERIOD), *PLAIN]}))

    assert rows_of(reading, "nguon", "chi_tieu", "so") == [("B6", "số hộ", 5), ("B7", "số mô hình", 2)]


def test_the_indicator_at_the_head_of_each_column(known: Reference) -> None:
    rows: list[Row] = [["Nội dung", "Số hộ", "Số mô hình"], ["Chăn nuôi", 5, 2]]
    reading = one(found := read_book(known, {"S": [*head("09/BC-H", UNIT, PERIOD), *rows]}))

    assert rows_of(reading, "nguoncheo", "ngang", "so") == [("B6", "số hộ", 5), ("C6", "số mô hình", 2)]
    assert told(found) == []


@pytest.mark.parametrize(
    ("name", "line", "sheet", "file", "place"),
    [
        ("title", "SỐ HỘ NGHÈO TRONG HUYỆN", "S", "bc.xlsx", ("S", "A4", "SỐ HỘ NGHÈO TRONG HUYỆN")),
        ("sheet", "", "Số hộ nghèo", "bc.xlsx", ("Số hộ nghèo", None, "Số hộ nghèo")),
        ("file", "", "S", "bc_so-ho-ngheo.xlsx", ("S", None, "bc so ho ngheo")),
    ],
)
def test_the_indicator_of_a_whole_table(
    own: tuple[Path, Path], name: str, line: str, sheet: str, file: str, place: tuple[str, str | None, str]
) -> None:
    """'Số hộ nghèo' is no 'số hộ': the longer wording counts."""
    field = f"      - {{field: chi_tieu, heading: [Chỉ tiêu], type: set, values: bc_chi_tieu, from: [{name}], en: Indicator}}"
    reference = with_lines(own, chi_tieu=field)
    rows = [*head("08/BC-H", UNIT, PERIOD, line), ["Huyện", "Số liệu"], ["Sìn Hồ", 5]]
    reading = one(found := read_book(reference, {sheet: rows}, file))

    assert rows_of(reading, "nguon", "chi_tieu", "so") == [("B7", "số hộ nghèo", 5)]
    assert evidence(reading, "column:nguon.chi_tieu") == [place]
    assert told(found) == []


def test_one_sheet_an_indicator_is_one_submission(own: tuple[Path, Path]) -> None:
    field = (
        "      - {field: chi_tieu, heading: [Chỉ tiêu], type: set, values: bc_chi_tieu, from: [sheet], en: Indicator}"
    )
    reference = with_lines(own, chi_tieu=field)
    rows = [*head("08/BC-H", UNIT, PERIOD), ["Huyện", "Số liệu"], ["Sìn Hồ", 5]]
    reading = one(found := read_book(reference, {"Số hộ": rows, "Số mô hình": rows}))

    assert [r[1:] for r in rows_of(reading, "nguon", "chi_tieu", "so")] == [("số hộ", 5), ("số mô hình", 5)]
    assert told(found) == []


@pytest.mark.parametrize(("sheet", "value"), [("Sheet1", ""), ("Số hộ và số mô hình", "số mô hình / số hộ")])
def test_a_name_that_says_nothing_or_too_much_refuses_the_form(own: tuple[Path, Path], sheet: str, value: str) -> None:
    field = (
        "      - {field: chi_tieu, heading: [Chỉ tiêu], type: set, values: bc_chi_tieu, from: [sheet], en: Indicator}"
    )
    reference = with_lines(own, chi_tieu=field)
    rows = [*head("08/BC-H", UNIT, PERIOD), ["Huyện", "Số liệu"], ["Sìn Hồ", 5]]
    found = read_book(reference, {sheet: rows})

    assert [(f.code, f.value) for f in one(found).findings if f.severity == "critical"] == [("S4.unnamed-field", value)]
    assert one(found).verdict == "rejected"


# what `etl check` says of the YAML ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "texts", "told_as"),
    [
        ("nguon", source("unit", "stamp"), ("forms/nguon.yaml unit_from", "“stamp” is none of: label, title, sheet, file")),
        ("nguon", source("unit", "stamp"), ("forms/nguon.yaml dòng/line 7 $.unit_from[0]", "'stamp' is not one of")),
        ("nguon", source("period", "label", "tem"), ("forms/nguon.yaml dòng/line 8 $.period_from[1]", "'tem' is not one")),
        ("nguon", source("unit", "heading"), ("forms/nguon.yaml unit_from", "no field of type unit across the top")),
        ("nguoncheo", source("period", "row"), ("forms/nguoncheo.yaml period_from", "exactly one column of type period")),
        (
            "nguon", {"so": "      - {field: so, heading: [Số liệu], type: integer, from: [sheet], en: Value}"},
            ("forms/nguon.yaml table nguon field so from", "only a field of type set"),
        ),
        (
            "nguon", {"so": "      - {field: so, heading: [Số liệu], type: integer, from: [row], en: Value}"},
            ("forms/nguon.yaml dòng/line 17 $.tables[0].fields[3].from[0]", "'row' is not one of ['title', 'sheet', 'file']"),
        ),
        (
            "nguoncheo", {"across": "    across: {field: ngan, value: so}"},
            ("forms/nguoncheo.yaml table nguoncheo across", "there is no field “ngan”"),
        ),
        (
            "phancap", {"hierarchy": "    hierarchy: {label: ten, levels: [nganh, to]}"},
            ("forms/phancap.yaml table phancap hierarchy", "there is no field “to”"),
        ),
    ],
)  # fmt: skip
def test_a_source_that_leads_nowhere_is_named_with_its_place(
    own: tuple[Path, Path], form: str, texts: dict[str, str], told_as: tuple[str, str]
) -> None:
    put(own, form, **texts)

    assert [f for f in faults(*own) if f.startswith(told_as[0]) and told_as[1] in f]
