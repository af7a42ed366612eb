"""indicators.csv: how rows become figures, and whether what it names exists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from etl.model.figures import RULES, Indicator
from etl.model.forms import Form, TableSpec
from etl.model.reference import Measure
from etl.model.units import Units
from etl.store.reference.cells import Row, read_csv
from etl.store.reference.faults import Faults
from etl.text.measures import measure_key

COLUMNS = (
    "id", "title_vi", "title_en", "form", "table", "rule", "over_periods", "measure", "numerator", "denominator",
    "factor", "condition", "key", "unit", "reporter", "breakdown", "names", "unit_of_measure", "decimals",
    "publish_from", "withhold_below", "stock",
)  # fmt: skip

#: columns that consolidation adds to the table's own
SYSTEM = frozenset((
    "_submission", "_reading", "_unit", "_period", "_block", "_line", "_level", "_entity", "_entity_name", "_owner",
    "_speaks",
))  # fmt: skip

#: what each rule cannot do without
PARTS = {
    "sum": ("measure",), "distinct": ("key",), "latest": ("measure",), "ratio": ("numerator", "denominator"),
    "range": ("numerator", "denominator"), "union": ("key", "names"), "authoritative": ("measure", "reporter"),
    "weighted_mean": ("numerator", "denominator"),
}  # fmt: skip

_TEXT = re.compile(r"'(?:[^']|'')*'")
_NAME = re.compile(r"[A-Za-z_]\w*(?!\w)(?!\s*\()")
_SQL_WORDS = frozenset((
    "and", "or", "not", "in", "is", "null", "between", "like", "ilike", "case", "when", "then", "else", "end",
    "distinct", "true", "false", "as", "from", "integer", "bigint", "decimal", "varchar", "date", "cast",
))  # fmt: skip


def read_indicators(
    files: Mapping[str, bytes], forms: Mapping[str, Form], units: Units, measures: Iterable[Measure], faults: Faults
) -> dict[str, Indicator]:
    """Indicators by id."""
    known_measures = {measure_key(wording) for m in measures for wording in (m.name, *m.wordings)}
    found: dict[str, Indicator] = {}
    for row in read_csv("indicators.csv", files, COLUMNS, faults):
        indicator = _indicator(row)
        if indicator.id in found:
            row.tell("id", f"mã “{indicator.id}” lặp lại.", f"id “{indicator.id}” stands twice.")
        found[indicator.id] = indicator
        _check_parts(row, indicator)
        if indicator.unit_of_measure and measure_key(indicator.unit_of_measure) not in known_measures:
            text = indicator.unit_of_measure
            row.tell("unit_of_measure", f"measures.csv không có “{text}”.", f"measures.csv has no “{text}”.")
        if indicator.reporter and not units.known(indicator.reporter.removeprefix("!")):
            text = indicator.reporter
            row.tell("reporter", f"không có đơn vị “{text}”.", f"there is no unit “{text}”.")
        _check_table(row, indicator, forms)
    return found


def _indicator(row: Row) -> Indicator:
    return Indicator(
        id=row.required("id"), title_vi=row.required("title_vi"), title_en=row.required("title_en"),
        form=row.required("form"), table=row.required("table"), rule=row.one_of("rule", RULES),
        over_periods=row.one_of("over_periods", ("all", "last"), "all"), measure=row.text("measure") or None,
        numerator=row.text("numerator") or None, denominator=row.text("denominator") or None,
        factor=row.number("factor", "1"), condition=row.text("condition") or None, key=row.text("key") or None,
        unit=row.text("unit") or "_unit", reporter=row.text("reporter") or None, breakdown=_breakdown(row),
        names=row.text("names") or None, unit_of_measure=row.text("unit_of_measure"), decimals=row.whole("decimals"),
        publish_from=row.number("publish_from", "1"), withhold_below=row.number("withhold_below", "0"),
        stock=row.flag("stock"),
    )  # fmt: skip


def _breakdown(row: Row) -> tuple[tuple[str, str], ...]:
    """'loai=loai; cap=_level' → (('loai', 'loai'), ('cap', '_level'))."""
    axes = []
    for part in filter(None, (part.strip() for part in row.text("breakdown").split(";"))):
        axis, equals, expression = part.partition("=")
        if not equals or not axis.strip().isidentifier() or not expression.strip():
            row.tell("breakdown", f"“{part}” phải có dạng trục=biểu thức.", f"“{part}” must read axis=expression.")
            continue
        axes.append((axis.strip(), expression.strip()))
    return tuple(axes)


def _check_parts(row: Row, indicator: Indicator) -> None:
    for part in PARTS.get(indicator.rule, ()):
        if getattr(indicator, part) is None:
            row.tell(part, f"quy tắc {indicator.rule} cần cột này.", f"rule {indicator.rule} needs this column.")
    if not 0 <= indicator.withhold_below <= indicator.publish_from <= 1:
        row.tell(
            "publish_from",
            "phải có 0 ≤ withhold_below ≤ publish_from ≤ 1.",
            "0 ≤ withhold_below ≤ publish_from ≤ 1 must hold.",
        )


def _check_table(row: Row, indicator: Indicator, forms: Mapping[str, Form]) -> None:
    form = forms.get(indicator.form)
    table = next((t for t in form.tables if t.id == indicator.table), None) if form else None
    if form is None:
        row.tell("form", f"không có biểu “{indicator.form}”.", f"there is no form “{indicator.form}”.")
    elif table is None:
        row.tell(
            "table",
            f"biểu “{form.id}” không có bảng “{indicator.table}”.",
            f"form “{form.id}” has no table “{indicator.table}”.",
        )
    else:
        _check_columns(row, indicator, table)


def _check_columns(row: Row, indicator: Indicator, table: TableSpec) -> None:
    known = table_columns(table) | SYSTEM
    expressions = [
        (name, getattr(indicator, name))
        for name in ("measure", "numerator", "denominator", "condition", "key", "unit", "names")
    ]
    expressions += [("breakdown", expression) for _, expression in indicator.breakdown]
    for column, expression in expressions:
        for name in sorted(names_in(expression or "") - known):
            row.tell(
                column,
                f"bảng “{table.id}” không có cột “{name}”.",
                f"table “{table.id}” has no column “{name}”.",
            )


def table_columns(table: TableSpec) -> set[str]:
    """Columns of the table in the lake: each field and its state."""
    return {name for f in table.stored for name in (f.id, f"{f.id}__state")}


def names_in(expression: str) -> set[str]:
    """Column names that a SQL expression without sub-queries uses: its words that are no text, function or keyword."""
    return {word for word in _NAME.findall(_TEXT.sub(" ", expression)) if word.casefold() not in _SQL_WORDS}
