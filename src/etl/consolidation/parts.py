"""The rows of a release; those of a table that was left in its files some submissions at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from etl.consolidation.rows import in_order, taken
from etl.consolidation.scope import Scope
from etl.model.rows import Rows
from etl.model.stored import Stored
from etl.store.lake_files import Sent, of_submissions, sent

if TYPE_CHECKING:
    import pyarrow as pa

#: rows that are in memory together, or those of one submission where it has more: some ten megabytes. A file that holds
#: rows of several parts is read for each of them
AT_ONCE = 1 << 16


def rows_of(found: pa.Table | Stored, name: str, scope: Scope, periods: Collection[str]) -> Rows:
    """What the units in scope sent for these periods, with entities, in the one canonical order. name: the table's id."""
    if not isinstance(found, Stored):
        return Rows.whole(scope.rows(found, periods))
    left = _Left(found, scope, frozenset(periods))
    bare = Rows(found.schema, left.count, left.parts)
    return bare.each(lambda rows: taken(scope.reference, name, rows))


@dataclass(frozen=True)
class _Left:
    """What is wanted of a table that was left in its files."""

    stored: Stored
    scope: Scope
    periods: frozenset[str]

    @cached_property
    def _wanted(self) -> list[Sent]:
        return [
            one for one in sent(self.stored) if one.period in self.periods and self.scope.holds(one.unit, one.period)
        ]

    def count(self) -> int:
        return sum(one.rows for one in self._wanted)

    def parts(self) -> Iterator[pa.Table]:
        return (in_order(of_submissions(self.stored, some)) for some in _together(self._wanted))


def _together(rows: Iterable[Sent]) -> Iterator[list[Sent]]:
    """Submissions whose rows are a part: as many as fit."""
    part: list[Sent] = []
    held = 0
    for _, one in groupby(rows, lambda s: (s.period, s.unit, s.submission)):
        more = list(one)
        size = sum(s.rows for s in more)
        if part and held + size > AT_ONCE:
            yield part
            part, held = [], 0
        part += more
        held += size
    if part:
        yield part
