"""Whom to remind, when, and of what."""

from __future__ import annotations

from datetime import date, datetime

from etl.model.clock import LOCAL_TIME
from etl.model.reference import Reference
from etl.model.releases import StatusRow
from etl.pipeline import Stores
from etl.queries.remind import owed, reminders, reminders_table

DEADLINE = date(2022, 2, 1)


def at(day: int, month: int = 1, hour: int = 8) -> datetime:
    return datetime(2022, month, day, hour, tzinfo=LOCAL_TIME)


def row(unit: str, state: str, role: str = "expected") -> StatusRow:
    return StatusRow(unit, "nv", "2021", role, state, deadline=DEADLINE)


def test_those_who_reported_and_those_whom_nobody_awaits_are_left_alone(reference: Reference) -> None:
    rows = [row("105", "accepted"), row("106", "accepted_with_warnings"), row("107", "missing", "optional"),
            row("108", "missing", "check")]  # fmt: skip

    assert owed(reference, rows, at(25)) == []


def test_each_is_told_what_to_do_before_and_after_the_deadline(reference: Reference) -> None:
    rows = [row("105", "missing"), row("106", "rejected"), row("107", "held")]

    before, after = owed(reference, rows, at(25)), owed(reference, rows, at(4, month=2))
    assert [(r.unit, r.days) for r in before] == [("105", 7), ("106", 7), ("107", 7)]
    assert before[0].message_vi == "Thành phố Lai Châu: Biểu 01/KHCN-H kỳ 2021 chưa gửi; hãy gửi biểu (còn 7 ngày)."
    assert before[1].message_en.endswith("sent back; mend it as the receipt says (7 days left).")
    assert [r.days for r in after] == [-3, -3, -3]
    assert "quá hạn 3 ngày" in after[2].message_vi
    assert "hạn là hôm nay" in owed(reference, rows, at(1, month=2, hour=23))[0].message_vi


def test_nobody_is_reminded_before_the_form_opens(reference: Reference) -> None:
    early = datetime(2021, 12, 31, 23, tzinfo=LOCAL_TIME)

    assert owed(reference, [row("105", "missing")], early) == []


def test_all_who_owe_the_year_are_listed(stores: Stores) -> None:
    found = reminders(stores, "2021", at(10))

    assert {r.unit for r in found if r.form == "nv"} == {*map(str, range(105, 113)), "SKHCN"}
    assert {r.state for r in found} == {"missing"}
    assert found[0].as_json()["deadline"] == "2022-02-01"
    assert "Huyện Tam Đường" in reminders_table(found)
    assert {r.unit for r in reminders(stores, "2021", at(10), "105")} == {"105"}
    assert reminders(stores, "2021", at(10), "12") == found
