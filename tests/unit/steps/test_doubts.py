"""What two readers read otherwise waits for a person, wherever it stands; days count from where the workbook says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from etl.model.decisions import Decision, case_of
from etl.model.findings import ACCEPTED_WITH_WARNINGS, HELD
from etl.model.forms import Field, Form, TableSpec
from etl.model.grids import At, Cell, Grid
from etl.model.periods import parse_period
from etl.model.reference import Expected, Reference
from etl.model.submissions import Reading
from etl.reader import resolve_near
from etl.steps.normalise import normalise
from etl.steps.recognise import recognise
from etl.store.lake import schema

TABLE = TableSpec(
    "gv", "gv", "records",
    (
        Field("ten", "text", ("Tên giống",), title_vi="Tên giống"),
        Field("so", "decimal", ("Diện tích",), decimals=1, title_vi="Diện tích"),
        Field("ngay", "date", ("Ngày cấp",), title_vi="Ngày cấp"),
    ),
)  # fmt: skip
HEAD = ["Biểu số: 01/GV-H", "", ""], ["Kỳ báo cáo: Năm 2021", "Đơn vị báo cáo: UBND huyện Sìn Hồ", ""]
HEADINGS = ["Tên giống", "Diện tích", "Ngày cấp"]


@pytest.fixture
def known(reference: Reference) -> Reference:
    form = Form("gv", "01/GV-H", "Giống", "Breeds", "year", (TABLE,), senders=("district",))
    asked = Expected("gv", parse_period("2021"), "108", "expected")
    return replace(reference, forms={**reference.forms, "gv": form}, calendar=(*reference.calendar, asked))


def reading(known: Reference, *rows: list[Cell], doubts: Mapping[At, str] | None = None, **more: Any) -> Reading:
    told = {at: ("xlrd", text) for at, text in (doubts or {}).items()}
    found = recognise("x.xls", (Grid("S", [*HEAD, HEADINGS, *rows], doubts=told, **more),), known)
    return normalise(
        found.submissions[0], found.sheets, known, lambda *a: resolve_near(known, *a), schema, file="x.xls",
        sha256="0" * 64, stamp="t",
    )  # fmt: skip


def holds(found: Reading) -> list[tuple[str, str | None, str | None]]:
    return [(f.code, f.cell, f.value) for f in found.findings if f.severity == "hold"]


@pytest.mark.parametrize(
    ("at", "other", "said"),
    [((3, 0), "Nếp", "Ngô / Nếp"), ((3, 1), "7.5", "2 / 7.5"), ((4, 1), "3.0", "∅ / 3.0"), ((3, 2), "x", "05/02/2021 / x")],
)  # fmt: skip
def test_a_cell_of_any_type_that_is_read_in_two_ways_has_no_value(
    known: Reference, at: At, other: str, said: str
) -> None:
    found = reading(known, ["Ngô", 2.0, date(2021, 2, 5)], ["Lúa", "", date(2021, 2, 6)], doubts={at: other})
    name = ("ten", "so", "ngay")[at[1]]

    assert holds(found) == [("V.two-readers", "ABC"[at[1]] + str(at[0] + 1), said)]
    assert found.rows["gv"][name].to_pylist()[at[0] - 3] is None
    assert found.verdict == ACCEPTED_WITH_WARNINGS


@pytest.mark.parametrize(
    ("at", "other", "answer", "value"),
    [((4, 1), "3.0", "3.0", Decimal(3)), ((3, 0), "Nếp", "Nếp", "Nếp"), ((3, 2), "x", "2021-02-07", date(2021, 2, 7))],
)
def test_what_a_person_says_is_taken(known: Reference, at: At, other: str, answer: str, value: object) -> None:
    rows = ["Ngô", 2.0, date(2021, 2, 5)], ["Lúa", "", date(2021, 2, 6)]
    hold = next(f for f in reading(known, *rows, doubts={at: other}).findings if f.code == "V.two-readers")
    decision = Decision(
        1, case_of(hold), hold, "correct", answer, "An", "xem bản giấy", datetime(2022, 1, 3, tzinfo=UTC)
    )
    again = reading(replace(known, decided={decision.case: decision}), *rows, doubts={at: other})

    assert again.rows["gv"][("ten", "so", "ngay")[at[1]]].to_pylist()[at[0] - 3] == value


def test_a_row_that_one_reader_lost_holds_the_submission(known: Reference) -> None:
    found = reading(known, ["Ngô", 2.0, date(2021, 2, 5)], doubts={(4, 0): "Lúa", (4, 1): "3.0"})

    assert holds(found) == [("R.two-readers", "A5", "∅ / Lúa")]
    assert "2 ô" in found.findings[0].message_vi
    assert found.verdict == HELD


@pytest.mark.parametrize(
    ("cell", "from_1904", "day"),
    [
        (44232.0, False, date(2021, 2, 5)),
        (42770.0, True, date(2021, 2, 5)),
        ("44232", False, date(2021, 2, 5)),
        (date(2021, 2, 5), True, date(2021, 2, 5)),
        ("05/02/2021", True, date(2021, 2, 5)),
    ],
)
def test_a_day_is_the_same_however_it_is_stored(known: Reference, cell: Cell, from_1904: bool, day: date) -> None:
    found = reading(known, ["Ngô", 2.0, cell], from_1904=from_1904)

    assert found.rows["gv"]["ngay"].to_pylist() == [day]


@pytest.mark.parametrize("text", ["442320", "04423", "1,5", "2021"])
def test_other_digits_are_no_day(known: Reference, text: str) -> None:
    found = reading(known, ["Ngô", 2.0, text])

    assert [(f.code, f.cell) for f in found.findings] == [("V.not-a-date", "C4")]
