"""What a killed process could not take away goes with the next run; what a living one needs stays."""

from __future__ import annotations

import subprocess
import sys

from etl.store.spill import spill_below, sweep_spilt

_ENDED = "import sys; from pathlib import Path; from etl.store.spill import spill_below; print(spill_below(Path(sys.argv[1])))"


def test_only_folders_of_processes_that_have_ended_are_swept(tmp_path):
    done = subprocess.run([sys.executable, "-c", _ENDED, str(tmp_path)], capture_output=True, text=True, check=True)
    ended, own = f"{done.stdout.strip()}-0a1b", f"{spill_below(tmp_path)}-0a1b"
    for folder in (ended, own, tmp_path / "duckdb-else"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"rows")
    sweep_spilt(tmp_path)
    assert {str(path) for path in tmp_path.iterdir()} == {own, str(tmp_path / "duckdb-else")}
    sweep_spilt(tmp_path / "none")
