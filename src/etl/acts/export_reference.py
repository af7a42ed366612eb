"""What was learnt from decisions, as rows of the reference data, for a person to review and take over."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from etl.model.decisions import ACCEPT, MAP, Decision, in_force
from etl.pipeline import Stores

_HEADS = {
    "headings.csv": ("form", "field", "wording", "means", "note"),
    "units.csv": ("code", "alias", "note"),
    "entities.csv": ("kind", "name", "alias", "note"),
}


def export_reference(stores: Stores, folder: Path) -> list[Path]:
    """Write one CSV for each kind of knowledge learnt; the columns are those of data/reference, `note` says by whom.

    Nothing is written into data/reference itself: a person reviews the rows and takes them over.
    """
    rows: dict[str, list[tuple[str, ...]]] = {name: [] for name in _HEADS}
    for decision in sorted(in_force(stores.ledger.decisions()).values(), key=lambda d: d.id):
        if decision.verb in (ACCEPT, MAP) and decision.answer:
            _row(rows, decision, stores)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, found in rows.items():
        if found:
            path = folder / name
            path.write_bytes(_csv(_HEADS[name], found))
            written.append(path)
    return written


def _row(rows: dict[str, list[tuple[str, ...]]], decision: Decision, stores: Stores) -> None:
    code, value, answer = decision.finding.code, decision.finding.value or "", decision.answer or ""
    note = f"quyết định {decision.id}, {decision.by}, {decision.at:%d/%m/%Y}: {decision.reason}"
    if code == "S4.doubtful-heading":
        table, _, field = answer.partition(".")
        rows["headings.csv"].append((table, field, value, "", note))
    elif code == "S2.near-unit":
        rows["units.csv"].append((answer, value, note))
    elif code == "V.unknown-name":
        kinds = {
            f.vocabulary
            for t in stores.reference.forms[decision.finding.form or ""].tables
            for f in t.fields
            if f.vocabulary
        }
        rows["entities.csv"].append((min(kinds, default=""), answer, value if value != answer else "", note))


def _csv(head: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()
