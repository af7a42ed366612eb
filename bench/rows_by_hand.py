"""The figures of `bench.rows_data` as one would write them by hand: a plain query each, in one DuckDB connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.rows_data import AGENCY, MONTHS, PROVINCE, files, readings

_LAST = f"_period = '{MONTHS[-1]}'"
_RATIO = "round(CAST({f} * CAST({n} AS DOUBLE) / CAST({d} AS DOUBLE) AS DECIMAL(28,10)), 1)"
_EACH = "round(CAST({f} * {x} AS DECIMAL(28,10)), 1)"


def _query(what: str, where: str = "TRUE", axis: str = "NULL", unit: str = "_unit", rows: str = "rows") -> str:
    """Of each unit, of the province above, and of each of these by the axis."""
    sets = f"({unit}), ()" if axis == "NULL" else f"({unit}, {axis}), ({unit}), ({axis}), ()"
    return f"""
        SELECT coalesce({unit}, '{PROVINCE}') AS unit, {axis} AS member, {what}
        FROM {rows} WHERE {where} GROUP BY GROUPING SETS ({sets})"""


def _divided(numerator: str, denominator: str, factor: int, **more: str) -> str:
    both = f"FILTER ({numerator} IS NOT NULL AND {denominator} IS NOT NULL)"
    n, d = f"sum({numerator}) {both}", f"sum({denominator}) {both}"
    return _query(f"{_RATIO.format(f=factor, n=n, d=d)} AS value", **more)


def _range(quotient: str, factor: int, **more: str) -> str:
    low, high = (_EACH.format(f=factor, x=f"{end}({quotient})") for end in ("min", "max"))
    return _query(f"{low} AS low, {high} AS high", **more)


_WORKING = "so_nguoi >= 3 AND nganh IN ('trồng trọt', 'chăn nuôi', 'lâm nghiệp')"
_LATEST = "(SELECT arg_max(_unit, _period) AS _unit, arg_max(von, _period) AS von FROM rows GROUP BY ma_ho)"

QUERIES = {
    "DT": _query("sum(dien_tich) AS value"),
    "GT": _query("sum(gia_tri) AS value", axis="nganh"),
    "NG": _query("sum(so_nguoi) AS value"),
    "NG.NU": _query("sum(so_nguoi) AS value", "gioi = 'nữ'"),
    "VL": _query("sum(co_viec) AS value", _WORKING, "gioi"),
    "GT.C": _query("sum(gia_tri) AS value", _LAST),
    "HO": _query("count(DISTINCT ma_ho) AS value"),
    "HO.N": _query("count(DISTINCT ma_ho) AS value", axis="nganh"),
    "HO.NU": _query("count(DISTINCT ma_ho) AS value", "gioi = 'nữ'"),
    "HO.C": _query("count(DISTINCT ma_ho) AS value", _LAST),
    "VON": _query("sum(von) AS value", rows=_LATEST),
    "VON.C": _query("sum(von) AS value", _LAST, "nganh"),
    "TL": _divided("co_viec", "so_nguoi", 100),
    "TL.C": _divided("co_viec", "so_nguoi", 100, where=f"{_LAST} AND so_nguoi > 0", axis="gioi"),
    "NS": _divided("san_luong", "dien_tich", 1),
    "NS.N": _divided("san_luong", "dien_tich", 1, where="dien_tich > 1", axis="nganh"),
    "GIA": _range("gia_nay", 1, where="gia_nay > 0", axis="nganh"),
    "TANG": _range("CAST(gia_nay - gia_truoc AS DOUBLE) / CAST(gia_truoc AS DOUBLE)", 100, where="gia_truoc > 0"),
    "CAY": _query("count(DISTINCT cay) AS value, list(DISTINCT cay) AS names"),
    "QT": _query("sum(dien_tich) AS value", f"_unit = '{AGENCY}'", unit="noi_o"),
}


def figures(folder: Path, memory: str, spill: str) -> list[dict[str, Any]]:
    """Every figure: indicator, unit, member, and what it says."""
    import duckdb
    import pyarrow as pa

    found: list[dict[str, Any]] = []
    with duckdb.connect(config={"memory_limit": memory, "temp_directory": spill}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.register("counted", pa.table({"_reading": readings()}))
        connection.execute(f"""
            CREATE VIEW rows AS SELECT * FROM read_parquet({[str(path) for path in files(folder)]})
            WHERE _reading IN (SELECT _reading FROM counted)""")
        for indicator, query in QUERIES.items():
            result = connection.execute(query)
            names = [column[0] for column in result.description]
            found += [{"indicator": indicator, **dict(zip(names, row, strict=True))} for row in result.fetchall()]
    return found
