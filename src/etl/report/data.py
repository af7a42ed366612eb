"""The data files of a release: JSON as the command line tells it, CSV, and typed Parquet. Same content, same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from etl.model.claims import DATA as CLAIMS
from etl.model.releases import ReleaseContent
from etl.report import blocks, claims, dictionary, sources
from etl.report.figure_files import figure_files
from etl.report.formats import as_csv, as_json, parquet
from etl.report.sdmx import STRUCTURE, Sdmx, code_rows
from etl.report.titles import Titles

if TYPE_CHECKING:
    import pyarrow as pa

#: rows of one submission follow each other, in the order of the sheet
_ROW_ORDER = ("period", "unit", "submission", "row")


def data_files(content: ReleaseContent) -> dict[str, bytes]:
    """Every data file of the release: relative path → bytes."""
    sdmx = Sdmx(content, Titles(content))
    findings = [finding.as_json() for finding in blocks.findings(content)]
    status = [row.as_json() for row in sorted(content.status, key=lambda r: (r.period, r.form, r.unit, r.role))]
    files = figure_files(content, sdmx) | {
        "findings.json": as_json(findings),
        "findings.csv": as_csv(_names(dictionary.FINDINGS), findings),
        "status.json": as_json(status),
        "status.csv": as_csv(_names(dictionary.STATUS), status),
        "trace.csv": as_csv(_names(dictionary.TRACE), sources.lines(content)),
        "dictionary.csv": as_csv(dictionary.HEADER, _lines(dictionary.dictionary(content))),
        "release.json": as_json(release(content)),
        STRUCTURE: sdmx.structure(),
        "codes.csv": as_csv(_names(dictionary.CODES), code_rows(sdmx.lists)),
    }
    if content.claims:
        said = claims.data(content)
        files |= {CLAIMS: as_json(said), claims.TABLE: as_csv(_names(dictionary.CLAIMS), said)}
    return files | {f"rows/{name}": data for name, data in row_files(content.rows).items()}


def row_files(rows: Mapping[str, pa.Table]) -> dict[str, bytes]:
    """Public rows, table → Arrow, as Parquet files by name: sorted, dictionary-encoded, with titles and units of measure."""
    return {f"{table}.parquet": parquet(_in_order(part)) for table, part in sorted(rows.items())}


def release(content: ReleaseContent) -> dict[str, Any]:
    """What the release is and on what it rests."""
    return {
        "number": content.number,
        "kind": content.kind,
        "stage": content.stage,
        "period": content.period,
        "report": content.report.id,
        "created_at": content.created_at.isoformat(),
        "reference_hash": content.reference.hash,
        "suite_hash": content.reference.suite_hash,
        "version": content.version,
        "ledger_position": content.ledger_position,
        "previous": content.previous,
    }


def _names(columns: Iterable[dictionary.Column]) -> list[str]:
    return [column.name for column in columns]


def _lines(lines: Iterable[tuple[str, ...]]) -> Iterable[dict[str, str]]:
    return (dict(zip(dictionary.HEADER, line, strict=True)) for line in lines)


def _in_order(rows: pa.Table) -> pa.Table:
    """By period, unit, submission and row of the sheet; then by every other column, so that no tie is left to chance."""
    import pyarrow as pa
    import pyarrow.compute as pc

    first = [name for name in _ROW_ORDER if name in rows.column_names]
    rest = [name for name in rows.column_names if name not in first]
    keys = {
        name: pc.binary_join(rows[name], "\x1f") if pa.types.is_list(rows.schema.field(name).type) else rows[name]
        for name in first + rest
    }
    order = pc.sort_indices(pa.table(keys), sort_keys=[(name, "ascending") for name in keys]) if keys else None
    return rows.take(order) if order is not None else rows
