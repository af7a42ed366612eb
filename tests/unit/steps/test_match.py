"""Counted once: by id, by name and owner, by the register; near names stay apart, doubtful pairs are proposed."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from etl.model.forms import EntitySpec, Field, TableSpec
from etl.steps.match import Matching, match
from etl.text.names import tone_key

TASKS = EntitySpec("task", id="ma", name="ten", register="SKHCN", wins=("cap",), listed="huyen")
MARKS = EntitySpec("mark", name="ten", owner="chu")
FIELDS = tuple(Field(name, "text", (name,)) for name in ("ma", "ten", "cap", "chu", "huyen"))


def rows(*given: dict[str, Any]) -> pa.Table:
    names = ("_unit", "_period", "ma", "ten", "cap", "chu")
    columns = {n: pa.array([g.get(n, "2021" if n == "_period" else None) for g in given], pa.string()) for n in names}
    return pa.table(columns | {"huyen": pa.array([g.get("huyen") for g in given], pa.list_(pa.string()))})


def matched(entity: EntitySpec, *given: dict[str, Any], canonical: Any = None, answer: str | None = None) -> Matching:
    spec = TableSpec("t", "t", "records", FIELDS, entity=entity)
    return match(spec, rows(*given), lambda text, day: None, canonical or {}, lambda *pair: answer)


REGISTER = {"_unit": "SKHCN", "ma": "NV-02/2020", "ten": "Sâm Lai Châu", "cap": "nhà nước", "huyen": ["106", "107"]}


def test_one_task_in_three_districts_is_one_by_its_id_however_it_is_typed() -> None:
    result = matched(
        TASKS,
        {"_unit": "106", "ma": "NV-02/2020", "ten": "a"},
        {"_unit": "107", "ma": "nv-02 / 2020", "ten": "b"},
        REGISTER,
    )

    assert set(result.rows["_entity"].to_pylist()) == {"task:NV-02/2020"}
    assert set(result.rows["_owner"].to_pylist()) == {"106"}  # the first that the register names leads
    assert result.rows["_speaks"].to_pylist() == [False, False, True]


def test_a_task_without_id_is_proposed_with_the_registers_and_counted_apart_till_decided() -> None:
    district = {"_unit": "108", "ma": None, "ten": "Sâm Lai Châu", "cap": "tỉnh"}
    open_, merged, apart = (matched(TASKS, district, REGISTER, answer=a) for a in (None, "task:NV-02/2020", ""))

    assert [(p.kind, p.entity, p.decided) for p in open_.pairs] == [("id_missing", "task:NV-02/2020", None)]
    assert len(set(open_.rows["_entity"].to_pylist())) == 2
    assert set(merged.rows["_entity"].to_pylist()) == {"task:NV-02/2020"}
    assert len(set(apart.rows["_entity"].to_pylist())) == 2


def test_another_id_under_the_registers_name_is_proposed() -> None:
    result = matched(TASKS, {"_unit": "107", "ma": "X-9", "ten": "sâm lai châu", "cap": "nhà nước"}, REGISTER)

    assert [(p.kind, p.id) for p in result.pairs] == [("id_differs", "X-9")]


def test_the_registers_level_wins_and_is_told() -> None:
    result = matched(TASKS, {"_unit": "106", "ma": "NV-02/2020", "ten": "x", "cap": "tỉnh"}, REGISTER)

    assert result.rows["cap"].to_pylist() == ["nhà nước", "nhà nước"]
    assert [(d.row, d.field, d.own, d.register) for d in result.differences] == [(0, "cap", "tỉnh", "nhà nước")]


@pytest.mark.parametrize(("one", "other"), [
    ("Phục tráng giống lúa Khẩu Hốc", "Phục tráng giống lúa Khẩu Hốc và Tả Cù"),
    ("Séng Cù", "Séng Cù Thèn Sin"), ("nếp Tan Co Giàng", "nếp Tan Pỏm"), ("Chè Tam Đường", "Chè Tâm Đường"),
])  # fmt: skip
def test_near_names_are_two(one: str, other: str) -> None:
    for entity in (TASKS, MARKS):
        result = matched(
            entity, {"_unit": "109", "ten": one, "chu": "HTX"}, {"_unit": "106", "ten": other, "chu": "HTX"}
        )
        assert len(set(result.rows["_entity"].to_pylist())) == 2
        assert result.pairs == []


def test_a_mark_is_one_by_name_and_owner_and_by_a_known_spelling() -> None:
    same = matched(
        MARKS, {"_unit": "110", "ten": "Gạo X", "chu": "HTX A"}, {"_unit": "111", "ten": "gạo  x", "chu": "HTX A"}
    )
    other = matched(
        MARKS, {"_unit": "110", "ten": "Gạo X", "chu": "HTX A"}, {"_unit": "111", "ten": "gạo x", "chu": "HTX B"}
    )
    known = matched(
        MARKS, {"_unit": "110", "ten": "Gạo đặc sản Séng Cù", "chu": "A"}, {"_unit": "111", "ten": "Gạo Séng Cù", "chu": "B"},
        canonical={tone_key(spelling): "gạo Séng Cù" for spelling in ("Gạo đặc sản Séng Cù", "Gạo Séng Cù")},
    )  # fmt: skip

    assert [len(set(r.rows["_entity"].to_pylist())) for r in (same, other)] == [1, 2]
    assert known.rows["_entity_name"].to_pylist() == ["gạo Séng Cù"] * 2
    assert len(set(known.rows["_entity"].to_pylist())) == 1


REGISTERED = EntitySpec("mark", id="ma", also="cap", name="ten", owner="chu")


def test_without_a_register_a_row_without_id_is_proposed_with_the_near_name_of_its_owner() -> None:
    given = (
        {"_unit": "110", "ma": "4-2016-01", "ten": "Gạo Séng Cù", "chu": "HTX A"},
        {"_unit": "111", "ten": "gạo Seng Cù", "chu": "HTX A"},
        {"_unit": "112", "ten": "gạo Seng Cù", "chu": "HTX B"},
        {"_unit": "112", "ten": "Séng Cù Thèn Sin", "chu": "HTX A"},
    )
    open_, merged = matched(REGISTERED, *given), matched(REGISTERED, *given, answer="mark:4-2016-01")

    assert [(p.row, p.kind, p.entity) for p in open_.pairs] == [(1, "near_name", "mark:4-2016-01")]
    assert len(set(open_.rows["_entity"].to_pylist())) == 4
    assert merged.rows["_entity"].to_pylist()[:2] == ["mark:4-2016-01"] * 2
    assert len(set(merged.rows["_entity"].to_pylist())) == 3


def test_two_numbers_with_one_certificate_are_proposed_and_two_certificates_stay_apart() -> None:
    result = matched(
        REGISTERED,
        {"_unit": "110", "ma": "4-2016-01", "cap": "VB-7", "ten": "Chè Tân Uyên", "chu": "HTX A"},
        {"_unit": "111", "ma": "4-2016-99", "cap": "vb-7", "ten": "Chè", "chu": "HTX B"},
        {"_unit": "112", "ma": "4-2017-05", "cap": "VB-8", "ten": "Chè Tân Uyên", "chu": "HTX A"},
    )
    assert [(p.row, p.kind, p.id, p.entity) for p in result.pairs] == [(1, "second_id", "4-2016-99", "mark:4-2016-01")]


def test_a_task_without_id_under_a_name_without_marks_is_proposed_with_the_registers() -> None:
    result = matched(
        TASKS, {"_unit": "109", "ten": "Sam Lai Chau"}, {"_unit": "109", "ten": "Sâm Lai Châu và atiso"}, REGISTER
    )
    assert [(p.row, p.kind, p.entity) for p in result.pairs] == [(0, "id_missing", "task:NV-02/2020")]
