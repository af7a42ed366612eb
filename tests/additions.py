"""Reference data of a test or an example beside the product's own, as a statistician would add it."""

from __future__ import annotations

import shutil
from pathlib import Path


def added_to(base: Path, addition: Path, target: Path) -> None:
    """New files are put beside the old ones, lines are added at the end of the CSVs."""
    if not target.exists():
        shutil.copytree(base, target)
    for path in sorted(p for p in addition.rglob("*") if p.is_file()):
        place = target / path.relative_to(addition)
        if path.suffix == ".csv":
            lines = path.read_text(encoding="utf-8-sig").partition("\n")[2]
            place.write_text(place.read_text(encoding="utf-8").rstrip("\n") + "\n" + lines, encoding="utf-8")
        else:
            place.write_bytes(path.read_bytes())
