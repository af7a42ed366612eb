"""Population (`ds`) and crops (`tt`) as forms of Lai Châu: YAML, CSV lines and suites are added, and no Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from etl.consolidation.reports import report_named
from etl.errors import UsageError
from etl.model.figures import Figure
from etl.model.periods import parse_period
from etl.model.series import Figures
from etl.pipeline import Stores, consolidate, receive, take_in
from etl.steps.compare import compare
from etl.steps.consolidate.bridge import bridge
from etl.store.reference import faults
from etl.store.reference.concordance import load_concordance
from tests.additions import added_to
from tests.conftest import AT, ROOT, store_at

EXAMPLE = ROOT / "examples" / "ds-tt"
END = date(2021, 12, 31)
BASIS = date(2025, 7, 1)
DISTRICTS = ("105", "106", "107", "108", "109", "110", "111", "112")
#: 2009 census on later district borders (citypopulation.de); the other three districts were not seen
CENSUS_2009 = {"105": 26_706, "107": 37_565, "108": 71_833, "109": 66_372, "112": 18_177}

DS_HEAD = (
    "Mã ĐVHC", "Xã, phường, thị trấn", "Diện tích (km²)", "Dân số", "Dân số", "Dân số", "Dân số", "Dân số", "Số hộ",
    "Mật độ dân số (người/km²)",
)  # fmt: skip
DS_SUB = ("", "", "", "Tổng số", "Nam", "Nữ", "Thành thị", "Nông thôn", "", "")
DS_CODES = ("A", "B", "1", "2=3+4", "3", "4", "5", "6", "7", "8=2/1")
TT_HEAD = (
    "STT", "Cây trồng", "Vụ", "Nhóm cây", "Diện tích gieo trồng (ha)", "Diện tích thu hoạch (ha)", "Năng suất (tạ/ha)",
    "Sản lượng (tấn)",
)  # fmt: skip
TT_CODES = ("A", "B", "C", "D", "1", "2", "3=4*10/2", "4")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("ds-tt")
    added_to(ROOT / "data" / "reference", EXAMPLE / "reference", root / "reference")
    added_to(ROOT / "expectations", EXAMPLE / "expectations", root / "expectations")
    return root / "reference", root / "expectations"


def open_at(data: Path, folders: tuple[Path, Path]) -> Stores:
    return store_at(data, ETL_REFERENCE=str(folders[0]), ETL_EXPECTATIONS=str(folders[1]))


def form(number: str, title: str, unit: str, measure: str, rows: Sequence[Sequence[Any]]) -> Workbook:
    book = Workbook()
    sheet = book.active
    for row in (
        (f"Biểu số: {number}",), (title,), ("Kỳ báo cáo: Năm 2021 (từ 01/01/2021 đến 31/12/2021)",),
        (f"Đơn vị báo cáo: UBND {unit}",), (f"Đơn vị tính: {measure}",), *rows,
    ):  # fmt: skip
        sheet.append(row)
    return book


def ds_rows(stores: Stores, district: str, population: int | None = None) -> list[list[Any]]:
    """One row a commune; `population` is spread over them so that it adds up exactly."""
    communes = stores.reference.units.children(district, END)
    rows = []
    for i, unit in enumerate(communes):
        people = 1000 + 37 * i if population is None else population // len(communes) + (i < population % len(communes))
        area = Decimal(20 + i) / 2
        rows.append([unit.code, unit.title, float(area), people, people // 2, people - people // 2, people // 5,
                     people - people // 5, people // 4, None])  # fmt: skip
    return rows


def ds_book(stores: Stores, district: str, rows: Sequence[Sequence[Any]]) -> Workbook:
    unit = stores.reference.units.get(district, END)
    assert unit is not None
    title = f"{unit.type} {unit.name}"
    total = [None, "Toàn huyện", *(sum(r[c] for r in rows) for c in range(2, 9)), None]
    return form("01/DS-H", "DÂN SỐ, DIỆN TÍCH VÀ MẬT ĐỘ DÂN SỐ THEO XÃ", title, "Ghi tại cột",
                [DS_HEAD, DS_SUB, DS_CODES, *rows, total])  # fmt: skip


def tt_book(rows: Sequence[Sequence[Any]], measure: str = "ha, tạ/ha, tấn", unit: str = "huyện Tam Đường") -> Workbook:
    return form("01/TT-H", "DIỆN TÍCH, NĂNG SUẤT, SẢN LƯỢNG CÂY TRỒNG HÀNG NĂM", unit, measure,
                [TT_HEAD, TT_CODES, *rows])  # fmt: skip


#: hierarchical: a section row, the crop, its two kinds; 40 t on 10 ha and 30 t on 30 ha are 17.5 tạ/ha, not 25
TT_ROWS: tuple[tuple[Any, ...], ...] = (
    ("I", "Cây lương thực có hạt"),
    (1, "Lúa", "Mùa", "lương thực", 44, 40, 17.5, 70),
    ("", "Lúa ruộng", "Mùa", "lương thực", 11, 10, 40, 40),
    ("", "Lúa nương", "Mùa", "lương thực", 33, 30, 10, 30),
    ("II", "Cây chất bột có củ"),
    (1, "Sắn", "Mùa", "chất bột", 5, 5, 80, 40),
)


def taken(tmp_path: Path, folders: tuple[Path, Path], books: Mapping[str, Workbook]) -> Stores:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for name, book in books.items():
        book.save(inbox / f"{name}.xlsx")
    stores = open_at(tmp_path / "data", folders)
    for batch in receive(stores, [inbox], AT):
        take_in(stores, batch, AT)
    return stores


def figures(stores: Stores) -> dict[tuple[str, str, tuple[tuple[str, str], ...]], Figure]:
    done = consolidate(stores, report_named(stores.reference, "ds-tt"), parse_period("2021"))
    return {(f.indicator, f.unit, f.breakdown or ()): f for f in done.figures}


def test_the_two_forms_are_sound(folders: tuple[Path, Path]) -> None:
    assert faults(*folders) == []


def test_what_the_two_forms_must_agree_on_holds(whole: Stores) -> None:
    checks = whole.reference.checks

    assert {"tt-gieo-trong", "ds-don-vi"} <= {check.id for check in checks}
    assert compare(Figures.gathered(figures(whole).values()), checks, whole.reference.units) == []


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, folders: tuple[Path, Path]) -> Stores:
    """All eight districts' population, one district's crops."""
    root = tmp_path_factory.mktemp("whole")
    plan = open_at(root / "plan", folders)
    books = {f"DS_{d}": ds_book(plan, d, ds_rows(plan, d, CENSUS_2009.get(d))) for d in DISTRICTS}
    crops = {"TT_106": tt_book(TT_ROWS), "TT_107": tt_book([*TT_ROWS[:2], *TT_ROWS[2:4]], unit="huyện Mường Tè")}
    return taken(root, folders, books | crops)


def test_communes_districts_and_province_add_up(whole: Stores) -> None:
    known = figures(whole)

    assert {s.state for s in whole.ledger.submissions()} == {"accepted"}
    assert {d: known["DS", d, ()].value for d in CENSUS_2009} == CENSUS_2009
    assert sum(known["DS", d, ()].value or 0 for d in DISTRICTS) == known["DS", "12", ()].value
    tam_duong = [u.code for u in whole.reference.units.children("106", END)]
    assert sum(known["DS", c, ()].value or 0 for c in tam_duong) == known["DS", "106", ()].value
    assert (known["DS", "12", ()].coverage.reported, known["DS", "12", ()].coverage.expected) == (8, 8)


def test_density_and_yield_are_quotients_of_sums(whole: Stores) -> None:
    known = figures(whole)

    for quotient, parts in (("DS.MD", ("DS", "DS.DT")), ("DS.NK", ("DS", "DS.HO"))):
        assert known[quotient, "12", ()].numerator == known[parts[0], "12", ()].value
        assert known[quotient, "12", ()].denominator == known[parts[1], "12", ()].value
    rice = {key: known["TT.NS", "107", key].value for key in ((), (("cay", "lúa ruộng"),), (("cay", "lúa nương"),))}
    assert rice == {(): Decimal("17.50"), (("cay", "lúa ruộng"),): 40, (("cay", "lúa nương"),): 10}
    assert known["TT.SL", "106", (("nhom", "lương thực"),)].value == 70  # the row "Lúa" is not counted beside its kinds


def test_population_on_the_38_communes(whole: Stores, folders: tuple[Path, Path]) -> None:
    concordance = load_concordance(folders[0], whole.reference.units)
    known = [f for f in figures(whole).values() if f.indicator == "DS"]
    new = {f.unit: f for f in bridge(known, whole.reference.indicators, concordance, BASIS)}

    assert len(new) == 39
    assert new["12"].value == next(f.value for f in known if f.unit == "12")
    assert {f.breakdown for f in new.values()} == {(("basis", "2025-07-01"),)}
    with pytest.raises(UsageError, match="6 new communes straddle two districts"):
        bridge([f for f in known if f.unit in DISTRICTS], whole.reference.indicators, concordance, BASIS)


DS_FAULTS = {
    "ds.gioi.chia-ra": (0, 4, 1), "ds.noi.chia-ra": (0, 6, 1), "ds.ho.khong-qua": (0, 8, 99_999),
    "ds.ma.khop": (0, 0, "03999"), "ds.mat-do.tinh-lai": (0, 9, 1.0),
}  # fmt: skip


def test_each_rule_of_ds_tells_its_cell(tmp_path: Path, folders: tuple[Path, Path]) -> None:
    plan = open_at(tmp_path / "plan", folders)
    books = {}
    for (rule, (row, column, value)), district in zip(DS_FAULTS.items(), DISTRICTS, strict=False):
        rows = ds_rows(plan, district)
        rows[row][column] = value
        books[rule.replace(".", "_") + district] = ds_book(plan, district, rows)
    books["twice"] = ds_book(plan, "112", [*ds_rows(plan, "112"), ds_rows(plan, "112")[0]])
    books["foreign"] = ds_book(plan, "111", [*ds_rows(plan, "111"), ["03403", "Xã Sùng Phài", 1, 2, 1, 1, 1, 1, 1, 2]])
    stores = taken(tmp_path, folders, books)

    told = {(f.unit, f.code) for f in stores.ledger.findings()}
    wanted = {(district, rule) for rule, district in zip(DS_FAULTS, DISTRICTS, strict=False)}
    assert told == wanted | {("112", "ds.xa.mot-dong"), ("111", "ds.xa.thuoc-huyen")}
    states = {s.unit: s.state for s in stores.ledger.submissions()}
    assert [unit for unit, state in states.items() if state != "rejected"] == ["109"]  # a typed density only warns


def test_each_rule_of_tt_tells_its_cell(tmp_path: Path, folders: tuple[Path, Path]) -> None:
    def changed(row: int, column: int, value: Any) -> list[list[Any]]:
        rows = [list(r) for r in TT_ROWS]
        rows[row][column] = value
        return rows

    cases = {
        "tt.thu-hoach.khong-qua": ("huyện Tam Đường", changed(5, 5, 6)),
        "tt.lua-gieo.chia-ra": ("huyện Mường Tè", changed(1, 4, 50)),
        "tt.lua-sl.chia-ra": ("huyện Sìn Hồ", changed(1, 7, 71)),
        "tt.nang-suat.tinh-lai": ("huyện Phong Thổ", changed(5, 6, 81)),
        "tt.cay.mot-dong": ("huyện Than Uyên", [*TT_ROWS, TT_ROWS[5]]),
        "R.section-differs": ("huyện Tân Uyên", changed(5, 3, "lương thực")),
    }
    stores = taken(
        tmp_path, folders, {rule.replace(".", "_"): tt_book(rows, unit=u) for rule, (u, rows) in cases.items()}
    )

    told = {rule: {f.unit for f in stores.ledger.findings() if f.code == rule} for rule in cases}
    told["tt.nang-suat.tinh-lai"] -= {"106", "108"}  # a wrong area or output makes the typed yield wrong too
    assert told == {rule: {unit} for rule, unit in zip(cases, ("106", "107", "108", "109", "110", "111"), strict=True)}


def test_output_in_kilograms_is_converted_and_told(tmp_path: Path, folders: tuple[Path, Path]) -> None:
    rows = [(*r[:7], r[7] * 1000) if len(r) == 8 else r for r in TT_ROWS]
    stores = taken(tmp_path, folders, {"TT": tt_book(rows, "kg")})

    assert {f.code for f in stores.ledger.findings()} == {"U.converted"}
    assert figures(stores)["TT.SL", "106", ()].value == 110


def told_together(
    stores: Stores, period: str = "2021"
) -> set[tuple[str, str, str, str | None, str | None, str | None]]:
    """What was found over several submissions: rule, severity, unit, cell, value, expected."""
    done = consolidate(stores, report_named(stores.reference, "ds-tt"), parse_period(period))
    return {(f.code, f.severity, f.unit or "", f.cell, f.value, f.expected) for f in done.findings}


def test_change_beyond_30_percent_is_told_at_its_cell(tmp_path: Path, folders: tuple[Path, Path]) -> None:
    before = tt_book(
        [("", "Sắn", "Mùa", "chất bột", 10, 10, 80, 80), ("", "Lúa ruộng", "Mùa", "lương thực", 10, 10, 40, 40)]
    )
    before.active["A3"] = "Kỳ báo cáo: Năm 2020 (từ 01/01/2020 đến 31/12/2020)"
    now = tt_book(
        [("", "Sắn", "Mùa", "chất bột", 13, 13, 80, 104), ("", "Lúa ruộng", "Mùa", "lương thực", 6.9, 6.9, 40, 27.6)]
    )
    stores = taken(tmp_path, folders, {"TT_2020": before, "TT_2021": now})

    assert told_together(stores) == {
        ("tt.gieo-trong.thay-doi", "warning", "106", "E9", "6,9", "10 ± 30 % (kỳ 2020)"),
        ("tt.san-luong.thay-doi", "warning", "106", "H9", "27,6", "40 ± 30 % (kỳ 2020)"),
    }  # cassava, up by exactly 30 %, is within the limit


YIELDS = {
    "huyện Tam Đường": 38,
    "huyện Mường Tè": 40,
    "huyện Sìn Hồ": 41,
    "huyện Phong Thổ": 42,
    "huyện Than Uyên": 412,
}


def test_a_yield_far_from_the_other_districts_is_told(tmp_path: Path, folders: tuple[Path, Path]) -> None:
    books = {
        f"TT{i}": tt_book([("", "Lúa ruộng", "Mùa", "lương thực", 10, 10, y, y)], unit=unit)
        for i, (unit, y) in enumerate(YIELDS.items())
    }
    stores = taken(tmp_path, folders, books)

    assert told_together(stores) == {("tt.nang-suat.khac-thuong", "warning", "110", "G8", "412", "quanh 41 tạ/ha")}


def test_the_provinces_own_total_is_compared_and_never_added(tmp_path: Path, folders: tuple[Path, Path]) -> None:
    plan = open_at(tmp_path / "plan", folders)
    districts = {code: plan.reference.units.get(code, END) for code in DISTRICTS}
    rows = [("", "Sắn", "Mùa", "chất bột", 10, 10, 80, 80)]
    books = {f"TT_{c}": tt_book(rows, unit=f"{u.type} {u.name}") for c, u in districts.items() if u is not None}
    own = tt_book([("", "Sắn", "Mùa", "chất bột", 81, 80, 80, 640)], unit="tỉnh Lai Châu")
    stores = taken(tmp_path, folders, books | {"TT_tinh": own})

    assert {s.unit: s.state for s in stores.ledger.submissions()}["12"] == "accepted"
    known = figures(stores)
    assert (known["TT.GT", "12", ()].value, known["TT.SL", "12", ()].value) == (80, 640)
    assert known["TT.GT", "12", ()].coverage.expected == len(DISTRICTS)
    assert told_together(stores) == {("L.claim", "warning", "12", "E8", "81", "80")}
