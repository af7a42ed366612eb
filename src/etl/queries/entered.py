"""From a cell to the figures: which published numbers a sender's cell entered, in one release."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from etl.consolidation.reasons import Reasons, not_in_force
from etl.consolidation.replay import Replay
from etl.consolidation.tracing import Traced, traced
from etl.errors import UsageError
from etl.model.grids import from_a1
from etl.model.submissions import Layout
from etl.pipeline import Stores
from etl.queries.published import release_named
from etl.queries.tables import table
from etl.raw import raw_texts
from etl.remaking import replay
from etl.steps.consolidate.tracing import Place, used_fields
from etl.store.ledger import CurrentSubmission, SubmissionRecord
from etl.store.ledger.standing import COUNTING

#: members of a figure that tell which one it is, and what it says
_SHOWN = ("indicator", "unit", "period", "breakdown", "value", "low", "high", "status")


@dataclass(frozen=True)
class Entered:
    """A cell, and what became of it. figures: with `counted`, `role` (value | decides) and `why`."""

    cell: dict[str, Any]
    figures: tuple[dict[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        return {"cell": self.cell, "figures": list(self.figures)}


def entered(stores: Stores, cell: str, release: int | None = None) -> Entered:
    """The figures of a release (the newest without a number) that `FILE!SHEET!A1` entered.

    Raises UsageError for a file that the release did not know, or what is no cell.
    """
    record = release_named(stores, release)
    view = replay(stores, record)
    sha256, name, sheet, a1 = _place(view, record.number, cell)
    text = raw_texts(stores, {sha256: name}, [(sha256, sheet, a1)])[sha256, sheet, a1]
    told: dict[str, Any] = {"file": name, "sheet": sheet, "cell": a1, "text": text}
    own = [s for s in view.view.submissions() if s.sha256 == sha256]
    current = {s.submission: s for s in view.view.current()}
    for submission in own:
        if (counted := current.get(submission.submission)) is None:
            continue
        for spec_id, place, field in _fields(counted, sheet, a1):
            about = {
                name: getattr(counted, name) for name in ("submission", "form", "unit", "period", "revision", "state")
            }
            figures = json.loads(stores.releases.read(record.number, "figures.json"))
            rows = tuple(_figures(view, counted.form, spec_id, place, field, figures))
            return Entered(told | about | {"table": spec_id, "field": field}, rows)
    return Entered(told | _elsewhere(view, own, sheet), ())


def _place(view: Replay, release: int, cell: str) -> tuple[str, str, str | None, str]:
    """sha256, file, sheet, A1 of `FILE!SHEET!A1`; a csv has no sheet: `FILE!A1`."""
    for delivery in sorted(view.view.deliveries(), key=lambda d: -len(d.name)):
        if cell.startswith(f"{delivery.name}!"):
            sheet, _, a1 = cell.removeprefix(f"{delivery.name}!").rpartition("!")
            try:
                from_a1(a1)
            except ValueError as error:
                raise UsageError(f"Không phải ô / not a cell: {a1!r} (TỆP!TRANG!A1 / FILE!SHEET!A1)") from error
            return delivery.sha256, delivery.name, sheet or None, a1.upper()
    raise UsageError(
        f"Bản {release} chưa biết tệp này; viết TỆP!TRANG!A1 / release {release} did not know this "
        f"file; write FILE!SHEET!A1: {cell}"
    )


def _fields(submission: CurrentSubmission, sheet: str | None, a1: str) -> Iterator[tuple[str, Place, str]]:
    """Table, place and field of the rows that a cell may be part of."""
    row, column = from_a1(a1)
    for name, layout in submission.layouts.items():
        for index, field in _columns(layout, sheet, row, column):
            yield name, (submission.submission, index, row), field


def _columns(layout: Layout, sheet: str | None, row: int, column: int) -> Iterator[tuple[int, str]]:
    for index, block in enumerate(layout.blocks):
        if (block.sheet or None) in (sheet, None) and block.first <= row <= block.last:
            yield from ((index, field) for field, at in block.columns.items() if at == column)


def _figures(
    view: Replay, form: str, table_id: str, place: Place, field: str, figures: Iterable[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Every figure that this field of this row entered; where it entered none of an indicator, why not."""
    known = {(f["indicator"], f["period"], f["unit"], _members(f)): f for f in figures}
    for name, period in view.requests():
        indicator = view.reference.indicators[name]
        if (indicator.form, indicator.table) != (form, table_id):
            continue
        found = traced(view, name, period)
        if place not in found.values or field not in used_fields(indicator, found.spec):
            continue
        shown = [key for key in known if key[:2] == (name, period.code)]
        yield from _of_indicator(view, found, place, field, [known[key] for key in sorted(shown, key=str)])


def _of_indicator(
    view: Replay, found: Traced, place: Place, field: str, figures: Iterable[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    reasons = Reasons(found, view.reference)
    role = "value" if any(cell.field == field for cell in found.cells(place)) else "decides"
    entered_one, missed = False, None
    for figure in figures:
        judged = next(j for j in found.judged(figure["unit"], _members(figure)) if j.row.place == place)
        line = {key: figure[key] for key in _SHOWN} | {
            "role": role,
            "counted": judged.counted,
            "why": reasons.of(judged),
        }
        if judged.counted:
            yield line
            entered_one = True
        elif figure["unit"] == view.report.unit and figure["breakdown"] is None:
            missed = line
    if missed is not None and not entered_one:
        yield missed


def _members(figure: dict[str, Any]) -> tuple[tuple[str, str], ...] | None:
    return tuple(figure["breakdown"].items()) if figure["breakdown"] else None


def _elsewhere(view: Replay, own: list[SubmissionRecord], sheet: str | None) -> dict[str, Any]:
    """Why a cell entered nothing: its submission does not count, or it is part of no row."""
    idle = [s for s in own if s.state not in COUNTING]
    if not idle:
        return {"why": "ô này không thuộc dòng số liệu nào / this cell is part of no row"}
    winners = {(s.form, s.unit, s.period): s for s in view.view.submissions() if s.state in COUNTING}
    withdrawals = {event.subject: event for event in view.view.events() if event.kind == "withdraw"}
    one = next((s for s in idle if sheet in _sheets(view.view.layout(s.reading))), idle[0])
    why = not_in_force(one, winners.get((one.form, one.unit, one.period)), view.view.findings(), withdrawals)
    return {"submission": one.submission, "state": one.state, "revision": one.revision, "why": why}


def _sheets(layouts: Mapping[str, Layout]) -> set[str | None]:
    return {block.sheet or None for layout in layouts.values() for block in layout.blocks}


def entered_table(found: Entered) -> str:
    """The cell and a line a figure, for people."""
    cell = found.cell
    where = "!".join(part for part in (cell["file"], cell["sheet"], cell["cell"]) if part)
    head = f"{where}: {cell['text'] or '∅'}"
    if not found.figures:
        return f"{head}\n{cell.get('why', 'không vào số liệu nào / entered no figure')}"
    rows = [
        (
            "✓" if f["counted"] else "–", f["indicator"], f["unit"], f["period"],
            ", ".join(f"{a}={m}" for a, m in (f["breakdown"] or {}).items()),
            f["value"] if f["value"] is not None else f["low"] and f"{f['low']} – {f['high']}",
            "giá trị / value" if f["role"] == "value" else "điều kiện / decides", f["why"],
        )
        for f in found.figures
    ]  # fmt: skip
    return f"{head}\n\n" + table(
        ("", "Chỉ tiêu", "Đơn vị", "Kỳ", "Phân tổ", "Giá trị", "Vai trò", "Vì sao / why"), rows
    )
