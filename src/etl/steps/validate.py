"""Rows + GX suite → findings: every failing row once per rule, mapped back to its cell.

The only place that knows Great Expectations. One call for each table of a batch: a call costs 0.1–0.2 s whatever the
rows. The frame's integer index leads back to the row; `unexpected_index_column_names` would be 20 times slower.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from etl.errors import ReferenceDataError
from etl.later import loaded_when_used
from etl.model.figures import number_text
from etl.model.findings import Finding

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

#: (submission, block, line, field) → sheet (None in a csv) and A1 cell
Address = Callable[[str, int, int, str | None], tuple[str | None, str | None]]


@dataclass(frozen=True, slots=True)
class Failure:
    """One rule failed by one row (row None: by the table as a whole)."""

    row: int | None
    meta: Mapping[str, Any]


def warm_up() -> None:
    """Import Great Expectations (seconds): called in a thread while the readers are at work.

    A third of them went to SciPy's statistics, which two expectations about distributions use and no table's rules do.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # else it reports its use: to be told before it is imported
    with loaded_when_used("scipy.stats"):
        import great_expectations  # noqa: F401  # the import is what is wanted


def validate(rows: pa.Table, suite: Mapping[str, Any]) -> list[Failure]:
    """Run a table's suite over rows with their derived columns.

    Raises ReferenceDataError when the suite cannot be run as it stands: an expectation that GX dropped, a column that
    does not exist. Rows are judged in one call; GX skips nulls, so presence is an expectation of its own.
    """
    warm_up()
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    if not rows.num_rows or not suite["expectations"]:
        return []
    frame = _frame(rows, suite)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    loaded = gx.ExpectationSuite(**_fresh(suite))
    if len(loaded.expectations) != len(suite["expectations"]):
        raise ReferenceDataError(
            [
                f"expectations/{suite['name']}.json: GX chỉ nạp {len(loaded.expectations)}/{len(suite['expectations'])} luật "
                f"(loại luật hoặc severity sai) / GX dropped expectations: unknown type or severity"
            ]
        )
    batch = (
        context.data_sources.add_pandas("rows").add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
    ).get_batch(batch_parameters={"dataframe": frame})
    result = batch.validate(loaded, result_format={"result_format": "COMPLETE", "return_unexpected_index_query": False})
    return [failure for one in result.results if not one.success for failure in _failures(one, suite)]


def _frame(rows: pa.Table, suite: Mapping[str, Any]) -> pd.DataFrame:
    """The columns that the suite speaks of, with an integer index.

    A numeric column is given as float64 where that loses nothing, since GX compares any other type a cell at a time in
    Python; else, and for texts and dates, as Arrow keeps it.
    """
    import pandas as pd
    import pyarrow as pa

    flat = [name for name in rows.column_names if not pa.types.is_list(rows[name].type)]
    spoken_of = [_columns_of(expectation["kwargs"]) for expectation in suite["expectations"]]
    if all(spoken_of):
        named = {name for names in spoken_of for name in names}
        flat = [name for name in flat if name in named]
    # one chunk: GX takes rows for each rule anew, dearly out of the many chunks of many workbooks
    frame = rows.select(flat).combine_chunks().to_pandas(types_mapper=pd.ArrowDtype)
    for name in flat:
        if (floats := _as_floats(rows[name])) is not None:
            frame[name] = floats.to_numpy()
    return frame


def _columns_of(kwargs: Mapping[str, Any]) -> list[str]:
    """The columns that an expectation names; none where it speaks of the table, or of what only GX can tell."""
    if "row_condition" in kwargs:
        return []
    named = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    return [*named, *kwargs.get("column_list", ()), *kwargs.get("column_set", ())]


def _as_floats(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """An exact numeric column as float64; None where a value is not told apart from all other decimals by its float.

    Floats keep the order of decimals. Where each is turned back into its own decimal, no two decimals share a float, so
    every comparison comes out the same.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if not (pa.types.is_decimal(column.type) or pa.types.is_integer(column.type)):
        return None
    try:
        floats = column.cast(pa.float64())
        same = pc.all(pc.equal(floats.cast(column.type, safe=pa.types.is_integer(column.type)), column), min_count=0)
    except pa.ArrowInvalid:  # beyond what a float holds exactly
        return None
    return floats if same.as_py() else None


def _fresh(suite: Mapping[str, Any]) -> dict[str, Any]:
    """A copy for GX, which writes into what it is given.

    For its messages each rule has its place in the suite: GX copies what a rule bears dozens of times a call.
    """
    return {
        "name": suite["name"],
        "expectations": [
            {**e, "kwargs": dict(e["kwargs"]), "meta": {"place": place}}
            for place, e in enumerate(suite["expectations"])
        ],
    }


def _failures(result: Any, suite: Mapping[str, Any]) -> Iterable[Failure]:
    meta = suite["expectations"][result.expectation_config.meta["place"]].get("meta", {})
    trouble = result.exception_info or {}
    raised = [v for v in trouble.values() if isinstance(v, dict) and v.get("raised_exception")]
    if trouble.get("raised_exception") or raised:
        text = raised[0].get("exception_message") if raised else trouble.get("exception_message")
        raise ReferenceDataError([f"expectations/{suite['name']}.json: {meta.get('rule')}: {text}"])
    places = result.result.get("unexpected_index_list")
    if places is None:
        return [Failure(None, meta)]
    return [Failure(int(place), meta) for place in places]


def tell(failures: Iterable[Failure], rows: pa.Table, address: Address, titles: Mapping[str, str]) -> list[Finding]:
    """Findings in words and at cells. titles: field → heading, for messages."""
    wanted = list(failures)
    if not wanted:
        return []
    index = sorted({f.row for f in wanted if f.row is not None})
    values = dict(zip(index, rows.take(index).to_pylist(), strict=True)) if index else {}
    return [
        _finding(failure, values.get(failure.row) if failure.row is not None else None, address, titles)
        for failure in wanted
    ]


def _finding(failure: Failure, row: Mapping[str, Any] | None, address: Address, titles: Mapping[str, str]) -> Finding:
    meta = failure.meta
    words = _Words({name: as_words(value) for name, value in (row or {}).items()})
    field = meta.get("cell")
    value = words.get(field or "", "")
    words["value"], words["column"] = value, titles.get(field or "", field or "")
    expected = str(meta.get("expected", "")).format_map(words)
    words["expected"] = expected
    sheet, cell = address(row["_submission"], row["_block"], row["_line"], field) if row else (None, None)
    return Finding(
        code=meta["rule"], severity=meta["severity"], scope=meta.get("scope"),
        message_vi=meta["message_vi"].format_map(words), message_en=meta["message_en"].format_map(words),
        submission=row["_submission"] if row else None, sheet=sheet, cell=cell, value=value or None,
        expected=expected or None, proposal=str(meta.get("proposal") or "").format_map(words) or None,
    )  # fmt: skip


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def as_words(value: Any) -> str:
    """A typed value as a Vietnamese reader writes it, for messages."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return (number_text(value) or "").replace(".", ",")
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return str(value)
