"""A workbook as we read it, as text: one line a row, so that a changed cell is a changed line."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from etl.model.grids import Cell, Grid, a1
from etl.steps.read import read

ROOT = Path(__file__).resolve().parents[2]
GRIDS = ROOT / "tests" / "golden" / "grids"
_SAMPLES = ROOT / "data" / "samples" / "laichau-st"
#: the workbooks that are kept
WORKBOOKS = (
    _SAMPLES / "QuaTang_22-01-2022_LDLD.xlsx",
    _SAMPLES / "BC_KHCN_2021_SoKHCN.xlsx",
    _SAMPLES / "BC_KHCN_2020_PhongTho.xls",
    _SAMPLES / "BC_KHCN_2021_TanUyen.ods",
    _SAMPLES / "BC_KHCN_2020_ThanUyen_Bieu04.csv",
    _SAMPLES / "BC_KHCN_2021_ThanUyen_Bieu04.csv",
    ROOT / "tests" / "cases" / "formats" / "BC_KHCN_2021_MuongTe.xls",
    ROOT / "tests" / "cases" / "formats" / "BC_KHCN_2021_MuongTe.ods",
    *sorted((GRIDS / "workbooks").iterdir()),
)


def golden_of(workbook: Path) -> Path:
    """Where its grids are kept."""
    return GRIDS / f"{workbook.name}.json"


def text_of(workbook: Path) -> str:
    """Kind, encoding, and every sheet with all that its grid says."""
    book = read(workbook.name, workbook.read_bytes())
    head = json.dumps({"kind": book.kind, "encoding": book.encoding})
    return f"[{head},\n" + ",\n".join(map(_sheet, book.grids)) + "]\n"


def _sheet(grid: Grid) -> str:
    about = {
        "sheet": grid.sheet, "first cell": a1(grid.top, grid.left), "visible": grid.visible,
        "merges": [f"{a1(r0, c0)}:{a1(r1, c1)}" for r0, c0, r1, c1 in sorted(grid.merges)],
        "errors": {a1(*at): text for at, text in sorted(grid.errors.items())},
        "no value": [a1(*at) for at in sorted(grid.no_value)],
        "percent": [a1(*at) for at in sorted(grid.percent_cells)],
        "hidden rows": [row + 1 for row in sorted(grid.hidden_rows)],
        "doubts": {a1(*at): list(doubt) for at, doubt in sorted(grid.doubts.items())},
        **({"from 1904": True} if grid.from_1904 else {}),
    }  # fmt: skip
    rows = ",\n".join("  " + _json([_typed(cell) for cell in row]) for row in grid.rows)
    return f'{{{_json(about)[1:-1]},\n "rows": [\n{rows}]}}'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _typed(cell: Cell) -> str:
    """The cell's type and exact value: 's Tổng số', 'f 1234.5', 'd 2021-02-05'."""
    if cell == "":
        return ""
    for kind, mark, shown in _MARKS:
        if isinstance(cell, kind):
            return f"{mark} {shown(cell)}"
    raise TypeError(type(cell))


_MARKS: tuple[tuple[type, str, Any], ...] = (
    (str, "s", str),
    (bool, "b", str),
    (int, "i", str),
    (float, "f", repr),
    (datetime, "m", datetime.isoformat),
    (date, "d", date.isoformat),
    (time, "t", time.isoformat),
    (timedelta, "l", lambda length: repr(length.total_seconds())),
)
