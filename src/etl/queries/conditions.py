"""One thing that `etl doctor` looked at, and how it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

GOOD, ODD, BAD = "good", "odd", "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. state: good | odd (works, somebody should look) | bad (does not work)."""

    what: str
    state: str
    told: str
    todo: str = ""

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}
