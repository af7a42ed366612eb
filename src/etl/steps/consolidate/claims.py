"""What a level's own submission claims, against what the levels below it add up to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from etl.model.claims import PARTS
from etl.model.figures import PUBLISHED, Figure
from etl.model.reference import Entity
from etl.model.series import Figures
from etl.model.stored import USUAL, Room, Stored
from etl.model.units import Units
from etl.steps.consolidate import Request
from etl.steps.consolidate.content import content_of
from etl.steps.consolidate.coverage import Expectations
from etl.steps.consolidate.opened import told
from etl.steps.consolidate.selection import Selection, open_rows
from etl.steps.consolidate.sums import sums

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Said:
    """A figure, and the same as a unit's own submission gives it. places: submission, block and line of the rows behind it."""

    figure: Figure
    claimed: Figure
    places: tuple[tuple[str, int, int], ...]


def claims(
    rows: Mapping[str, pa.Table | Stored], requests: Iterable[Request], expectations: Expectations, units: Units,
    entities: Sequence[Entity], figures: Figures, room: Room = USUAL,
) -> list[Said]:  # fmt: skip
    """What each level's own submission (role `check`) says of a figure that the levels below it add up to.

    A claim covers every period that the figure takes, or is none. An indicator with a reporter of its own is no sum over
    levels and has no claims: what others send of it is compared with the reporter's rows by a rule in across/.
    """
    order = {name: (e.order, name) for e in entities for name in (e.name, e.id)}
    names = {e.id: e.name for e in entities}
    asked = [one for one in _asked(requests, expectations, units) if one[0].indicator.table in rows]
    if not asked:
        return []
    known = {(f.indicator, f.unit, f.period): f for f in figures.totals()}
    found: list[Said] = []
    with told(room), closing(open_rows(rows, units, [selection for _, selection in asked], room)) as connection:
        for request, selection in asked:
            figure = known.get((request.indicator.id, selection.claimant or "", request.period.code))
            if figure is not None:
                found += _claim(connection, selection, figure, order, names)
    return found


def _asked(
    requests: Iterable[Request], expectations: Expectations, units: Units
) -> Iterator[tuple[Request, Selection]]:
    for request in requests:
        indicator, periods = request.indicator, expectations.used(request.indicator, request.period)
        copies = expectations.copies(indicator.form, periods) if indicator.reporter is None else ()
        for unit in sorted({unit for unit, _ in copies}):
            yield request, Selection(indicator, periods, units, claimant=unit)


def _claim(
    connection: duckdb.DuckDBPyConnection, selection: Selection, figure: Figure,
    order: Mapping[str, tuple[int, str]], names: Mapping[str, str],
) -> Iterator[Said]:  # fmt: skip
    query = f"SELECT _submission, _block, _line, _period FROM ({selection.sql()}) ORDER BY ALL"
    places = connection.execute(query).fetchall()
    parts = [p for p in sums(connection, [selection])[0] if (p.unit, p.breakdown) == (figure.unit, None)]
    if not parts or {place[3] for place in places} != {period.code for period in selection.periods}:
        return
    content = content_of(selection.indicator, parts[0], figure.coverage, order, names)
    said: dict[str, Any] = {name: getattr(content, name) for name in PARTS}
    claimed = replace(figure, **said, names=None, status=PUBLISHED, at_least=False)
    if claimed.has_number:
        yield Said(figure, claimed, tuple(place[:3] for place in places))
