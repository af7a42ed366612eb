"""checks.csv → what the figures of a release must agree on."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from etl.model.checks import AT_MOST, BETWEEN, BREAKDOWN, CHANGE, KINDS, PARTS, STOCK, Check
from etl.model.figures import Indicator
from etl.model.findings import CRITICAL, WARNING
from etl.store.reference.cells import Row, read_csv
from etl.store.reference.faults import Faults

FILE = "checks.csv"
COLUMNS = ("id", "kind", "indicator", "parts", "low", "high", "severity", "note")


def read_checks(files: Mapping[str, bytes], indicators: Mapping[str, Indicator], faults: Faults) -> tuple[Check, ...]:
    """Each check once; what it names is known. A set of reference data without the file has none."""
    if FILE not in files:
        return ()
    found: dict[str, Check] = {}
    for row in read_csv(FILE, files, COLUMNS, faults):
        check = Check(
            row.required("id"), row.one_of("kind", KINDS), row.required("indicator"), row.words("parts"),
            row.one_of("severity", (CRITICAL, WARNING), CRITICAL), _limit(row, "low"), _limit(row, "high"),
            row.text("note"),
        )  # fmt: skip
        if check.id in found:
            row.tell("id", f"mã “{check.id}” lặp lại.", f"id “{check.id}” stands twice.")
        found[check.id] = check
        _check_names(row, check, indicators)
    return tuple(found.values())


def _limit(row: Row, column: str) -> Decimal | None:
    return row.number(column) if row.text(column) else None


def _check_names(row: Row, check: Check, indicators: Mapping[str, Indicator]) -> None:
    names = {"indicator": (check.indicator,), "parts": () if check.kind == BREAKDOWN else check.others}
    for column, ids in names.items():
        for name in ids:
            if name not in indicators:
                row.tell(column, f"không có chỉ tiêu “{name}”.", f"there is no indicator “{name}”.")
    if check.kind in (PARTS, AT_MOST, STOCK, BREAKDOWN) and not check.others:
        row.tell("parts", f"loại {check.kind} cần cột này.", f"kind {check.kind} needs this column.")
    if check.kind == CHANGE and check.high is None:
        row.tell("high", "cần tỷ lệ phần trăm tối đa.", "the largest change in percent is needed.")
    if check.kind == BETWEEN and check.low is None and check.high is None:
        row.tell("low", "cần mức sàn hoặc mức trần.", "a floor or a ceiling is needed.")
