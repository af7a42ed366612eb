"""The other tools of the table, each a script of its own, in an environment of their own (requirements.lock)."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE.parent / ".peers-venv"
LOCK = HERE / "requirements.lock"


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool as people use it. arguments: script and options; the inbox and the file for its totals are added."""

    id: str
    title: str
    arguments: tuple[str, ...]

    def command(self, inbox: Path, out: Path) -> list[str]:
        script, *options = self.arguments
        return [str(VENV / "bin" / "python"), str(HERE / script), str(inbox), str(out), *options]


PEERS = (
    Peer("pandas-openpyxl", "pandas.read_excel (openpyxl), một vòng lặp / a loop", ("pandas_loop.py", "openpyxl")),
    Peer("pandas-calamine", "pandas.read_excel (calamine), một vòng lặp / a loop", ("pandas_loop.py", "calamine")),
    Peer("frictionless", "frictionless: validate + extract", ("frictionless_extract.py",)),
    Peer("dlt", "dlt (calamine) → Parquet", ("dlt_parquet.py",)),
)


def make_environment() -> str:
    """Make the environment of the peers where it is not there, or not of this lock. Returns what is wrong, or ''."""
    made = VENV / ".made-from-lock"
    if made.exists() and made.read_bytes() == LOCK.read_bytes():
        return ""
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True, capture_output=True)
        pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK)]
        subprocess.run(pip, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        told = getattr(error, "stderr", b"") or b""
        return (told.decode("utf-8", "replace").strip().splitlines() or [str(error)])[-1]
    made.write_bytes(LOCK.read_bytes())
    return ""
