"""Rows that stay in their files, and a bound on memory: the same figures, and nothing left behind."""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import StoreError
from etl.model.figures import Figure, Indicator
from etl.model.forms import Field, TableSpec
from etl.model.periods import parse_period
from etl.model.stored import USUAL, Room, Stored
from etl.model.units import Unit, Units
from etl.steps.consolidate import Expectation, Expectations, Request, Selection, consolidate, open_rows
from etl.steps.match import match
from etl.store.lake import Lake, schema
from etl.store.lake_files import in_memory

COMMUNES, YEAR = ("101", "102", "103"), parse_period("2021")
UNITS = Units((
    Unit("12", "Lai Châu", "tỉnh", None, None, None), *(Unit(code, code, "xã", "12", None, None) for code in COMMUNES),
))  # fmt: skip
SPEC = TableSpec("ho", "ho", "records", (
    Field("ma", "id", ("Mã",)), Field("loai", "set", ("Loại",)), Field("so", "integer", ("Số",)),
    Field("dt", "decimal", ("Diện tích",)), Field("sp", "list", ("Sản phẩm",)), Field("xa", "unit", ("Xã",)),
))  # fmt: skip
#: a file of before the form had this field
OLDER = schema(SPEC).remove(schema(SPEC).get_field_index("dt")).remove(schema(SPEC).get_field_index("dt__state") - 1)


def indicator(name: str, rule: str = "sum", **more: Any) -> Indicator:
    return Indicator(name, name, name, "ho", "ho", rule, **{"decimals": 1, **more})


BY_KIND = (("loai", "loai"),)
INDICATORS = (
    indicator("sum", measure="dt", breakdown=BY_KIND),
    indicator("two", measure="so", breakdown=(*BY_KIND, ("xa", "xa"))),
    indicator("list", measure="len(sp)"),
    indicator("level", measure="so", condition="_level = 'commune'"),
    indicator("number", "distinct", key="ma", breakdown=BY_KIND),
    indicator("last", "latest", measure="so", key="ma"),
    indicator("at end", "latest", measure="so", key="ma", over_periods="last"),
    indicator("share", "ratio", numerator="so", denominator="dt", factor=Decimal(100)),
    indicator("ends", "range", numerator="dt", denominator="so", breakdown=(*BY_KIND, ("xa", "xa"))),
    indicator("names", "union", key="loai", names="loai"),
    indicator("elsewhere", "authoritative", measure="so", unit="xa", reporter="103"),
)
MONTHS = tuple(parse_period(f"2021-0{month}") for month in (1, 2, 3))
EXPECTED = Expectations(tuple(Expectation("ho", u, m, "expected", True) for u in COMMUNES for m in MONTHS), UNITS)

numbers = st.none() | st.decimals(min_value=-(10**6), max_value=10**6, places=3, allow_nan=False)
rows_sent = st.lists(
    st.tuples(
        st.sampled_from(COMMUNES), st.sampled_from([m.code for m in MONTHS]), st.none() | st.sampled_from("abcdef"),
        st.none() | st.sampled_from(["cây", "con"]), st.none() | st.integers(-5, 5), numbers,
        st.none() | st.lists(st.sampled_from(["chè", "sâm"]), max_size=3), st.none() | st.sampled_from(COMMUNES),
        st.booleans(), st.sampled_from(["old", "new"]),
    ), max_size=40,
)  # fmt: skip


def stored(folder: Path, sent: list[tuple[Any, ...]]) -> Stored:
    """Rows → two files, one older than a field, both with rows of readings that do not count."""
    lake, found, counted = Lake(folder), [], set()
    for name, columns in (("old", OLDER), ("new", schema(SPEC))):
        rows = []
        for line, (unit, period, ma, loai, so, dt, sp, xa, counts, file) in enumerate(sent):
            if file == name:
                submission = f"ho-{unit}-{period}-{'a' if counts else 'b'}"
                values = {"ma": ma, "loai": loai, "so": so, "dt": dt, "sp": sp, "xa": xa}
                rows.append({
                    "_submission": submission, "_reading": f"{submission}@{name}", "_unit": unit, "_period": period,
                    "_block": 0, "_line": line, **values, **{f"{field}__state": "value" for field in values},
                })  # fmt: skip
                counted |= {rows[-1]["_reading"]} if counts else set()
        found.append(lake.write("ho", name, pa.Table.from_pylist(rows, schema=columns)).path)
    return lake.stored(found, schema(SPEC), counted)


def figures(rows: Stored | pa.Table, room: Room = USUAL, asked: tuple[Indicator, ...] = INDICATORS) -> list[Figure]:
    return list(consolidate({"ho": rows}, [Request(i, YEAR) for i in asked], EXPECTED, UNITS, (), room=room))


def read(rows: Stored) -> pa.Table:
    return match(SPEC, in_memory(rows), lambda text, day: None, {}, lambda *asked: None).rows


@settings(max_examples=8, deadline=None)
@given(rows_sent)
def test_rows_in_their_files_give_the_figures_of_the_same_rows_in_memory(tmp_path_factory, sent):
    rows = stored(tmp_path_factory.mktemp("hồ [1] *"), sent)
    assert figures(rows) == figures(read(rows))


def test_a_blank_name_is_none_of_the_names(tmp_path):
    sent = [("101", "2021-01", None, kind, 1, None, None, None, True, "new") for kind in ("cây", None, "con", None)]
    found = figures(stored(tmp_path, sent), asked=(indicator("names", "union", key="loai", names="loai"),))
    assert {(f.unit, f.value, f.names) for f in found if f.unit == "12"} == {("12", Decimal(2), ("con", "cây"))}


def test_every_column_has_the_type_that_it_has_in_memory(tmp_path):
    rows = stored(tmp_path, [("101", "2021-01", "a", "cây", 1, Decimal("0.1"), ["chè"], "101", True, "old")])
    kinds = []
    for one in (rows, read(rows)):
        with open_rows({"ho": one}, UNITS) as connection:
            kinds.append(sorted(row[:2] for row in connection.execute("DESCRIBE ho").fetchall()))
    assert kinds[0] == kinds[1]
    only_old = replace(rows, files=rows.files[:1])
    assert figures(only_old, asked=INDICATORS[:1])[0].value is None  # nobody could tell it yet


def test_thousands_of_files_are_one_table_and_the_sum_is_exact(tmp_path):
    rows = stored(tmp_path, [("101", "2021-01", "a", "cây", 1, Decimal("0.1"), None, "101", True, "new")])
    one = rows.files[1]
    for number in range(1, 1200):  # the lake's own fsyncs would make this test slow
        os.link(one, one.parent / f"{number}.parquet")
    many = replace(rows, files=(one, *(one.parent / f"{number}.parquet" for number in range(1, 1200))))
    found = figures(many, asked=(indicator("sum", measure="dt"),))
    assert {f.unit: f.value for f in found if f.unit in ("101", "12")} == {"101": Decimal(120), "12": Decimal(120)}


def test_a_damaged_file_is_told_and_so_is_one_that_has_gone(tmp_path):
    rows = stored(tmp_path, [])
    rows.files[0].chmod(0o640)
    rows.files[0].write_bytes(b"PAR1 torn")
    with pytest.raises(StoreError, match=r"Không đọc được.*/ .*cannot be read"):
        figures(rows)
    rows.files[0].unlink()
    with pytest.raises(StoreError, match="etl verify"):
        figures(rows)


#: so many things that what is known of them does not fit into TIGHT
MANY, TIGHT = 400_000, "48MB"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    line = pa.array(range(MANY), pa.int32())
    keys = pa.array([f"hộ gia đình ở bản số {n:09}" for n in range(MANY)])
    values: dict[str, Any] = {"_submission": "ho-101-2021-01-a", "_reading": "r", "_unit": "101", "_period": "2021-01"}
    columns = [
        line
        if name == "_line"
        else keys
        if name == "ma"
        else pa.array([values.get(name)], kind).take(pa.array([0] * MANY))
        for name, kind in zip(schema(SPEC).names, schema(SPEC).types, strict=True)
    ]
    lake = Lake(tmp_path_factory.mktemp("large"))
    path = lake.write("ho", "b", pa.table(columns, schema=schema(SPEC))).path
    return lake.stored([path], schema(SPEC), ["r"])


COUNT = (indicator("number", "distinct", key="ma"),)


def test_what_does_not_fit_into_memory_goes_to_the_disk_and_is_gone_afterwards(large, tmp_path):
    (province,) = [f for f in figures(large, Room(TIGHT, tmp_path / "spill" / "d"), COUNT) if f.unit == "12"]
    assert province.value == MANY
    assert list((tmp_path / "spill").iterdir()) == []


def test_without_a_disk_too_little_memory_is_told_with_the_setting_that_helps(large, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match=r"ETL_MEMORY|đĩa"):
        figures(large, Room(TIGHT, tmp_path / "file" / "d"), COUNT)


def test_the_bound_is_duckdbs(tmp_path):
    selection = Selection(COUNT[0], (YEAR,), UNITS)
    with open_rows({}, UNITS, [selection], Room("100MiB", tmp_path / "d")) as connection:
        assert connection.execute("SELECT current_setting('memory_limit')").fetchall() == [("100.0 MiB",)]
