"""What a command costs: wall and CPU of its whole process tree, and the most memory that the tree held at once.

CPU is what the kernel charged to the command and to every child that was waited for; processes that nobody waited for
are counted as they were last seen. Memory is PSS (shared pages are split between those who share them), summed over
the tree and looked at every 50 ms. The measuring process itself is not counted.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

INTERVAL = 0.05
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """One run. wall, cpu in seconds; peak: MiB of PSS of the process tree; status: exit status; said: standard output."""

    wall: float
    cpu: float
    peak: float
    status: int
    said: str = ""
    complaint: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            key: round(value, 3) if isinstance(value, float) else value
            for key, value in asdict(self).items()
            if key != "said"
        }

    def __add__(self, other: Cost) -> Cost:
        """Two commands, one after the other."""
        complaint = self.complaint or other.complaint
        return Cost(
            self.wall + other.wall, self.cpu + other.cpu, max(self.peak, other.peak), self.status or other.status,
            other.said, complaint,
        )  # fmt: skip


def run(
    command: Sequence[str], *, environment: Mapping[str, str], folder: Path, seconds: float,
    accepted: Sequence[int] = (0,),
) -> Cost:  # fmt: skip
    """Run a command to its end, or for so many seconds; an exit status outside `accepted` is a complaint."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env=dict(environment), cwd=folder)
        watch = _Watch(process.pid)
        watch.start()
        alarm = threading.Timer(seconds, process.kill)
        alarm.start()
        _, code, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        alarm.cancel()
        watch.stop()
        process.returncode = status = os.waitstatus_to_exitcode(code)
        cpu = max(used.ru_utime + used.ru_stime, watch.cpu)
        said, cried = _text(out), _text(err)
    complaint = "" if status in accepted else _last_line(cried) or f"exit {status}"
    if status == -9 and wall >= seconds:
        complaint = f"stopped after {seconds:g} s"
    return Cost(wall, cpu, watch.peak, 0 if not complaint else status, said, complaint)


def _text(file: Any) -> str:
    file.seek(0)
    return str(file.read().decode("utf-8", "replace"))


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""


class _Watch(threading.Thread):
    """Looks at a process tree until it is told to stop. peak: MiB; cpu: seconds of all processes, as last seen."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.peak = root, 0.0
        self._seen: dict[int, float] = {}
        self._over = threading.Event()

    @property
    def cpu(self) -> float:
        return sum(self._seen.values())

    def run(self) -> None:
        while not self._over.wait(INTERVAL):
            alive = list(tree(self.root))
            self.peak = max(self.peak, sum(map(_pss, alive)) / 1024)
            for pid in alive:
                self._seen[pid] = max(self._seen.get(pid, 0.0), own_cpu(pid))

    def stop(self) -> None:
        self._over.set()
        self.join()


def tree(root: int) -> list[int]:
    """A process and all that it started, by the kernel's lists of children (a list a thread)."""
    found, ahead = [], [root]
    while ahead:
        pid = ahead.pop()
        found.append(pid)
        try:
            for task in os.scandir(f"/proc/{pid}/task"):
                ahead += map(int, Path(task.path, "children").read_text().split())
        except OSError:  # it ended meanwhile
            continue
    return found


def _pss(pid: int) -> int:
    """KiB; 0 for a process that has ended."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("Pss:")), 0)
    except OSError:
        return 0


def own_cpu(pid: int) -> float:
    """Seconds of a process and its ended threads; 0 for one that has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS
