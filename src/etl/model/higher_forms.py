"""A workbook form of a higher authority: which of its cells take which figure of a release."""

from __future__ import annotations

from dataclasses import dataclass

from etl.model.narratives import Slot


@dataclass(frozen=True, slots=True)
class FilledCell:
    """One cell, and what stands in it: a figure, or a fact of the release (`etl.model.narratives.FACTS`)."""

    sheet: str
    cell: str
    slot: Slot


@dataclass(frozen=True, slots=True)
class HigherForm:
    """The form's name, the bytes of its template, which an office edits in Excel, and the cells to fill."""

    name: str
    template: bytes
    cells: tuple[FilledCell, ...]
