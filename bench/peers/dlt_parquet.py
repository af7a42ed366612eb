"""dlt as its guide shows it: a filesystem source, a read_excel transformer, Parquet as the destination; then the sums."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}

import dlt  # telemetry is off before it is loaded
import pandas as pd
from dlt.sources.filesystem import filesystem

MEASURES = [f"m{i}" for i in range(8)]
COLUMNS = ["stt", "ten", "linh_vuc", "indicator", *MEASURES]


@dlt.transformer(name="rows")  # type: ignore[untyped-decorator]  # of no importance here
def read_excel(items: list[Any]) -> Iterator[list[dict[str, Any]]]:
    for item in items:
        with item.open() as file, pd.ExcelFile(file, engine="calamine") as book:
            title = pd.read_excel(book, header=None, nrows=3)
            rows = pd.read_excel(book, header=None, skiprows=8, names=COLUMNS)
        rows = rows[rows["indicator"].notna()].drop(columns=["stt", "ten", "linh_vuc"])
        rows["unit"] = title.iat[0, 9].split(": ")[1]
        rows["period"] = title.iat[2, 3].split(": ")[1]
        yield rows.to_dict(orient="records")


def number(text: str) -> float:
    """A text that dlt put into a column of its own, because the figures beside it were numbers."""
    return 0.0 if text == "-" else float(text.replace(".", "").replace(",", "."))


def measure(rows: pd.DataFrame, name: str) -> pd.Series:
    """A figure may lie in several columns: as a number, as a text, as a whole number."""
    found = pd.Series(float("nan"), index=rows.index)
    for column in (c for c in rows.columns if c == name or c.startswith(f"{name}__v_")):
        values = rows[column]
        texts = values.dtype == object or str(values.dtype).startswith("str")
        found = found.fillna(values.map(number, na_action="ignore").astype(float) if texts else values.astype(float))
    return found


def main() -> None:
    inbox, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        destination = dlt.destinations.filesystem(bucket_url=Path(folder, "out").as_uri())
        pipeline = dlt.pipeline("bench", pipelines_dir=folder, destination=destination, dataset_name="bench")
        files = filesystem(bucket_url=inbox.as_uri(), file_glob="*.xlsx")
        pipeline.run(files | read_excel(), loader_file_format="parquet")
        parts = sorted(Path(folder, "out", "bench", "rows").glob("*.parquet"))
        rows = pd.concat(
            [pd.read_parquet(part) for part in parts], ignore_index=True
        )  # later files may have columns more
    for name in MEASURES:
        rows[name] = measure(rows, name)
    rows.groupby(["unit", "period", "indicator"], as_index=False)[MEASURES].sum().to_parquet(out)


if __name__ == "__main__":
    main()
