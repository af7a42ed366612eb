"""The figures as JSON, CSV, typed Parquet and SDMX-CSV: all of them in one pass, so that few are held as texts at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from etl.model.figures import Figure
from etl.model.out import Out
from etl.model.releases import ReleaseContent
from etl.report import blocks, dictionary
from etl.report.formats import csv_lines, json_lines
from etl.report.sdmx import DATA, HEADER, Sdmx
from etl.report.titles import Titles
from etl.report.typed import typed

if TYPE_CHECKING:
    import pyarrow as pa

#: figures.parquet: 28 digits before the mark, 10 after it; more after it are rounded half up
PRECISION, SCALE = 38, 10
_LAST_DIGIT, _EXACT = Decimal(1).scaleb(-SCALE), Context(prec=PRECISION)

_DECIMALS = frozenset({"value", "low", "high", "numerator", "denominator"})
_INTEGERS = frozenset({"coverage_reported", "coverage_expected", "decimals", "release"})
_LISTS = frozenset({"names", "coverage_missing"})

#: figures, or lines of another file, that are texts at the same time
AT_ONCE = 10_000

T = TypeVar("T")
Told = Sequence[Mapping[str, Any]]


def figure_files(content: ReleaseContent, sdmx: Sdmx, out: Out) -> None:
    """Write figures.json, figures.csv, figures.parquet and the SDMX-CSV of a release."""
    titles, schema = Titles(content), _schema()
    with (
        out.open("figures.json") as texts,
        out.open("figures.csv") as lines,
        out.open(DATA) as observations,
        out.open("figures.parquet") as table,
        typed(table, schema) as rows,
    ):
        lines.write(csv_lines([[column.name for column in dictionary.FIGURES]]))
        observations.write(csv_lines([HEADER]))
        before = b"[\n"
        for part in in_parts(blocks.in_order(content)):
            told = [figure.as_json(content.number) for figure in part]
            texts.write(before + json_lines(told))
            lines.write(csv_lines(map(_flat, told)))
            observations.write(csv_lines(sdmx.rows(part)))
            rows.write(_batch(part, told, titles, schema))
            before = b",\n"
        texts.write(b"[]\n" if before == b"[\n" else b"\n]\n")


def in_parts(items: Iterable[T]) -> Iterator[list[T]]:
    """So many at a time as are held as texts."""
    rest = iter(items)
    while part := list(islice(rest, AT_ONCE)):
        yield part


def _flat(told: Mapping[str, Any]) -> tuple[Any, ...]:
    """A figure's JSON as one line, in the order of dictionary.FIGURES."""
    coverage, names, of = told["coverage"], told["names"], told.get
    return (
        of("indicator"), of("unit"), of("period"), of("as_at"), _breakdown(told["breakdown"]), of("value"),
        "; ".join(names) if names is not None else None, of("low"), of("high"), of("numerator"), of("denominator"),
        of("unit_of_measure"), of("status"), of("stage"), coverage["reported"], coverage["expected"],
        ";".join(coverage["missing"]), of("release"),
    )  # fmt: skip


def _breakdown(members: Mapping[str, str] | None) -> str | None:
    return ";".join(f"{axis}={code}" for axis, code in members.items()) if members else None


def _schema() -> pa.Schema:
    """Numbers decimal128(38,10), counts int32, lists list<string>; titles in both languages."""
    import pyarrow as pa

    return pa.schema(
        [
            pa.field(
                c.name, _arrow_type(c.name), metadata={"title_vi": c.title.vi.encode(), "title_en": c.title.en.encode()}
            )
            for c in dictionary.FIGURES + dictionary.FIGURE_TITLES
        ]
    )


def _arrow_type(name: str) -> pa.DataType:
    import pyarrow as pa

    if name in _DECIMALS:
        return pa.decimal128(PRECISION, SCALE)
    if name in _INTEGERS:
        return pa.int32()
    return pa.list_(pa.string()) if name in _LISTS else pa.string()


def _batch(figures: Sequence[Figure], told: Told, titles: Titles, schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    shown = {code: titles.indicator(code) for code in dict.fromkeys(figure.indicator for figure in figures)}
    made: dict[str, list[Any]] = {
        "breakdown": [_breakdown(one["breakdown"]) for one in told],
        "coverage_reported": [figure.coverage.reported for figure in figures],
        "coverage_expected": [figure.coverage.expected for figure in figures],
        "coverage_missing": [figure.coverage.missing for figure in figures],
        "title_vi": [shown[figure.indicator].vi for figure in figures],
        "title_en": [shown[figure.indicator].en for figure in figures],
        "unit_title": [titles.unit(figure.unit, figure.period) for figure in figures],
        "decimals": [figure.decimals for figure in figures],
    }
    made |= {name: [_scaled(value) for value in map(attrgetter(name), figures)] for name in _DECIMALS}
    columns = (made.get(field.name) or [one[field.name] for one in told] for field in schema)
    return pa.record_batch(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema
    )


def _scaled(value: Decimal | None) -> Decimal | None:
    return value if value is None else value.quantize(_LAST_DIGIT, ROUND_HALF_UP, _EXACT)
