"""Plain text tables for terminals; East Asian width is not met here, Vietnamese letters are one column each."""

from __future__ import annotations

import shutil
import textwrap
import unicodedata
from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[object]], *, width: int | None = None) -> str:
    """A table that fits the terminal: the widest columns wrap."""
    cells = [[unicodedata.normalize("NFC", "" if c is None else str(c)) for c in row] for row in (head, *rows)]
    room = (width or shutil.get_terminal_size((160, 24)).columns) - 2 * (len(head) - 1)
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    while sum(widths) > room and max(widths) > 12:
        widths[widths.index(max(widths))] -= 1
    lines = []
    for number, row in enumerate(cells):
        wrapped = [_wrapped(cell, w) for cell, w in zip(row, widths, strict=True)]
        for i in range(max(map(len, wrapped))):
            parts = [(w[i] if i < len(w) else "").ljust(widths[j]) for j, w in enumerate(wrapped)]
            lines.append("  ".join(parts).rstrip())
        if number == 0:
            lines.append("  ".join("─" * w for w in widths))
    return "\n".join(lines)


def _wrapped(cell: str, width: int) -> list[str]:
    """The lines of a cell; one word that fits, as most cells are, needs no looking at."""
    return [cell] if cell.isalnum() and len(cell) <= width else textwrap.wrap(cell, width) or [""]
