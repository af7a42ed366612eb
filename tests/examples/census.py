"""units.csv of a census province as its own workbooks name it: province, districts and communes, by their codes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from openpyxl import load_workbook

COLUMNS = ("code", "name", "type", "parent_code", "valid_from", "valid_to", "source", "aliases")
SOURCE = "github.com/choisy/censusVN2009 (MIT, Marc Choisy)"
_TYPED = re.compile(r"(thành phố|thị xã|thị trấn|quận|huyện|phường|xã)\s+(.+)", re.IGNORECASE)
#: provinces that are cities under the centre
CENTRAL = frozenset({"101", "501", "701"})


def units_csv(province: str, name: str, workbooks: Iterable[Path]) -> str:
    """The whole file as text. A district is the file's name; province names inside the workbooks are never used."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerow((province, name, "thành phố trung ương" if province in CENTRAL else "tỉnh", "", "", "", SOURCE, ""))
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
