"""Every number of the release page opens what stands behind it; the workbook and the CSV have the same cells."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import polars as pl
import pyarrow.parquet as pq

from etl.pipeline import Stores
from etl.queries.trace import trace
from etl.store.lake import NOTICE
from tests.conftest import ROOT
from tests.samples.conftest import Messy, Night


def read(stores: Stores, name: str) -> bytes:
    return stores.releases.read(stores.ledger.releases()[-1].number, name)


def test_every_number_leads_to_its_cells(plain: Night) -> None:
    page, sources = (read(plain.stores, name).decode() for name in ("index.html", "trace.html"))
    links = re.findall(r'href="trace\.html#([^"]+)"', page)
    sections = set(re.findall(r'<section id="([^"]+)"', sources))

    assert {"NV.T_12_2020..2021", "NH.D_12_2020..2021", "ISO_12_2020..2021", "QT_12_2022-01-22"} <= set(links)
    assert set(links) <= sections
    cards = re.findall(r'<p class="value[^"]*">(<a class="source")?', page)
    assert cards == ['<a class="source"'] * len(cards)


def test_the_page_tells_what_etl_trace_tells(plain: Night) -> None:
    told = trace(plain.stores, "NH.V", unit="12", period="2020..2021")
    lines = list(csv.DictReader(io.StringIO(read(plain.stores, "trace.csv").decode())))
    own = [r for r in lines if (r["indicator"], r["unit"], r["period"]) == ("NH.V", "12", "2020..2021")]

    assert [(r["submission"], r["sheet"], r["cell"], r["value"], r["counted"] == "true", r["why"]) for r in own] == [
        (c.submission, c.sheet or "", c.cell or "", c.value or "", c.counted, c.why) for c in told.contributions
    ]
    assert sum(r["counted"] == "true" for r in own) == 35


def test_the_current_view_is_what_counts_and_three_engines_read_it(messy: Messy, tmp_path: Path) -> None:
    """Superseded and held rows lie in the lake, which says so, and not in the view."""
    done = subprocess.run(
        [sys.executable, "-m", "etl.cli", "rows", "--out", str(tmp_path)], check=True, capture_output=True,
        env={**os.environ, "ETL_DATA": str(messy.stores.settings.data), "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"},
    )  # fmt: skip
    file = tmp_path / "nv.parquet"
    assert str(file).encode() in done.stdout
    counted = {s.submission for s in messy.stores.ledger.current("nv")}

    rows = pq.read_table(file)
    assert set(rows["submission"].to_pylist()) == counted
    assert rows.num_rows == len(pl.read_parquet(file)) == len(pd.read_parquet(file))
    assert duckdb.sql(f"SELECT count(*) FROM '{file}'").fetchall() == [(rows.num_rows,)]
    assert rows.schema.field("ten").metadata[b"title_vi"].decode() == "Tên nhiệm vụ"
    lake = sum(f.rows for f in messy.stores.ledger.lake_files() if f.table == "nv")
    assert lake > rows.num_rows
    assert "không phải số liệu công bố" in (messy.stores.lake.root / NOTICE).read_text("utf-8")


def test_the_workbook_has_it_on_a_sheet(plain: Night) -> None:
    book = openpyxl.load_workbook(io.BytesIO(read(plain.stores, "laichau-st.xlsx")), read_only=True)
    rows = [row for row in book["Nguồn"].iter_rows(values_only=True) if str(row[0]).startswith("NH.C ")]

    span = [row for row in rows if row[1] == "2020–2021"]
    counted = [row for row in span if row[8] == "có"]
    assert (len(counted), all(row[3] and row[5] for row in counted)) == (7, True)
    assert any(row[8] == "không" and row[9] for row in span)
