"""A folder for one size: `inbox/*.xlsx` and `truth.csv`, kept for the next run; `reference/` and `expectations/`."""

from __future__ import annotations

import csv
import hashlib
import io
import multiprocessing
import shutil
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path

from bench.units import NATION, Commune, communes, province_name
from bench.workbooks import CODES, MEASURES, PERIODS, Workbook, workbook

HERE = Path(__file__).resolve().parent
PRODUCT_REFERENCE = HERE.parent / "data" / "reference"
#: words of the office that do not hang on a form: the product's own, as they stand
SHARED = ("measures.csv", "messages.csv")
_READY = ".ready"


def prepare(work: Path, size: int, rows: int) -> Path:
    """The folder of so many workbooks with so many rows each; generated where it is not there yet."""
    if size % len(PERIODS):
        raise SystemExit(f"{size} workbooks: must be a multiple of {len(PERIODS)}, the quarters of a year")
    folder, senders = work / f"{size}x{rows}-{_fingerprint()}", communes(size // len(PERIODS))
    if not (folder / _READY).exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "inbox").mkdir(parents=True)
        _write_workbooks(folder, senders, rows)
        (folder / _READY).touch()
    for name in ("reference", "expectations"):
        shutil.rmtree(folder / name, ignore_errors=True)
    write_reference(folder / "reference", senders)
    shutil.copytree(HERE / "expectations", folder / "expectations")
    return folder


def _fingerprint() -> str:
    """Workbooks are made anew when what makes them has changed; reference data is written for every run."""
    return hashlib.sha256(b"\0".join((HERE / name).read_bytes() for name in ("units.py", "workbooks.py"))).hexdigest()[
        :8
    ]


def _write_workbooks(folder: Path, senders: Iterable[Commune], rows: int) -> None:
    jobs = [(folder, commune, period, rows) for commune in senders for period in PERIODS]
    with multiprocessing.Pool() as pool, open(folder / "truth.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "unit", "period", "indicator", *MEASURES))
        for (_, commune, period, _), totals in zip(jobs, pool.imap(_write_one, jobs, chunksize=8), strict=True):
            for indicator, sums in totals.items():
                texts = ("" if total is None else str(total) for total in sums)
                writer.writerow((commune.code, commune.as_written, period, indicator, *texts))


def _write_one(job: tuple[Path, Commune, str, int]) -> dict[str, tuple[Decimal | None, ...]]:
    folder, commune, period, rows = job
    made: Workbook = workbook(commune, period, rows)
    (folder / "inbox" / made.name).write_bytes(made.data)
    return made.totals


def write_reference(folder: Path, senders: Iterable[Commune]) -> None:
    """The benchmark's form, indicators and report, its units and calendar, and the product's own words."""
    shutil.copytree(HERE / "reference", folder)
    for name in SHARED:
        shutil.copyfile(PRODUCT_REFERENCE / name, folder / name)
    _copy_rows("headings.csv", folder, lambda row: not row["form"], ())
    words = ("trồng trọt", "chăn nuôi", "lâm nghiệp", "thủy sản")
    own = [{"set": "linh_vuc_nln", "value": word, "wording": word, "note": ""} for word in words]
    _copy_rows("values.csv", folder, lambda row: ":" in row["set"], own)
    _copy_rows("entities.csv", folder, lambda row: False, ())
    _write(folder / "units.csv", _units(list(senders)))
    lines = [("nln", period, "level:commune", "expected", "", "") for period in PERIODS]
    _write(folder / "calendar.csv", [("form", "period", "unit", "role", "opens", "deadline"), *lines])


def _copy_rows(
    name: str, folder: Path, wanted: Callable[[dict[str, str]], bool], more: Iterable[dict[str, str]]
) -> None:
    """One of the product's files with the rows that are wanted, and some more."""
    text = (PRODUCT_REFERENCE / name).read_text(encoding="utf-8-sig")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    header = list(reader.fieldnames or ())
    rows = [row for row in reader if wanted(row)] + list(more)
    _write(folder / name, [tuple(header), *(tuple(row[column] for column in header) for row in rows)])


def _units(senders: list[Commune]) -> list[tuple[str, ...]]:
    header = ("code", "name", "type", "parent_code", "valid_from", "valid_to", "source", "aliases")
    source = "đặt ra để đo / invented for the benchmark"
    provinces = sorted({commune.province for commune in senders})
    return [
        header,
        (NATION, "Cả nước", "quốc gia", "", "", "", source, ""),
        *((code, province_name(code).removeprefix("Tỉnh "), "tỉnh", NATION, "", "", source, "") for code in provinces),
        *((c.code, c.name, "xã", c.province, "", "", source, "") for c in senders),
    ]


def _write(path: Path, rows: Iterable[tuple[str, ...]]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def size_of(folder: Path) -> dict[str, int]:
    """What a prepared folder holds: workbooks, bytes, groups of the truth."""
    files = list((folder / "inbox").iterdir())
    size = sum(path.stat().st_size for path in files)
    return {"workbooks": len(files), "bytes": size, "groups": len(files) * len(CODES)}
