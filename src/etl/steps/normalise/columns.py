"""One field of every row of a table, column-wise: values and states, their text, their sum and their Arrow array.

Numbers that a workbook holds as numbers are kept as whole ten-thousandths: exact, and made, summed and written without
a decimal object for each cell. Whatever is no such number keeps its own value, and its column becomes a plain list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
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
    _made: pa.Array | None = None

    def put(self, place: int, typed: Typed) -> None:
        """Set one cell."""
        self._made = None
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
        if not self.scaled:
            return list(map(str, self.values))
        import pyarrow as pa
        import pyarrow.compute as pc

        digits = self._decimals().cast(pa.string())  # '12.5000'
        found: list[str] = pc.utf8_rtrim(pc.utf8_rtrim(digits, "0"), ".").fill_null("None").to_pylist()
        for place, value in self.shown.items():
            found[place] = str(value)
        return found

    def take(self, places: Sequence[int]) -> Column:
        """Some of the cells, in this order."""
        shown = {i: self.shown[place] for i, place in enumerate(places) if place in self.shown}
        return Column([self.values[i] for i in places], [self.states[i] for i in places], self.scaled, shown)

    def add(self, other: Column) -> None:
        """The cells of another column below these."""
        self._made = None
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

    def array(self, kind: pa.DataType) -> pa.Array:
        """The values as Arrow keeps them."""
        import pyarrow as pa

        return self._decimals().cast(kind) if self.scaled else pa.array(self.values, type=kind)

    def _decimals(self) -> pa.Array:
        """Scaled values as decimals with PLACES digits after the point: the same bytes, read so."""
        import pyarrow as pa

        if self._made is None:
            whole = pa.array(self.values, type=pa.int64()).cast(pa.decimal128(19, 0))
            kind = pa.decimal128(19, PLACES)
            self._made = pa.Array.from_buffers(kind, len(whole), whole.buffers(), whole.null_count)
        return self._made

    def state_array(self) -> pa.Array:
        """The states as Arrow keeps them."""
        return repeated(self.states[0], len(self.states)) if len(set(self.states)) == 1 else strings(self.states)


def repeated(text: str, count: int) -> pa.Array:
    import pyarrow as pa

    return pa.repeat(pa.scalar(text, pa.string()), count)


def strings(texts: Sequence[str]) -> pa.Array:
    import pyarrow as pa

    return pa.array(texts, type=pa.string())
