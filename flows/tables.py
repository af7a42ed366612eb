"""The texts of the artifacts, without Prefect: intake, findings, figures, coverage, links to a release."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from etl.model.findings import CRITICAL, HOLD, SEVERITIES, Finding
from etl.model.reference import Reference, Report
from etl.model.releases import StatusRow
from etl.queries.figures import STATUS_VI, missing_text, value_text
from etl.queries.intake import Intake
from etl.queries.status import STATE_VI, unit_title
from etl.store.ledger import ReleaseRecord
from flows.markdown import plain, table, wrapped

#: a page that a browser shows at once; the rest is in `etl findings` and on the release page
MOST_FINDINGS = 400
MOST_PLACES = 20

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


def intake(taken: Intake, mail: Sequence[str] = ()) -> str:
    """How many files, how many submissions in each state, and what is to be known of the mailbox and of the answers."""
    return "\n\n".join(
        [_taken(taken), *(["### Thư / mail", "\n".join(f"- {plain(one)}" for one in mail)] if mail else [])]
    )


def _taken(taken: Intake) -> str:
    if not taken.new and not taken.duplicate:
        return "Không có gì mới. / Nothing new."
    lines = [f"- Tệp mới / new files: **{taken.new}**"]
    if taken.duplicate:
        lines.append(f"- Tệp trùng nội dung / same bytes under another name: **{taken.duplicate}**")
    counts = Counter(taken.states.values())
    rows = [(word, str(counts[state])) for state, word in _STATES.items() if counts[state]]
    return "\n".join(lines) + ("\n\n" + table(("Bài nộp / submissions", ""), rows) if rows else "")


@dataclass(frozen=True)
class Summary:
    """A night: the name of its state and its sentence, the intake, new releases, how much is open, owed, and said of the mail."""

    state: str
    message: str
    intake: Intake
    made: Sequence[ReleaseRecord]
    waiting: int
    owed: int
    mail: Sequence[str]


def summary(night: Summary, base: str | None) -> str:
    """One page that fits a phone; each line names the artifact or the flow where there is more."""
    numbers = ", ".join(
        f"[{one.number}]({base}/{one.number}/index.html)" if base else str(one.number) for one in night.made
    )
    rows = [
        ("Tệp mới / new files", str(night.intake.new), "intake, findings"),
        ("Bản công bố mới / new releases", numbers or "–", "release-page, figures"),
        ("Việc chờ quyết định / holds", str(night.waiting), "todo → **decide**" if night.waiting else ""),
        ("Biểu còn nợ / forms owed", str(night.owed), "reminders" if night.owed else ""),
        ("Thư / mail", str(len(night.mail)) if night.mail else "–", "intake" if night.mail else ""),
    ]
    head = f"## {plain(night.state)}\n\n{'<br>'.join(map(plain, night.message.splitlines()))}"
    return f"{head}\n\n{table(('', '', 'Xem / see'), rows)}"


# findings ---------------------------------------------------------------------------------------------------------


def findings(reference: Reference, found: Iterable[Finding]) -> str:
    """A list for each unit, the unit with the gravest first; a hold says how it is decided."""
    ordered = sorted(found, key=_gravest)
    if not ordered:
        return "Không có phát hiện nào. / Nothing was found."
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in ordered[:MOST_FINDINGS]:
        groups[_whose(reference, finding)].append(finding)
    parts = [_counted(ordered), *_how_to_decide(ordered)]
    for unit, group in groups.items():
        parts += [f"### {plain(unit)}: {_counted(group)}", "\n".join(_lines(reference, group))]
    if len(ordered) > MOST_FINDINGS:
        more = len(ordered) - MOST_FINDINGS
        parts.append(f"… và {more} phát hiện nhẹ hơn, xem `etl findings` / and {more} less grave, see `etl findings`")
    return "\n\n".join(parts)


def _gravest(finding: Finding) -> tuple[Any, ...]:
    grave = (finding.decision is not None, SEVERITIES.index(finding.severity))
    return *grave, finding.unit or "", finding.file, finding.sheet or "", finding.cell or ""


def _whose(reference: Reference, finding: Finding) -> str:
    if finding.unit and finding.period:
        return unit_title(reference, finding.unit, finding.period)
    return "Chưa rõ đơn vị / unit not known"


def _counted(found: Iterable[Finding]) -> str:
    counts = Counter(f.severity for f in found)
    return ", ".join(f"{counts[s]} {_COUNTED[s]}" for s in SEVERITIES if counts[s])


def _lines(reference: Reference, group: Iterable[Finding]) -> Iterator[str]:
    """What is said of a file in the same words is one line with all its places; a hold has its own, for its id."""
    same: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for finding in group:
        same[finding.severity, finding.file, finding.message_vi, finding.id if finding.severity == HOLD else ""].append(
            finding
        )
    for (severity, file, *_), told in same.items():
        places = dict.fromkeys(place for place in (_place(reference, finding) for finding in told) if place)
        where = ", ".join(list(places)[:MOST_PLACES]) + (" …" if len(places) > MOST_PLACES else "")
        said = f"{plain(told[0].message_vi)}<br>{plain(told[0].message_en)}"
        yield f"- {_SEVERITIES[severity]} · {plain(file)}{': ' if where else ''}{where}<br>{said}{_decision(told[0])}"


def _place(reference: Reference, finding: Finding) -> str:
    form = reference.forms.get(finding.form or "")
    cell = "!".join(p for p in (finding.sheet, finding.cell) if p)
    return plain(cell or (f"biểu {form.number}" if form else ""))


def _decision(finding: Finding) -> str:
    """What a person needs: the id of a submission that was sent back, the id of a hold, what was decided."""
    if finding.severity == CRITICAL and finding.submission:
        return f"<br>Bài nộp / submission: `{finding.submission}`"
    if finding.severity != HOLD:
        return ""
    if finding.decision:
        return f"<br>Đã quyết định / decided: {plain(finding.decision)}"
    proposal = f", đề xuất / proposed: {plain(finding.proposal)}" if finding.proposal else ""
    return f"<br>Mã / id: `{finding.id}`{proposal}"


def _how_to_decide(found: Sequence[Finding]) -> list[str]:
    waiting = next((f for f in found if f.severity == HOLD and not f.decision), None)
    if waiting is None:
        return []
    return [
        "Quyết định một việc chờ: luồng **decide** với mã của nó (xem **todo**), hoặc bằng lệnh"
        " / decide a hold: the flow **decide** with its id (see **todo**), or by a command:\n\n"
        f"```\n.venv/bin/etl decide {waiting.id} accept --by 'TÊN' --reason 'LÝ DO'\n```"
    ]


# figures ----------------------------------------------------------------------------------------------------------


def figures(reference: Reference, report: Report, period: str, found: Iterable[Mapping[str, Any]]) -> str:
    """Key figures of the main period first, then every indicator by period; breakdowns are left to the release page.

    found: one unit's figures of a release, in the documented JSON shape. period: the one that the release is for.
    """
    totals = {(f["indicator"], f["period"]): f for f in found if f["breakdown"] is None}
    periods = sorted({p for _, p in totals}, key=lambda p: (p != period, p))
    order = dict.fromkeys(i for item in report.items for i in item.indicators if any((i, p) in totals for p in periods))
    main = {i: totals[i, period] if (i, period) in totals else _latest(totals, i) for i in order}
    keys = [main[i] for i in report.options.get("key") or order if i in main]
    everything = [(_title(reference, main[i]), *(_narrow(totals.get((i, p))) for p in periods)) for i in order]
    return "\n\n".join(
        [
            f"## Số liệu chính / key figures: {period}",
            table(("Chỉ tiêu / indicator", "Giá trị / value", "Báo cáo"), [_key(reference, f, period) for f in keys]),
            "## Mọi chỉ tiêu theo kỳ / every indicator by period",
            table(("Chỉ tiêu / indicator", *periods), everything),
        ]
    )


def _latest(totals: Mapping[tuple[str, str], Mapping[str, Any]], indicator: str) -> Mapping[str, Any]:
    return totals[max(key for key in totals if key[0] == indicator)]


def _key(reference: Reference, figure: Mapping[str, Any], period: str) -> Sequence[str]:
    coverage, indicator = figure["coverage"], reference.indicators[figure["indicator"]]
    other = "" if figure["period"] == period else f" ({figure['period']})"
    unit = "" if figure["unit_of_measure"] == "%" or figure["value"] is None else " " + plain(figure["unit_of_measure"])
    names = "".join(f"<br>– {wrapped(name, 34)}" for name in figure["names"] or ())
    missing = missing_text(figure, reference)
    return (
        f"{wrapped(indicator.title_vi + other, 42)}<br>{wrapped(indicator.title_en, 42)}",
        f"**{_number(figure)}{unit}**{names}",
        f"{coverage['reported']}/{coverage['expected']}" + (f"<br>thiếu: {wrapped(missing, 18)}" if missing else ""),
    )


def _title(reference: Reference, figure: Mapping[str, Any]) -> str:
    code = figure["indicator"]
    title = wrapped(f"{code} {reference.indicators[code].title_vi} ({figure['unit_of_measure']})", 34)
    return title.replace(plain(code), f"**{plain(code)}**", 1)


def _narrow(figure: Mapping[str, Any] | None) -> str:
    return _number(figure).replace(" – ", " –<br>").replace(" (", "<br>(") if figure else ""


def _number(figure: Mapping[str, Any]) -> str:
    """'46', '100% (124/124)', '20% – 30%', '… (chưa có báo cáo)': without the names of a list."""
    value = value_text({**figure, "names": None})
    if figure["unit_of_measure"] == "%" and figure["value"] is not None:
        number, _, parts = value.partition(" ")
        value = f"{number}% {parts}".rstrip()
    remark = STATUS_VI[figure["status"]]
    return plain(value) + (f" ({remark})" if remark else "")


# coverage ---------------------------------------------------------------------------------------------------------


def coverage(reference: Reference, status: Sequence[StatusRow]) -> str:
    """Unit × form, a table a period; what is missing stands out, what nobody asked for is a dot."""
    expected = [row for row in status if row.role == "expected"]
    if not expected:
        return "Lịch báo cáo không yêu cầu gì trong kỳ này. / The calendar expects nothing in this period."
    parts = [_matrix(reference, period, expected) for period in sorted({row.period for row in expected})]
    forms = [reference.forms[form] for form in _by_number(reference, expected)]
    legend = "\n".join(f"- {_short(form.number)}: {plain(form.title_vi)} / {plain(form.title_en)}" for form in forms)
    signs = "✓ đã nhận / accepted; ✓ – không phát sinh / nothing to report; · không yêu cầu / not asked for"
    return "\n\n".join([*parts, signs, legend])


def _matrix(reference: Reference, period: str, status: Sequence[StatusRow]) -> str:
    rows = [row for row in status if row.period == period]
    forms = _by_number(reference, rows)
    cells = {(row.unit, row.form): row for row in rows}
    late = Counter(row.unit for row in rows if row.late)
    lines = [
        (
            plain(unit_title(reference, unit, period)),
            *(_state(cells.get((unit, form))) for form in forms),
            str(late[unit] or ""),
        )
        for unit in sorted({row.unit for row in rows})
    ]
    counted = f"{sum(row.reported for row in rows)}/{len(rows)}"
    head = ("Đơn vị / unit", *(_short(reference.forms[form].number) for form in forms), "Muộn / late")
    return f"### {period}: {counted} đã nhận / accepted\n\n{table(head, lines)}"


def _by_number(reference: Reference, rows: Iterable[StatusRow]) -> list[str]:
    return sorted({row.form for row in rows}, key=lambda form: reference.forms[form].number)


def _short(number: str) -> str:
    """'01' for '01/KHCN-H'."""
    return plain(number.partition("/")[0])


def _state(row: StatusRow | None) -> str:
    if row is None:
        return "·"
    if row.reported:
        return "✓ –" if row.nil else "✓"
    return f"**{STATE_VI.get(row.state, row.state)}**"


# release ----------------------------------------------------------------------------------------------------------


def release_links(record: ReleaseRecord, files: Iterable[str], base: str | None) -> str:
    """Links that a browser opens, where release pages are served at `base`; else where the folder lies. files: all of it."""
    title = f"Bản công bố {record.number} / release {record.number}"
    if not base:
        return f"{title}: `{record.folder}`"
    there = f"{base}/{record.number}"
    opened = sorted(name for name in files if "/" not in name and name.endswith((".xlsx", ".docx", ".csv")))
    links = "".join(f"\n- [{name}]({there}/{name})" for name in opened)
    return f"**[Mở trang công bố {record.number} / open the page of release {record.number}]({there}/index.html)**\n{links}"


def backfilled(made: Iterable[tuple[str, ReleaseRecord, bool]], base: str | None) -> str:
    """A line a period: its release, linked where pages are served, and whether a figure moved."""
    rows = [
        (
            period,
            f"[{record.number}]({base}/{record.number}/index.html)" if base else str(record.number),
            "**số liệu đổi, bản mới / figures moved, a new release**" if new else "vẫn đúng / holds",
        )
        for period, record, new in made
    ]
    return table(("Kỳ / period", "Bản / release", ""), rows)
