"""What a submission says, apart from how its workbook looks: rows of the real forms, and what each cell must be read as.

Each cell knows what is written (`shown`, as text `typed`), and the value and state that the lake must hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from etl.model.forms import Field, TableSpec
from etl.model.reference import Reference
from etl.model.units import Unit
from etl.store.reference import load_reference
from etl.text.numbers import format_exact

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = load_reference(ROOT / "data" / "reference", ROOT / "expectations")

VALUE, NIL, NOT_AVAILABLE, NOT_APPLICABLE, NOT_REPORTED = (
    "value", "nil", "not_available", "not_applicable", "not_reported",
)  # fmt: skip

#: names that hold words which recognition looks for: a total's, a section's, a note's, nil's
TASKS = (
    "Xây dựng mô hình trồng sâm dưới tán rừng",
    "Hoàn thiện quy trình thâm canh chè PH8, PH10",
    "Cộng đồng bản Sin Suối Hồ làm du lịch bền vững",
    "Tổng kết mô hình nuôi cá hồi nước lạnh",
    "Cấp nước sạch cho các bản vùng cao",
    "Mô hình chăn nuôi không phát sinh chất thải",
    "Ghi chú và số hóa tri thức bản địa người Mảng",
    "Giám đốc hợp tác xã: bồi dưỡng kỹ năng quản trị",
    "Cấp tỉnh: nâng cao chất lượng gạo Séng Cù",
    "Số mô hình liên kết theo chuỗi giá trị",
)
LEADERS = ("Viện Nghiên cứu Ngô", "Trung tâm Khuyến nông tỉnh", "Phòng Kinh tế và Hạ tầng", "Tổng công ty Chè")
NUMBERS = ("ĐTĐL.CN-12/2019", "DA.LC-03/2018", "CS.106-03/2021", "42/HĐ-SKHCN", "nv 07/2020")
VARIETIES = ("PH8, PH10", "Địa phương", "DR1", "IR64; Séng Cù")


@dataclass(frozen=True)
class Written:
    """One cell: what is written, and what it says. `tail` cells (text of a whole sheet) change with its encoding."""

    shown: Any
    value: Any
    state: str = VALUE


@dataclass(frozen=True, repr=False)
class Content:
    """One form of one unit for one period. rows: field → cell; `fixed` rows of a matrix are named by their code."""

    form: str
    table: TableSpec
    unit: Unit
    year: int
    rows: tuple[dict[str, Written], ...]

    def __repr__(self) -> str:
        rows = "; ".join(str({name: cell.shown for name, cell in row.items()}) for row in self.rows)
        return f"{self.form} of {self.unit.title} for {self.year}: {rows}"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))


MARKS = (
    Written("-", Decimal(0), NIL), Written("–", Decimal(0), NIL), Written("…", None, NOT_AVAILABLE),
    Written("", None, NOT_REPORTED), Written("x", None, NOT_APPLICABLE),
)  # fmt: skip
BLANK = Written("", None, NOT_REPORTED)

wholes = st.sampled_from((12, 0, 1, 7, 130, 1234, 25_000))
tenths = st.sampled_from(("12.5", "0.3", "7", "0", "1508", "4338.5", "1234567.25", "3.065"))
months = st.dates(date(2017, 1, 1), date(2024, 12, 1)).map(lambda day: day.replace(day=1))


def numbers(spec: Field, style: str) -> st.SearchStrategy[Written]:
    """A number of a column in one style: as a number, or as text typed the Vietnamese way."""
    whole = spec.type == "integer"
    values = wholes.map(Decimal) if whole else tenths.map(Decimal)

    def written(value: Decimal) -> Written:
        exact = int(value) if whole else value
        if style == "text":
            return Written(format_exact(value), exact)
        if style == "plain text":
            return Written(format_exact(value).replace(".", ""), exact)
        return Written(int(value) if value == int(value) and style == "int" else float(value), exact)

    return st.one_of(values.map(written), values.map(written), values.map(written), st.sampled_from(MARKS))


def dates(style: str) -> st.SearchStrategy[Written]:
    """A month of a column in one style: a typed date, Excel's serial number, or one of the written forms."""
    return months.map(lambda day: Written(_shown(day, style), day)) | st.just(BLANK)


def _shown(day: date, style: str) -> Any:
    if style == "date":
        return day
    if style == "serial":
        return float((day - date(1899, 12, 30)).days)
    return style.format(day=day)


DATE_STYLES = (
    "date", "{day:%m/%Y}", "T{day.month}/{day:%Y}", "tháng {day.month} năm {day:%Y}", "{day:%d/%m/%Y}", "serial",
    "{day:%Y-%m}", "{day.month}.{day:%Y}",
)  # fmt: skip
NUMBER_STYLES = ("float", "text", "int", "plain text")


def texts(pool: tuple[str, ...], change: Callable[[str], Any] = str) -> st.SearchStrategy[Written]:
    return st.sampled_from(pool).map(lambda text: Written(text, change(text)))


def words(reference: Reference, name: str) -> st.SearchStrategy[Written]:
    return st.sampled_from(reference.values[name]).map(lambda pair: Written(pair[1], pair[0]))


def products(reference: Reference) -> list[Written]:
    return [
        Written(name, entity.name)
        for entity in reference.entities if entity.kind == "product"
        for name in (entity.name, *entity.aliases)
    ]  # fmt: skip


@st.composite
def contents(draw: st.DrawFn, reference: Reference, forms: tuple[str, ...] = ("sp", "iso", "nv")) -> Content:
    """A submission of one of the forms by one of the districts, for one of two years."""
    form = draw(st.sampled_from(forms))
    year = draw(st.sampled_from((2021, 2020)))
    end = date(year, 12, 31)
    districts = sorted(reference.units.at_level("district", end), key=lambda unit: unit.code)
    unit = draw(st.sampled_from(districts[1:] + districts[:1]))
    table = reference.forms[form].tables[0]
    make = {"sp": _sp_row, "nv": _nv_row, "iso": _iso_row}[form]
    cells = draw(make(reference, table, unit, districts, end))
    if form == "iso":
        fixed = draw(st.lists(st.sampled_from(table.rows), min_size=1, unique=True) | st.just(list(table.rows)))
        fixed.sort(key=lambda row: row.value)
        coded = draw(st.sampled_from((str, lambda code: code.lstrip("0"), int)))
        rows = [
            {"chi_tieu": Written(row.label, row.label), "ma_so": Written(coded(row.value), row.value), **draw(cells)}
            for row in fixed
        ]
    else:
        rows = draw(st.lists(cells, min_size=1, max_size=5))
    return Content(form, table, unit, year, tuple(rows))


@st.composite
def _sp_row(draw: st.DrawFn, reference: Reference, table: TableSpec, unit: Unit, _: Any, end: date) -> Any:
    communes = reference.units.children(unit.code, end)
    return st.fixed_dictionaries({
        "san_pham": st.sampled_from(products(reference)),
        "giong": texts(VARIETIES, lambda text: [p.strip() for p in text.replace(";", ",").split(",")]) | st.just(BLANK),
        "xa": st.sampled_from(communes).flatmap(lambda c: st.sampled_from((c.name, c.title)).map(
            lambda name: Written(name, c.code))),
        "hoat_dong": words(reference, "hoat_dong"),
        **_numeric(draw, table),
        "ma_nhiem_vu": texts(NUMBERS, _as_id) | st.just(BLANK),
    })  # fmt: skip


@st.composite
def _nv_row(draw: st.DrawFn, reference: Reference, table: TableSpec, unit: Unit, districts: Any, end: date) -> Any:
    others = [d for d in districts if d.code != unit.code]
    between = draw(st.sampled_from(("; ", ", ", "\n")))

    def together(chosen: list[Unit]) -> Written:
        return Written(between.join(u.name for u in chosen), [u.code for u in chosen]) if chosen else BLANK

    start, stop = (draw(st.sampled_from(DATE_STYLES)) for _ in range(2))
    return st.fixed_dictionaries({
        "ten": texts(TASKS),
        "ma_so": texts(NUMBERS, _as_id) | st.just(BLANK),
        "cap_quan_ly": words(reference, "cap_quan_ly"),
        "loai_hinh": words(reference, "loai_hinh"),
        "chu_tri": texts(LEADERS) | st.just(BLANK),
        "bat_dau": dates(start), "ket_thuc": dates(stop),
        "tinh_trang": words(reference, "tinh_trang_nv"),
        **_numeric(draw, table),
        "huyen_cung": st.lists(st.sampled_from(others), max_size=3, unique=True).map(together),
        "san_pham": st.sampled_from([*products(reference), Written("", None, NOT_REPORTED)]).map(
            lambda w: Written(w.shown, [w.value], w.state) if w.value else w),
    })  # fmt: skip


@st.composite
def _iso_row(draw: st.DrawFn, _reference: Reference, table: TableSpec, *_: Any) -> Any:
    shares = st.sampled_from(
        (Written(100.0, Decimal(100)), Written("95,2%", Decimal("95.2")), Written("95,2", Decimal("95.2")), BLANK)
    )
    return st.fixed_dictionaries({**_numeric(draw, table), "ty_le": shares})


def _numeric(draw: st.DrawFn, table: TableSpec) -> dict[str, st.SearchStrategy[Written]]:
    return {
        f.id: numbers(f, draw(st.sampled_from(NUMBER_STYLES)))
        for f in table.stored if f.numeric and f.type != "percent"
    }  # fmt: skip


def _as_id(text: str) -> str:
    return text.replace(" ", "").upper()
