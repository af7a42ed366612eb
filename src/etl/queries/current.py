"""The rows that count now, as analysts may have them between releases."""

from __future__ import annotations

import io
from collections.abc import Iterator

from etl.consolidation.content import public_rows
from etl.consolidation.parts import left_rows
from etl.consolidation.rows import LARGE, current_rows, matched
from etl.model.rows import Rows
from etl.pipeline import Stores, heeding


def current_view(stores: Stores) -> Iterator[tuple[str, bytes]]:
    """File name and Parquet: of every table the rows in force at this moment, with their entities, public columns only.

    Superseded, held, rejected and withdrawn rows are in the lake and not here.
    """
    from etl.report.data import write_rows

    with stores.ledger.snapshot() as view:
        reference = heeding(stores, view).reference
        current = current_rows(view, stores.lake, reference, sorted(reference.forms), large=LARGE)
        rows_of = {name: Rows.whole(rows) for name, rows in matched(reference, current).rows.items()}
        for name, stored in current.stored.items():
            rows_of[name] = left_rows(stored, name, reference, lambda unit, period: True)
        for table, rows in sorted(public_rows(rows_of).items()):
            held = io.BytesIO()
            write_rows(rows, held)
            yield f"{table}.parquet", held.getvalue()
