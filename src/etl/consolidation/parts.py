"""Rows of a table that was left in its files: some submissions at a time, never all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from etl.consolidation.rows import in_order, taken
from etl.model.reference import Reference
from etl.model.rows import Rows
from etl.model.stored import Stored
from etl.store.lake_files import Sent, of_submissions, sent

if TYPE_CHECKING:
    import pyarrow as pa

#: rows that are in memory together, or those of one submission where it has more: some ten megabytes. A file that holds
#: rows of several parts is read for each of them
AT_ONCE = 1 << 15

#: (unit, period) → whether it is asked for
Wanted = Callable[[str, str], bool]


def left_rows(stored: Stored, name: str, reference: Reference, wanted: Wanted) -> Rows:
    """Rows of a table that was left in its files, with entities, in the one canonical order.

    name: the table's id. wanted: whether what a unit sent for a period is asked for.
    """
    left = _Left(stored, wanted)
    return Rows(stored.schema, left.count, left.parts).each(lambda rows: taken(reference, name, rows))


@dataclass(frozen=True)
class _Left:
    """What is wanted of a table that was left in its files."""

    stored: Stored
    wanted: Wanted

    @cached_property
    def _sent(self) -> list[Sent]:
        return [one for one in sent(self.stored) if self.wanted(one.unit, one.period)]

    def count(self) -> int:
        return sum(one.rows for one in self._sent)

    def parts(self) -> Iterator[pa.Table]:
        return (in_order(of_submissions(self.stored, some)) for some in _together(self._sent))


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
