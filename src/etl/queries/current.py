"""The rows that count now, as analysts may have them between releases."""

from __future__ import annotations

import io
from collections.abc import Iterator

from etl.consolidation.content import public_rows
from etl.consolidation.rows import current_rows, matched
from etl.pipeline import Stores, heeding


def current_view(stores: Stores) -> Iterator[tuple[str, bytes]]:
    """File name and Parquet: of every table the rows in force at this moment, with their entities, public columns only.

    Superseded, held, rejected and withdrawn rows are in the lake and not here.
    """
    from etl.report.data import write_rows

    with stores.ledger.snapshot() as view:
        reference = heeding(stores, view).reference
        current = current_rows(view, stores.lake, reference, sorted(reference.forms))
        for table, rows in sorted(public_rows(matched(reference, current).rows).items()):
            held = io.BytesIO()
            write_rows(rows, held)
            yield f"{table}.parquet", held.getvalue()
