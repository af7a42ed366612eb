"""`python -m bench`: generate, run the product, the floor and the peers side by side, print one table.

See README.md for what each line means.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from bench import product
from bench.check import Totals, check, read_totals
from bench.measure import Cost, run
from bench.peers import PEERS, Peer, make_environment
from bench.prepare import prepare, size_of
from bench.table import FLOOR, growth, prices, render

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
LATEST = HERE / "latest.json"
DEFAULT_SIZES, LARGE = (100, 400, 1600), 6400
PACKAGES = ("python-calamine", "pyarrow", "duckdb", "pandas", "great-expectations", "sqlalchemy", "openpyxl")

#: the product's parts (bench/product.py) in the order of the data, as the table names them
PARTS = {
    "receive": "receive",
    "read": "read",
    "validate": "validate",
    "accept": "accept",
    "consolidate": "consolidate",
    "release": "release",
    "data_files": "data files",
    "documents": "documents",
    "outbox": "outbox",
    "open": "open",
    "import": "import GX",
    "raw": "calamine alone",
    "steps": "read steps",
}
#: what issue 11 counts as "everything on": documents are priced apart
CORE = ("receive", "read", "validate", "accept", "consolidate")

TITLES = {
    FLOOR: "floor: calamine ×2 + Parquet + DuckDB",
    "cells": "cells only: calamine ×2",
    "product": "product: ingest + publish",
    "core": "product but its documents (sum of the parts 1–5)",
    "part:receive": "  1 receive: archive, sha256",
    "part:read": "  2 read, recognise, type, isolate",
    "part:validate": "  3 validate: derive, GX",
    "part:accept": "  4 accept: Parquet, ledger",
    "part:consolidate": "  5 consolidate",
    "part:release": "  6 release: numbered, recorded",
    "part:data_files": "  7 data files of the release",
    "part:documents": "  8 documents: xlsx, docx, html",
    "part:outbox": "  9 outbox: receipts, marked workbooks",
    "part:raw": "  (calamine alone, one process)",
    "part:steps": "  (steps of 2 in one process, no isolation)",
    **{f"peer:{peer.id}": peer.title for peer in PEERS},
}


class Bench:
    """The runs so far, by subject and size."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked = asked
        self.runs: dict[str, dict[int, list[dict[str, Any]]]] = {}
        self.sizes: dict[int, dict[str, int]] = {}

    def add(self, subject: str, size: int, cost: Cost, folder: Path, found: Callable[[], Totals] | None) -> None:
        """Keep a run, judged by the truth where it has figures; say it at once."""
        entry = cost.as_json()
        if found is not None and not cost.complaint:
            verdict = check(folder / "truth.csv", found())
            entry |= {"groups": verdict.groups, "wrong": verdict.wrong, "inexact": verdict.inexact}
        self.runs.setdefault(subject, {}).setdefault(size, []).append(entry)
        told = f"  {TITLES[subject]}: {cost.wall:.1f} s, CPU {cost.cpu:.1f} s, {cost.peak:.0f} MiB {cost.complaint}"
        print(told.rstrip(), file=sys.stderr, flush=True)

    def floor(self, folder: Path, size: int) -> None:
        out = self.asked.work / "out" / "floor.parquet"
        command = [sys.executable, "-m", "bench.floor", str(folder / "inbox"), str(out)]
        self.add(FLOOR, size, self._run(command), folder, lambda: read_totals(out, folder / "truth.csv"))

    def cells(self, folder: Path, size: int) -> None:
        command = [sys.executable, "-m", "bench.floor", str(folder / "inbox"), "--cells-only"]
        self.add("cells", size, self._run(command), folder, None)

    def product(self, folder: Path, size: int) -> None:
        data = self._emptied("product")
        ingest, publish = product.commands(folder)
        environment = product.environment(folder, data)
        cost = self._run(ingest, environment, accepted=(0, 1))
        if not cost.complaint:
            cost += self._run(publish, environment)
        self.add("product", size, cost, folder, lambda: product.result(data))

    def parts(self, folder: Path, size: int) -> None:
        data = self._emptied("parts")
        command = [sys.executable, "-m", "bench.product", str(folder), str(data)]
        cost = self._run(command, product.environment(folder, data))
        if cost.complaint:
            print(f"! {cost.complaint}", file=sys.stderr)
            return
        said = json.loads(cost.said.splitlines()[-1])
        if "stopped" in said:
            print(f"! {said['stopped']}", file=sys.stderr)
        found = said["parts"]
        print(f"  parts: {cost.wall:.1f} s, CPU {cost.cpu:.1f} s", file=sys.stderr, flush=True)
        if all(part in found for part in CORE):
            found["core"] = {key: sum(found[part][key] for part in CORE) for key in ("cpu", "wall")}
        for part, spent in found.items():
            subject = part if part == "core" else f"part:{part}"
            self.runs.setdefault(subject, {}).setdefault(size, []).append({**spent, "peak": None})

    def peer(self, peer: Peer, folder: Path, size: int) -> None:
        out = self.asked.work / "out" / f"{peer.id}.parquet"
        cost = self._run(peer.command(folder / "inbox", out))
        self.add(f"peer:{peer.id}", size, cost, folder, lambda: read_totals(out, folder / "truth.csv"))

    def _run(
        self, command: list[str], environment: Mapping[str, str] | None = None, accepted: tuple[int, ...] = (0,)
    ) -> Cost:
        return run(
            command, environment=environment or os.environ, folder=ROOT, seconds=self.asked.seconds, accepted=accepted
        )

    def _emptied(self, name: str) -> Path:
        data = Path(self.asked.work, "out", name)
        shutil.rmtree(data, ignore_errors=True)
        return data


def main() -> None:
    asked = arguments()
    if asked.show:
        print(shown(json.loads(asked.out.read_text(encoding="utf-8"))))
        return
    (asked.work / "out").mkdir(parents=True, exist_ok=True)
    bench = Bench(asked)
    absent = "" if asked.peers else "--no-peers"
    if asked.peers and (absent := make_environment()):
        print(f"Bỏ qua các công cụ khác / the peers are left out: {absent}", file=sys.stderr)
    for size in asked.sizes:
        folder = prepare(asked.work, size, asked.rows)
        bench.sizes[size] = size_of(folder)
        print(f"{size} workbooks × {asked.rows} rows", file=sys.stderr, flush=True)
        for _ in range(asked.rounds):  # alternating, so that both meet the same noise
            for subject in (
                bench.floor,
                bench.cells,
                bench.product,
                bench.floor,
                bench.cells,
                bench.parts,
                bench.floor,
            ):
                subject(folder, size)
        for peer in PEERS if not absent and size in asked.sizes[:2] else ():
            bench.peer(peer, folder, size)
        lines = prices(bench.runs, TITLES)
        write(asked, bench, lines, absent)  # after each size: the last one may take an hour, or be broken off
    print(render(lines))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=list(DEFAULT_SIZES), help="numbers of workbooks, e.g. 100,400")
    parser.add_argument("--large", action="store_true", help=f"{LARGE} workbooks as well")
    parser.add_argument("--rows", type=int, default=200, help="rows of a workbook")
    parser.add_argument("--rounds", type=int, default=1, help="how often each is run; medians are shown")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="leave the other tools out")
    parser.add_argument("--seconds", type=float, default=3600, help="after which a run is stopped")
    parser.add_argument("--date", default=_today(), help="the date that latest.json bears")
    parser.add_argument("--out", type=Path, default=LATEST, help="where the JSON goes")
    parser.add_argument("--show", action="store_true", help="run nothing: print the table of the last run")
    parser.add_argument("--work", type=Path, default=HERE / ".work", help="generated workbooks and what runs leave")
    asked = parser.parse_args()
    asked.work = asked.work.absolute()
    if asked.large and LARGE not in asked.sizes:
        asked.sizes.append(LARGE)
    return asked


def _sizes(text: str) -> list[int]:
    return sorted({int(part) for part in text.split(",")})


def _today() -> str:
    return datetime.now(timezone(timedelta(hours=7))).date().isoformat()


def write(asked: argparse.Namespace, bench: Bench, lines: list[dict[str, Any]], absent: str) -> None:
    """latest.json: the table, every run behind it, and on what it was measured."""
    found = {
        "date": asked.date,
        "machine": {"cores": len(os.sched_getaffinity(0)), "processor": _processor(), "system": platform.system()},
        "versions": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in PACKAGES},
        "rows": asked.rows,
        "rounds": asked.rounds,
        "workbooks": bench.sizes,
        "peers_left_out": absent or None,
        "table": [_rounded(line) for line in lines],
        "growth": {subject: growth(bench.runs, subject) for subject in (FLOOR, "product")},
        "runs": bench.runs,
    }
    asked.out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def shown(found: Mapping[str, Any]) -> str:
    """The table of a latest.json, and on what it was measured."""
    machine, versions = found["machine"], found["versions"]
    about = (
        f"{found['date']}: {machine['cores']} cores, {machine['processor']}; Python {versions['python']};"
        f" {found['rounds']} round, {found['rows']} rows a workbook"
    )
    left_out = f"\n! peers left out: {found['peers_left_out']}" if found["peers_left_out"] else ""
    return f"{about}\n{render(found['table'])}{left_out}"


def _rounded(line: Mapping[str, Any]) -> dict[str, Any]:
    return {key: round(value, 3) if isinstance(value, float) else value for key, value in line.items()}


def _processor() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return next(
            (line.partition(":")[2].strip() for line in file if line.startswith("model name")), platform.machine()
        )


if __name__ == "__main__":
    main()
