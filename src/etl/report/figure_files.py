"""The figures as JSON, CSV, typed Parquet and SDMX-CSV: all of them in one pass, so that few are held as texts at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Any

from etl.model.out import Out
from etl.model.releases import ReleaseContent
from etl.model.series import Breakdown, Series
from etl.model.told import NUMBERS, Cells, Told, each
from etl.report import dictionary
from etl.report.formats import csv_cell, csv_columns, csv_lines
from etl.report.sdmx import DATA, HEADER, Sdmx
from etl.report.titles import Titles
from etl.report.typed import typed

if TYPE_CHECKING:
    import pyarrow as pa

#: figures.parquet: 28 digits before the mark, 10 after it; more after it are rounded half up
PRECISION, SCALE = 38, 10
_LAST_DIGIT, _EXACT = Decimal(1).scaleb(-SCALE), Context(prec=PRECISION)

_INTEGERS = frozenset({"coverage_reported", "coverage_expected", "decimals", "release"})
_LISTS = frozenset({"names", "coverage_missing"})

#: figures, or lines of another file, that are texts at the same time
AT_ONCE = 10_000


def figure_files(content: ReleaseContent, sdmx: Sdmx, out: Out) -> None:
    """Write figures.json, figures.csv, figures.parquet and the SDMX-CSV of a release."""
    titles, schema = Titles(content), _schema()
    names = [column.name for column in dictionary.FIGURES]
    with (
        out.open("figures.json") as texts,
        out.open("figures.csv") as table,
        out.open(DATA) as observations,
        out.open("figures.parquet") as file,
        typed(file, schema) as rows,
    ):
        table.write(csv_lines([names]))
        observations.write(csv_lines([HEADER]))
        before = b"[\n"
        for parts in content.figures.parts(AT_ONCE):
            columns: dict[str, list[Any]] = {name: [] for name in schema.names}
            for one in map(Told, parts):
                texts.write(before + ",\n".join(one.json(content.number)).encode())
                table.write(_csv(one, names, content.number))
                observations.write(sdmx.lines(one))
                _add(columns, one.series, content.number, titles)
                before = b",\n"
            rows.write(_batch(columns, schema))
        texts.write(b"[]\n" if before == b"[\n" else b"\n]\n")


def _csv(told: Told, names: Sequence[str], release: int) -> bytes:
    """A series' lines of figures.csv."""
    series = told.series
    cells: dict[str, Cells] = {
        "indicator": csv_cell(series.indicator), "period": csv_cell(series.period), "as_at": csv_cell(series.as_at),
        "unit_of_measure": csv_cell(series.unit_of_measure), "stage": csv_cell(series.stage), "release": str(release),
        "unit": each(series.unit, csv_cell), "status": each(series.status, csv_cell),
        "breakdown": each(series.breakdown, lambda one: csv_cell(_breakdown(one))),
        "coverage_reported": each(series.coverage, lambda one: str(one.reported)),
        "coverage_expected": each(series.coverage, lambda one: str(one.expected)),
        "coverage_missing": each(series.coverage, lambda one: csv_cell(";".join(one.missing))),
        **{name: [text or "" for text in texts] for name, texts in told.numbers.items()},
    }  # fmt: skip
    if series.names is not None:
        cells["names"] = each(series.names, lambda one: csv_cell(None if one is None else "; ".join(one)))
    return csv_columns(cells.get(name, "") for name in names)


def _breakdown(members: Breakdown) -> str | None:
    return ";".join(f"{axis}={code}" for axis, code in members) if members else None


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

    if name in NUMBERS:
        return pa.decimal128(PRECISION, SCALE)
    if name in _INTEGERS:
        return pa.int32()
    return pa.list_(pa.string()) if name in _LISTS else pa.string()


def _add(columns: Mapping[str, list[Any]], series: Series, release: int, titles: Titles) -> None:
    """Put a series' figures at the end of the columns of figures.parquet."""
    size, title = len(series), titles.indicator(series.indicator)
    shared = {
        "indicator": series.indicator, "period": series.period, "as_at": series.as_at, "stage": series.stage,
        "unit_of_measure": series.unit_of_measure, "decimals": series.decimals, "release": release,
        "title_vi": title.vi, "title_en": title.en,
    }  # fmt: skip
    own: dict[str, Sequence[Any]] = {
        "unit": series.unit, "status": series.status, "breakdown": [*map(_breakdown, series.breakdown)],
        "coverage_reported": [one.reported for one in series.coverage],
        "coverage_expected": [one.expected for one in series.coverage],
        "coverage_missing": [one.missing for one in series.coverage],
        "unit_title": [titles.unit(unit, series.period) for unit in series.unit],
        **{name: [*map(_scaled, column)] for name in NUMBERS if (column := getattr(series, name)) is not None},
    }  # fmt: skip
    if series.names is not None:
        own["names"] = series.names
    for name, column in columns.items():
        column += own[name] if name in own else [shared.get(name)] * size


def _batch(columns: Mapping[str, list[Any]], schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.record_batch([pa.array(columns[field.name], field.type) for field in schema], schema)


def _scaled(value: Decimal | None) -> Decimal | None:
    return value if value is None else value.quantize(_LAST_DIGIT, ROUND_HALF_UP, _EXACT)
