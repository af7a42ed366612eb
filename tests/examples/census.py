"""units.csv of a census province as its own workbooks name it: province, districts and communes, by their codes."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from openpyxl import load_workbook

COLUMNS = ("code", "name", "type", "parent_code", "valid_from", "valid_to", "source", "aliases")
SOURCE = "github.com/choisy/censusVN2009 (MIT, Marc Choisy)"
_TYPED = re.compile(r"(thành phố|thị xã|thị trấn|quận|huyện|phường|xã)\s+(.+)", re.IGNORECASE)
#: provinces that are cities under the centre
CENTRAL = frozenset({"101", "501", "701"})


def units_csv(province: str, name: str, workbooks: Iterable[Path], parent: str = "") -> str:
    """The whole file as text. A district is the file's name; province names inside the workbooks are never used."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    kind = "thành phố trung ương" if province in CENTRAL else "tỉnh"
    writer.writerow((province, name, kind, parent, "", "", SOURCE, ""))
    for path in sorted(workbooks):
        writer.writerows(_district(path, province))
    return "\ufeff" + text.getvalue()


def _district(path: Path, province: str) -> Iterator[tuple[str, ...]]:
    rows = list(load_workbook(path).active.iter_rows(values_only=True))
    kind, name = _split(rows[0][0], path.stem, "huyện")
    yield path.stem, name, kind, province, "", "", SOURCE, ""
    for _, code, title, *_ in rows[6:]:
        if code is not None:
            kind, name = _split(title, str(code), "xã")
            yield str(code), name, kind, path.stem, "", "", SOURCE, ""


def _split(title: object, code: str, usual: str) -> tuple[str, str]:
    """('phường', 'An Khê') of 'Phường An Khê'; a unit without a name bears its code."""
    text = " ".join(str(title or "").split())
    found = _TYPED.fullmatch(text)
    return (found[1].lower(), found[2]) if found else (usual, text or code)


def published(truth: Path) -> Iterator[tuple[str, str, Decimal]]:
    """(indicator, unit, total) of every district and province of a truth.json."""
    known = json.loads(truth.read_text(encoding="utf-8"), parse_float=Decimal)
    for kind in ("districts", "provinces"):
        for code, totals in known[kind].items():
            yield "DS", code, totals["population"]
            yield "DT", code, totals["area"]
