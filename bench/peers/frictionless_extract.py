"""frictionless with a schema: validate every workbook, extract its rows, sum them with pandas."""

import sys
from pathlib import Path

import pandas as pd
from frictionless import Dialect, Resource, Schema, fields, validate
from frictionless.formats import ExcelControl

MEASURES = [f"m{i}" for i in range(8)]
LABELS = ["A", "B", "C", "D", "1", "2", "3", "4", "5", "6=7+8", "7", "8"]


def schema() -> Schema:
    """The code row names the columns; figures are numbers as Vietnam writes them."""
    texts = [fields.StringField(name=label) for label in LABELS[1:4]]
    numbers = [fields.NumberField(name=label, decimal_char=",", group_char=".") for label in LABELS[4:]]
    return Schema(fields=[fields.AnyField(name="A"), *texts, *numbers], missing_values=["", "-"])


def read(path: Path) -> list[dict[str, object]]:
    """One workbook, validated, and its rows."""
    title = Resource(
        path=path.name, basepath=str(path.parent), dialect=Dialect(header=False, controls=[ExcelControl(sheet=1)])
    )
    head = title.read_cells(size=3)
    unit, period = head[0][9].split(": ")[1], head[2][3].split(": ")[1]
    dialect = Dialect(header_rows=[8], controls=[ExcelControl(sheet=1)])
    resource = Resource(path=path.name, basepath=str(path.parent), dialect=dialect, schema=schema())
    validate(resource)
    kept = (row.to_dict() for row in resource.read_rows())
    return [
        {
            "unit": unit,
            "period": period,
            "indicator": row["D"],
            **{m: row[c] for m, c in zip(MEASURES, LABELS[4:], strict=True)},
        }
        for row in kept
        if row["D"]
    ]


def main() -> None:
    inbox, out = Path(sys.argv[1]), Path(sys.argv[2])
    rows = pd.DataFrame([row for path in sorted(inbox.glob("*.xlsx")) for row in read(path)])
    rows[MEASURES] = rows[MEASURES].astype(float)
    rows.to_parquet(out.with_suffix(".rows.parquet"))
    rows.groupby(["unit", "period", "indicator"], as_index=False)[MEASURES].sum().to_parquet(out)


if __name__ == "__main__":
    main()
