"""Deliveries, submissions and readings: what arrived, what it claims to be, and what one pass over it found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from etl.model.findings import Finding, verdict
from etl.model.grids import a1

if TYPE_CHECKING:
    import pyarrow as pa

#: system columns of every row in the lake, before the form's own fields
SUBMISSION, READING, UNIT, PERIOD, BLOCK, LINE = "_submission", "_reading", "_unit", "_period", "_block", "_line"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file as it arrived. sender, subject: of the e-mail that brought it, as that says; evidence, never trusted."""

    name: str
    sha256: str
    size: int
    received_at: datetime
    sender: str = ""
    subject: str = ""


@dataclass(frozen=True)  # without slots, like Finding
class Evidence:
    """Why something was recognised: the cell, its text, the wording it matched, and how well (0 to 100)."""

    what: str
    sheet: str
    cell: str | None
    text: str
    matched: str
    score: int


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of one sheet that holds rows of one table. Rows and columns are 0-based from A1.

    member: of a crosstab, the field and text of the member whose column this is (a unit, a period, …).
    given: fields and their value where a title or a name says it for all rows. total_at: the column of a crosstab's totals.
    """

    sheet: str
    columns: Mapping[str, int]
    header: tuple[int, int]
    first: int
    last: int
    member: tuple[str, str] | None = None
    given: tuple[tuple[str, str], ...] = ()
    total_at: int | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the rows of one table of one submission stand."""

    table: str
    blocks: tuple[Block, ...]

    def address(self, block: int, line: int, field_id: str | None) -> tuple[str, str | None]:
        """Sheet and A1 cell of a field in a row; `line` is the row of the sheet, 0-based.

        Where the sheet has no such column the cell is the row's first one of the table.
        """
        place = self.blocks[block]
        if field_id is not None and field_id in place.columns:
            return place.sheet, a1(line, place.columns[field_id])
        first = min(place.columns.values(), default=0)
        return place.sheet, a1(line, first)


@dataclass(frozen=True, slots=True)
class TypedTotal:
    """A total that the sender typed: compared with the rows, never counted."""

    table: str
    block: int
    line: int
    field: str
    value: str
    section: str | None = None


class Line(NamedTuple):
    """One row of the sheet that is a row of the table. `row` is 0-based; `fixed` is a matrix row's code.

    above: of a hierarchy, the rows under which it stands, the outermost first.
    """

    block: int
    row: int
    section: str | None = None
    fixed: str | None = None
    above: tuple[int, ...] = ()

    @classmethod
    def plain(cls, rows: Iterable[int], section: str | None) -> list[Line]:
        """Rows one after the other, of the first block; at once, since nearly all rows of a workbook are such rows."""
        new = tuple.__new__
        return [new(cls, (0, row, section, None, ())) for row in rows]


@dataclass(slots=True)
class Recognised:
    """One form of one unit for one period as it stands in a workbook, before its cells are typed.

    measures: field id → (factor, unit of measure as declared) where the sheet declares another unit than the form's.
    totals: typed total rows; they are compared with the rows and never counted.
    """

    form: str
    unit: str
    period: str
    stated_revision: int = 0
    signed: date | None = None
    sheets: list[str] = field(default_factory=list)
    nil: bool = False
    layouts: dict[str, Layout] = field(default_factory=dict)
    lines: dict[str, list[Line]] = field(default_factory=dict)
    totals: dict[str, list[Line]] = field(default_factory=dict)
    factors: dict[str, tuple[Decimal, str]] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def submission_id(form: str, unit: str, period: str, sha256: str) -> str:
    """Names one form of one unit for one period in one file, by the file's bytes."""
    return f"{form}-{unit}-{period}-{sha256[:8]}"


@dataclass(slots=True)
class Reading:
    """One pass over one submission: typed rows, where they stand, what was found.

    submission: `<form>-<unit>-<period>-<first 8 of the file's sha256>`: content-derived, so a retry gives the same.
    rows: table id → rows; content: sha256 over form, unit, period and the values, for "the same again".
    """

    submission: str
    form: str
    unit: str
    period: str
    file: str
    sha256: str
    stated_revision: int = 0
    signed: date | None = None
    sheets: tuple[str, ...] = ()
    nil: bool = False
    layouts: dict[str, Layout] = field(default_factory=dict)
    rows: dict[str, pa.Table] = field(default_factory=dict)
    totals: list[TypedTotal] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    content: str = ""

    @property
    def verdict(self) -> str:
        return verdict(self.findings)


@dataclass(slots=True)
class FileReading:
    """What one file gave: its submissions, and the findings that belong to no submission."""

    file: str
    sha256: str
    readings: list[Reading] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
