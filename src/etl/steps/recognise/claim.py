"""What one sheet, or a part of it, claims to be."""

from __future__ import annotations

from dataclasses import dataclass, field

from etl.model.findings import Finding
from etl.model.forms import Form
from etl.steps.recognise.sheets import Sheet
from etl.steps.recognise.tables import Tables
from etl.steps.recognise.titles import Marker, Title


@dataclass(slots=True)
class Claim:
    """One form on one sheet. rows: the sheet's rows that belong to it (0-based, end exclusive)."""

    sheet: Sheet
    form: Form
    marker: Marker
    title: Title
    tables: Tables
    rows: tuple[int, int]
    notes: list[Finding] = field(default_factory=list)

    @property
    def place(self) -> str | None:
        return self.sheet.name or None
