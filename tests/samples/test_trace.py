"""From every figure to its cells and back, as the release saw it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from etl.acts.withdraw import withdraw
from etl.cli import app
from etl.consolidation.tracing import Traced, traced
from etl.errors import UsageError
from etl.model.figures import number_text
from etl.model.periods import parse_period
from etl.pipeline import Stores
from etl.queries.entered import entered
from etl.queries.trace import Trace, trace
from etl.remaking import replay
from etl.steps.consolidate.exact import extremes
from tests.conftest import AT, SAMPLES
from tests.samples.conftest import Messy, Night, publish

SHAPE = ["unit", "submission", "file", "sheet", "cell", "text", "value", "revision", "counted", "why"]


def recounted(found: Traced, unit: str, members: dict[str, str] | None) -> Iterator[tuple[str, str | None]]:
    """The members of a figure, made again from the rows that its trace says were counted."""
    rows = [j.row for j in found.judged(unit, tuple(members.items()) if members else None) if j.counted]
    indicator = found.indicator
    if indicator.rule in ("ratio", "weighted_mean"):
        for part in ("numerator", "denominator"):
            yield part, number_text(sum((getattr(row, part) for row in rows), Decimal(0))) if rows else None
    elif indicator.rule == "range":
        ends = extremes([(row.numerator, row.denominator) for row in rows], indicator.factor, indicator.decimals)
        yield from zip(("low", "high"), map(number_text, ends), strict=True)
    elif indicator.key and not indicator.measure:
        yield "value", str(len(rows))
    else:
        yield "value", number_text(sum((row.measure for row in rows), Decimal(0)))


@pytest.mark.parametrize("night", ["plain", "messy", "hostile"])
def test_every_figure_is_the_sum_of_what_its_trace_counts(night: str, request: pytest.FixtureRequest) -> None:
    """Sum, distinct, latest, ratio, range, union and authoritative; provinces, districts and members of breakdowns."""
    stores = request.getfixturevalue(night).stores
    view = replay(stores, stores.ledger.releases()[-1])
    known: dict[tuple[str, str], Traced] = {}
    wrong, rules = [], Counter[str]()
    for figure in request.getfixturevalue(night).figures:
        key = (figure["indicator"], figure["period"])
        found = known.setdefault(key, None) or traced(view, key[0], parse_period(key[1]))  # type: ignore[arg-type]  # filled at once
        known[key] = found
        rules[found.indicator.rule] += 1
        for member, value in recounted(found, figure["unit"], figure["breakdown"]):
            untold = figure[member] is None and (
                figure["status"] in ("withheld", "not_reported") or value in ("0", None)
            )
            if figure[member] != value and not untold:
                wrong.append((key, figure["unit"], figure["breakdown"], member, figure[member], value))
    assert wrong == []
    assert set(rules) == {"sum", "distinct", "ratio", "range", "union", "authoritative"}


def test_the_shape_is_the_documented_one_and_a_count_has_a_cell_each(plain: Night) -> None:
    told = trace(plain.stores, "NH.V").as_json()

    assert list(told) == ["figure", "contributions"]
    assert (told["figure"]["value"], told["figure"]["period"], told["figure"]["release"]) == ("35", "2020..2021", 1)
    assert all(list(c) == SHAPE for c in told["contributions"])
    counted = [c for c in told["contributions"] if c["counted"]]
    assert len({(c["file"], c["sheet"], c["cell"]) for c in counted}) == 35
    assert all(c["why"] == "được tính / counted" for c in counted)


def test_the_text_is_what_stands_in_the_senders_cell(plain: Night) -> None:
    """Seen with another reader than the product's."""
    seen = 0
    for indicator in ("NV.KP", "NH.V", "ISO", "GT"):
        for c in trace(plain.stores, indicator, period="2021").contributions:
            if c.file.endswith(".xlsx") and c.cell is not None:
                value = book(c.file)[c.sheet][c.cell].value
                assert c.text == ("" if value is None else str(value)), (c.file, c.sheet, c.cell)
                seen += 1
    assert seen > 200


BOOKS: dict[str, Any] = {}


def book(name: str) -> Any:
    if name not in BOOKS:
        BOOKS[name] = openpyxl.load_workbook(SAMPLES / name, data_only=True)
    return BOOKS[name]


@pytest.mark.parametrize(
    ("indicator", "period", "reasons"),
    [
        ("NV.T", None, {"does not meet the condition", "the same entity, taken from its row", "counted once already"}),
        ("NH.V", None, {"another period; this figure takes 2021", "does not meet the condition", "the same entity"}),
        ("QT", None, {"a copy for comparison; the figure is taken from the report of Liên đoàn Lao động tỉnh"}),
        ("GT", None, {"the lowest", "the highest", "another period"}),
        ("NV.KP", "2021", {"reports is not used for this figure", "does not meet the condition"}),
    ],
)
def test_what_was_left_out_is_named_with_its_reason(
    plain: Night, indicator: str, period: str | None, reasons: set[str]
) -> None:
    why = " | ".join(c.why for c in trace(plain.stores, indicator, period=period).contributions)

    assert {reason for reason in reasons if reason not in why} == set()


def test_a_member_and_a_district_are_traced_alone(plain: Night) -> None:
    whole = trace(plain.stores, "NV.T", unit="105")
    state = trace(plain.stores, "NV.T", unit="105", breakdown=["cap=nhà nước"])

    assert sum(c.counted for c in whole.contributions) == int(whole.figure["value"])
    assert sum(c.counted for c in state.contributions) == int(state.figure["value"] or 0)
    assert any("of another member: cap = tỉnh" in c.why for c in state.contributions)
    assert any("counted for Huyện" in c.why for c in whole.contributions)  # what 105 lists and another district leads


@pytest.mark.parametrize(
    "asked", [{"indicator": "NH.X"}, {"indicator": "NH.V", "unit": "999"}, {"indicator": "QT", "period": "2021"}]
)
def test_a_figure_that_the_release_does_not_hold_is_a_usage_error(plain: Night, asked: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="release 1 has no"):
        trace(plain.stores, **asked)


def submissions_left_out(found: Trace) -> dict[str, str]:
    return {c.file: c.why for c in found.contributions if c.cell is None}


def test_superseded_confirmed_and_rejected_submissions_are_named(messy: Messy, hostile: Night) -> None:
    left = submissions_left_out(trace(messy.stores, "NV.L"))
    assert "superseded by BC KHCN 2021 (sửa lần 2) Sin Ho.xlsx (revision 2)" in left["BC KHCN 2021 Sin Ho.xlsx"]
    confirmed = submissions_left_out(trace(messy.stores, "QT"))
    assert "confirmed, no new revision" in confirmed["BC KHCN 2021 (sửa lần 2) Sin Ho.xlsx"]
    refused = submissions_left_out(trace(hostile.stores, "ISO"))
    assert any(why.startswith("bị trả lại: ") and " / rejected: " in why for why in refused.values())


def test_a_release_is_traced_as_it_was_whatever_happened_since(copied: Stores) -> None:
    before = trace(copied, "ISO", release=1)
    gone = next(c.submission for c in before.contributions if c.counted and c.unit == "108")
    withdraw(copied, gone, by="Lò Văn Hải", reason="gửi nhầm năm", at=AT)
    publish(copied)

    assert trace(copied, "ISO", release=1) == before
    after = trace(copied, "ISO", release=2)
    assert [c.why for c in after.contributions if c.submission == gone] == [
        "Lò Văn Hải đã rút ngày 31/01/2022: gửi nhầm năm / withdrawn by Lò Văn Hải on 2022-01-31"
    ]


def test_from_a_cell_to_the_figures_that_it_entered(plain: Night) -> None:
    cell = next(c for c in trace(plain.stores, "NH.V", unit="105").contributions if c.counted)
    into = entered(plain.stores, f"{cell.file}!{cell.sheet}!{cell.cell}")

    assert (into.cell["text"], into.cell["submission"], into.cell["table"]) == (cell.text, cell.submission, "nh")
    counted = {
        (f["indicator"], f["unit"], f["period"]) for f in into.figures if f["counted"] and f["breakdown"] is None
    }
    assert {("NH.V", unit, period) for unit in ("105", "12") for period in ("2021", "2020..2021")} <= counted
    left = {(f["indicator"], f["period"]) for f in into.figures if not f["counted"]}
    assert ("NH.V", "2020") in left


def test_every_counted_cell_leads_back_to_its_figure(plain: Night) -> None:
    for indicator in ("QT", "GT", "SP.HA", "KN"):
        told = trace(plain.stores, indicator)
        for cell in [c for c in told.contributions if c.counted][:2]:
            into = entered(plain.stores, "!".join(p for p in (cell.file, cell.sheet, cell.cell) if p))
            figures = {(f["indicator"], f["unit"], f["period"]) for f in into.figures if f["counted"]}
            assert (indicator, "12", told.figure["period"]) in figures, cell


def test_a_cell_of_no_row_and_one_that_was_displaced_say_so(plain: Night, messy: Messy) -> None:
    heading = entered(plain.stores, "BC_KHCN_2021_SinHo.xlsx!Biểu 05!A1")
    assert (heading.figures, "part of no row" in heading.cell["why"]) == ((), True)
    displaced = entered(messy.stores, "BC KHCN 2021 Sin Ho.xlsx!Sheet3!G20")
    assert displaced.figures == ()
    assert "superseded by BC KHCN 2021 (sửa lần 2) Sin Ho.xlsx" in displaced.cell["why"]
    with pytest.raises(UsageError, match="did not know this file"):
        entered(plain.stores, "thư.xlsx!A!A1")


def test_the_command_line_tells_people_and_machines(plain: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETL_DATA", str(plain.stores.settings.data))
    run = CliRunner()
    told = run.invoke(app, ["trace", "QT", "--json"])
    assert json.loads(told.stdout) == trace(plain.stores, "QT").as_json()
    people = run.invoke(app, ["trace", "QT"])
    assert "QT 12 2022-01-22: 50 suất" in people.stdout
    assert "8 ô được tính / cells counted" in people.stdout
    back = run.invoke(app, ["trace", "--cell", "QuaTang_22-01-2022_LDLD.xlsx!Biểu 07!D10", "--json"])
    assert json.loads(back.stdout)["cell"]["file"] == "QuaTang_22-01-2022_LDLD.xlsx"
    assert isinstance(run.invoke(app, ["trace"]).exception, UsageError)


def test_reading_again_needs_the_archive_and_says_nothing_where_it_is_gone(copied: Stores) -> None:
    name = next(c for c in trace(copied, "QT").contributions if c.counted)
    sha = next(s.sha256 for s in copied.ledger.submissions() if s.submission == name.submission)
    Path(copied.archive.path(sha)).unlink()
    with pytest.raises(Exception, match="archive lacks"):
        trace(copied, "QT")
