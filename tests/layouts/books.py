"""Workbooks of the layouts, and what the product reads in them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from etl.model.reference import Reference
from etl.model.submissions import FileReading, Reading
from etl.reader import read_bytes
from tests.additions import added_to
from tests.conftest import ROOT

HERE = Path(__file__).resolve().parent
Row = Sequence[Any]


def folders_at(root: Path) -> tuple[Path, Path]:
    """The product's reference data and suites with the forms of these tests beside them."""
    added_to(ROOT / "data" / "reference", HERE / "reference", root / "reference")
    added_to(ROOT / "expectations", HERE / "expectations", root / "expectations")
    return root / "reference", root / "expectations"


def put(folders: tuple[Path, Path], form: str, **texts: str) -> None:
    """Put another text in the place of one in a form's YAML: `unit_from='unit_from: [row]'` replaces the line's list."""
    path = folders[0] / "forms" / f"{form}.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    for key, text in texts.items():
        at = [i for i, line in enumerate(lines) if line.lstrip(" -{").startswith((f"{key}:", f"field: {key},"))]
        assert at, key
        lines[at[0]] = text
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def head(number: str, *lines: str) -> list[Row]:
    """The title block: the form's number, then the lines as they are."""
    return [[f"Biểu số: {number}"], *([line] for line in lines), []]


DISTRICT = ("Kỳ báo cáo: Năm 2021", "Đơn vị báo cáo: UBND huyện Sìn Hồ")


def workbook(sheets: Mapping[str, Sequence[Row]]) -> Workbook:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return book


def read_book(reference: Reference, sheets: Mapping[str, Sequence[Row]], name: str = "bao_cao.xlsx") -> FileReading:
    """What a reading worker makes of a workbook."""
    out = io.BytesIO()
    workbook(sheets).save(out)
    data = out.getvalue()
    return read_bytes(name, hashlib.sha256(data).hexdigest(), data, "t", reference)


def one(reading: FileReading) -> Reading:
    """The file's only submission."""
    assert [f.code for f in reading.findings] == []
    assert len(reading.readings) == 1
    return reading.readings[0]


def rows_of(reading: Reading, table: str, *fields: str) -> list[tuple[Any, ...]]:
    """Each row: the cell of its last field, then the fields; another state than a value is shown instead."""
    found = []
    for row in reading.rows[table].to_pylist():
        cell = reading.layouts[table].address(row["_block"], row["_line"], fields[-1])[1]
        found.append((cell, *(row[f] if row[f"{f}__state"] == "value" else row[f"{f}__state"] for f in fields)))
    return found


def told(reading: FileReading) -> list[tuple[str, str | None, str | None, str | None]]:
    """(code, sheet, cell, value) of every finding that is more than a note."""
    every = [*reading.findings, *(f for one in reading.readings for f in one.findings)]
    return sorted((f.code, f.sheet, f.cell, f.value) for f in every if f.severity != "info")
