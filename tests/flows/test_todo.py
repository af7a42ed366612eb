"""The texts about what people have to do, and what they did."""

from __future__ import annotations

from datetime import date

import pytest

from etl.acts.decide import Decided
from etl.acts.recheck import Moves
from etl.model.findings import HOLD, Finding
from etl.model.reference import Reference
from etl.queries.remind import Reminder
from flows import todo
from flows.decide import ids_of


def hold(unit: str | None, **about: str | None) -> Finding:
    said = {"message_vi": "có phải không", "message_en": "is it so", "file": "a.xlsx", "period": "2021", **about}
    return Finding("M.id-missing", HOLD, unit=unit, **said)  # type: ignore[arg-type]  # any fields


@pytest.mark.parametrize(
    ("pasted", "ids"),
    [
        ("a1b2", ["a1b2"]),
        (" a1b2,c3d4;\n`e5f6`\ta1b2 ", ["a1b2", "c3d4", "e5f6"]),
        ("  \n", []),
    ],
)
def test_ids_are_taken_as_people_paste_them(pasted: str, ids: list[str]) -> None:
    assert ids_of(pasted) == ids


def test_the_list_gives_each_unit_its_ids_to_paste_and_each_hold_its_proposal(reference: Reference) -> None:
    holds = [hold("107", cell="A1", sheet="B", proposal="N02"), hold("107", cell="A2"), hold(None), hold("105")]
    text = todo.todo(reference, holds)

    assert text.startswith("**4** việc chờ quyết định / holds wait for a decision")
    headings = [line for line in text.splitlines() if line.startswith("###")]
    assert headings == ["### Thành phố Lai Châu", "### Huyện Mường Tè", "### Chưa rõ đơn vị / unit not known"]
    ids = sorted([holds[0].id, holds[1].id])
    assert f"```\n{ids[0]}\n{ids[1]}\n```" in text
    assert f"- `{holds[0].id}` · a.xlsx: B!A1<br>có phải không<br>is it so<br>→ đề xuất / proposed: **N02**" in text


def test_very_many_are_cut_and_counted(reference: Reference) -> None:
    text = todo.todo(reference, [hold("107", cell=f"A{n}") for n in range(todo.MOST_HOLDS + 5)])
    assert text.endswith("… và 5 việc nữa / and 5 more")


def test_nothing_to_do_and_nothing_done_are_said(reference: Reference) -> None:
    assert todo.todo(reference, []).startswith("Không có việc nào chờ")
    assert todo.decided(Decided((), {})) == "Không có quyết định mới. / No new decision."
    assert todo.moves(Moves({}, ())) == "Sẽ không có gì thay đổi. / Nothing would change."
    assert todo.reminders([]) == "Không ai còn nợ biểu nào. / Nobody owes a form."


def test_what_would_move_is_told_before_and_after() -> None:
    one = {
        "indicator": "NV.T", "unit": "12", "period": "2021", "breakdown": {"cap": "tỉnh"}, "names": None, "low": None,
        "high": None, "numerator": None, "denominator": None, "status": "published", "unit_of_measure": "nhiệm vụ",
    }  # fmt: skip
    move = {"release": 1, "before": {**one, "value": "46"}, "after": {**one, "value": "45"}}
    text = todo.moves(Moves({"s1": "accepted → held"}, (move, {**move, "before": None})))

    assert "| `s1` | accepted → held |" in text
    assert "| NV.T cap=tỉnh | 12 | 2021 | 46 | **45** |" in text
    assert "| NV.T cap=tỉnh | 12 | 2021 | – | **45** |" in text


def test_who_owes_what_is_told_by_unit() -> None:
    owed = Reminder("107", "Huyện Mường Tè", "nv", "Nhiệm vụ", "2021", "missing", date(2022, 2, 1), -3, "gửi", "send")
    assert todo.reminders([owed, owed]) == "### Huyện Mường Tè: 2 biểu / forms\n\n- gửi<br>send\n- gửi<br>send"
