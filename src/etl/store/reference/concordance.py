"""unit_map.csv → which unit became which."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from etl.errors import ReferenceDataError
from etl.model.concordance import Change, Concordance
from etl.model.units import Unit, Units
from etl.store.reference.cells import Row, read_csv
from etl.store.reference.faults import Faults
from etl.store.reference.units import MAP

FILE = "unit_map.csv"


def load_concordance(folder: Path, units: Units) -> Concordance:
    """The concordance of a folder of reference data; without the file nothing became anything else.

    Raises ReferenceDataError for a line whose old unit never ended, or that did not go whole.
    """
    path = folder / FILE
    if not path.exists():
        return Concordance((), units)
    faults = Faults()
    rows = read_csv(FILE, {FILE: path.read_bytes()}, MAP, faults)
    changes = tuple(change for row in rows if (change := _change(row, units)) is not None)
    if faults.found:
        raise ReferenceDataError(faults.found)
    return Concordance(changes, units)


def _change(row: Row, units: Units) -> Change | None:
    old, new = _old(row, units), row.required("new_code")
    if old is None or old.valid_to is None:
        row.tell(
            "old_code",
            "units.csv không có đơn vị này với valid_to. Hãy ghi ngày kết thúc của đơn vị cũ.",
            "units.csv has no such unit with a valid_to. Enter the day on which the old unit ended.",
        )
        return None
    day = old.valid_to + timedelta(days=1)
    if row.text("extent") not in ("whole", "unchanged") or units.get(new, day) is None:
        row.tell(
            "extent",
            f"chỉ đơn vị nhập toàn bộ (whole) vào một đơn vị có từ {day} mới cộng lại được.",
            f"only a unit that went whole into one that stands on {day} can be re-added.",
        )
        return None
    return Change(old, new, day)


def _old(row: Row, units: Units) -> Unit | None:
    """The unit that ended: by code and name, since codes are reused; by code alone where only one ever ended."""
    ended = [u for u in units.all if u.code == row.text("old_code") and u.valid_to is not None]
    named = [u for u in ended if row.text("old_name") in (u.name, *u.aliases)]
    return named[0] if len(named) == 1 else (ended[0] if len(ended) == 1 else None)
