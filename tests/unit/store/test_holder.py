"""Who is still there: a running process, one that has ended, and one of another machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from etl.store.durable import sweep, temporary_in
from etl.store.holder import is_gone, me

ASK = [sys.executable, "-c", "from etl.store.holder import me; print(me(), flush=True); input()"]


def test_a_process_is_known_while_it_runs_and_gone_once_it_has_ended() -> None:
    with subprocess.Popen(ASK, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        assert not is_gone(name)
        other.kill()
        other.wait()
    assert is_gone(name)
    assert not is_gone(me())


def test_a_number_given_anew_is_no_disguise_and_strangers_are_left_alone() -> None:
    machine, pid, start = me().rsplit("_", 2)
    assert is_gone(f"{machine}_{pid}_{int(start) - 1}")
    assert not is_gone(f"elsewhere-1_{pid}_{int(start) - 1}")
    assert not is_gone("what somebody typed")


def test_only_what_ended_processes_left_is_swept(tmp_path: Path) -> None:
    mine = temporary_in(tmp_path)
    mine.write_bytes(b"x")
    machine, pid, start = me().rsplit("_", 2)
    left = tmp_path / f".{machine}_{pid}_{int(start) - 1}.00.tmp"
    left.mkdir()
    (left / "part").write_bytes(b"x")
    other = tmp_path / ".elsewhere-1_7_7.00.tmp"
    other.write_bytes(b"x")

    assert sweep(tmp_path) == [left]
    assert sorted(tmp_path.iterdir()) == sorted([mine, other])


def environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
