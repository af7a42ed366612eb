"""The rows that count now, as analysts may have them between releases."""

from __future__ import annotations

from etl.consolidation.content import public_rows
from etl.consolidation.rows import current_rows, matched
from etl.pipeline import Stores, heeding


def current_view(stores: Stores) -> dict[str, bytes]:
    """File name → Parquet: of every table the rows in force at this moment, with their entities, public columns only.

    Superseded, held, rejected and withdrawn rows are in the lake and not here.
    """
    from etl.report.data import row_files

    with stores.ledger.snapshot() as view:
        reference = heeding(stores, view).reference
        current = current_rows(view, stores.lake, reference, sorted(reference.forms))
        return row_files(public_rows(matched(reference, current).rows))
