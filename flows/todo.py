"""The texts of artifacts about what people have to do and have done, without Prefect: to-do list, decisions, reminders, moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from etl.acts.decide import Decided
from etl.acts.recheck import Moves
from etl.model.findings import Finding
from etl.model.reference import Reference
from etl.queries.figures import value_text
from etl.queries.remind import Reminder
from etl.queries.status import STATE_VI, unit_title
from flows.markdown import plain, table, wrapped

#: what a browser shows at once
MOST_HOLDS, MOST_MOVES = 200, 300


def todo(reference: Reference, holds: Sequence[Finding]) -> str:
    """What waits for a decision, by unit, each with what `decide` needs; nothing is a sentence too."""
    if not holds:
        return "Không có việc nào chờ quyết định. / Nothing waits for a decision."
    groups: dict[str, list[Finding]] = defaultdict(list)
    for hold in sorted(holds, key=lambda f: (f.unit is None, f.unit or "", f.file, f.code, f.id))[:MOST_HOLDS]:
        known = hold.unit and hold.period
        groups[unit_title(reference, hold.unit, hold.period) if known else ""].append(hold)  # type: ignore[arg-type]  # known: both are there
    parts = [f"**{len(holds)}** việc chờ quyết định / holds wait for a decision", _HOW]
    for unit, group in groups.items():
        parts.append(f"### {plain(unit) or 'Chưa rõ đơn vị / unit not known'}")
        parts.append(f"```\n{chr(10).join(hold.id for hold in group)}\n```")
        parts.append("\n".join(_hold(hold) for hold in group))
    if len(holds) > MOST_HOLDS:
        parts.append(f"… và {len(holds) - MOST_HOLDS} việc nữa / and {len(holds) - MOST_HOLDS} more")
    return "\n\n".join(parts)


_HOW = (
    "Mở luồng **decide**, dán mã vào ô **holds** (một hay nhiều), chọn **verb**, ghi tên và lý do."
    "<br>Open the flow **decide**, paste ids into **holds**, choose **verb**, say who and why."
)


def _hold(hold: Finding) -> str:
    place = plain("!".join(p for p in (hold.sheet, hold.cell) if p))
    proposal = f"<br>→ đề xuất / proposed: **{plain(hold.proposal)}**" if hold.proposal else ""
    return (
        f"- `{hold.id}` · {plain(hold.file)}{': ' if place else ''}{place}"
        f"<br>{plain(hold.message_vi)}<br>{plain(hold.message_en)}{proposal}"
    )


def decided(done: Decided) -> str:
    """Each decision with its number (to take it back by), and what it changed."""
    rows = [
        (str(d.id), f"{d.verb} {plain(d.argument or '')}".rstrip(), wrapped(d.finding.message_vi, 60))
        for d in done.decisions
    ]
    told = table(("Số / number", "", "Việc / hold"), rows) if rows else "Không có quyết định mới. / No new decision."
    return told + ("\n\n" + changed(done.changed) if done.changed else "")


def changed(moved: Mapping[str, str]) -> str:
    """Submissions and the state that each has now."""
    if not moved:
        return "Không có gì thay đổi. / Nothing changed."
    rows = [(f"`{name}`", STATE_VI.get(state, state)) for name, state in moved.items()]
    return table(("Bài nộp / submission", "Nay là / is now"), rows)


def moves(found: Moves) -> str:
    """What a recheck would move: states of submissions, then figures of the newest releases."""
    if not found.states and not found.figures:
        return "Sẽ không có gì thay đổi. / Nothing would change."
    parts = []
    if found.states:
        rows = [(f"`{name}`", plain(change)) for name, change in list(found.states.items())[:MOST_MOVES]]
        parts.append(table(("Bài nộp / submission", "Trạng thái / state"), rows))
    if found.figures:
        parts.append(
            table(("Chỉ tiêu / indicator", "Đơn vị", "Kỳ", "Trước", "Sau"), map(_move, found.figures[:MOST_MOVES]))
        )
    left = max(0, len(found.states) - MOST_MOVES) + max(0, len(found.figures) - MOST_MOVES)
    return "\n\n".join([*parts, *([f"… và {left} dòng nữa / and {left} more"] if left else [])])


def _move(move: Mapping[str, Any]) -> Sequence[str]:
    one = move["after"] or move["before"]
    part = "".join(f" {axis}={code}" for axis, code in (one["breakdown"] or {}).items())
    before, after = (plain(value_text(move[side])) if move[side] else "–" for side in ("before", "after"))
    return plain(one["indicator"] + part), one["unit"], one["period"], before, f"**{after}**"


def reminders(found: Iterable[Reminder]) -> str:
    """Who owes what, a table a unit, in the order of urgency."""
    groups: dict[str, list[Reminder]] = defaultdict(list)
    for one in found:
        groups[one.unit_title].append(one)
    if not groups:
        return "Không ai còn nợ biểu nào. / Nobody owes a form."
    parts = [
        f"### {plain(unit)}: {len(owed)} biểu / forms\n\n" + "\n".join(map(_owed, owed))
        for unit, owed in groups.items()
    ]
    return "\n\n".join(parts)


def _owed(one: Reminder) -> str:
    return f"- {plain(one.message_vi)}<br>{plain(one.message_en)}"
