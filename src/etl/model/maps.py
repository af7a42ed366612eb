"""Outlines of reporting units, for maps of the province and for nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

#: longitude and latitude, degrees
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """One unit: its rings, the outer ones and the holes."""

    code: str
    rings: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True, slots=True)
class Map:
    """The units of one level over one stretch of time. attribution: what has to be printed under it."""

    file: str
    level: str
    valid_from: date | None
    valid_to: date | None
    attribution_vi: str
    attribution_en: str
    shapes: tuple[Shape, ...]

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)
