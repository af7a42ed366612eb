"""Prefect's command line, as `python -m prefect` has it, with Python's collector in a thread of its own.

The server's event loop must not collect. A cursor of SQLite that is left in a ring of objects (as errors leave them) is reset
when it is found, which waits for whoever works on its connection; that one may wait for the lock of the database (Prefect
allows it 60 s), and who holds the lock goes on only in the event loop: for a minute nothing is answered and messages are
lost. Measured with prefect 3.8.8 on SQLite (docs/adr/0022): eight runs at once stood still for 61 s, and now do not.
"""

from __future__ import annotations

import gc
import runpy
import threading
import time

#: seconds between two looks at what is young, and looks at the young before one at everything
SECONDS, LOOKS = 1.0, 60


def collect_beside() -> threading.Thread:
    """From here on rings of objects are looked for in a thread that nobody waits for."""
    gc.disable()
    thread = threading.Thread(target=_collect, name="collector", daemon=True)
    thread.start()
    return thread


def _collect() -> None:
    looks = 0
    while True:
        time.sleep(SECONDS)
        looks += 1
        gc.collect(2 if looks % LOOKS == 0 else 1)


if __name__ == "__main__":
    collect_beside()
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)
