"""Figures of the old communes on the 38 of 2025-07-01: exact, labelled, or refused in one sentence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from etl.errors import UsageError
from etl.model.concordance import Concordance, breaks
from etl.model.figures import NOT_REPORTED, PROVISIONAL, PUBLISHED, Coverage, Figure, Indicator
from etl.model.reference import Reference
from etl.steps.consolidate.bridge import bridge
from etl.store.reference.concordance import load_concordance
from tests.conftest import ROOT

BASIS = date(2025, 7, 1)
SUM = Indicator("DS", "Dân số", "Population", "ds", "ds", "sum", measure="dan_so", unit="xa")
RATIO = Indicator("MD", "Mật độ", "Density", "ds", "ds", "ratio", numerator="a", denominator="b", decimals=1)
DISTINCT = Indicator("NV.L", "Nhiệm vụ", "Tasks", "nv", "nv", "distinct", key="_entity")
KNOWN = {i.id: i for i in (SUM, RATIO, DISTINCT)}
LABEL = (("basis", "2025-07-01"),)


@pytest.fixture(scope="module")
def concordance(reference: Reference) -> Concordance:
    return load_concordance(ROOT / "data" / "reference", reference.units)


def figure(unit: str, value: int | None, period: str = "2021", indicator: str = "DS", **about: object) -> Figure:
    status = PUBLISHED if value is not None else NOT_REPORTED
    coverage = Coverage(1, 1) if value is not None else Coverage(0, 1, (unit,))
    number = None if value is None else Decimal(value)
    return Figure(indicator, unit, period, "người", 0, status, coverage, value=number, **about)  # type: ignore[arg-type]  # any fields


def communes(concordance: Concordance, period: str = "2021") -> list[Figure]:
    day = date(int(period), 12, 31)
    return [figure(u.code, i, period) for i, u in enumerate(concordance.units.at_level("commune", day), start=1)]


@pytest.mark.parametrize(("period", "before"), [("2019", 108), ("2021", 106)])
def test_all_old_communes_add_up_to_38_and_the_province(concordance: Concordance, period: str, before: int) -> None:
    old = communes(concordance, period)
    new = bridge(old, KNOWN, concordance, BASIS)

    by_unit = {f.unit: f for f in new}
    whole = sum(f.value or 0 for f in old)
    assert (len(old), len(by_unit)) == (before, 39)
    assert by_unit["12"].value == whole == sum(f.value or 0 for f in new if f.unit != "12")
    assert {f.breakdown for f in new} == {LABEL}
    assert {f.status for f in new} == {PUBLISHED}
    assert by_unit["12"].coverage == Coverage(before, before)


def test_one_code_is_two_communes_on_two_days(concordance: Concordance) -> None:
    """03403 was Nậm Loỏng in 2019 and Sùng Phài in 2021; both lie in Đoàn Kết since, whose code was Quyết Tiến's."""
    units = concordance.units
    named = [units.get("03403", day) for day in (date(2019, 12, 31), date(2021, 12, 31))]

    assert [u.name for u in named if u] == ["Nậm Loỏng", "Sùng Phài"]
    for day in (date(2019, 12, 31), date(2021, 12, 31)):
        new = concordance.on("03403", day, BASIS)
        assert (new.code, new.name) == ("03388", "Đoàn Kết") if new else None
    old = units.get("03388", date(2021, 12, 31))
    assert (old.name if old else None) == "Quyết Tiến"
    assert units.get("03403", BASIS) is None


def test_seventeen_codes_are_reused_by_another_name_and_never_joined_by_code(concordance: Concordance) -> None:
    day, units = date(2025, 6, 30), concordance.units
    reused = [
        (old, new) for new in units.at_level("commune", BASIS)
        if (old := units.get(new.code, day)) is not None and old.name != new.name
    ]  # fmt: skip
    assert len(reused) == 17

    given = {u.code: i for i, u in enumerate(units.at_level("commune", day), start=1)}
    figures = bridge([figure(code, value, "2025-Q2") for code, value in given.items()], KNOWN, concordance, BASIS)
    by_unit = {f.unit: f.value for f in figures}
    for _, new in reused:
        parts = concordance.parts("commune", day, BASIS)[new.code]
        assert by_unit[new.code] == sum(given[part.code] for part in parts)


def test_district_totals_are_refused_in_one_sentence(concordance: Concordance) -> None:
    districts = [figure(u.code, 10) for u in concordance.units.at_level("district", date(2021, 12, 31))]

    with pytest.raises(UsageError) as refused:
        bridge(districts, KNOWN, concordance, BASIS)
    text = str(refused.value)
    assert "6 xã mới nằm trên địa bàn hai huyện cũ" in text
    assert "6 new communes straddle two districts" in text
    assert all(n in text for n in ("Đoàn Kết", "Tân Phong", "Sin Suối Hồ", "Hua Bum", "Lê Lợi", "Pa Tần"))
    assert "\n" not in text


def test_what_is_not_counted_once_is_refused(concordance: Concordance) -> None:
    with pytest.raises(UsageError, match="cannot be re-added"):
        bridge([figure("03386", 1, indicator="NV.L")], KNOWN, concordance, BASIS)


def test_no_way_leads_back(concordance: Concordance) -> None:
    new = [figure(u.code, 1, "2026") for u in concordance.units.at_level("commune", date(2026, 12, 31))]
    assert concordance.on("03388", date(2026, 12, 31), date(2021, 12, 31)) is None
    with pytest.raises(UsageError, match="no concordance"):
        bridge(new, KNOWN, concordance, date(2021, 12, 31))


def test_a_missing_commune_is_named_and_nobody_gives_null(concordance: Concordance) -> None:
    parts = [u.code for u in concordance.parts("commune", date(2021, 12, 31), BASIS)["03388"]]
    some = bridge([figure(p, None if p == parts[0] else 5) for p in parts], KNOWN, concordance, BASIS)
    none = bridge([figure(p, None) for p in parts], KNOWN, concordance, BASIS)

    one = next(f for f in some if f.unit == "03388")
    assert (one.value, one.status, one.coverage.missing) == (5 * (len(parts) - 1), PROVISIONAL, (parts[0],))
    assert {(f.value, f.status) for f in none} == {(None, NOT_REPORTED)}


def test_a_ratio_is_divided_again_from_its_sums(concordance: Concordance) -> None:
    parts = concordance.parts("commune", date(2021, 12, 31), BASIS)["03388"]
    figures = [
        figure(u.code, 0, indicator="MD", numerator=Decimal(10 * i), denominator=Decimal(i * i))
        for i, u in enumerate(parts, start=1)
    ]
    one = next(f for f in bridge(figures, KNOWN, concordance, BASIS) if f.unit == "03388")

    n, d = sum(10 * i for i in range(1, len(parts) + 1)), sum(i * i for i in range(1, len(parts) + 1))
    assert (one.numerator, one.denominator) == (n, d)
    assert one.value == (Decimal(n) / Decimal(d)).quantize(Decimal("0.1"))


def test_a_series_across_the_change_shows_where_it_breaks(concordance: Concordance) -> None:
    found = breaks(concordance.units, "commune", date(2019, 1, 1), date(2026, 12, 31))

    assert [(b.day, b.before, b.after) for b in found] == [(date(2020, 2, 1), 108, 106), (BASIS, 106, 38)]
    assert "106 units" in found[1].text_en()
    districts = breaks(concordance.units, "district", date(2019, 1, 1), date(2026, 12, 31))
    assert [(b.day, b.before, b.after) for b in districts] == [(BASIS, 8, 0)]
    assert breaks(concordance.units, "commune", date(2021, 1, 1), date(2022, 1, 1)) == ()
