"""Which texts mark a row as a total, and which only sound so."""

from __future__ import annotations

import pytest

from etl.model.reference import Reference
from etl.steps.recognise.telling import teller_of
from etl.steps.recognise.wordings import wordings_of


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Cộng", "total"), ("CỘNG:", "total"), ("Công", "total"), ("cong", "total"), ("Cộng mục A", "total"),
        ("Tổng cộng", "total"), ("Tông công", "total"), ("TONG CONG toan huyen", "total"), ("Cộng I+II", "total"),
        ("Công nghiệp", ""), ("Công trình thủy lợi", ""), ("Công an huyện", ""), ("cong nghiep", ""), ("Cống thoát nước", ""),
    ],
)  # fmt: skip
def test_a_total_is_told_from_what_sounds_like_one(reference: Reference, text: str, mark: str) -> None:
    wordings = wordings_of(reference)

    assert wordings.mark(text) == mark
    assert teller_of(reference).telling([text]).marking == ({text} if mark else set())
