"""What an object store costs: the same workbooks taken in and published with the store in a folder, then in a bucket.

`python -m bench.bucket [--workbooks 100]`. The bucket is the tests' server on this machine. Its own CPU is not counted; its
requests are: what a store far away costs is their number times its delay, 16 at once.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from bench.measure import run
from bench.prepare import prepare
from bench.product import commands, environment
from tests.objects import server

HERE = Path(__file__).resolve().parent


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bucket", description=__doc__)
    parser.add_argument("--workbooks", type=int, default=100)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--work", type=Path, default=HERE / ".work")
    asked = parser.parse_args()
    folder = prepare(asked.work, asked.workbooks, asked.rows)
    print(f"load {os.getloadavg()[0]:.1f}\n| store | command | CPU s | wall s | requests |\n|---|---|---|---|---|")
    _priced(folder, "folder", {}, None)
    with tempfile.TemporaryDirectory() as place, server(log := Path(place) / "requests.log") as objects:
        _priced(folder, "bucket", objects.environment(f"s3://{objects.bucket()}/etl"), log)


def _priced(folder: Path, name: str, more: Mapping[str, str], log: Path | None) -> None:
    data = Path(tempfile.mkdtemp(prefix="etl-bucket-"))
    try:
        ingest, publish = commands(folder)
        for command in (ingest, ingest, publish, publish):
            before = _requests(log)
            cost = run(
                command,
                environment={**environment(folder, data), **more},
                folder=HERE.parent,
                seconds=1200,
                accepted=(0, 1),
            )
            asked = ", ".join(f"{count} {verb}" for verb, count in sorted((_requests(log) - before).items()))
            print(
                f"| {name} | {command[3]} | {cost.cpu:.1f} | {cost.wall:.1f} | {asked} | {cost.complaint}", flush=True
            )
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _requests(log: Path | None) -> Counter[str]:
    return Counter(re.findall(r'"([A-Z]+) /\S* HTTP', log.read_text("utf-8", "replace"))) if log else Counter()


if __name__ == "__main__":
    main()
