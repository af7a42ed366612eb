"""A household list as a province's communes send it each month, as many rows as asked for, made by DuckDB: the same ones each time.

A file is a batch's rows of the table, with the lake's own columns and types. In each file the first unit has sent a revision
that was superseded: its rows lie there too and are in no figure.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from etl.model.figures import Indicator
from etl.model.forms import Field, TableSpec
from etl.model.periods import parse_period
from etl.model.units import Unit, Units
from etl.steps.consolidate import Expectation, Expectations, Request

NATION, PROVINCE, AGENCY = "00", "12", "SNN"
COMMUNES, FILES_A_MONTH = 96, 4
YEAR = "2025"
MONTHS = tuple(f"{YEAR}-{month:02}" for month in range(1, 13))
SENDERS = (*(f"{10_000 + i}" for i in range(COMMUNES)), AGENCY)

SPEC = TableSpec("ho", "ho", "records", tuple(
    Field(name, kind, (name,), title_vi=name, title_en=name)
    for name, kind in (
        ("ma_ho", "id"), ("nganh", "set"), ("gioi", "set"), ("noi_o", "unit"), ("cay", "text"), ("so_nguoi", "integer"),
        ("co_viec", "integer"), ("dien_tich", "decimal"), ("san_luong", "decimal"), ("gia_tri", "decimal"),
        ("von", "decimal"), ("gia_truoc", "decimal"), ("gia_nay", "decimal"),
    )
))  # fmt: skip

#: field → SQL over u (the unit's index), m (the month's), line, h (of the household) and r (of the row)
_VALUES = {
    "ma_ho": "printf('H%03d%07d', u, line)",
    "nganh": "['trồng trọt', 'chăn nuôi', 'lâm nghiệp', 'thủy sản', 'nghề', 'buôn bán', 'dịch vụ', 'khác'][1 + h % 8]",
    "gioi": "CASE WHEN h % 10 < 3 THEN 'nữ' ELSE 'nam' END",
    "noi_o": f"(10000 + CASE WHEN u < {COMMUNES} THEN u ELSE h % {COMMUNES} END)::VARCHAR",
    "cay": "'cây ' || (1 + (h // 8) % 40)",
    "so_nguoi": "CASE WHEN r % 50 = 0 THEN NULL ELSE 1 + h % 9 END",
    "co_viec": "(h % 9) * (r % 3) // 2",
    "dien_tich": "CASE WHEN r % 33 = 0 THEN NULL ELSE (1 + (h // 7) % 500)::DECIMAL(28,10) / 100 END",
    "san_luong": "((r // 3) % 90000)::DECIMAL(28,10) / 100",
    "gia_tri": "((r // 5) % 9000000)::DECIMAL(28,10) / 1000",
    "von": "((h // 11) % 70000 + m)::DECIMAL(28,10) / 10",
    "gia_truoc": "((r // 13) % 800)::DECIMAL(28,10) * 100",
    "gia_nay": "((r // 17) % 900)::DECIMAL(28,10) * 100",
}
_CONDITION_WORKING = "so_nguoi >= 3 AND nganh IN ('trồng trọt', 'chăn nuôi', 'lâm nghiệp')"


def _indicator(name: str, rule: str, over: str = "all", **more: object) -> Indicator:
    more = {"decimals": 1, "factor": Decimal(1), **more}
    return Indicator(name, name, name, "ho", "ho", rule, over, **more)  # type: ignore[arg-type]


def _by(axis: str) -> tuple[tuple[str, str], ...]:
    return ((axis, axis),)


INDICATORS = (
    _indicator("DT", "sum", measure="dien_tich"),
    _indicator("GT", "sum", measure="gia_tri", breakdown=_by("nganh")),
    _indicator("NG", "sum", measure="so_nguoi"),
    _indicator("NG.NU", "sum", measure="so_nguoi", condition="gioi = 'nữ'"),
    _indicator("VL", "sum", measure="co_viec", condition=_CONDITION_WORKING, breakdown=_by("gioi")),
    _indicator("GT.C", "latest", "last", measure="gia_tri"),
    _indicator("HO", "distinct", key="ma_ho"),
    _indicator("HO.N", "distinct", key="ma_ho", breakdown=_by("nganh")),
    _indicator("HO.NU", "distinct", key="ma_ho", condition="gioi = 'nữ'"),
    _indicator("HO.C", "distinct", "last", key="ma_ho"),
    _indicator("VON", "latest", key="ma_ho", measure="von"),
    _indicator("VON.C", "latest", "last", key="ma_ho", measure="von", breakdown=_by("nganh")),
    _indicator("TL", "ratio", numerator="co_viec", denominator="so_nguoi", factor=Decimal(100)),
    _indicator(
        "TL.C", "ratio", "last", numerator="co_viec", denominator="so_nguoi", factor=Decimal(100),
        condition="so_nguoi > 0", breakdown=_by("gioi"),
    ),
    _indicator("NS", "weighted_mean", numerator="san_luong", denominator="dien_tich"),
    _indicator(
        "NS.N", "weighted_mean", numerator="san_luong", denominator="dien_tich", condition="dien_tich > 1",
        breakdown=_by("nganh"),
    ),
    _indicator("GIA", "range", numerator="gia_nay", denominator="1", condition="gia_nay > 0", breakdown=_by("nganh")),
    _indicator(
        "TANG", "range", numerator="gia_nay - gia_truoc", denominator="gia_truoc", condition="gia_truoc > 0",
        factor=Decimal(100),
    ),
    _indicator("CAY", "union", key="cay", names="cay"),
    _indicator("QT", "authoritative", measure="dien_tich", unit="noi_o", reporter=AGENCY),
)  # fmt: skip


def units() -> Units:
    """The province's communes and its agency."""
    return Units((
        Unit(NATION, "Việt Nam", "quốc gia", None, None, None), Unit(PROVINCE, "Tỉnh", "tỉnh", NATION, None, None),
        Unit(AGENCY, "Sở", "sở", PROVINCE, None, None),
        *(Unit(code, code, "xã", PROVINCE, None, None) for code in SENDERS[:-1]),
    ))  # fmt: skip


def expectations() -> Expectations:
    """Everybody was expected each month, and has reported."""
    every = (Expectation("ho", unit, parse_period(month), "expected", True) for unit in SENDERS for month in MONTHS)
    return Expectations(tuple(every), units())


def requests() -> list[Request]:
    """Every indicator for the year."""
    return [Request(indicator, parse_period(YEAR)) for indicator in INDICATORS]


def readings() -> list[str]:
    """Those that count."""
    return [_reading(u, m, 0) for m in range(len(MONTHS)) for u in range(len(SENDERS))]


def _reading(u: int, m: int, revision: int) -> str:
    return f"{_submission(u, m, revision)}@{(m * 97 + u) * 65_537:012x}"


def _submission(u: int, m: int, revision: int) -> str:
    return f"ho-{SENDERS[u]}-{MONTHS[m]}-{(u * 2_654_435_761 + m * 40_503 + revision) % 2**32:08x}"


def prepare(work: Path, rows: int) -> Path:
    """A folder of about so many rows that count in Parquet files; made once."""
    folder = work / f"rows-{rows}"
    told = folder / "made.json"
    if not told.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        lines = max(rows // (len(MONTHS) * len(SENDERS)), 1)
        made = sum(_write(folder, lines, m, part) for m in range(len(MONTHS)) for part in range(FILES_A_MONTH))
        told.write_text(json.dumps({"rows": made, "counted": lines * len(MONTHS) * len(SENDERS)}))
    return folder


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet"))


def _write(folder: Path, lines: int, m: int, part: int) -> int:
    """One batch's file. Returns how many rows it has."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("CREATE TABLE sent (u BIGINT, submission VARCHAR, reading VARCHAR, unit VARCHAR)")
        connection.executemany("INSERT INTO sent VALUES (?, ?, ?, ?)", list(_sent(m, part)))
        columns = ", ".join(
            f"{sql} AS {name}, CASE WHEN {name} IS NULL THEN 'not_reported' ELSE 'value' END AS {name}__state"
            for name, sql in ((field.id, _typed(field, _VALUES[field.id])) for field in SPEC.stored)
        )
        query = f"""
            SELECT submission AS _submission, reading AS _reading, unit AS _unit, '{MONTHS[m]}' AS _period,
                0::SMALLINT AS _block, (9 + line)::INTEGER AS _line, {columns}
            FROM (SELECT *, {m} AS m, (u * 1000003 + line * 7919) % 2147483647 AS h,
                      (u * 15485863 + line * 32452843 + {m} * 49979687) % 4294967291 AS r
                  FROM (SELECT sent.*, line FROM sent, range({lines}) l(line)))
            ORDER BY _submission, _line"""
        target = folder / f"{m:02}-{part}.parquet"
        connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 1048576)")
        return int(connection.execute(f"SELECT count(*) FROM '{target}'").fetchall()[0][0])


def _sent(m: int, part: int) -> Iterator[tuple[int, str, str, str]]:
    own = range(part, len(SENDERS), FILES_A_MONTH)
    for u in own:
        for revision in (0, 1) if u == own[0] else (0,):
            yield u, _submission(u, m, revision), _reading(u, m, revision), SENDERS[u]


def _typed(field: Field, sql: str) -> str:
    kind = {"integer": "BIGINT", "decimal": "DECIMAL(28,10)"}.get(field.type, "VARCHAR")
    return f"CAST({sql} AS {kind})"
