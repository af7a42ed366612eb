"""What is wrong with the reference data: collected, so that a person hears of everything at once."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Faults:
    """Every fault found so far, in the order of the files."""

    found: list[str] = field(default_factory=list)

    def add(self, place: str, vi: str, en: str) -> None:
        """place: file, line and column or key. vi and en say what is wrong and how to mend it."""
        self.found.append(f"{place}: {vi} / {en}")
