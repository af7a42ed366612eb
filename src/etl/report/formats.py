"""How data is written: JSON, and CSV that a spreadsheet cannot run. Same content, same bytes."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from etl.model.told import Cells, lines

#: a spreadsheet takes these for a formula; a nil (-) and a negative number are none
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![0-9.,\s]*$)")

#: one JSON text, letters as they are: made once, where json.dumps would make it for each item
_line = json.JSONEncoder(ensure_ascii=False).encode


def as_json(value: object) -> bytes:
    """UTF-8, letters as they are, a line end at the end; of a list each item is a line, else two blanks a level."""
    if isinstance(value, list) and value:
        return b"[\n" + json_lines(value) + b"\n]\n"
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def json_lines(items: Iterable[object]) -> bytes:
    """A line an item, a comma behind each but the last: what stands between the brackets of a list."""
    return ",\n".join(map(_line, items)).encode()


def as_csv(header: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Plain UTF-8, commas, LF; None is empty. A text that a spreadsheet would run as a formula gets a ' before it."""
    return csv_lines([header]) + csv_lines([row[name] for name in header] for row in rows)


def csv_lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """A line a row, as `as_csv` writes it."""
    sink = io.StringIO(newline="")
    csv.writer(sink, lineterminator="\n").writerows(map(_cell, row) for row in rows)
    return sink.getvalue().encode()


def csv_cell(value: Any) -> str:
    """One cell as it stands in such a line, quoted where it has to be."""
    return csv_lines([[value, ""]]).decode()[:-2]


def csv_columns(columns: Iterable[Cells]) -> bytes:
    """Lines from columns of `csv_cell`s; one text for a column in which all are alike."""
    cells: list[Cells] = []
    for column in columns:
        cells += [",", column] if cells else [column]
    return "".join(lines([*cells, "\n"])).encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if type(value) is str else str(value)
    return f"'{text}" if _FORMULA.match(text) else text
