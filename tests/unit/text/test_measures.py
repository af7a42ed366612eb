"""Units of measure that are the same and such that are not."""

from __future__ import annotations

import pytest

from etl.text.measures import measure_key


@pytest.mark.parametrize(("one", "other"), [("Triệu đồng", "TRIỆU  ĐỒNG"), ("km²", "km2"), ("đồng/kg", "Đồng / kg")])
def test_one_unit_in_two_spellings(one, other):
    assert measure_key(one) == measure_key(other)


def test_signs_keep_their_meaning():
    assert len({measure_key(unit) for unit in ("%", "ha", "m2", "m3", "tạ/ha", "tạ", "đồng", "nghìn đồng")}) == 8
