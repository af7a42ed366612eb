"""units.csv and unit_map.csv: reporting units through time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise

from etl.model.units import LEVELS, Unit, Units
from etl.store.reference.cells import Row, read_csv
from etl.store.reference.faults import Faults

UNITS = ("code", "name", "type", "parent_code", "valid_from", "valid_to", "source", "aliases")
MAP = ("old_code", "old_name", "old_type", "old_district", "new_code", "new_name", "extent", "share", "source")


def read_units(files: Mapping[str, bytes], faults: Faults) -> Units:
    """Units with their validity; the map from old to new units is checked where it is there."""
    rows = read_csv("units.csv", files, UNITS, faults)
    pairs = [(row, unit) for row in rows if (unit := _unit(row)) is not None]
    units = Units(tuple(unit for _, unit in pairs))
    _check_codes(pairs)
    _check_overlaps(pairs)
    for row, unit in pairs:
        if unit.parent is not None:
            unit_code(row, "parent_code", units)
    if "unit_map.csv" in files:
        for row in read_csv("unit_map.csv", files, MAP, faults):
            for column in ("old_code", "old_district", "new_code"):
                unit_code(row, column, units)
    return units


def _unit(row: Row) -> Unit | None:
    code, name, kind = row.required("code"), row.required("name"), row.one_of("type", LEVELS)
    start, end = row.day("valid_from"), row.day("valid_to")
    if start and end and end < start:
        row.tell("valid_to", f"{end} trước valid_from {start}.", f"{end} is before valid_from {start}.")
    if not code or kind not in LEVELS:
        return None
    return Unit(code, name, kind, row.text("parent_code") or None, start, end, row.words("aliases"))


def unit_code(row: Row, column: str, units: Units) -> str:
    """The unit code in a cell; tells one that units.csv does not know, and one that Excel has shortened."""
    code = row.text(column)
    if not code or units.known(code):
        return code
    whole = next((u.code for u in units.all if code.isdigit() and u.code.lstrip("0") == code.lstrip("0")), None)
    if whole is not None:
        row.tell(
            column,
            f"mã “{code}” đã mất số 0 ở đầu (Excel): phải là “{whole}”. Định dạng cột là Text.",
            f"code “{code}” lost its leading zero (Excel): it must be “{whole}”. Format the column as Text.",
        )
    else:
        row.tell(column, f"không có đơn vị “{code}” trong units.csv.", f"units.csv has no unit “{code}”.")
    return code


def _check_codes(pairs: Iterable[tuple[Row, Unit]]) -> None:
    """Number codes of one level have one length: a shorter one has lost its zero in Excel."""
    digits = [(row, unit) for row, unit in pairs if unit.code.isdigit()]
    longest: dict[str, int] = {}
    for _, unit in digits:
        longest[unit.level] = max(longest.get(unit.level, 0), len(unit.code))
    for row, unit in digits:
        if len(unit.code) < longest[unit.level]:
            right = unit.code.zfill(longest[unit.level])
            row.tell(
                "code",
                f"mã “{unit.code}” ngắn hơn các mã cùng cấp: Excel đã bỏ số 0? Phải là “{right}”.",
                f"code “{unit.code}” is shorter than its level's: did Excel drop a zero? It must be “{right}”.",
            )


def _check_overlaps(pairs: Iterable[tuple[Row, Unit]]) -> None:
    by_code: dict[str, list[tuple[Row, Unit]]] = {}
    for row, unit in pairs:
        by_code.setdefault(unit.code, []).append((row, unit))
    for code, entries in by_code.items():
        entries.sort(key=lambda entry: entry[1].valid_from or date.min)
        for (_, before), (row, after) in pairwise(entries):
            if before.valid_to is None or (after.valid_from or date.min) <= before.valid_to:
                row.tell(
                    "valid_from",
                    f"mã “{code}” trùng thời gian với “{before.name}”. Sửa valid_from hoặc valid_to.",
                    f"code “{code}” overlaps in time with “{before.name}”. Mend valid_from or valid_to.",
                )
