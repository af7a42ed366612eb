"""Forms as data: what a YAML file under data/reference/forms/ says, as immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

#: field type → how its cells are read (steps/normalise) and stored (store/lake)
FIELD_TYPES = (
    "ordinal",  # STT: read for shape, never stored as a figure
    "integer",  # whole number
    "decimal",  # exact number, `decimals` digits expected after the comma
    "percent",  # as decimal, in percent; 0.2 with a percent format is 20
    "text",
    "id",  # text; case and inner blanks are not part of it
    "date",
    "month",  # the first day of the month
    "period",  # a reporting period's code; 'Quý I' is that of the submission's own year
    "set",  # one word of values.csv set `values`
    "entity",  # one entity of entities.csv kind `vocabulary`; an unknown name is kept and proposed
    "unit",  # one reporting unit
    "units",  # several units
    "list",  # several texts
)  # fmt: skip
NUMERIC = frozenset({"integer", "decimal", "percent"})

#: where a unit or a period may stand: behind its label or in another line above the table, in a name, or beside the figures:
#: then each row, or each column, is of its own unit or period
SOURCES = ("label", "title", "sheet", "file", "row", "heading")
#: where a field without a column of its own may stand
NAME_SOURCES = ("title", "sheet", "file")


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table. `heading` is its path from the outermost heading to its own.

    source: of a field without a column, where its one value for the whole table stands (NAME_SOURCES, in their order).
    """

    id: str
    type: str
    heading: tuple[str, ...]
    code: str | None = None
    title_vi: str = ""
    title_en: str = ""
    decimals: int = 0
    unit_of_measure: str | None = None
    unit_from: str | None = None
    values: str | None = None
    vocabulary: str | None = None
    level: str | None = None
    optional: bool = False
    computed: bool = False
    total: bool = False
    source: tuple[str, ...] = field(default=(), repr=False)  # no printed column: a template is the same without

    @property
    def numeric(self) -> bool:
        return self.type in NUMERIC


@dataclass(frozen=True, slots=True)
class Derived:
    """An extra column: SQL over the table's own columns, over `units`, and over the submission's other tables."""

    column: str
    sql: str
    cross_form: bool = False


@dataclass(frozen=True, slots=True)
class RowLabel:
    """A row that the form fixes (matrix) or a section row (records): the wording and the value that it stands for."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Rows one under the other, as their numbers tell (I, 1, 1.1, a): those that have rows under them are sub-totals.

    label: field whose column names the rows of all levels. levels: fields that take the names of the rows above, the
    outermost first; they have no column of their own.
    """

    label: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntitySpec:
    """How rows of a table become entities that several units may report (steps/match).

    id: field that names the entity; also: a second one, whose sameness under another id is asked about; name: field with
    its name; owner: field that separates equal names.
    register: unit whose rows decide `wins`; listed: field of the register that names the units concerned, the first leads.
    """

    kind: str
    id: str | None = None
    name: str | None = None
    owner: str | None = None
    register: str | None = None
    wins: tuple[str, ...] = ()
    listed: str | None = None
    also: str | None = None


@dataclass(frozen=True, eq=False)
class TableSpec:
    """One table of a form: its rows have one schema, one suite and one Parquet file a batch.

    kind: records (a row an item) | matrix (fixed row codes × columns) | crosstab (members of a dimension across the top).
    across: of a crosstab, {"field": the field whose members stand across the top, "value": the field of their cells}.
    anchor: the wording above the table, where a sheet holds several. row_code: the field that holds a matrix row's code.
    """

    id: str
    form: str
    kind: str
    fields: tuple[Field, ...]
    title_vi: str = ""
    title_en: str = ""
    anchor: str | None = None
    row_code: str | None = None
    row_label: str | None = None
    rows: tuple[RowLabel, ...] = ()
    section_field: str | None = None
    sections: tuple[RowLabel, ...] = ()
    key: tuple[str, ...] = ()
    derive: tuple[Derived, ...] = ()
    entity: EntitySpec | None = None
    across: Mapping[str, str] = field(default_factory=dict)
    hierarchy: Hierarchy | None = field(default=None, repr=False)

    def __getitem__(self, field_id: str) -> Field:
        return self._by_id[field_id]

    @cached_property
    def _by_id(self) -> dict[str, Field]:
        return {f.id: f for f in self.fields}

    @cached_property
    def without_column(self) -> frozenset[str]:
        """The fields that no column of the sheet holds alone: across the top, named by rows above, by a title or a name."""
        levels = self.hierarchy.levels if self.hierarchy else ()
        return frozenset((*self.across.values(), *levels, *(f.id for f in self.fields if f.source)))

    @cached_property
    def stored(self) -> tuple[Field, ...]:
        """The fields that the lake keeps: all but the running number."""
        return tuple(f for f in self.fields if f.type != "ordinal")


@dataclass(frozen=True, slots=True)
class Form:
    """A form of the office: one submission is one form of one unit for one period.

    unit_from, period_from: where the two stand (SOURCES), in the order in which they are asked.
    """

    id: str
    number: str
    title_vi: str
    title_en: str
    period_kind: str
    tables: tuple[TableSpec, ...]
    valid_from: date | None = None
    valid_to: date | None = None
    unit_of_measure: str | None = None
    unit_from: tuple[str, ...] = ("label",)
    period_from: tuple[str, ...] = ("label",)
    senders: tuple[str, ...] = ()
    synthetic: bool = False

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def table(self, table_id: str) -> TableSpec:
        return next(t for t in self.tables if t.id == table_id)
