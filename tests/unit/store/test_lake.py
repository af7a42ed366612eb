"""Typed rows as Parquet: exact, the same bytes for the same rows."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from etl.errors import StoreError
from etl.model.forms import Field, TableSpec
from etl.store.lake import Lake, schema
from etl.store.lake_files import in_memory, of_submissions, sent

SPEC = TableSpec(
    id="nv",
    form="nv",
    kind="records",
    fields=(
        Field("stt", "ordinal", ("STT",)),
        Field("name", "text", ("Tên",), title_vi="Tên nhiệm vụ", title_en="Task"),
        Field("households", "integer", ("Số hộ",)),
        Field("budget", "decimal", ("Kinh phí",), unit_of_measure="triệu đồng"),
        Field("growth", "percent", ("Tăng",)),
        Field("begins", "month", ("Bắt đầu",)),
        Field("granted", "date", ("Ngày cấp",)),
        Field("partners", "units", ("Huyện",)),
        Field("products", "list", ("Sản phẩm",)),
        Field("level", "set", ("Cấp",)),
    ),
)
NAMES = ["_submission", "_reading", "_unit", "_period", "_block", "_line"]


def row(line, submission="nv-106-2021-aaaaaaaa", **values):
    system = {"_submission": submission, "_reading": f"{submission}@b1", "_unit": "106", "_period": "2021"}
    return system | {"_block": 0, "_line": line} | values


def table(rows, columns=None):
    return pa.Table.from_pylist(rows, schema=columns or schema(SPEC))


@pytest.fixture
def lake(tmp_path):
    # a folder's name may hold what DuckDB takes for a pattern
    return Lake(tmp_path / "hồ dữ liệu [2021] *?")


def test_a_table_has_system_columns_and_each_stored_field_with_its_state():
    columns = schema(SPEC)
    stored = [f.id for f in SPEC.fields if f.type != "ordinal"]
    assert columns.names == NAMES + [name for field in stored for name in (field, f"{field}__state")]
    assert {name: str(columns.field(name).type) for name in (*NAMES, *stored)} == {
        "_submission": "string",
        "_reading": "string",
        "_unit": "string",
        "_period": "string",
        "_block": "int16",
        "_line": "int32",
        "name": "string",
        "households": "int64",
        "budget": "decimal128(28, 10)",
        "growth": "decimal128(28, 10)",
        "begins": "date32[day]",
        "granted": "date32[day]",
        "partners": "list<item: string>",
        "products": "list<item: string>",
        "level": "string",
    }
    assert {str(columns.field(f"{name}__state").type) for name in stored} == {"string"}


def test_titles_and_unit_of_measure_travel_with_the_file(lake):
    path = lake.write("nv", "b1", table([row(9)])).path
    told = lake.read([path]).schema
    assert told.field("name").metadata == {
        b"title_vi": "Tên nhiệm vụ".encode(),
        b"title_en": b"Task",
        b"unit_of_measure": b"",
    }
    assert told.field("budget").metadata[b"unit_of_measure"] == "triệu đồng".encode()


def test_every_type_comes_back_as_it_was(lake):
    values = {
        "name": "Phục tráng giống lúa Khẩu Hốc",
        "households": 2**53 + 1,
        "budget": Decimal("123456789012345678.0123456789"),
        "growth": Decimal("0.1"),
        "begins": date(2021, 3, 1),
        "granted": date(2020, 2, 29),
        "partners": ["105", "107"],
        "products": [],
        "level": None,
    }
    states = {f"{name}__state": "value" for name in values}
    path = lake.write("nv", "b1", table([row(9, **values, **states)])).path
    (back,) = lake.read([path]).to_pylist()
    assert back == row(9, **values, **states)


def test_the_same_rows_in_any_order_and_any_chunks_give_the_same_bytes(lake):
    rows = [
        row(line, f"nv-{unit}-2021-aaaaaaaa", name=f"t{line % 7}", budget=Decimal(line))
        for unit in (106, 105)
        for line in range(40)
    ]
    first = lake.write("nv", "b1", table(rows).replace_schema_metadata({"made": "by one worker"}))
    random.Random(7).shuffle(rows)
    chunked = pa.concat_tables([table(rows[:33]), table(rows[33:])])
    other = Lake(lake.root.parent / "elsewhere").write("nv", "b1", chunked)
    assert other == first
    data = (lake.root / first.path).read_bytes()
    assert (first.sha256, first.size, first.rows) == (hashlib.sha256(data).hexdigest(), len(data), 80)
    order = [(r["_submission"], r["_line"]) for r in lake.read([first.path]).to_pylist()]
    assert order == sorted(order)


def test_the_same_batch_again_leaves_the_file_alone(lake):
    first = lake.write("nv", "b1", table([row(9)]))
    before = (lake.root / first.path).stat().st_ino
    assert lake.write("nv", "b1", table([row(9)])) == first
    assert (lake.root / first.path).stat().st_ino == before


def test_an_old_file_without_a_newer_field_reads_as_nulls(lake):
    old = lake.write("nv", "b1", table([row(9, budget=Decimal(5))]).drop_columns(["households", "households__state"]))
    new = lake.write("nv", "b2", table([row(10, households=3, budget=Decimal(7))]))
    files = [old.path, new.path]
    assert lake.read(files, schema(SPEC))["households"].to_pylist() == [None, 3]
    assert lake.read(files, schema(SPEC)).schema.equals(schema(SPEC), check_metadata=True)


def test_no_file_is_an_empty_table_with_its_columns(lake):
    assert lake.read([], schema(SPEC)).num_rows == 0
    assert in_memory(lake.stored([], schema(SPEC), [])).equals(schema(SPEC).empty_table())


def test_only_rows_of_the_readings_that_count_are_read(lake):
    mine, theirs = "nv-106-2021-aaaaaaaa", "nv-107-2021-bbbbbbbb"
    path = lake.write("nv", "b1", table([row(9, mine, households=1), row(9, theirs, households=2)])).path
    counted = [f"{theirs}@b1"]
    assert lake.read([path], readings=counted)["households"].to_pylist() == [2]
    assert in_memory(lake.stored([path], schema(SPEC), counted)).equals(lake.read([path], schema(SPEC), counted))
    assert in_memory(lake.stored([path], schema(SPEC), [])).num_rows == 0


def test_rows_of_some_submissions_are_read_out_of_files_that_hold_more(lake):
    first, second, gone = "nv-107-2021-bbbbbbbb", "nv-106-2021-aaaaaaaa", "nv-106-2021-cccccccc"
    old = table([row(9, first, _unit="107"), row(8, first, _unit="107")]).drop_columns(
        ["households", "households__state"]
    )
    files = [
        lake.write("nv", "b1", old).path,
        lake.write("nv", "b2", table([row(9, second, households=3), row(9, gone, households=4)])).path,
    ]
    stored = lake.stored(files, schema(SPEC), [f"{first}@b1", f"{second}@b1"])
    found = sent(stored)
    assert [(one.unit, one.submission, one.rows) for one in found] == [("106", second, 1), ("107", first, 2)]
    rows = of_submissions(stored, found[:1])
    assert rows.schema.equals(schema(SPEC), check_metadata=True)
    assert rows["households"].to_pylist() == [3]
    rows = of_submissions(stored, found[1:])
    assert (rows["_line"].to_pylist(), rows["households"].to_pylist()) == ([8, 9], [None, None])


def test_a_damaged_file_is_told_when_a_part_of_it_is_asked_for(lake):
    path = lake.write("nv", "b1", table([row(9)])).path
    stored = lake.stored([path], schema(SPEC), ["nv-106-2021-aaaaaaaa@b1"])
    found = sent(stored)
    (lake.root / path).write_bytes(b"PAR1")
    for read in (lambda: sent(stored), lambda: of_submissions(stored, found)):
        with pytest.raises(StoreError, match=r"b1\.parquet"):
            read()


def test_files_that_the_ledger_does_not_know_are_told_and_can_be_removed(lake):
    kept = lake.write("nv", "b1", table([row(9)])).path
    left = lake.write("nv", "b2", table([row(10)])).path
    (lake.root / "nv" / ".b3.parquet.0011.tmp").write_bytes(b"PAR1")
    assert lake.orphans({kept}) == [left]
    lake.remove(left)
    lake.remove(left)
    assert lake.paths() == [kept]


def test_a_missing_or_damaged_file_is_told_in_two_languages(lake):
    path = lake.write("nv", "b1", table([row(9)])).path
    with pytest.raises(StoreError, match=r"Không đọc được.*/ .*cannot be read"):
        lake.read(["nv/b2.parquet"])
    with pytest.raises(StoreError, match=r"missing"):
        lake.stored(["nv/b2.parquet"], schema(SPEC), [])
    (lake.root / path).chmod(0o640)
    (lake.root / path).write_bytes(b"PAR1 torn")
    with pytest.raises(StoreError, match=r"cannot be read"):
        lake.read([path])


@pytest.mark.parametrize("path", ["../secret.parquet", "nv/../../x.parquet", "/etc/passwd", "nv/.hidden", ""])
def test_no_path_leads_out_of_the_lake(lake, path):
    with pytest.raises(StoreError):
        lake.remove(path)
    with pytest.raises(StoreError):
        lake.write(path, "b1", table([row(9)]))


def test_importing_the_lake_loads_no_arrow():
    program = "import sys, etl.store.lake; print(sorted({'pyarrow', 'duckdb', 'pandas', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
