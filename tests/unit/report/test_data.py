"""The data files: other programs read them back, exactly."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.model.out import InMemory
from etl.model.series import Figures
from etl.report import figure_files
from etl.report.data import data_files
from tests.unit.report.sample import ATTACK, MARKS, SPAN, UNITS, VISIT

FIGURE_KEYS = [
    "indicator", "unit", "period", "as_at", "breakdown", "value", "names", "low", "high", "numerator", "denominator",
    "unit_of_measure", "status", "stage", "coverage", "release",
]  # fmt: skip


def made(content) -> dict[str, bytes]:
    out = InMemory()
    data_files(content, out)
    return out.contents


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


def of(figures, indicator, period=SPAN, unit="12", breakdown=None):
    wanted = (indicator, period, unit, breakdown)
    return next(f for f in figures if (f["indicator"], f["period"], f["unit"], f["breakdown"]) == wanted)


def test_figures_json_has_the_documented_shape(files, content):
    figures = json.loads(files["figures.json"])
    assert len(figures) == len(content.figures)
    assert {tuple(figure) for figure in figures} == {tuple(FIGURE_KEYS)}
    assert {tuple(figure["coverage"]) for figure in figures} == {("reported", "expected", "missing")}
    assert of(figures, "NV.T") == {
        "indicator": "NV.T", "unit": "12", "period": SPAN, "as_at": None, "breakdown": None, "value": "46", "names": None,
        "low": None, "high": None, "numerator": None, "denominator": None, "unit_of_measure": "nhiệm vụ",
        "status": "published", "stage": "official", "coverage": {"reported": 16, "expected": 16, "missing": []}, "release": 3,
    }  # fmt: skip


def test_figures_json_tells_lists_ranges_parts_and_breakdowns(files):
    figures = json.loads(files["figures.json"])
    assert (of(figures, "NH.C")["value"], of(figures, "NH.C")["names"]) == ("7", list(MARKS))
    assert (of(figures, "GT")["value"], of(figures, "GT")["low"], of(figures, "GT")["high"]) == (None, "20", "30")
    assert (of(figures, "ISO")["numerator"], of(figures, "ISO")["denominator"]) == ("124", "124")
    assert of(figures, "QT", VISIT, breakdown={"huyen": "105"})["value"] == "20"
    withheld = of(figures, "GT.SL")
    assert (withheld["status"], withheld["value"], withheld["coverage"]["missing"][0]) == ("withheld", None, "105@2020")


def test_figures_json_is_sorted_and_ends_as_a_text_file_does(files):
    figures = json.loads(files["figures.json"])
    keys = [(f["indicator"], f["period"], f["unit"]) for f in figures]
    assert keys == sorted(keys)
    assert files["figures.json"].endswith(b"]\n")


def test_in_many_parts_the_files_are_those_of_one_and_figures_in_any_order_are_put_in_order(content, monkeypatch):
    whole = made(content)
    monkeypatch.setattr(figure_files, "AT_ONCE", 3)
    turned = replace(content, figures=Figures.gathered(content.figures[::-1]))

    assert made(turned) == whole
    assert len(content.figures) > 3


def test_a_release_without_figures_has_empty_files(content):
    files = made(replace(content, figures=Figures(())))

    assert (json.loads(files["figures.json"]), table(files["figures.csv"]), table(files["sdmx/figures.csv"])) == (
        [],
        [],
        [],
    )
    assert pq.read_table(pa.BufferReader(files["figures.parquet"])).num_rows == 0


def test_findings_and_status_json_have_the_documented_shape(files, content):
    findings, status = json.loads(files["findings.json"]), json.loads(files["status.json"])
    assert {tuple(one) for one in findings} == {
        ("id", "code", "severity", "scope", "file", "submission", "form", "unit", "period", "sheet", "cell", "value",
         "expected", "message_vi", "message_en", "proposal", "decision"),
    }  # fmt: skip
    assert {tuple(one) for one in status} == {
        ("unit", "form", "period", "role", "state", "file", "revision", "received_at", "late"),
    }  # fmt: skip
    assert (len(findings), len(status)) == (len(content.findings), len(content.status))
    assert {s["received_at"] for s in status if s["unit"] == "105"} == {"2022-01-20T09:30:00+07:00"}


def test_findings_of_one_sheet_follow_its_rows(files):
    cells = [f["cell"] for f in json.loads(files["findings.json"]) if f["unit"] == "105"]
    assert cells == ["H2", "H11"]


def test_release_json_says_on_what_it_rests(files, content):
    assert json.loads(files["release.json"]) == {
        "number": 3, "kind": "provisional", "stage": "official", "period": SPAN, "report": "laichau-st",
        "created_at": "2022-02-03T20:15:42+07:00", "reference_hash": content.reference.hash,
        "suite_hash": content.reference.suite_hash, "version": "0.1.0", "ledger_position": 57, "previous": 2,
    }  # fmt: skip


def test_a_csv_line_is_a_figure_and_its_parts_stand_in_columns(files, content):
    lines = table(files["figures.csv"])
    assert len(lines) == len(content.figures)
    assert list(lines[0]) == [k for k in FIGURE_KEYS if k not in ("coverage", "release")] + [
        "coverage_reported", "coverage_expected", "coverage_missing", "release",
    ]  # fmt: skip
    marks = next(line for line in lines if (line["indicator"], line["unit"], line["period"]) == ("NH.C", "12", SPAN))
    assert (marks["value"], marks["names"].split("; ")) == ("7", list(MARKS))
    gifts = next(line for line in lines if line["breakdown"] == "huyen=105" and line["indicator"] == "QT")
    assert (gifts["value"], gifts["coverage_reported"], gifts["coverage_expected"]) == ("20", "1", "1")
    withheld = next(
        line for line in lines if (line["indicator"], line["unit"], line["period"]) == ("GT.SL", "12", SPAN)
    )
    assert withheld["coverage_missing"].split(";") == [f"{unit}@2020" for unit in UNITS]


def test_csv_is_plain_utf8_without_carriage_returns(files):
    for name in ("figures.csv", "findings.csv", "status.csv", "dictionary.csv"):
        assert not files[name].startswith(b"\xef\xbb\xbf")
        assert b"\r" not in files[name]


def test_no_csv_text_begins_as_a_formula_and_json_keeps_it_as_it_was(files):
    texts = [cell for line in table(files["findings.csv"]) for cell in line.values()]
    assert [text for text in texts if text[:1] in ("=", "@", "+", "\t")] == []
    assert f"'{ATTACK}" in texts
    assert ATTACK in [finding["value"] for finding in json.loads(files["findings.json"])]


def test_a_nil_and_a_negative_number_are_no_formulas(content):
    nil = [replace(content.findings[0], value=value) for value in ("-", "-1.234,5", "-cmd", "+84 912")]
    lines = table(made(replace(content, findings=tuple(nil)))["findings.csv"])
    assert sorted(line["value"] for line in lines) == sorted(["-", "-1.234,5", "'-cmd", "+84 912"])


def test_parquet_figures_are_exact_in_three_engines(files, tmp_path):
    path = tmp_path / "figures.parquet"
    path.write_bytes(files["figures.parquet"])
    expected = sum(Decimal(f["value"] or 0) for f in json.loads(files["figures.json"]))

    arrow = pq.read_table(path)
    assert arrow.schema.field("value").type == pa.decimal128(38, 10)
    assert arrow.schema.field("coverage_missing").type == pa.list_(pa.string())
    assert sum(value for value in arrow["value"].to_pylist() if value is not None) == expected
    assert duckdb.sql(f"SELECT sum(value) FROM '{path}'").fetchall() == [(expected,)]
    polars = pl.read_parquet(path)
    assert polars["value"].dtype == pl.Decimal(38, 10)
    assert sum(value for value in polars["value"] if value is not None) == expected


def test_parquet_figures_bear_their_titles(files):
    arrow = pq.read_table(pa.BufferReader(files["figures.parquet"]))
    line = next(r for r in arrow.to_pylist() if (r["indicator"], r["unit"], r["period"]) == ("NV.N", "106", SPAN))
    assert line["title_vi"] == "Nhiệm vụ KH&CN cấp Nhà nước"
    assert (line["title_en"], line["unit_title"], line["value"]) == (
        "S&T tasks of state level",
        "Huyện Tam Đường",
        Decimal(2),
    )


def test_more_digits_than_parquet_holds_are_rounded_half_up(content):
    share = replace(content.figures.find("NV.T", SPAN, "12"), value=Decimal("0.00000000005"))
    data = made(replace(content, figures=Figures.gathered([share])))
    assert pq.read_table(pa.BufferReader(data["figures.parquet"]))["value"].to_pylist() == [Decimal("0.0000000001")]
    assert json.loads(data["figures.json"])[0]["value"] == "0.00000000005"


def test_rows_keep_types_and_meanings_and_come_in_the_order_of_the_sheet(files, content):
    rows = pq.read_table(pa.BufferReader(files["rows/nv.parquet"]))
    assert rows.schema.equals(content.rows["nv"].schema, check_metadata=False)
    assert rows.schema.field("kinh_phi").metadata[b"title_en"] == b"Approved budget"
    assert rows.schema.field("kinh_phi").metadata[b"unit_of_measure"].decode() == "triệu đồng"
    places = [(r["period"], r["unit"], r["submission"], r["row"]) for r in rows.to_pylist()]
    assert places == sorted(places)
    assert len(places) == content.rows["nv"].num_rows
    column = pq.ParquetFile(pa.BufferReader(files["rows/nv.parquet"])).metadata.row_group(0).column(0)
    assert any("DICTIONARY" in encoding for encoding in column.encodings)


@pytest.mark.parametrize("name", ["figures.csv", "findings.csv", "status.csv", "figures.parquet", "rows/sp.parquet"])
def test_the_dictionary_explains_every_column(files, name):
    data = files[name]
    columns = pq.read_schema(pa.BufferReader(data)).names if name.endswith("parquet") else list(table(data)[0])
    told = [line for line in table(files["dictionary.csv"]) if line["file"] == name]
    assert [line["column"] for line in told] == columns or {line["column"] for line in told} == set(columns)
    assert all(line["title_vi"] and line["title_en"] and line["type"] for line in told)


def test_the_dictionary_knows_units_of_measure_and_states(files):
    lines = {line["column"]: line for line in table(files["dictionary.csv"]) if line["file"] == "rows/sp.parquet"}
    assert (lines["quy_mo"]["unit_of_measure"], lines["quy_mo"]["title_en"]) == ("ha", "Area")
    assert lines["quy_mo__state"]["title_en"] == "State of the cell “Area”"
