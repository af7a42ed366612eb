"""Checks at release: what does not add up is told in numbers; trap t19 (46 = 8 + 36) does not go out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from etl.model.checks import Check
from etl.model.figures import NOT_REPORTED, PUBLISHED, WITHHELD, Coverage, Figure
from etl.model.reference import Reference
from etl.model.series import Figures
from etl.steps.compare import compare
from etl.store.reference.faults import Faults
from etl.store.reference.release_checks import FILE, read_checks


def figure(name: str, value: int | None, unit: str = "12", period: str = "2020..2021", **about: object) -> Figure:
    number = None if value is None else Decimal(value)
    given = {"status": PUBLISHED, "coverage": Coverage(8, 8), "value": number, **about}
    return Figure(name, unit, period, "", 0, **given)  # type: ignore[arg-type]  # any fields


def told(figures: list[Figure], checks: tuple[Check, ...], reference: Reference) -> list[tuple[str, str, str | None]]:
    return [(f.code, f.severity, f.expected) for f in compare(Figures.gathered(figures), checks, reference.units)]


@pytest.fixture(scope="module")
def shipped(reference: Reference) -> tuple[Check, ...]:
    return reference.checks


@pytest.mark.parametrize(("provincial", "faults"), [(38, []), (36, [("C.nv-cap", "critical", "44")])])
def test_46_is_8_and_38_and_never_8_and_36(
    provincial: int, faults: list[tuple[str, str, str]], shipped: tuple[Check, ...], reference: Reference
) -> None:
    figures = [figure("NV.T", 46), figure("NV.N", 8), figure("NV.P", provincial)]

    assert told(figures, shipped, reference) == faults


def test_the_sentence_says_what_is_wrong_in_both_languages(shipped: tuple[Check, ...], reference: Reference) -> None:
    (one,) = compare(
        Figures.gathered([figure("NV.T", 46), figure("NV.N", 8), figure("NV.P", 36)]), shipped, reference.units
    )

    assert one.message_vi == ("NV.T, 12, 2020..2021: 46 khác 8 + 36 = 44. Hãy xem lại các số này trước khi công bố.")
    assert one.message_en.startswith("NV.T, 12, 2020..2021: 46 is not 8 + 36 = 44.")


def test_districts_against_the_province(shipped: tuple[Check, ...], reference: Reference) -> None:
    districts = [figure("NH.D", 10, str(code)) for code in range(105, 113)]

    assert told([figure("NH.D", 80), *districts], shipped, reference) == []
    assert told([figure("NH.D", 83), *districts], shipped, reference) == [("C.nh-don-vi", "critical", "80")]


@pytest.mark.parametrize(
    "late", [{"value": None, "status": NOT_REPORTED}, {"value": Decimal(7), "coverage": Coverage(1, 2)}]
)
def test_a_district_that_has_not_told_all_yet_accuses_nobody(
    late: dict[str, object], shipped: tuple[Check, ...], reference: Reference
) -> None:
    """The province knows the tasks from the register; who has not reported is missing, not wrong."""
    districts = [figure("NH.D", 10, str(code)) for code in range(105, 112)]
    one = replace(figure("NH.D", 0, "112"), **late)

    assert told([figure("NH.D", 80), *districts, one], shipped, reference) == []


def test_stock_is_the_last_stock_and_the_flow(shipped: tuple[Check, ...], reference: Reference) -> None:
    before, flow = figure("NH.KH.CN", 71, period="2020"), figure("NH.KH.CNK", 12, period="2021")

    assert told([before, flow, figure("NH.KH.CN", 83, period="2021")], shipped, reference) == []
    wrong = told([before, flow, figure("NH.KH.CN", 80, period="2021")], shipped, reference)
    assert wrong == [("C.nh-luy-ke", "warning", "83")]


def test_floors_ceilings_and_subsets(shipped: tuple[Check, ...], reference: Reference) -> None:
    assert told([figure("ISO", 101)], shipped, reference) == [("C.iso-ty-le", "critical", "≤ 100")]
    wide = figure("GT", None, low=Decimal(20), high=Decimal(30_000))
    assert told([wide], shipped, reference) == [("C.gt-tang", "warning", "≤ 200")]
    marks = [figure("NH.D", 30), figure("NH.V", 35)]
    assert told(marks, shipped, reference) == [("C.nh-cap", "critical", "≤ 30")]


def test_a_breakdown_adds_up_and_one_axis_is_not_mixed_with_another(reference: Reference) -> None:
    check = (Check("x", "breakdown", "NV.T", ("cap",)),)
    parts = [figure("NV.T", n, breakdown=(("cap", c),)) for n, c in ((8, "nhà nước"), (38, "tỉnh"))]
    other = figure("NV.T", 46, breakdown=(("nam", "2021"),))

    assert told([figure("NV.T", 46), *parts, other], check, reference) == []
    assert told([figure("NV.T", 47), *parts, other], check, reference) == [("C.x", "critical", "46")]


def test_what_is_not_known_is_compared_with_nothing(shipped: tuple[Check, ...], reference: Reference) -> None:
    assert told([figure("NV.T", 46), figure("NV.N", 8)], shipped, reference) == []
    withheld = figure("NV.P", None, status=WITHHELD)
    assert told([figure("NV.T", 46), figure("NV.N", 8), withheld], shipped, reference) == []


def test_faults_of_checks_csv_are_told_with_line_and_mend(reference: Reference) -> None:
    faults = Faults()
    lines = (
        "id,kind,indicator,parts,low,high,severity,note\na,parts,NV.T,NV.X,,,critical,\nb,between,ISO,,,,critical,\n"
    )
    read_checks({FILE: lines.encode()}, reference.indicators, faults)

    assert [fault.partition(":")[0] for fault in faults.found] == [
        "checks.csv dòng/line 2, cột/column parts",
        "checks.csv dòng/line 3, cột/column low",
    ]
    assert read_checks({}, reference.indicators, faults) == ()


def test_a_change_beyond_its_limit_is_told(reference: Reference) -> None:
    check = (Check("tt", "change", "TT.GT", (), "warning", None, Decimal(30)),)
    before = figure("TT.GT", 100, period="2020")

    for value, wanted in (
        (130, []),
        (131, [("C.tt", "warning", "100 ± 30 %")]),
        (69, [("C.tt", "warning", "100 ± 30 %")]),
    ):
        assert told([before, figure("TT.GT", value, period="2021")], check, reference) == wanted
    assert told([figure("TT.GT", 500, period="2021")], check, reference) == []
