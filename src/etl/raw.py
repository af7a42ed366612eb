"""What stands in the senders' own cells: read again from the archived bytes, in isolation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from etl.pipeline import Stores
from etl.steps.isolate import Died, Workers

#: sha256, sheet, A1 cell
At = tuple[str, str | None, str]


def raw_texts(stores: Stores, names: Mapping[str, str], wanted: Iterable[At]) -> dict[At, str | None]:
    """The text of each cell, None where the file can no longer be read. names: sha256 → the file's name."""
    places: dict[str, list[At]] = {}
    for at in sorted(set(wanted), key=lambda at: (at[0], at[1] or "", at[2])):
        places.setdefault(at[0], []).append(at)
    if not places:
        return {}
    items = [(names[sha], sha, tuple((sheet, cell) for _, sheet, cell in cells)) for sha, cells in places.items()]
    count = min(stores.settings.workers, len(items))
    setup = "etl.reader:open_archive"
    with (
        stores.archive.lent(places) as lent,
        Workers("etl.reader:read_texts", count=count, setup=setup, setup_args=(str(lent),)) as workers,
    ):
        read = list(workers.map(items))
    found: dict[At, str | None] = {}
    for cells, texts in zip(places.values(), read, strict=True):
        found |= dict(zip(cells, [None] * len(cells) if isinstance(texts, Died) else texts, strict=True))
    return found
