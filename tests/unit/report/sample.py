"""A release of Lai Châu as the pipeline would give it, made by hand: provincial figures true, the rest plausible."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.consolidation.content import public_rows
from etl.model.clock import LOCAL_TIME
from etl.model.figures import Coverage, Figure, Indicator
from etl.model.findings import Finding
from etl.model.periods import parse_period
from etl.model.reference import Reference
from etl.model.releases import ReleaseContent, StatusRow
from etl.model.rows import Rows
from etl.model.series import Figures
from etl.store.lake import schema
from etl.store.reference import load_reference

ROOT = Path(__file__).resolve().parents[3]
SPAN, VISIT = "2020..2021", "2022-01-22"
UNITS = ("105", "106", "107", "108", "109", "110", "111", "112")
MARKS = (
    "gạo Séng Cù", "gạo Tẻ râu", "gạo Khẩu Ký", "gạo Nếp Tan Co Giàng", "chè Tam Đường", "chè Tân Uyên", "Miến dong Bình Lư",
)  # fmt: skip
OPTIONS: dict[str, Any] = {
    "key": ["NV.T", "NV.N", "NV.P", "NH.D", "NH.V", "GT", "ISO", "QT", "NH.C", "SP", "KN"],
    "charts": [
        {"by": "unit", "indicators": ["NV.T"]},
        {"by": "unit", "indicators": ["NH.D", "NH.V"]},
        {"by": "unit", "indicators": ["ISO"]},
        {"by": "san_pham", "indicators": ["SP.HA"]},
        {"by": "huyen", "indicators": ["QT"]},
    ],
}
#: by unit 105 … 112, from forms of the districts
BY_UNIT = {
    "NV.N": (1, 2, 1, 1, 1, 1, 1, 0),
    "NV.P": (6, 6, 5, 5, 4, 5, 5, 2),
    "NV.CS": (1, 2, 1, 1, 1, 1, 1, 1),
    "NV.L": (8, 10, 9, 8, 7, 7, 9, 3),
    "NH.D": (26, 13, 6, 6, 7, 10, 9, 3),
    "NH.V": (11, 6, 2, 2, 3, 5, 5, 1),
    "NH.C": (0, 2, 0, 0, 1, 1, 3, 0),
}
GIFTS = (20, 5, 5, 5, 4, 4, 4, 3)
ATTACK = '=cmd|"/c calc"!A1'
SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@cache
def reference() -> Reference:
    return load_reference(ROOT / "data" / "reference", ROOT / "expectations")


@cache
def truth() -> dict[str, Any]:
    return json.loads((ROOT / "tests" / "golden" / "laichau-st-plain-truth.json").read_text("utf-8"))


def sample(**changes: Any) -> ReleaseContent:
    """Release 3: one district's ISO form of 2020 and one task form of 2021 are missing, two are not accepted."""
    known = reference()
    content = ReleaseContent(
        number=3,
        kind="provisional",
        period=SPAN,
        created_at=datetime(2022, 2, 3, 20, 15, 42, tzinfo=LOCAL_TIME),
        report=replace(known.reports["laichau-st"], options={**known.reports["laichau-st"].options, **OPTIONS}),
        reference=known,
        figures=Figures.gathered(figures(known)),
        status=tuple(status(known)),
        findings=tuple(findings()),
        rows=public_rows({spec.id: Rows.whole(rows(spec.id)) for spec in known.tables}),
        ledger_position=57,
        version="0.1.0",
        previous=2,
    )
    return replace(content, **changes)


def figures(known: Reference) -> list[Figure]:
    report = known.reports["laichau-st"]
    made: list[Figure] = []
    for item in report.items:
        for code in item.indicators:
            for period in item.periods:
                made += of_indicator(known.indicators[code], period)
    return made


def of_indicator(indicator: Indicator, period: str) -> list[Figure]:
    """The province, then its units, then the parts of the province by each axis."""
    made = [province(indicator, period)]
    if period != VISIT:
        units = (*UNITS, "SKHCN") if indicator.id.startswith("ISO") else UNITS
        made += [one_unit(indicator, period, unit, place) for place, unit in enumerate(units)]
    for axis, _ in indicator.breakdown:
        made += [
            replace(province(indicator, period), breakdown=((axis, code),), **value)
            for code, value in parts(indicator, axis)
        ]
    return made


def plain(indicator: Indicator, period: str, unit: str, coverage: Coverage, status: str) -> Figure:
    return Figure(
        indicator.id, unit, period, indicator.unit_of_measure, indicator.decimals, status, coverage,
        as_at="2021-12-31" if indicator.stock else None,
    )  # fmt: skip


def province(indicator: Indicator, period: str) -> Figure:
    known = truth()["province"]
    expected = (
        1
        if period == VISIT
        else 18
        if indicator.id.startswith("ISO") and period == SPAN
        else 16
        if period == SPAN
        else 8
    )
    figure = plain(indicator, period, "12", Coverage(expected, expected), "published")
    if indicator.id == "ISO":
        total, applied = Decimal(124), Decimal(124 if period != "2020" else 105)
        if period == "2020":
            figure = replace(figure, status="provisional", coverage=Coverage(8, 9, ("107",)))
            total = Decimal(111)
        share = (100 * applied / total).quantize(Decimal("0.1"))
        return replace(figure, value=share, numerator=applied, denominator=total)
    if indicator.id == "GT":
        return replace(figure, low=Decimal("20.0"), high=Decimal("30.0"))
    if indicator.id == "GT.SL":
        return replace(figure, status="withheld", coverage=Coverage(1, expected, tuple(f"{u}@2020" for u in UNITS)))
    if indicator.rule == "range":
        return replace(figure, low=Decimal(20000), high=Decimal(196800))
    if indicator.id in ("NH.C", "GT.M"):
        return replace(figure, value=Decimal(7), names=MARKS)
    if indicator.id in ("SP", "KN", "KN.K"):
        names = entities({"SP": "product"}.get(indicator.id, "theme"), indicator.id)
        return replace(figure, value=Decimal(len(names)), names=names)
    if indicator.id == "NV.KP":
        figure = replace(figure, status="provisional", coverage=Coverage(15, 16, ("112@2021",)))
    if indicator.id in ("QT", "QT.N"):
        return replace(figure, value=Decimal(sum(GIFTS)))
    return replace(figure, value=Decimal(str(known.get(indicator.id, _filler(indicator, period)))))


def one_unit(indicator: Indicator, period: str, unit: str, place: int) -> Figure:
    figure = plain(indicator, period, unit, Coverage(2, 2), "published")
    if indicator.id == "ISO":
        if (unit, period) == ("107", "2020"):
            return replace(figure, status="not_reported", coverage=Coverage(0, 1, ("107",)))
        part = Decimal(20 if unit == "SKHCN" else 13)
        return replace(figure, value=Decimal("100.0"), numerator=part, denominator=part)
    if indicator.rule == "range":
        return replace(figure, low=Decimal(20 + place), high=Decimal(22 + place))
    values = BY_UNIT.get(indicator.id)
    if indicator.id == "NV.T":
        values = tuple(n + p for n, p in zip(BY_UNIT["NV.N"], BY_UNIT["NV.P"], strict=True))
    value = Decimal(values[place]) if values else _filler(indicator, period) / 8
    if (indicator.id, unit) == ("NV.KP", "112"):
        figure = replace(figure, status="provisional", coverage=Coverage(1, 2, ("112@2021",)))
    return replace(figure, value=value.quantize(Decimal(1).scaleb(-indicator.decimals)))


def parts(indicator: Indicator, axis: str) -> list[tuple[str, dict[str, Any]]]:
    if axis == "san_pham":
        return [(product["name"], {"value": Decimal(str(product["ha"]))}) for product in truth()["lists"]["products"]]
    if axis == "huyen":
        return [(unit, {"value": Decimal(gifts)}) for unit, gifts in zip(UNITS, GIFTS, strict=True)]
    if axis == "cap" and indicator.id == "ISO":
        return [
            ("province", {"value": Decimal(100), "numerator": Decimal(20), "denominator": Decimal(20)}),
            ("district", {"value": Decimal(100), "numerator": Decimal(104), "denominator": Decimal(104)}),
        ]
    codes = {"cap": ("nhà nước", "tỉnh"), "loai": ("chứng nhận", "tập thể", "thông thường"), "dong": ("02", "03")}
    return [(code, {"value": Decimal(n + 1)}) for n, code in enumerate(codes.get(axis, ("KN1", "KN2")))]


def entities(kind: str, indicator: str) -> tuple[str, ...]:
    prefix = {"SP": "SP", "KN": "KN", "KN.K": "KK"}[indicator]
    return tuple(e.name for e in reference().entities if e.kind == kind and e.id.startswith(prefix))


def _filler(indicator: Indicator, period: str) -> Decimal:
    seed = sum(map(ord, indicator.id + period))
    value = Decimal(seed * 37 % 9000 + 8)
    return value + Decimal("0.5") if indicator.decimals else value


def status(known: Reference) -> list[StatusRow]:
    span, made = parse_period(SPAN), []
    for expected in known.calendar:
        if not (span.contains(expected.period) or expected.period.code == VISIT):
            continue
        units = UNITS if expected.unit.startswith("level:") else (expected.unit,)
        made += [one_status(expected.form, expected.period.code, unit, expected.role) for unit in units]
    return made


def one_status(form: str, period: str, unit: str, role: str) -> StatusRow:
    if (form, period, unit) in {("iso", "2020", "107"), ("nv", "2021", "112")} or (role == "check" and unit == "112"):
        return StatusRow(unit, form, period, role, "missing")
    states = {("sp", "2021", "111"): "held", ("nh", "2021", "109"): "rejected"}
    state = states.get((form, period, unit), "accepted_with_warnings" if (unit, form) == ("110", "gt") else "accepted")
    day = date(2022, 1, 20) if unit != "106" else date(2022, 2, 2)
    at = datetime(day.year, day.month, day.day, 9, 30, tzinfo=LOCAL_TIME)
    return StatusRow(
        unit, form, period, role, state, f"BC_KHCN_{period}_{unit}.xlsx", 1, at, late=unit == "106" and period == "2021",
        nil=(form, unit) == ("gt", "105"), submission=f"{form}-{unit}-{period}-0011aabb",
    )  # fmt: skip


def findings() -> list[Finding]:
    """One of each severity, one without a unit, values that attack a spreadsheet and a browser, and a few dozen more."""
    told = [
        Finding(
            "V.not-a-number", "critical", f"“{SCRIPT}” không phải là số (cột 4). Hãy ghi số.", "No number.",
            file="BC_KHCN_2021_PhongTho.xlsx", form="nh", unit="109", period="2021", sheet="Biểu 03", cell="F12", value=SCRIPT,
        ),
        Finding(
            "V.error-value", "warning", "Ô có giá trị lạ.", "An odd value.", file="BC_KHCN_2021_ThanUyen.xlsx",
            form="gt", unit="110", period="2021", sheet="Biểu 04", cell="B9", value=ATTACK,
        ),
        Finding(
            "S1.unknown-form", "critical", "Số biểu “09/KHCN-H” không có trong danh mục.", "Form number is not known.",
            file="BC_KHCN_2021_Bieu09.xlsx", sheet="Sheet1", cell="A1", value="09/KHCN-H",
        ),
        Finding(
            "V.unknown-name", "hold", "“Cây dẻ” chưa có trong danh mục; cần người xác nhận.", "Not in the list yet.",
            file="BC_KHCN_2021_TanUyen.ods", form="sp", unit="111", period="2021", sheet="Biểu 02", cell="B14", value="Cây dẻ",
            scope="cell",
        ),
    ]  # fmt: skip
    told += [
        Finding(
            "N.blank", "info", "Ô số bỏ trống: tính là chưa báo cáo, không phải 0.", "A number is left blank.",
            file=f"BC_KHCN_2021_{unit}.xlsx", form="nv", unit=unit, period="2021", sheet="Biểu 01", cell=f"H{line}",
        )
        for unit in UNITS[:4]
        for line in (11, 2)
    ]  # fmt: skip
    return told


def rows(table_id: str, count: int = 24) -> pa.Table:
    """Rows in no order, of every type that the table has."""
    wanted = schema(reference().table(table_id))
    made = [{field.name: _cell(field, line) for field in wanted} for line in range(count)]
    return pa.Table.from_pylist(made[::-1], schema=wanted)


def _cell(field: pa.Field, line: int) -> Any:
    if field.name.endswith("__state"):
        return "value" if line % 5 else "not_reported"
    system = {
        "_submission": f"x-{UNITS[line % 8]}-2021-0011aabb", "_reading": "r1", "_unit": UNITS[line % 8], "_period": "2021",
        "_block": 0, "_line": line + 9,
    }  # fmt: skip
    if field.name in system:
        return system[field.name]
    if pa.types.is_list(field.type):
        return ["PH8", "PH10"][: line % 3] or None
    if pa.types.is_decimal(field.type):
        return Decimal(line) + Decimal("0.1")
    if pa.types.is_date(field.type):
        return date(2021, 1, 1 + line)
    return line if pa.types.is_integer(field.type) else f"Dòng {line}"
