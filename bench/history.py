"""What a night and a question cost when years of submissions are kept: the same at 1,000 and at 100,000, or not.

`python -m bench.history [--sizes 1000,100000] [--json]`. The history is of 38 communes that send 22 forms a month, for as
many months as the size asks for, recorded and released by the product's own functions and kept in bench/.work; then it
is asked: `etl --help`, `etl status`, a night with nothing new, a night with 38 new workbooks. Nothing of it is left in
the history, so that it can be asked again. `--profile quiet|new` shows the functions that the time goes to.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measure import run
from bench.past import FORMS, NEW, REPORT, arrive, history, take_away
from bench.product import Clock, environment, spent_cpu

if TYPE_CHECKING:
    from etl.pipeline import Stores

HERE = Path(__file__).resolve().parent
#: of so many runs the least counts: what disturbs only ever adds
ROUNDS = 3

#: part → wall and CPU seconds; or a number of its own and nothing
Figures = dict[str, tuple[float, float | None]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,100000", help="kept submissions, about (default 1000,100000)")
    parser.add_argument("--rows", type=int, default=20, help="rows a workbook (default 20)")
    parser.add_argument("--released", type=int, default=4, help="months of which there is a release (default 4)")
    parser.add_argument("--work", type=Path, default=HERE / ".work", help="where it is kept (default bench/.work)")
    parser.add_argument("--flow", action="store_true", help="the flow itself too, with a Prefect server of its own")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    parser.add_argument("--profile", choices=("quiet", "new"), help="the functions that the time goes to, instead")
    asked = parser.parse_args()
    sizes = [int(text) for text in asked.sizes.split(",")]
    folders = {size: history(asked.work, size, asked.rows, asked.released) for size in sizes}
    if asked.profile:
        for folder in folders.values():
            profile(folder, asked.profile)
        return
    found = {size: priced(folder, flow=asked.flow) for size, folder in folders.items()}
    print(json.dumps(found, indent=1) if asked.json else table(found))


def priced(folder: Path, *, flow: bool) -> Figures:
    """Part → what it costs; bytes and counts too, as their names say."""
    found = commands(folder)
    stores = opened(folder)
    found["submissions"] = (len(stores.ledger.submissions()), None)
    found["releases"] = (len(stores.ledger.releases()), None)
    shutil.rmtree(stores.settings.cache, ignore_errors=True)
    found |= _named("first night", least(partial(night, folder), rounds=1))
    found |= _named("quiet", least(partial(night, folder)))
    if flow:
        found["quiet: the flow with its server"] = _flow(folder)
    with new_ones(folder) as names:
        found |= _named("new", night(folder))
        found["new: workbooks"] = (len(names), None)
    found["index.html, bytes"] = ((stores.releases.root / "index.html").stat().st_size, None)
    return found


def opened(folder: Path) -> Stores:
    from etl.pipeline import open_stores
    from etl.settings import Settings

    return open_stores(Settings.from_environment(environment(folder, folder / "data"), folder))


def commands(folder: Path) -> Figures:
    """What a person waits for, from shell prompt to shell prompt."""
    etl = [sys.executable, "-m", "etl.cli"]
    asked = {
        "etl --help": [*etl, "--help"],
        "etl status --period (a month)": [*etl, "status", "--period", "2025-12"],
        "etl status --period (a year) --by form": [*etl, "status", "--period", "2025", "--by", "form"],
    }
    return {name: min(_cost(folder, command) for _ in range(ROUNDS)) for name, command in asked.items()}


def _cost(folder: Path, command: list[str]) -> tuple[float, float]:
    cost = run(command, environment=environment(folder, folder / "data"), folder=folder, seconds=600)
    if cost.complaint:
        raise SystemExit(f"{command}: {cost.complaint}")
    return cost.wall, cost.cpu


def _flow(folder: Path) -> tuple[float, float]:
    """`python -m flows.nightly`, from the shell prompt to the shell prompt, a Prefect server of its own inside."""
    home = folder / "prefect"
    home.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "flows.nightly", "--period", "2025-12"]
    told = environment(folder, folder / "data") | {"PREFECT_HOME": str(home)}
    cost = run(command, environment=told, folder=HERE.parent, seconds=900, accepted=(0, 1))
    if cost.complaint:
        raise SystemExit(f"{command}: {cost.complaint}")
    return cost.wall, cost.cpu


def night(folder: Path) -> Figures:
    """The functions that flows/nightly.py calls, in its order: what each costs, and all. Imports are done before."""
    from etl.acts.outbox import renew_outbox
    from etl.acts.reply import reply
    from etl.consolidation.reports import period_due, report_named
    from etl.model.clock import LOCAL_TIME
    from etl.model.periods import parse_period
    from etl.pipeline import consolidate, receive, take_in
    from etl.queries.intake import summary
    from etl.queries.remind import reminders
    from etl.queries.renewal import held, periods_to_renew, still_true
    from etl.queries.waiting import waiting
    from etl.releasing import release
    from etl.steps.validate import warm_up

    warm_up()
    clock = Clock()
    at = datetime.fromisoformat("2026-02-06T02:00:00+07:00")
    begun = time.perf_counter(), spent_cpu()
    stores = clock.time("open", lambda: opened(folder))
    report = report_named(stores.reference, REPORT)
    due = parse_period(period_due(stores.reference, report, at))
    today = datetime.now(LOCAL_TIME)  # the inbox's files were written today: only what has settled since is remembered
    batches = clock.time("receive", lambda: receive(stores, [stores.settings.inbox], today))
    records = clock.time("take in", lambda: [take_in(stores, batch, at) for batch in batches])
    clock.time("outbox", lambda: renew_outbox(stores))
    clock.time("reply", lambda: reply(stores, {}, at))
    clock.time("summary", lambda: summary(stores, records))
    for period in clock.time("which periods", lambda: periods_to_renew(stores, report, due)):
        if clock.time("still true", lambda one=period: still_true(stores, report, one)) is None:  # type: ignore[misc]
            done = clock.time("consolidate", lambda one=period: consolidate(stores, report, one))  # type: ignore[misc]
            record, new = clock.time("release", lambda of=done: release(stores, of, at))  # type: ignore[misc]
            clock.parts["to the release"] = _since(*begun)
            if not new:
                held(stores, report, record)
    clock.time("waiting", lambda: waiting(stores))
    clock.time("reminders", lambda: reminders(stores, due.code, at, report.unit))
    clock.parts["all"] = _since(*begun)
    return {part: (spent["wall"], spent["cpu"]) for part, spent in clock.parts.items()}


def _since(wall: float, used: float) -> dict[str, float]:
    return {"wall": time.perf_counter() - wall, "cpu": spent_cpu() - used}


@contextmanager
def new_ones(folder: Path) -> Iterator[list[str]]:
    """While this lasts, one form of a new month lies in the inbox; afterwards ledger, inbox and releases are as before."""
    data = folder / "data"
    kept = {path.name: path.read_bytes() for path in data.glob("ledger.sqlite*")}
    known = set(os.listdir(data / "releases"))
    index = {name: (data / "releases" / name).read_bytes() for name in known if name.startswith("index")}
    reached = (data / "outbox" / ".reached").read_bytes()
    names = arrive(folder)
    try:
        yield names
    finally:
        take_away(folder, names)
        for path in data.glob("ledger.sqlite*"):
            path.unlink()
        for name, content in kept.items():
            (data / name).write_bytes(content)
        for name in set(os.listdir(data / "releases")) - known:
            shutil.rmtree(data / "releases" / name, ignore_errors=True)
        for name, content in index.items():
            with suppress(FileNotFoundError):
                (data / "releases" / name).unlink()
            (data / "releases" / name).write_bytes(content)
        (data / "outbox" / ".reached").unlink()  # else the outbox has seen more than the ledger says, and is made anew
        (data / "outbox" / ".reached").write_bytes(reached)
        shutil.rmtree(data / "cache", ignore_errors=True)


def least(one: Callable[[], Figures], rounds: int = ROUNDS) -> Figures:
    """Each part's least of several rounds."""
    found = [one() for _ in range(rounds)]
    return {part: min(each[part] for each in found if part in each) for part in found[-1]}


def _named(which: str, parts: Figures) -> Figures:
    return {f"{which}: {part}": spent for part, spent in parts.items()}


def table(found: dict[int, Figures]) -> str:
    """A Markdown table: a part a line, a size a column."""
    lines = ["| part | " + " | ".join(f"{each['submissions'][0]:,}" for each in found.values()) + " |"]
    lines += ["|---|" + "---|" * len(found)]
    for part in dict.fromkeys(part for each in found.values() for part in each):
        values = (_shown(each.get(part)) for each in found.values())
        lines.append(f"| {part} | " + " | ".join(values) + " |")
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    return "\n".join([*lines, "", f"wall / CPU seconds; {FORMS} forms a month, new month {NEW}; load {load}"])


def _shown(cost: tuple[float, float | None] | None) -> str:
    if cost is None:
        return "–"
    wall, used = cost
    return f"{wall:,}" if used is None else f"{wall:.2f} / {used:.2f}"


def profile(folder: Path, which: str) -> None:
    """The functions that the time of a night goes to, by their own time and by all that they call."""
    watched = cProfile.Profile()
    night(folder)
    if which == "quiet":
        watched.runcall(night, folder)
    else:
        with new_ones(folder):
            watched.runcall(night, folder)
    told: Any = pstats.Stats(watched)
    told.sort_stats("cumulative").print_stats(70)
    told.sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    main()
