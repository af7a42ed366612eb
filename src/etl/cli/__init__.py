"""`etl …`: the stages, acts and queries on the command line, without Prefect.

Exit status: 0 done · 1 done, and something needs a person (rejected, held) · 2 bad usage · 3 could not run.

app: the door that all commands share · stages: what moves the data on · acts, locks: what changes the store on
someone's word · queries, history: what only asks · upkeep: what proves and keeps the store. Every command imports what
it needs itself.
"""

from __future__ import annotations

import sys

import typer

from etl.cli import stages  # isort: skip  # the order in which --help names the commands
from etl.cli import queries  # isort: skip
from etl.cli import history  # isort: skip
from etl.cli import acts  # isort: skip
from etl.cli import locks  # isort: skip
from etl.cli import upkeep  # isort: skip
from etl.cli.app import app
from etl.errors import EtlError, UsageError

__all__ = ["acts", "app", "history", "locks", "main", "queries", "stages", "upkeep"]


def main() -> None:
    """Run the command line; errors that stop a run are one plain message and exit status 2 or 3."""
    try:
        app()
    except UsageError as error:
        _stop(str(error), 2)
    except EtlError as error:
        _stop(str(error), 3)


def _stop(message: str, status: int) -> None:
    typer.echo(message, err=True)
    sys.exit(status)
