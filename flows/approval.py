"""What a person reads before an official release is signed, without Prefect: what changes, who is missing, what is open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from etl.model.findings import Finding
from etl.model.releases import Move
from etl.queries.proposal import Proposal
from etl.queries.status import STATE_VI
from flows.markdown import plain, table, wrapped

#: what a browser shows at once; all of it is in `etl diff` once it is published
MOST_MOVES, MOST_MISSING, MOST_HOLDS = 100, 100, 50
#: what a form names before it asks
MOST_NAMED = 10


def approval(proposal: Proposal, again: bool) -> str:
    """All that is to be known, in the order in which it is asked. again: it was shown before, and figures have moved since."""
    content = proposal.content
    title = f"## {plain(content.report.title_vi)}, {content.period}: chờ duyệt / waits for approval"
    parts = [title, *([_AGAIN] if again else []), summary(proposal), _moves(proposal), _missing(proposal)]
    return "\n\n".join(part for part in [*parts, _holds(proposal), _waivers(proposal)] if part)


_AGAIN = (
    "**Số liệu hoặc việc chờ đã đổi từ lần xem trước: hãy xem lại."
    " / Figures or open holds have moved since they were last shown: look again.**"
)


def summary(proposal: Proposal) -> str:
    """A line each: what changes, coverage, holds, waivers."""
    content, expected = proposal.content, proposal.expected
    reported = sum(row.reported for row in expected)
    since = (
        f"{len(content.moved)} số khác bản {content.previous} / figures differ from release {content.previous}"
        if content.previous is not None
        else "bản đầu tiên của kỳ này / the first release of this period"
    )
    return "\n".join(
        [
            f"- Thay đổi / changes: **{since}**",
            f"- Đã nộp / reported: **{reported}/{len(expected)}**, thiếu / missing: **{len(proposal.missing)}**",
            f"- Việc chờ quyết định / open holds: **{len(proposal.holds)}**",
            f"- Miễn luật / waivers: **{len(proposal.waivers)}**",
        ]
    )


def _moves(proposal: Proposal) -> str:
    if not proposal.moves:
        return ""
    rows = [_move(proposal, move) for move in proposal.moves[:MOST_MOVES]]
    more = _more(len(proposal.moves), MOST_MOVES)
    head = ("Chỉ tiêu / indicator", "Đơn vị", "Kỳ", "Trước", "Sau / after")
    return f"### Sẽ thay đổi / what changes\n\n{table(head, rows)}{more}"


def _move(proposal: Proposal, move: Move) -> Sequence[str]:
    indicator = proposal.content.reference.indicators.get(move.indicator)
    part = "".join(f" {axis}={code}" for axis, code in move.breakdown)
    name = f"{move.indicator}{part}" + (f" {indicator.title_vi}" if indicator else "")
    unit = wrapped(proposal.content.unit_title(move.unit), 20)
    return wrapped(name, 36), unit, plain(move.period), _value(move.before), f"**{_value(move.after)}**"


def _value(text: str | None) -> str:
    return wrapped(text, 24) if text is not None else "–"


def _missing(proposal: Proposal) -> str:
    groups: dict[str, list[str]] = defaultdict(list)
    for row in proposal.missing[:MOST_MISSING]:
        number = proposal.content.reference.forms[row.form].number
        groups[proposal.content.unit_title(row.unit)].append(
            f"{number} {row.period} ({STATE_VI.get(row.state, row.state)})"
        )
    if not groups:
        return ""
    lines = [f"- {plain(unit)}: {plain(', '.join(forms))}" for unit, forms in groups.items()]
    listed = "\n".join(lines) + _more(len(proposal.missing), MOST_MISSING)
    return f"### Thiếu / missing\n\n{listed}"


def _holds(proposal: Proposal) -> str:
    if not proposal.holds:
        return ""
    lines = _named(proposal, MOST_HOLDS)
    listed = "\n".join(lines) + _more(len(proposal.holds), MOST_HOLDS)
    return f"### Việc chờ quyết định / open holds\n\n{listed}"


def left_open(proposal: Proposal) -> str:
    """The holds that an approval would leave open, before anybody is asked; '' where there are none."""
    if not proposal.holds:
        return ""
    lines = _named(proposal, MOST_NAMED)
    head = f"**Sẽ để ngỏ {len(proposal.holds)} việc / would be left open:**"
    return "\n".join([head, *lines]) + _more(len(proposal.holds), MOST_NAMED)


def _named(proposal: Proposal, most: int) -> list[str]:
    return [
        f"- `{hold.id}` · {_place(proposal, hold)}<br>{plain(hold.message_vi)}<br>{plain(hold.message_en)}"
        for hold in proposal.holds[:most]
    ]


def _place(proposal: Proposal, hold: Finding) -> str:
    """'02/KHCN-H 2021 · file!sheet!cell', as far as it is known."""
    form = proposal.content.reference.forms.get(hold.form or "")
    about = " ".join(part for part in (form.number if form else "", hold.period or "") if part)
    return plain(
        " · ".join(part for part in (about, "!".join(filter(None, (hold.file, hold.sheet, hold.cell)))) if part)
    )


def _waivers(proposal: Proposal) -> str:
    if not proposal.waivers:
        return ""
    listed = "\n".join(f"- {plain(vi)}<br>{plain(en)}" for vi, en in proposal.waivers)
    return f"### Miễn luật / waivers\n\n{listed}"


def _more(count: int, shown: int) -> str:
    return f"\n\n… và {count - shown} nữa / and {count - shown} more" if count > shown else ""
