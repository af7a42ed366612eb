"""Drawings made beside the other documents of a release: the same bytes, whoever makes them."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys

import psutil
import pytest

from etl.report import drawing


def bars(name: str) -> str:
    """A drawing of one bar that no other test asks for."""
    bar = {
        "left": 0,
        "right": 90.5,
        "end": 90.5,
        "top": 18,
        "bottom": 31,
        "middle": 24.5,
        "fill": "#1d5fa6",
        "label": "7",
    }
    data = {"names": [{"middle": 9, "name": name}], "bars": [bar]}
    return drawing.drawing_of("bars.vl.json", width=220, height=38, datasets=data)


def test_what_was_drawn_beside_is_what_is_drawn_here():
    begun, here = bars("Mường Tè, vẽ trước"), bars("Mường Tè, vẽ sau")
    drawing.begin([begun, begun])
    assert drawing.svg(begun) == drawing.svg(here).replace("vẽ sau", "vẽ trước")


@pytest.mark.parametrize("program", ["/bin/false", "/bin/echo", "/nowhere/python"])
def test_a_process_that_dies_or_talks_nonsense_costs_no_drawing(program, monkeypatch):
    monkeypatch.setattr(sys, "executable", program)
    wanted = bars(f"Nậm Nhùn {program}")
    drawing.begin([wanted])
    assert f"Nậm Nhùn {program}" in drawing.svg(wanted)


def test_who_is_killed_in_the_middle_leaves_no_process():
    code = """
import os, psutil, signal
from etl.report import drawing
drawing.begin([drawing.drawing_of("map.vl.json", height=n, datasets={"units": [], "labels": []}) for n in range(9)])
while not (found := psutil.Process().children()):
    pass
print(found[0].pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(int(ended.stdout)).wait(timeout=60)
