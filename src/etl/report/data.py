"""The data files of a release: JSON as the command line tells it, CSV, and typed Parquet. Same content, same bytes."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Any

from etl.model.claims import DATA as CLAIMS
from etl.model.figures import Figure
from etl.model.releases import ReleaseContent
from etl.report import blocks, claims, dictionary, sources
from etl.report.sdmx import DATA, HEADER, STRUCTURE, Sdmx, code_rows
from etl.report.titles import Titles

if TYPE_CHECKING:
    import pyarrow as pa

#: figures.parquet: 28 digits before the mark, 10 after it; more after it are rounded half up
PRECISION, SCALE = 38, 10

_DECIMALS = frozenset({"value", "low", "high", "numerator", "denominator"})
_INTEGERS = frozenset({"coverage_reported", "coverage_expected", "decimals", "release"})
_LISTS = frozenset({"names", "coverage_missing"})
#: a spreadsheet takes these for a formula; a nil (-) and a negative number are none
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![0-9.,\s]*$)")
#: rows of one submission follow each other, in the order of the sheet
_ROW_ORDER = ("period", "unit", "submission", "row")


def data_files(content: ReleaseContent) -> dict[str, bytes]:
    """Every data file of the release: relative path → bytes."""
    figures = sorted(content.figures, key=lambda figure: figure.order)
    told = [figure.as_json(content.number) for figure in figures]
    findings = [finding.as_json() for finding in blocks.findings(content)]
    status = [row.as_json() for row in sorted(content.status, key=lambda r: (r.period, r.form, r.unit, r.role))]
    files = {
        "figures.json": as_json(told),
        "figures.csv": as_csv(_names(dictionary.FIGURES), map(_flat, told)),
        "figures.parquet": _parquet(figures_table(content, figures)),
        "findings.json": as_json(findings),
        "findings.csv": as_csv(_names(dictionary.FINDINGS), findings),
        "status.json": as_json(status),
        "status.csv": as_csv(_names(dictionary.STATUS), status),
        "trace.csv": as_csv(_names(dictionary.TRACE), sources.lines(content)),
        "dictionary.csv": as_csv(dictionary.HEADER, _lines(dictionary.dictionary(content))),
        "release.json": as_json(release(content)),
    }
    if content.claims:
        said = claims.data(content)
        files |= {CLAIMS: as_json(said), claims.TABLE: as_csv(_names(dictionary.CLAIMS), said)}
    sdmx = Sdmx(content, Titles(content))
    files |= {
        STRUCTURE: sdmx.structure(),
        DATA: as_csv(HEADER, sdmx.rows()),
        "codes.csv": as_csv(_names(dictionary.CODES), code_rows(sdmx.lists)),
    }
    return files | {f"rows/{name}": data for name, data in row_files(content.rows).items()}


def row_files(rows: Mapping[str, pa.Table]) -> dict[str, bytes]:
    """Public rows, table → Arrow, as Parquet files by name: sorted, dictionary-encoded, with titles and units of measure."""
    return {f"{table}.parquet": _parquet(_in_order(part)) for table, part in sorted(rows.items())}


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


def as_json(value: object) -> bytes:
    """UTF-8, letters as they are, a line end at the end; of a list each item is a line, else two blanks a level."""
    if isinstance(value, list) and value:
        lines = ",\n".join(json.dumps(item, ensure_ascii=False) for item in value)
        return f"[\n{lines}\n]\n".encode()
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def as_csv(header: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Plain UTF-8, commas, LF; None is empty. A text that a spreadsheet would run as a formula gets a ' before it."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(row[name]) for name in header] for row in rows)
    return sink.getvalue().encode()


def figures_table(content: ReleaseContent, figures: Sequence[Figure]) -> pa.Table:
    """The figures, typed: numbers decimal128(38,10), counts int32, lists list<string>; titles in both languages."""
    import pyarrow as pa

    titles = Titles(content)
    rows = [_typed(figure, content.number, titles) for figure in figures]
    columns = dictionary.FIGURES + dictionary.FIGURE_TITLES
    schema = pa.schema(
        [
            pa.field(
                c.name, _arrow_type(c.name), metadata={"title_vi": c.title.vi.encode(), "title_en": c.title.en.encode()}
            )
            for c in columns
        ]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def _names(columns: Iterable[dictionary.Column]) -> list[str]:
    return [column.name for column in columns]


def _lines(lines: Iterable[tuple[str, ...]]) -> Iterable[dict[str, str]]:
    return (dict(zip(dictionary.HEADER, line, strict=True)) for line in lines)


def _flat(told: Mapping[str, Any]) -> dict[str, Any]:
    """A figure's JSON as one line of texts."""
    coverage = told["coverage"]
    return {
        **told,
        "breakdown": _breakdown(told["breakdown"]),
        "names": "; ".join(told["names"]) if told["names"] is not None else None,
        "coverage_reported": coverage["reported"],
        "coverage_expected": coverage["expected"],
        "coverage_missing": ";".join(coverage["missing"]),
    }


def _breakdown(members: Mapping[str, str] | None) -> str | None:
    return ";".join(f"{axis}={code}" for axis, code in members.items()) if members else None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def _typed(figure: Figure, release_number: int, titles: Titles) -> dict[str, Any]:
    title = titles.indicator(figure.indicator)
    coverage = figure.coverage
    return {
        **figure.as_json(release_number),
        **{name: _scaled(getattr(figure, name)) for name in _DECIMALS},
        "breakdown": _breakdown(dict(figure.breakdown or ())),
        "coverage_reported": coverage.reported,
        "coverage_expected": coverage.expected,
        "coverage_missing": list(coverage.missing),
        "title_vi": title.vi,
        "title_en": title.en,
        "unit_title": titles.unit(figure.unit, figure.period),
        "decimals": figure.decimals,
    }


def _scaled(value: Decimal | None) -> Decimal | None:
    return value if value is None else value.quantize(Decimal(1).scaleb(-SCALE), ROUND_HALF_UP, Context(prec=PRECISION))


def _arrow_type(name: str) -> pa.DataType:
    import pyarrow as pa

    if name in _DECIMALS:
        return pa.decimal128(PRECISION, SCALE)
    if name in _INTEGERS:
        return pa.int32()
    return pa.list_(pa.string()) if name in _LISTS else pa.string()


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


def _parquet(table: pa.Table) -> bytes:
    """Bytes that depend on the rows alone: one chunk, texts as dictionaries, what the columns mean kept beside them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    plain = table.combine_chunks().replace_schema_metadata(None)
    texts = [field.name for field in plain.schema if pa.types.is_string(field.type)]
    lists = [f"{field.name}.list.element" for field in plain.schema if pa.types.is_list(field.type)]
    sink = pa.BufferOutputStream()
    pq.write_table(plain, sink, compression="zstd", use_dictionary=texts + lists)
    return bytes(sink.getvalue())
