"""The audit log for people: who did what, when, to what, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from etl.queries.tables import table
from etl.store.ledger import EventRecord

KINDS = {
    "batch": "nhận bài / ingest", "decide": "quyết định / decide", "undo": "rút quyết định / undo",
    "recheck": "đọc lại / recheck", "withdraw": "rút bài / withdraw", "reinstate": "dùng lại / reinstate",
    "release": "công bố / publish", "recall": "thu hồi / recall", "waive": "miễn / waive", "correct": "sửa ô / correct",
    "extend": "gia hạn / extend", "nil": "báo không phát sinh / nil", "lock": "khoá kỳ / lock",
    "let-in": "cho nộp sau khoá / lock exception", "refuse": "không duyệt / refuse",
}  # fmt: skip


def log_table(events: Iterable[EventRecord]) -> str:
    """A line an event."""
    rows = [
        (e.position, f"{e.at:%Y-%m-%d %H:%M:%S}", KINDS.get(e.kind, e.kind), e.by, _subject(e), _what(e))
        for e in events
    ]
    if not rows:
        return "Nhật ký còn trống. / The log is empty."
    return table(("Số", "Lúc", "Việc / what", "Ai / who", "Về / about", "Nội dung / content"), rows)


def _subject(event: EventRecord) -> str:
    return event.subject[:12] if event.kind in ("batch", "recheck") else event.subject


def _what(event: EventRecord) -> str:
    payload = event.payload
    if event.kind in ("batch", "recheck"):
        files = payload["files"] if "files" in payload else len(payload.get("deliveries", {}))
        states = Counter(payload.get("states", {}).values())
        counts = ", ".join(f"{state}: {count}" for state, count in sorted(states.items()))
        return f"{files} tệp / files" + (f"; {counts}" if counts else "")
    if event.kind == "release":
        kind = "chính thức / official" if payload["kind"] == "official" else "tạm tính / provisional"
        count = len(payload.get("open_holds", ()))
        waiting = f"khi còn {count} việc chờ / with {count} open holds" if count else ""
        parts = (f"{payload['report']} {payload['period']}, {kind}", waiting, payload["reason"])
        return "; ".join(part for part in parts if part)
    if event.kind == "decide":
        verb = " ".join(part for part in (payload["verb"], payload["argument"] or "") if part)
        return f"{payload['code']} {verb}: {payload['reason']}"
    if "about" in payload:
        about = ", ".join(f"{name} {value}" for name, value in payload["about"].items())
        return f"{about}: {payload['reason']}"
    return str(payload.get("reason", ""))
