"""What each part of reading costs: CPU milliseconds a workbook, beside the raw calamine read of the same workbooks.

`python -m bench.parts [--size 40] [--rounds 5]`. Everything runs in this process, so that a busy machine disturbs
little: CPU time, and of several rounds each workbook's least. Each round begins with reference data loaded anew, so
that no text is known from the round before. `--profile read` shows the functions that the time goes to.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import json
import pickle
import pstats
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from bench.prepare import prepare
from bench.product import environment, raw

HERE = Path(__file__).resolve().parent
SHA = "0" * 64

Files = Sequence[tuple[str, bytes]]
#: part → CPU ms, of each workbook or of a whole batch
Times = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=40, help="workbooks, a multiple of 4 (default 40)")
    parser.add_argument("--rows", type=int, default=200, help="rows a workbook (default 200)")
    parser.add_argument("--rounds", type=int, default=5, help="of so many rounds the least counts (default 5)")
    parser.add_argument(
        "--work", type=Path, default=HERE / ".work", help="where workbooks are kept (default bench/.work)"
    )
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    parser.add_argument("--profile", choices=("read", "batch"), help="the functions that the time goes to, instead")
    asked = parser.parse_args()
    folder = prepare(asked.work, asked.size, asked.rows)
    files = [(path.name, path.read_bytes()) for path in sorted((folder / "inbox").iterdir())]
    parts = {"read": partial(reading_parts, folder, files), "batch": partial(batch_parts, folder, files)}
    if asked.profile:
        profile(parts[asked.profile])
        return
    rounds = [{**parts["read"](), **parts["batch"]()} for _ in range(asked.rounds)]
    found = least(rounds)
    print(json.dumps(found) if asked.json else table(found))


def reading_parts(folder: Path, files: Files) -> Times:
    """The worker's steps, CPU ms of each workbook: each with what the steps before it gave."""
    from etl.reader import read_bytes, send_rows_packed
    from etl.steps.isolate import keep_what_is_there
    from etl.steps.read import read
    from etl.steps.recognise import recognise
    from etl.store.reference import load_reference

    send_rows_packed()
    reference = load_reference(folder / "reference", folder / "expectations")
    usual = gc.get_threshold()
    keep_what_is_there()  # as a reading worker does
    for name, data in files[:3]:  # what is prepared once is not a workbook's cost
        read_bytes(name, SHA, data, "bench", reference)
    found: Times = {}
    for name, data in files:  # side by side, so that what disturbs one disturbs the other
        _timed(found, "calamine alone", raw, data)
        book = _timed(found, "read", read, name, data)
        _timed(found, "recognise", recognise, name, book.grids, reference)
    for name, data in files:
        given = _timed(found, "all three", read_bytes, name, SHA, data, "bench", reference)
        sent = _timed(found, "pack", pickle.dumps, given, pickle.HIGHEST_PROTOCOL)
        _timed(found, "unpack", pickle.loads, sent)
    gc.unfreeze()
    gc.set_threshold(*usual)
    return found


def batch_parts(folder: Path, files: Files) -> Times:
    """What the parent does with a batch, CPU ms a batch: archive, derive and GX, Parquet, ledger."""
    import hashlib

    from etl.judging import validate
    from etl.model.clock import LOCAL_TIME
    from etl.pipeline import accept, open_stores, receive
    from etl.reader import read_bytes
    from etl.settings import Settings
    from etl.steps.validate import warm_up

    data = Path(tempfile.mkdtemp(prefix="etl-parts-"))
    try:
        stores = open_stores(Settings.from_environment(environment(folder, data), folder))
        warm_up()
        at = datetime(2026, 1, 15, 2, tzinfo=LOCAL_TIME)
        readings = [
            read_bytes(name, hashlib.sha256(content).hexdigest(), content, "bench", stores.reference)
            for name, content in files
        ]
        again = [pickle.loads(pickle.dumps(one)) for one in readings]
        validate(stores.reference, again)  # GX's first call costs more
        found: Times = {}
        batches = _timed(found, "receive", lambda: list(receive(stores, [folder / "inbox"], at)))
        judged = _timed(found, "validate", validate, stores.reference, readings)
        by_sha = {one.sha256: one for one in judged}
        for batch in batches:
            given = [by_sha[delivery.sha256] for delivery in batch.deliveries]
            _timed(found, "accept", accept, stores, batch, given, at)
        return {part: [sum(times) / len(files)] for part, times in found.items()}
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _timed(found: Times, part: str, call: Callable[..., Any], *given: Any) -> Any:
    begun = time.process_time()
    result = call(*given)
    found.setdefault(part, []).append((time.process_time() - begun) * 1000)
    return result


def least(rounds: Sequence[Times]) -> dict[str, float]:
    """Each part's mean over the workbooks, of each workbook's least: what disturbs only ever adds."""
    found = {
        part: round(statistics.fmean(map(min, zip(*(one[part] for one in rounds), strict=True))), 3)
        for part in rounds[0]
    }
    return found | {"normalise": round(found["all three"] - found["read"] - found["recognise"], 3)}


TITLES = {
    "calamine alone": "calamine alone, every cell",
    "read": "1 read: container, cells, odd cells",
    "recognise": "2 recognise: form, unit, period, columns, rows",
    "normalise": "3 normalise: typed columns, totals, findings",
    "all three": "1–3 together",
    "pack": "4 pack for the parent",
    "unpack": "5 unpack in the parent",
    "receive": "6 receive: sha256, archive",
    "validate": "7 validate: derive, GX, findings",
    "accept": "8 accept: Parquet, ledger",
}


def table(found: dict[str, float]) -> str:
    """A Markdown table: ms a workbook, and how many times calamine's."""
    raw_ms = found["calamine alone"]
    lines = ["| part | CPU ms a workbook | × calamine |", "|---|---|---|"]
    lines += [f"| {title} | {found[part]:.2f} | {found[part] / raw_ms:.2f} |" for part, title in TITLES.items()]
    return "\n".join(lines)


def profile(parts: Callable[[], object]) -> None:
    parts()
    watched = cProfile.Profile()
    watched.runcall(parts)
    pstats.Stats(watched).sort_stats("tottime").print_stats(45)


if __name__ == "__main__":
    main()
