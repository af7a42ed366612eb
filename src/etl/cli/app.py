"""What every command shares: the door, the stores, the clock, and how values are printed."""

from __future__ import annotations

import json
import os
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from etl.model.reference import Reference
    from etl.pipeline import Stores
    from etl.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Biểu mẫu của các đơn vị vào, số liệu của tỉnh ra. / Workbooks of reporting units in, the province's figures out.",
)

#: pieces of a JSON text that are written together
_PIECES = 10_000

Json = Annotated[bool, typer.Option("--json", help="In JSON cho máy đọc / machine-readable output")]


def open_stores() -> Stores:
    """The stores that the environment names."""
    from etl import pipeline
    from etl.settings import Settings, find_root

    return pipeline.open_stores(Settings.from_environment(os.environ, find_root()))


def now() -> datetime:
    """The clock is read here, at the door, and nowhere behind it."""
    from datetime import datetime

    from etl.model.clock import LOCAL_TIME

    return datetime.now(LOCAL_TIME)


def print_json(value: object) -> None:
    """One JSON value, letters as they are, written as it is made: of a large intake it is long."""
    pieces = json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(value)
    while some := "".join(islice(pieces, _PIECES)):
        typer.echo(some, nl=False)
    typer.echo()


def print_all(values: Iterable[object]) -> None:
    """A JSON list."""
    print_json(list(values))


def judge_files(settings: Settings, reference: Reference, files: list[Path], as_json: bool) -> None:
    """Tell how workbooks that are not sent yet are understood and what is found; end with 1 where something is grave."""
    from etl.queries.check import all_findings, judged
    from etl.queries.explain import explain
    from etl.queries.findings import findings_table

    read = judged(settings, reference, files, now())
    found = all_findings(read)
    if as_json:
        print_all(f.as_json() for f in found)
    else:
        typer.echo(explain(read, reference) + "\n")
        typer.echo(findings_table(found) if found else "Không có phát hiện nào. / Nothing found.")
    raise typer.Exit(1 if any(f.severity in ("critical", "hold") for f in found) else 0)
