"""Fixed words and periods in both languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from etl.model.figures import NOT_REPORTED, PROVISIONAL, PUBLISHED, WITHHELD
from etl.model.findings import SEVERITIES
from etl.report import words


@pytest.mark.parametrize(
    ("code", "vi", "en"),
    [
        ("2021", "năm 2021", "2021"),
        ("2020..2021", "2020–2021", "2020–2021"),
        ("2021-H2", "6 tháng cuối năm 2021", "2021, second half"),
        ("2021-Q4", "quý IV năm 2021", "Q4 2021"),
        ("2021-06", "tháng 6 năm 2021", "June 2021"),
        ("2022-01-22", "ngày 22/01/2022", "22 January 2022"),
        ("giữa năm", "giữa năm", "giữa năm"),
    ],
)
def test_a_period_is_told_as_people_say_it(code, vi, en):
    assert words.period(code) == (vi, en)


def test_a_moment_is_told_on_the_clock_of_the_office():
    at = datetime(2022, 2, 3, 18, 30, tzinfo=UTC)
    assert words.moment(at) == ("01:30 ngày 04/02/2022", "4 February 2022, 01:30")


def test_every_status_and_severity_has_words_and_a_meaning():
    assert set(words.STATUSES) == set(words.STATUS_MEANINGS) == {PUBLISHED, PROVISIONAL, WITHHELD, NOT_REPORTED}
    assert tuple(words.SEVERITIES) == SEVERITIES


def test_an_unknown_code_is_shown_as_it_is():
    assert words.word(words.STATES, "brand_new") == ("brand_new", "brand_new")
    assert words.measure("gùi") == ("gùi", "gùi")
