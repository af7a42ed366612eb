"""The script that most people would write: read_excel in a loop, texts turned into floats, groupby, Parquet."""

import sys
from pathlib import Path
from typing import Any

import pandas as pd

MEASURES = [f"m{i}" for i in range(8)]
COLUMNS = ["stt", "ten", "linh_vuc", "indicator", *MEASURES]


def number(cell: Any) -> float | None:
    """'-' is nothing, '1.234,50' is written as Vietnam writes it."""
    if isinstance(cell, str):
        cell = cell.strip()
        if cell in ("", "-"):
            return 0.0 if cell == "-" else None
        return float(cell.replace(".", "").replace(",", "."))
    return None if pd.isna(cell) else float(cell)


def read(path: Path, engine: str) -> pd.DataFrame:
    """One workbook's rows: the title block by its cells, the table from its ninth row."""
    with pd.ExcelFile(path, engine=engine) as book:
        title = pd.read_excel(book, header=None, nrows=3)
        rows = pd.read_excel(book, header=None, skiprows=8, names=COLUMNS)
    rows = rows[rows["indicator"].notna()].copy()
    rows["unit"] = title.iat[0, 9].split(": ")[1]
    rows["period"] = title.iat[2, 3].split(": ")[1]
    for name in MEASURES:
        rows[name] = rows[name].map(number).astype(float)
    return rows


def main() -> None:
    inbox, out, engine = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    rows = pd.concat([read(path, engine) for path in sorted(inbox.glob("*.xlsx"))])
    rows.drop(columns=["stt", "ten", "linh_vuc"]).to_parquet(out.with_suffix(".rows.parquet"))
    rows.groupby(["unit", "period", "indicator"], as_index=False)[MEASURES].sum().to_parquet(out)


if __name__ == "__main__":
    main()
