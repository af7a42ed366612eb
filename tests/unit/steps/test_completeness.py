"""Who was expected, who came, in time or late, and who is missing: with names, for any mixture of states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from etl.model.clock import LOCAL_TIME
from etl.model.periods import parse_period
from etl.model.reference import Expected
from etl.model.releases import StatusRow
from etl.model.units import Unit, Units
from etl.steps.completeness import AXES, completeness, is_late, tally

DAY = datetime(2022, 1, 10, 9, tzinfo=LOCAL_TIME)
END = date(2025, 6, 30)
UNITS = Units((
    Unit("12", "Lai Châu", "tỉnh", None, None, None), Unit("106", "Tam Đường", "huyện", "12", None, END),
    Unit("107", "Mường Tè", "huyện", "12", None, END), Unit("03390", "Tam Đường", "xã", "12", date(2025, 7, 1), None),
))  # fmt: skip


@dataclass(frozen=True)
class Sent:
    submission: str
    unit: str
    state: str = "accepted"
    form: str = "nv"
    period: str = "2021"
    revision: int = 1
    nil: bool = False
    file: str = "a.xlsx"
    received_at: datetime = DAY


def line(unit: str = "level:district", period: str = "2021", role: str = "expected") -> Expected:
    return Expected("nv", parse_period(period), unit, role, date(2022, 1, 1), date(2022, 2, 1))


def test_a_level_means_the_units_of_the_period() -> None:
    calendar = [line(), line("level:commune", "2026"), line("12", "2021", "check")]

    rows = completeness(calendar, UNITS, [Sent("s", "106")], parse_period("2021..2026"))
    assert [(r.unit, r.period, r.role, r.state) for r in rows] == [
        ("106", "2021", "expected", "accepted"), ("107", "2021", "expected", "missing"),
        ("12", "2021", "check", "missing"), ("03390", "2026", "expected", "missing"),
    ]  # fmt: skip


def test_a_later_refused_revision_does_not_hide_the_accepted_one() -> None:
    sent = [Sent("1", "106"), Sent("2", "106", "rejected", revision=2), Sent("3", "107", "superseded"),
            Sent("4", "107", "held", revision=2)]  # fmt: skip

    rows = completeness([line()], UNITS, sent, parse_period("2021"))
    assert [(r.submission, r.state) for r in rows] == [("1", "accepted"), ("4", "held")]


def test_the_deadlines_day_is_in_time_to_its_last_moment() -> None:
    last = datetime(2022, 2, 1, 23, 59, 59, tzinfo=LOCAL_TIME)

    assert not is_late(last, date(2022, 2, 1))
    assert is_late(datetime(2022, 2, 2, tzinfo=LOCAL_TIME), date(2022, 2, 1))
    assert not is_late(DAY, None)


STATES = ("accepted", "accepted_with_warnings", "held", "rejected", "withdrawn", "missing")
rows_of = st.lists(
    st.builds(
        StatusRow, st.sampled_from(("106", "107", "108")), st.sampled_from(("nv", "sp")), st.sampled_from(("2020", "2021")),
        st.sampled_from(("expected", "check", "optional")), st.sampled_from(STATES), late=st.booleans(), nil=st.booleans(),
    ),
    unique_by=lambda r: (r.unit, r.form, r.period),
)  # fmt: skip


@given(rows_of)
def test_every_expected_triple_is_in_one_fate_and_every_axis_tells_the_same(rows: list[StatusRow]) -> None:
    wanted = [(r.unit, r.form, r.period) for r in rows if r.role == "expected"]
    for axis in (None, *AXES):
        tallies = tally(rows, axis).values()
        fates = [t for one in tallies for t in (*one.reported, *one.held, *one.rejected, *one.missing)]
        assert sorted(fates) == sorted(wanted)
        for one in tallies:
            assert sorted((*one.received, *one.missing)) == sorted(one.expected)
            assert sorted((*one.on_time, *one.late)) == sorted(one.received)
            assert set(one.nil) <= set(one.reported)
            assert one.timeliness == (len(one.on_time), len(one.expected))


def test_names_are_in_the_tally() -> None:
    rows = [
        StatusRow("106", "nv", "2021", "expected", "accepted", nil=True),
        StatusRow("107", "nv", "2021", "expected", "rejected", late=True),
        StatusRow("108", "nv", "2021", "expected", "missing"),
    ]
    one = tally(rows)[""]

    assert (one.nil, one.late, one.missing) == (
        (("106", "nv", "2021"),),
        (("107", "nv", "2021"),),
        (("108", "nv", "2021"),),
    )
    assert one.timeliness == (1, 3)
    assert set(tally(rows, "unit")) == {"106", "107", "108"}
