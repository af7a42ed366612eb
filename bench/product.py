"""The product, priced as a whole and by its parts.

The whole is two commands, `etl ingest` and `etl publish`, as an operator gives them (`commands`). The parts are the
pipeline's own functions in one process with a clock before and behind each (`python -m bench.product FOLDER WORK`,
JSON on standard output): CPU is that of this process and of the workers it has waited for.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from bench.measure import own_cpu, tree
from bench.workbooks import MEASURES

T = TypeVar("T")

PERIOD, REPORT = "2025", "nln"
#: indicator → its place among the measures of the truth
INDICATORS = dict(
    zip(("NLN.HO", "NLN.LD", "NLN.NU", "NLN.DT", "NLN.TM", "NLN.KP", "NLN.TW", "NLN.DP"), MEASURES, strict=True)
)
#: workbooks that are read once more in this process, step by step, to price isolation apart
STEP_BY_STEP = 100


def environment(folder: Path, data: Path) -> dict[str, str]:
    """Where the product finds the prepared folder's reference data, and where it keeps what it makes."""
    root = Path(__file__).resolve().parents[1]
    paths = [str(root / "src"), str(root), os.environ.get("PYTHONPATH", "")]
    return os.environ | {
        "ETL_DATA": str(data), "ETL_REFERENCE": str(folder / "reference"), "ETL_EXPECTATIONS": str(folder / "expectations"),
        "ETL_DATABASE_URL": "", "ETL_STORE": "", "ETL_ENGINE": "", "ETL_WORKERS": "2",
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }  # fmt: skip


def commands(folder: Path) -> list[list[str]]:
    """`ingest`, then `publish`: from files to a numbered release. What goes back to senders is priced as a part."""
    etl = [sys.executable, "-m", "etl.cli"]
    return [
        [*etl, "ingest", str(folder / "inbox"), "--no-outbox", "--json"],
        [*etl, "publish", "--period", PERIOD, "--report", REPORT, "--json"],
    ]


class Clock:
    """Adds up wall and CPU seconds by the name of the part."""

    def __init__(self) -> None:
        self.parts: dict[str, dict[str, float]] = {}

    def time(self, part: str, call: Callable[[], T]) -> T:
        wall, cpu = time.perf_counter(), spent_cpu()
        result = call()
        spent = self.parts.setdefault(part, {"wall": 0.0, "cpu": 0.0})
        spent["wall"] += time.perf_counter() - wall
        spent["cpu"] += spent_cpu() - cpu
        return result


def spent_cpu() -> float:
    """Of this process, of the children that it has waited for, and of those that are still at work."""
    ended = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    alive = sum(own_cpu(pid) for pid in tree(os.getpid()) if pid != os.getpid())
    return sum(used.ru_utime + used.ru_stime for used in ended) + alive


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("data", type=Path)
    asked = parser.parse_args()
    shutil.rmtree(asked.data, ignore_errors=True)
    clock = Clock()
    notes: dict[str, str] = {}
    try:
        price_stages(asked.folder, asked.data, clock)
    except Exception as error:  # the parts before it are priced all the same
        notes["stopped"] = f"{type(error).__name__}: {error}"
    price_steps(asked.folder, clock)
    print(json.dumps({"parts": clock.parts, **notes}))


def price_stages(folder: Path, data: Path, clock: Clock) -> None:
    """Every stage of the pipeline over the whole inbox, batch by batch."""
    from etl.acts.outbox import renew_outbox
    from etl.consolidation.reports import report_named
    from etl.judging import validate
    from etl.model.clock import LOCAL_TIME
    from etl.model.periods import parse_period
    from etl.pipeline import Stores, accept, consolidate, open_stores, read, receive
    from etl.releasing import release
    from etl.settings import Settings
    from etl.steps.validate import warm_up

    stores: Stores = clock.time(
        "open", lambda: open_stores(Settings.from_environment(environment(folder, data), folder))
    )
    at = datetime(2026, 1, 15, 2, tzinfo=LOCAL_TIME)
    clock.time("import", warm_up)
    for batch in clock.time("receive", lambda: receive(stores, [folder / "inbox"], at)):
        deliveries = list(batch.deliveries)
        files = clock.time("read", lambda of=deliveries, name=batch.name: read(stores, of, name))  # type: ignore[misc]
        files = clock.time("validate", lambda of=files: validate(stores.reference, of))  # type: ignore[misc]
        clock.time("accept", lambda of=files, one=batch: accept(stores, one, of, at))  # type: ignore[misc]
    report = report_named(stores.reference, REPORT)
    done = clock.time("consolidate", lambda: consolidate(stores, report, parse_period(PERIOD)))
    with _inside(clock):
        clock.time("release", lambda: release(stores, done, at))
    clock.time("outbox", lambda: renew_outbox(stores))
    for whole, part in (("release", "documents"), ("documents", "data_files")):
        _take_out(clock, whole, part)


@contextmanager
def _inside(clock: Clock) -> Iterator[None]:
    """Clocks around what the release calls: its documents, and among them the data files."""
    import etl.report
    import etl.report.data

    kept = etl.report.documents, etl.report.data.data_files
    etl.report.documents = lambda content, out: clock.time("documents", lambda: kept[0](content, out))
    etl.report.data.data_files = lambda content, out: clock.time("data_files", lambda: kept[1](content, out))
    try:
        yield
    finally:
        etl.report.documents, etl.report.data.data_files = kept


def _take_out(clock: Clock, whole: str, part: str) -> None:
    """What was timed inside another part is that part's no more."""
    for key, value in clock.parts.get(part, {}).items():
        clock.parts[whole][key] -= value


def price_steps(folder: Path, clock: Clock) -> None:
    """The reading worker's steps over a part of the inbox, in this process: what is left of `read` is isolation."""
    from etl.reader import read_bytes
    from etl.store.reference import load_reference

    reference = load_reference(folder / "reference", folder / "expectations")
    everything = sorted((folder / "inbox").iterdir())
    files = [(path.name, path.read_bytes()) for path in everything[:: max(1, len(everything) // STEP_BY_STEP)]]
    for name, data in files[:5]:  # what is prepared once is not a workbook's cost
        read_bytes(name, "0" * 64, data, "bench", reference)
    share = len(everything) / len(files)
    whole = Clock()
    for name, data in files:
        whole.time("raw", lambda of=data: raw(of))  # type: ignore[misc]
        whole.time("steps", lambda of=data, called=name: read_bytes(called, "0" * 64, of, "bench", reference))  # type: ignore[misc]
    for part, spent in whole.parts.items():
        clock.parts[part] = {key: value * share for key, value in spent.items()}


def raw(data: bytes) -> None:
    """Every cell of every sheet by calamine, and nothing with them."""
    import io

    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def result(data: Path) -> Mapping[tuple[str, str, str], list[Any]]:
    """(unit code, period, code) → eight values of the newest release, from its figures.parquet."""
    import pyarrow.parquet as pq

    releases = sorted((p for p in (data / "releases").iterdir() if p.name.isdigit()), key=lambda p: int(p.name))
    table = pq.read_table(
        releases[-1] / "figures.parquet", columns=["indicator", "unit", "period", "breakdown", "value"]
    )
    place = {name: i for i, name in enumerate(INDICATORS)}
    found: dict[tuple[str, str, str], list[Any]] = {}
    columns = (table[name].to_pylist() for name in table.column_names)
    for indicator, unit, period, breakdown, value in zip(*columns, strict=True):
        if breakdown is not None and len(unit) == 5:
            key = (unit, period, breakdown.removeprefix("chi_tieu="))
            found.setdefault(key, [None] * len(place))[place[indicator]] = value
    return found


if __name__ == "__main__":
    main()
