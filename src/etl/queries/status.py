"""Who was expected and what became of it: by unit and form."""

from __future__ import annotations

from collections import Counter

from etl.model.periods import parse_period
from etl.model.reference import Reference
from etl.model.releases import StatusRow
from etl.pipeline import Stores, status_of
from etl.queries.tables import table
from etl.steps.completeness import tally

STATE_VI = {
    "accepted": "đã nhận", "accepted_with_warnings": "đã nhận, có cảnh báo", "held": "chờ quyết định",
    "rejected": "bị trả lại", "missing": "chưa gửi", "superseded": "đã thay thế", "withdrawn": "đã rút",
}  # fmt: skip


def status(stores: Stores, period: str) -> list[StatusRow]:
    """Every (unit, form, period) that the calendar knows inside the period."""
    return status_of(stores, [parse_period(period)])


def status_table(rows: list[StatusRow], reference: Reference) -> str:
    """One line a triple, and a count of states."""
    lines = [
        (r.period, reference.forms[r.form].number, unit_title(reference, r.unit, r.period), _ROLES[r.role],
         ("không phát sinh" if r.nil and r.reported else STATE_VI.get(r.state, r.state)) + (", muộn" if r.late else ""),
         r.revision or "", r.file or "")
        for r in rows
    ]  # fmt: skip
    counts = Counter(STATE_VI.get(r.state, r.state) for r in rows if r.role == "expected")
    summary = ", ".join(f"{state}: {n}" for state, n in sorted(counts.items()))
    return table(("Kỳ", "Biểu", "Đơn vị", "Vai trò", "Tình trạng", "Lần", "Tệp"), lines) + f"\n\n{summary}"


def tally_table(rows: list[StatusRow], reference: Reference, by: str) -> str:
    """Counts by unit, form or period: expected, on time, late, held, rejected, nil, missing; who is missing, by name."""
    lines = []
    for key, one in tally(rows, by).items():
        unit, form, period = one.expected[0]
        named = {"unit": unit_title(reference, unit, period), "form": reference.forms[form].number, "period": period}
        missing = sorted({f"{unit_title(reference, u, p)} ({f} {p})" for u, f, p in one.missing})
        lines.append((
            key, named[by], len(one.expected), len(one.reported), len(one.on_time), len(one.late), len(one.held),
            len(one.rejected), len(one.nil), len(one.missing), ", ".join(missing[:6]) + (" …" if len(missing) > 6 else ""),
        ))  # fmt: skip
    head = ("Mã", "Tên", "Phải gửi", "Đã nhận", "Đúng hạn", "Muộn", "Chờ", "Trả lại", "Không PS", "Thiếu", "Còn thiếu")
    return table(head, lines)


_ROLES = {"expected": "phải gửi", "check": "đối chiếu", "optional": "tuỳ chọn"}


def unit_title(reference: Reference, code: str, period: str) -> str:
    """A unit's name in a period."""
    unit = reference.units.get(code, parse_period(period).end)
    return unit.title if unit else code
