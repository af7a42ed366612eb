"""Who holds something: a process of a machine, named so that another one can tell whether it is still there.

What a killed process left behind (temporary files, leases) is taken away at once by the next run on the same machine;
of other machines' processes nothing can be known, so theirs is left alone.
"""

from __future__ import annotations

import os
import re
import socket
from functools import cache
from pathlib import Path

_NAME = re.compile(r"(?P<machine>[A-Za-z0-9-]+)_(?P<pid>\d+)_(?P<start>\d+)")


def me() -> str:
    """This process: machine, process number, and when it began; fit to be part of a file's name."""
    return _of(os.getpid())


@cache
def _of(pid: int) -> str:
    """Asked once: a process does not begin twice, and its children have numbers of their own."""
    return f"{_machine()}_{pid}_{_start(pid) or 0}"


def is_gone(holder: str) -> bool:
    """Whether the holder was a process of this machine that has ended. A number that was given anew is no disguise."""
    found = _NAME.fullmatch(holder)
    if found is None or found["machine"] != _machine() or _start(os.getpid()) is None:
        return False
    return _start(int(found["pid"])) != int(found["start"])


@cache
def _machine() -> str:
    """Host name and process namespace: two containers may share the first, and do not see each other's processes."""
    try:
        namespace = re.sub(r"\D", "", str(Path("/proc/self/ns/pid").readlink()))
    except OSError:
        namespace = "0"
    host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:48] or "host"
    return f"{host}-{namespace}"


def _start(pid: int) -> int | None:
    """When a process began, in clock ticks since the machine did; None where there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    after_name = stat.rpartition(")")[2].split()
    # a zombie has ended, it only has not been buried
    return None if after_name[0] in "ZX" else int(after_name[19])
