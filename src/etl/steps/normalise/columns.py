"""One field of every row of a table, column-wise: values and states, their text, their sum and their Arrow array.

Numbers that a workbook holds as numbers are kept as whole ten-thousandths: exact, and made, summed and written without
a decimal object for each cell. Whatever is no such number keeps its own value, and its column becomes a plain list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any

from etl.steps.normalise.cells import MOST_UNITS, NIL, PLACES, VALUE, Typed

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(slots=True)
class Column:
    """Values (exact; None where there is none) and states (five words), a cell a row.

    scaled: values are whole numbers of 10^-PLACES. shown: place → the decimal as it was written ('12.50' is 12.5).
    """

    values: list[Any] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    scaled: bool = False
    shown: dict[int, Decimal] = field(default_factory=dict)

    def put(self, place: int, typed: Typed) -> None:
        """Set one cell."""
        self.states[place] = typed.state
        value = typed.value
        if self.scaled and value is not None:
            units = value.scaleb(PLACES)
            if abs(units) >= MOST_UNITS or units != units.to_integral_value():
                self.unscale()
            else:
                self.shown[place] = value
                value = int(units)
        self.values[place] = value

    def unscale(self) -> None:
        """Every value as it is, a decimal a cell."""
        if self.scaled:
            self.values, self.scaled = self.plain(), False

    def plain(self) -> list[Any]:
        """The values as they are: Decimal, int, str, date, list, None."""
        if not self.scaled:
            return self.values
        texts = self.texts()
        return [None if value is None else Decimal(text) for value, text in zip(self.values, texts, strict=True)]

    def texts(self) -> list[str]:
        """Each value in words that are the same for the same value, 'None' for none."""
        return Together({"": self}).texts()[""]

    def take(self, places: Sequence[int]) -> Column:
        """Some of the cells, in this order."""
        shown = {i: self.shown[place] for i, place in enumerate(places) if place in self.shown}
        return Column([self.values[i] for i in places], [self.states[i] for i in places], self.scaled, shown)

    def add(self, other: Column) -> None:
        """The cells of another column below these."""
        if self.scaled != other.scaled and self.values:
            self.unscale()
            other.unscale()
        self.scaled = other.scaled
        self.shown |= {len(self.values) + place: value for place, value in other.shown.items()}
        self.values += other.values
        self.states += other.states

    def sum(self, places: Sequence[int] | None = None) -> tuple[Decimal, bool]:
        """The sum of all cells, or of some; and whether each of them has a value."""
        values, states = self.values, self.states
        if places is not None:
            values, states = [values[i] for i in places], [states[i] for i in places]
        cells = zip(values, states, strict=True)
        known = [value for value, state in cells if value is not None and state in (VALUE, NIL)]
        total = Decimal(sum(known))
        return total.scaleb(-PLACES) if self.scaled else total, len(known) == len(values)

    def state_array(self) -> pa.Array:
        """The states as Arrow keeps them."""
        return repeated(self.states[0], len(self.states)) if len(set(self.states)) == 1 else strings(self.states)


class Together:
    """All columns of a table; the scaled ones are made at one go, since a call costs more than a column's cells."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        import pyarrow as pa

        self.columns = columns
        self._scaled = [name for name, column in columns.items() if column.scaled]
        values = list(chain.from_iterable(columns[name].values for name in self._scaled))
        whole = pa.array(values, type=pa.int64()).cast(pa.decimal128(19, 0))
        # with PLACES digits after the point: the same bytes, read so
        self._decimals = pa.Array.from_buffers(pa.decimal128(19, PLACES), len(whole), whole.buffers())

    def texts(self) -> dict[str, list[str]]:
        """Column → each value in words that are the same for the same value, 'None' for none."""
        import pyarrow as pa
        import pyarrow.compute as pc

        digits = self._decimals.cast(pa.string())  # '12.5000'
        words = pc.utf8_rtrim(pc.utf8_rtrim(digits, "0"), ".").fill_null("None")
        scaled = {name: array.to_pylist() for name, array in self._each(words).items()}
        for name, texts in scaled.items():
            for place, value in self.columns[name].shown.items():
                texts[place] = str(value)
        return {
            name: scaled[name] if column.scaled else list(map(str, column.values))
            for name, column in self.columns.items()
        }

    def arrays(self, schema: pa.Schema) -> dict[str, pa.Array]:
        """Column → its values as Arrow keeps them."""
        import pyarrow as pa

        kinds = {name: schema.field(name).type for name in self.columns}
        scaled = {kind: self._each(self._decimals.cast(kind)) for kind in {kinds[name] for name in self._scaled}}
        return {
            name: scaled[kinds[name]][name] if column.scaled else pa.array(column.values, type=kinds[name])
            for name, column in self.columns.items()
        }

    def _each(self, made: pa.Array) -> dict[str, pa.Array]:
        """Of what was made of all scaled columns, each one's own part."""
        count = len(made) // max(len(self._scaled), 1)
        return {name: made.slice(i * count, count) for i, name in enumerate(self._scaled)}


def repeated(text: str, count: int) -> pa.Array:
    import pyarrow as pa

    return pa.repeat(pa.scalar(text, pa.string()), count)


def strings(texts: Sequence[str]) -> pa.Array:
    import pyarrow as pa

    return pa.array(texts, type=pa.string())
