"""Rows of one table of a release, whole or in parts: a table of millions is never in memory at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


class Rows:
    """Rows in parts, each of which comes by period, unit and submission before the next; a submission is in one part.

    schema: the columns of every part. Parts are made again whenever they are asked for.
    """

    def __init__(
        self, schema: pa.Schema, count: Callable[[], int], parts: Callable[[], Iterator[pa.Table]]
    ) -> None:  # fmt: skip
        self.schema, self._count, self._parts = schema, count, parts

    @classmethod
    def whole(cls, table: pa.Table) -> Rows:
        """Rows that are in memory."""
        return cls(table.schema, lambda: table.num_rows, lambda: iter([table]))

    @cached_property
    def num_rows(self) -> int:
        """How many rows there are; no part is made for it. Raises StoreError where a file cannot be read."""
        return self._count()

    def parts(self) -> Iterator[pa.Table]:
        """The rows, part after part. Raises StoreError where a file cannot be read."""
        return self._parts()

    def table(self) -> pa.Table:
        """All rows at once, for tables that are known to be small."""
        import pyarrow as pa

        return pa.concat_tables([self.schema.empty_table(), *self.parts()])

    def each(self, change: Callable[[pa.Table], pa.Table]) -> Rows:
        """The same rows with other columns. change: gives as many rows as it is given, in their order."""
        return Rows(
            change(self.schema.empty_table()).schema, lambda: self.num_rows, lambda: map(change, self.parts())
        )  # fmt: skip
