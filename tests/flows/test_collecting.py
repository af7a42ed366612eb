"""Prefect's server, as we start it: garbage is looked for where nobody waits."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

RING = """
import gc, threading, weakref
from flows.server import collect_beside

class Ring: ...

where, found = [], threading.Event()
def gone():
    where.append(threading.current_thread().name)
    found.set()

collect_beside()
one = Ring()
one.itself = one
weakref.finalize(one, gone)
del one
for _ in range(100_000):
    [[]]  # what makes the collector look, where it is not off
assert found.wait(120)
print(gc.isenabled(), where)
"""


def test_a_ring_of_objects_is_found_by_a_thread_of_its_own() -> None:
    told = subprocess.run([sys.executable, "-c", RING], cwd=ROOT, capture_output=True, text=True, check=True)

    assert told.stdout.split(maxsplit=1) == ["False", "['collector']\n"]


def test_it_is_prefect_s_own_command_line() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "flows.server", "server", "start", "--help"], cwd=ROOT, capture_output=True
    )

    assert (told.returncode, b"--host" in told.stdout) == (0, True)
