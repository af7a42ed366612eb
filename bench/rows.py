"""What consolidation costs at millions of rows, beside the same figures by SQL that was written by hand.

`python -m bench.rows [--rows 10000000] [--memory 2GiB]`. Twenty indicators (`rows_data`) over a year of a province. Both run in
processes of their own, one after the other, with the same bound on memory and as many threads; imports aside. Both say the
same figures of every unit and of the province, or it fails.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench import rows_by_hand
from bench.measure import run
from bench.rows_data import INDICATORS, PROVINCE, SPEC, expectations, files, prepare, readings, requests, units

HERE = Path(__file__).resolve().parent
SECONDS = 4 * 3600
HEADER = ("", "wall s", "CPU s", "peak MiB", "spilt MiB")

#: figure → what it says: value, names, low, high, as text
Said = dict[tuple[str, str, str], tuple[str, ...]]
#: (folder of the files, memory, folder to spill into) → figures
Figures = Callable[[Path, str, str], Iterable[dict[str, Any]]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.rows", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--memory", default="2GiB")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--work", type=Path, default=HERE / ".work")
    parser.add_argument("--who", choices=list(WHO), help="one of the two alone; nothing is compared")
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    folder = prepare(asked.work.absolute(), asked.rows)
    if asked.out:
        _one(WHO[asked.who], folder, asked.memory, asked.out)
        return
    made = json.loads((folder / "made.json").read_text())
    size = sum(path.stat().st_size for path in files(folder)) / 2**20
    print(
        f"{made['counted']:,} of {made['rows']:,} rows in {len(files(folder))} files ({size:,.0f} MiB), "
        f"{len(INDICATORS)} indicators, memory {asked.memory}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    who = [asked.who] if asked.who else list(WHO)
    with tempfile.TemporaryDirectory(prefix="etl-rows-") as place:
        costs = {name: _best(asked, name, Path(place) / name) for name in who}
        done = {name: cost for name, cost in costs.items() if cost}
        print(render(done))
        if len(done) < len(who):
            sys.exit("nothing is compared")
        if not asked.who:
            sys.exit(compare(*(_said(Path(place) / name) for name in WHO)))


def render(costs: dict[str, dict[str, float]]) -> str:
    """One table; its last line is the product over what was written by hand."""
    lines = [HEADER, *((name, *(f"{cost[key]:.1f}" for key in _KEYS)) for name, cost in costs.items())]
    if len(costs) == len(WHO):
        ours, theirs = (costs[name] for name in WHO)
        lines.append(("ratio", *(f"{ours[key] / theirs[key]:.2f}" if theirs[key] else "" for key in _KEYS)))
    return "\n".join("  ".join([line[0].ljust(10), *(cell.rjust(9) for cell in line[1:])]) for line in lines)


_KEYS = ("wall", "cpu", "peak", "spilt")


def compare(ours: Said, theirs: Said) -> str | None:
    """What differs, None where nothing does. Of a unit without rows that has reported the product says 0; SQL says nothing."""
    nothing = ("0", "", "", "")
    apart = [key for key in sorted({*ours, *theirs}) if ours.get(key, nothing) != theirs.get(key, nothing)]
    for key in apart[:10]:
        print(f"! {' · '.join(key)}: product {ours.get(key)}, by hand {theirs.get(key)}")
    if apart:
        return f"{len(apart)} of {len(theirs)} figures differ"
    print(f"all {len(theirs):,} figures are the same")
    return None


def _best(asked: argparse.Namespace, name: str, out: Path) -> dict[str, float]:
    """The run with the least CPU of several; empty where all of them broke down."""
    return min((_run(asked, name, out) for _ in range(asked.rounds)), key=lambda cost: cost.get("cpu", math.inf))


def _run(asked: argparse.Namespace, name: str, out: Path) -> dict[str, float]:
    command = [
        sys.executable, "-m", "bench.rows", "--who", name, "--out", str(out), "--rows", str(asked.rows),
        "--memory", asked.memory, "--work", str(asked.work),
    ]  # fmt: skip
    cost = run(command, environment=os.environ, folder=HERE.parent, seconds=SECONDS)
    if cost.complaint:  # out of memory, most likely: the other one's cost is worth to be known all the same
        print(f"! {name}: {cost.complaint}", flush=True)
        return {}
    return {**json.loads(cost.said), "peak": cost.peak}


def _one(figures: Figures, folder: Path, memory: str, out: Path) -> None:
    """Time one of the two, and write its figures."""
    import duckdb  # noqa: F401  # imports are not what is measured
    import pyarrow.parquet  # noqa: F401

    spill = Path(tempfile.mkdtemp(prefix="spill-", dir=folder))
    try:
        watch = _Spill(spill)
        wall, cpu = time.perf_counter(), time.process_time()
        found = _made(figures, folder, memory, f"{spill}/duckdb")
        told = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "spilt": watch.stop()}
    finally:
        shutil.rmtree(spill)
    out.write_text(json.dumps(found, default=str), encoding="utf-8")
    print(json.dumps(told))


def _made(figures: Figures, folder: Path, memory: str, spill: str) -> list[dict[str, Any]]:
    import duckdb

    try:
        return list(figures(folder, memory, spill))
    except duckdb.Error as error:  # its advice on settings takes six lines
        raise SystemExit(str(error).partition("\n")[0]) from error


class _Spill:
    """Looks how much lies in a folder, until it is told to stop."""

    def __init__(self, folder: Path) -> None:
        import threading

        self._folder, self._most, self._over = folder, 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(0.2):
            self._most = max(self._most, sum(_size(path) for path in self._folder.rglob("*")))

    def stop(self) -> float:
        """The most that lay there at once, MiB."""
        self._over.set()
        self._thread.join()
        return self._most / 2**20


def _size(path: Path) -> int:
    try:
        return path.stat().st_blocks * 512
    except OSError:  # gone meanwhile
        return 0


def _product(folder: Path, memory: str, spill: str) -> Iterable[dict[str, Any]]:
    """The figures as `etl publish` makes them, from where the rows are in the lake to the figures."""
    from etl.model.stored import Room, Stored
    from etl.steps.consolidate import consolidate
    from etl.store.lake import schema

    rows = Stored(tuple(files(folder)), schema(SPEC), frozenset(readings()))
    made = consolidate(
        {SPEC.id: rows}, requests(), expectations(), units(), (), within=PROVINCE, room=Room(memory, Path(spill))
    )
    return [
        {
            "indicator": f.indicator, "unit": f.unit, "member": f.breakdown[0][1] if f.breakdown else None, "value": f.value,
            "names": f.names, "low": f.low, "high": f.high,
        }
        for f in made
    ]  # fmt: skip


def _said(path: Path) -> Said:
    return {
        (f["indicator"], f["unit"], f["member"] or ""): (
            _number(f.get("value")), ", ".join(sorted(f.get("names") or ())), _number(f.get("low")), _number(f.get("high")),
        )
        for f in json.loads(path.read_text(encoding="utf-8"))
    }  # fmt: skip


def _number(value: object) -> str:
    return "" if value is None else format(Decimal(str(value)).normalize(), "f")


WHO: dict[str, Figures] = {
    "product": _product,
    "by hand": rows_by_hand.figures,
}

if __name__ == "__main__":
    main()
