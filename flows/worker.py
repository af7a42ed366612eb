"""`python -m flows.worker`: a worker of the pool ETL_POOL. It takes runs from Prefect's server until it is told to stop.

On another machine it needs the same checkout and .venv, PREFECT_API_URL, ETL_DATABASE_URL (PostgreSQL), ETL_DATA on a disk
that all share, and the UI's password where there is one.
"""

from __future__ import annotations

import os
import sys

from etl.access import access
from etl.errors import EtlError, UsageError
from etl.settings import Settings, find_root
from flows.console import serving
from flows.pool import POOL, pool_wanted


def main() -> int:
    """Become the worker. Exit status 2 where something is not set as it must be."""
    try:
        pool, api = _wanted()
        Settings.from_environment(os.environ, find_root())
        os.environ |= access(os.environ).environment
    except EtlError as error:
        print(error, file=sys.stderr)
        return 2
    os.environ["PREFECT_API_URL"] = api
    os.execv(
        sys.executable, [sys.executable, "-m", "prefect", "worker", "start", "--pool", pool, "--type", "process"]
    )  # fmt: skip


def _wanted() -> tuple[str, str]:
    pool, api = pool_wanted(), os.environ.get("PREFECT_API_URL") or serving()
    if not pool:
        raise UsageError(f"Chưa đặt {POOL}, tên của nhóm máy chạy / {POOL}, the work pool's name, is not set")
    if not api:
        raise UsageError(
            f"Không thấy máy chủ Prefect: chạy `{POOL}={pool} make serve` trước, hay đặt PREFECT_API_URL / no Prefect server: "
            f"start `{POOL}={pool} make serve` first, or set PREFECT_API_URL"
        )
    return pool, api


if __name__ == "__main__":
    sys.exit(main())
