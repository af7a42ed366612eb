"""The data files of a release: JSON as the command line tells it, CSV, and typed Parquet. Same content, same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from etl.model.claims import DATA as CLAIMS
from etl.model.out import Out
from etl.model.releases import ReleaseContent
from etl.model.rows import Rows
from etl.report import blocks, claims, dictionary, sources
from etl.report.dictionary import Column
from etl.report.figure_files import AT_ONCE, figure_files
from etl.report.formats import as_csv, as_json, csv_lines, json_lines
from etl.report.sdmx import STRUCTURE, Sdmx, code_rows
from etl.report.titles import Titles
from etl.report.typed import typed

if TYPE_CHECKING:
    import pyarrow as pa

Item = TypeVar("Item")

#: rows of one submission follow each other, in the order of the sheet
_ROW_ORDER = ("period", "unit", "submission", "row")


def data_files(content: ReleaseContent, out: Out) -> None:
    """Write every data file of the release, one after the other."""
    sdmx = Sdmx(content, Titles(content))
    figure_files(content, sdmx, out)
    status = sorted(content.status, key=lambda r: (r.period, r.form, r.unit, r.role))
    _both("findings.json", "findings.csv", dictionary.FINDINGS, (f.as_json() for f in blocks.findings(content)), out)
    _both("status.json", "status.csv", dictionary.STATUS, (row.as_json() for row in status), out)
    _table("trace.csv", dictionary.TRACE, sources.lines(content), out)
    out.put("dictionary.csv", as_csv(dictionary.HEADER, _lines(dictionary.dictionary(content))))
    out.put("release.json", as_json(release(content)))
    out.put(STRUCTURE, sdmx.structure())
    _table("codes.csv", dictionary.CODES, code_rows(sdmx.lists), out)
    if content.claims:
        _both(CLAIMS, claims.TABLE, dictionary.CLAIMS, claims.data(content), out)
    for table, rows in sorted(content.rows.items()):
        with out.open(f"rows/{table}.parquet") as file:
            write_rows(rows, file)


def write_rows(rows: Rows, file: BinaryIO) -> None:
    """Write public rows of a table as Parquet: sorted, dictionary-encoded, with titles and units of measure."""
    with typed(file, rows.schema) as lines:
        for part in rows.parts():
            for batch in _in_order(part).to_batches():
                lines.write(batch)


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


def _both(texts: str, table: str, columns: Iterable[Column], items: Iterable[Mapping[str, Any]], out: Out) -> None:
    """Write a list as JSON and as CSV, part after part."""
    names, before = [column.name for column in columns], b"[\n"
    with out.open(texts) as text, out.open(table) as lines:
        lines.write(csv_lines([names]))
        for part in _in_parts(items):
            text.write(before + json_lines(part))
            lines.write(csv_lines([item[name] for name in names] for item in part))
            before = b",\n"
        text.write(b"[]\n" if before == b"[\n" else b"\n]\n")


def _table(name: str, columns: Iterable[Column], items: Iterable[Mapping[str, Any]], out: Out) -> None:
    """Write a list as CSV, part after part."""
    names = [column.name for column in columns]
    with out.open(name) as lines:
        lines.write(csv_lines([names]))
        for part in _in_parts(items):
            lines.write(csv_lines([item[name] for name in names] for item in part))


def _in_parts(items: Iterable[Item]) -> Iterator[list[Item]]:
    """So many at a time as are held as texts."""
    rest = iter(items)
    while part := list(islice(rest, AT_ONCE)):
        yield part


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
