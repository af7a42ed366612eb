"""The texts of the artifacts, without Prefect: intake, findings, figures, coverage, links to a release."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from etl.model.findings import HOLD, SEVERITIES, Finding
from etl.model.reference import Reference, Report
from etl.model.releases import StatusRow
from etl.queries.figures import STATUS_VI, missing_text, value_text
from etl.queries.intake import Intake
from etl.queries.status import STATE_VI, unit_title
from etl.store.ledger import ReleaseRecord
from flows.markdown import plain, table

#: a page that a browser shows at once; the rest is in `etl findings` and on the release page
MOST_FINDINGS = 400

#: a sign beside the word, as on the release page
_SEVERITIES = {"critical": "**✕ LỖI**", "hold": "**? CHỜ**", "warning": "! cảnh báo", "info": "i ghi chú"}
_COUNTED = {
    "critical": "lỗi phải sửa / critical", "hold": "chờ quyết định / holds", "warning": "cảnh báo / warnings",
    "info": "ghi chú / notes",
}  # fmt: skip
_STATES = {
    "accepted": "✓ Đã nhận / accepted", "accepted_with_warnings": "✓ Đã nhận, có cảnh báo / accepted with warnings",
    "held": "? Chờ quyết định / held", "rejected": "✕ Bị trả lại / rejected", "superseded": "Đã thay thế / superseded",
    "withdrawn": "Đã rút / withdrawn",
}  # fmt: skip


# intake -----------------------------------------------------------------------------------------------------------


def intake(taken: Intake) -> str:
    """How many files, and how many submissions in each state."""
    if not taken.new and not taken.duplicate:
        return "Không có gì mới. / Nothing new."
    lines = [f"- Tệp mới / new files: **{taken.new}**"]
    if taken.duplicate:
        lines.append(f"- Tệp trùng nội dung / same bytes under another name: **{taken.duplicate}**")
    counts = Counter(taken.states.values())
    rows = [(word, str(counts[state])) for state, word in _STATES.items() if counts[state]]
    return "\n".join(lines) + ("\n\n" + table(("Bài nộp / submissions", ""), rows) if rows else "")


# findings ---------------------------------------------------------------------------------------------------------


def findings(reference: Reference, found: Iterable[Finding]) -> str:
    """Grouped by unit, the unit with the gravest first; a hold says how it is decided."""
    ordered = sorted(found, key=_gravest)
    if not ordered:
        return "Không có phát hiện nào. / Nothing was found."
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in ordered[:MOST_FINDINGS]:
        groups[_whose(reference, finding)].append(finding)
    parts = [_counted(ordered)]
    parts += [
        f"### {plain(unit)}: {_counted(group)}\n\n{_findings_table(reference, group)}" for unit, group in groups.items()
    ]
    if len(ordered) > MOST_FINDINGS:
        more = len(ordered) - MOST_FINDINGS
        parts.append(f"… và {more} phát hiện nhẹ hơn, xem `etl findings` / and {more} less grave, see `etl findings`")
    return "\n\n".join([*parts, *_how_to_decide(ordered)])


def _gravest(finding: Finding) -> tuple[Any, ...]:
    decided = finding.decision is not None
    return (
        decided,
        SEVERITIES.index(finding.severity),
        finding.unit or "",
        finding.file,
        finding.sheet or "",
        finding.cell or "",
    )


def _whose(reference: Reference, finding: Finding) -> str:
    if finding.unit and finding.period:
        return unit_title(reference, finding.unit, finding.period)
    return "Chưa rõ đơn vị / unit not known"


def _counted(found: Iterable[Finding]) -> str:
    counts = Counter(f.severity for f in found)
    return ", ".join(f"{counts[s]} {_COUNTED[s]}" for s in SEVERITIES if counts[s])


def _findings_table(reference: Reference, found: Iterable[Finding]) -> str:
    rows = [
        (
            _SEVERITIES[f.severity],
            reference.forms[f.form].number if f.form and f.form in reference.forms else "",
            "<br>".join(plain(place) for place in (f.file, "!".join(p for p in (f.sheet, f.cell) if p)) if place),
            f"{plain(f.message_vi)}<br><em>{plain(f.message_en)}</em>",
            _decision(f),
        )
        for f in found
    ]
    return table(
        ("Mức", "Biểu", "Tệp, ô / file, cell", "Phát hiện và việc cần làm / what, and what to do", "Mã / id"), rows
    )


def _decision(finding: Finding) -> str:
    if finding.severity != HOLD:
        return ""
    if finding.decision:
        return f"đã quyết định / decided: {finding.decision}"
    proposal = f"<br>đề xuất / proposed: {plain(finding.proposal)}" if finding.proposal else ""
    return f"`{finding.id}`{proposal}"


def _how_to_decide(found: Sequence[Finding]) -> list[str]:
    waiting = next((f for f in found if f.severity == HOLD and not f.decision), None)
    if waiting is None:
        return []
    return [
        "Quyết định một việc chờ (nhận đề xuất, hoặc từ chối) / decide a hold (take its proposal, or refuse):\n\n"
        f"```\n.venv/bin/etl decide {waiting.id} accept --by 'TÊN' --reason 'LÝ DO'\n```"
    ]


# figures ----------------------------------------------------------------------------------------------------------


def figures(reference: Reference, report: Report, period: str, found: Iterable[Mapping[str, Any]]) -> str:
    """found: one unit's figures of a release, in the documented JSON shape; breakdowns are left to the release page."""
    totals = {(f["indicator"], f["period"]): f for f in found if f["breakdown"] is None}
    order = list(
        dict.fromkeys(i for item in report.items for i in item.indicators if any(i == one for one, _ in totals))
    )
    periods = sorted({p for _, p in totals}, key=lambda p: (p != period, p))
    main = {
        i: next(p for p in (periods if (i, period) in totals else reversed(periods)) if (i, p) in totals) for i in order
    }
    keys = [i for i in report.options.get("key") or order if i in main]
    key_rows = [_key_figure(reference, totals[i, main[i]]) for i in keys]
    all_rows = [
        (i, plain(reference.indicators[i].title_vi), *(_value(totals.get((i, p))) for p in periods),
         plain(totals[i, main[i]]["unit_of_measure"]))
        for i in order
    ]  # fmt: skip
    return "\n\n".join(
        [
            f"## Số liệu chính / key figures, {period}",
            table(
                ("Chỉ tiêu / indicator", "Giá trị / value", "Kỳ / period", "Báo cáo / reports", "Còn thiếu / missing"),
                key_rows,
            ),
            "## Mọi chỉ tiêu theo kỳ / every indicator by period",
            table(("Mã / id", "Chỉ tiêu / indicator", *periods, "Đơn vị tính"), all_rows),
        ]
    )


def _key_figure(reference: Reference, figure: Mapping[str, Any]) -> Sequence[str]:
    coverage = figure["coverage"]
    indicator = reference.indicators[figure["indicator"]]
    return (
        f"{plain(indicator.title_vi)}<br><em>{plain(indicator.title_en)}</em>",
        f"**{_value(figure)}** {plain(figure['unit_of_measure'])}",
        figure["period"],
        f"{coverage['reported']}/{coverage['expected']}",
        plain(missing_text(figure, reference)),
    )


def _value(figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return ""
    remark = STATUS_VI[figure["status"]]
    return plain(value_text(figure)) + (f" ({remark})" if remark else "")


# coverage ---------------------------------------------------------------------------------------------------------


def coverage(reference: Reference, status: Sequence[StatusRow]) -> str:
    """Unit × form, a table a period; what is missing stands out, what nobody asked for is a dot."""
    expected = [row for row in status if row.role == "expected"]
    if not expected:
        return "Lịch báo cáo không yêu cầu gì trong kỳ này. / The calendar expects nothing in this period."
    parts = [_matrix(reference, period, expected) for period in sorted({row.period for row in expected})]
    forms = sorted({row.form for row in expected}, key=lambda form: reference.forms[form].number)
    legend = "; ".join(f"{reference.forms[form].number} {plain(reference.forms[form].title_vi)}" for form in forms)
    return "\n\n".join([*parts, f"✓ đã nhận / accepted · không yêu cầu / not asked for. Biểu / forms: {legend}"])


def _matrix(reference: Reference, period: str, status: Sequence[StatusRow]) -> str:
    rows = [row for row in status if row.period == period]
    forms = sorted({row.form for row in rows}, key=lambda form: reference.forms[form].number)
    cells = {(row.unit, row.form): row for row in rows}
    lines = [
        (plain(unit_title(reference, unit, period)), *(_state(cells.get((unit, form))) for form in forms))
        for unit in sorted({row.unit for row in rows})
    ]
    counted = f"{sum(row.reported for row in rows)}/{len(rows)}"
    head = ("Đơn vị / unit", *(reference.forms[form].number for form in forms))
    return f"### {period}: {counted} đã nhận / accepted\n\n{table(head, lines)}"


def _state(row: StatusRow | None) -> str:
    if row is None:
        return "·"
    late = ", muộn" if row.late else ""
    if row.reported:
        return ("✓ không phát sinh" if row.nil else "✓") + late
    return f"**{STATE_VI.get(row.state, row.state)}**{late}"


# release ----------------------------------------------------------------------------------------------------------


def release_links(record: ReleaseRecord, base: str | None) -> str:
    """Links that a browser opens, where release pages are served at `base`; else where the folder lies."""
    title = f"Bản công bố {record.number} / release {record.number}"
    if not base:
        return f"{title}: `{record.folder}`"
    there = f"{base}/{record.number}"
    files = sorted(p.name for p in Path(record.folder).glob("*") if p.suffix in (".xlsx", ".docx", ".csv"))
    links = "".join(f"\n- [{name}]({there}/{name})" for name in files)
    return f"**[Mở trang công bố {record.number} / open the page of release {record.number}]({there}/index.html)**\n{links}"
