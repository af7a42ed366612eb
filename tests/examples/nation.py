"""All shared provinces of the census in one installation, a nation above them: as docs/method/several-provinces.md says."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook

from etl.pipeline import Stores, receive, take_in
from tests.conftest import AT, ROOT, store_at
from tests.examples.census import SOURCE, units_csv

EXAMPLE = ROOT / "examples" / "census-2009"
NATION, DAY = "VN", "2009-04-01"
#: report → its unit; Lai Châu is A, the province of which a district stays out at first, Đà Nẵng is B
REPORTS = {"ca-nuoc": NATION, "tinh-301": "301", "tinh-501": "501"}


def provinces_of(truth: Path) -> dict[str, str]:
    """Code → name of the provinces whose workbooks are shared."""
    return {code: p["name"] for code, p in json.loads(truth.read_text(encoding="utf-8"))["provinces"].items()}


def reference_for(files: Path, names: dict[str, str], place: Path) -> tuple[Path, Path]:
    """Reference data and suites: the example's, with more units, the levels' own totals in the calendar, three reports."""
    reference, suites = place / "reference", place / "expectations"
    shutil.copytree(EXAMPLE / "reference", reference)
    shutil.copytree(EXAMPLE / "expectations", suites)
    (reference / "units.csv").write_text(_units(files, names), encoding="utf-8")
    with (reference / "calendar.csv").open("a", encoding="utf-8") as calendar:
        calendar.write(f"ds2009,{DAY},level:province,check,,\nds2009,{DAY},level:nation,check,,\n")
    _change(reference / "forms" / "ds2009.yaml", "senders: [district]", "senders: [district, province, nation]")
    _change(suites / "ds2009.json", "^[0-9]{7}$", "^(?:[0-9]{3}|[0-9]{5}|[0-9]{7})$")  # a province lists districts
    one = (reference / "reports" / "dan-so.yaml").read_text(encoding="utf-8")
    (reference / "reports" / "dan-so.yaml").unlink()
    for report, unit in REPORTS.items():
        own = one.replace("report: dan-so", f"report: {report}").replace('"501"', f'"{unit}"')
        (reference / "reports" / f"{report}.yaml").write_text(own, encoding="utf-8")
    return reference, suites


def _units(files: Path, names: dict[str, str]) -> str:
    parts = [units_csv(code, name, (files / code).glob("*.xlsx"), NATION) for code, name in sorted(names.items())]
    nation = f'{NATION},Việt Nam,quốc gia,,,,"{SOURCE}",\n'
    head = parts[0].partition("\n")[0]
    return f"{head}\n{nation}" + "".join(part.partition("\n")[2] for part in parts)


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def own_total(place: Path, unit: str, title: str, below: dict[str, tuple[Decimal, Decimal]]) -> Path:
    """The workbook in which a level says its own total. below: code → area in ha, population."""
    book = Workbook()
    rows = [
        [i, code, "", float(area), float(people)] for i, (code, (area, people)) in enumerate(sorted(below.items()), 1)
    ]
    for row in (
        [title], [], [], ["DÂN SỐ CHIA THEO XÃ, PHƯỜNG, THỊ TRẤN NGÀY 1/4/2009"], [],
        ["STT", "Mã xã", "Tên xã, phường, thị trấn", "Diện tích (ha)", "Dân số 1/4/2009"], *rows,
    ):  # fmt: skip
        book.active.append(row)
    place.mkdir(parents=True, exist_ok=True)
    book.save(place / f"{unit}.xlsx")
    return place / f"{unit}.xlsx"


def opened(place: Path, folders: tuple[Path, Path]) -> Stores:
    return store_at(place, ETL_REFERENCE=str(folders[0]), ETL_EXPECTATIONS=str(folders[1]))


def taken(stores: Stores, *paths: Path) -> None:
    for batch in receive(stores, list(paths), AT):
        take_in(stores, batch, AT)
