"""A release's figures asked for the units of another day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from etl.errors import UsageError
from etl.model.figures import PUBLISHED, Coverage, Figure
from etl.pipeline import Stores
from etl.queries.bridged import figure_from_json, on_basis


def figure(unit: str, indicator: str = "SP.HA", value: str = "2.5") -> Figure:
    return Figure(indicator, unit, "2021", "ha", 0, PUBLISHED, Coverage(1, 1), value=Decimal(value))


def test_a_figure_comes_back_from_its_json() -> None:
    one = figure("03386")
    assert figure_from_json(one.as_json(7)) == one


def test_what_can_be_re_added_is_labelled_and_the_rest_is_refused_with_its_reason(stores: Stores) -> None:
    communes = [u.code for u in stores.reference.units.at_level("commune", date(2021, 12, 31))]
    given = [figure(c).as_json(3) for c in communes] + [figure("106", "SP.MH").as_json(3)]

    found, refused = on_basis(stores, given, "2025-07-01")
    province = next(f for f in found if f["unit"] == "12")
    assert (province["value"], province["breakdown"], province["release"]) == ("265", {"basis": "2025-07-01"}, 3)
    assert len(found) == 39
    assert len(refused) == 1
    assert refused[0].startswith("SP.MH: chỉ có số của huyện")


def test_nothing_to_re_add_is_one_sentence(stores: Stores) -> None:
    with pytest.raises(UsageError, match="straddle two districts"):
        on_basis(stores, [figure("106").as_json(1)], "2025-07-01")
    with pytest.raises(UsageError, match="needs a day"):
        on_basis(stores, [], "tháng bảy")
