"""The receipt of one delivery: what came, when, what became of it, and what to do; HTML and plain text."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from etl.model.findings import CRITICAL, HOLD, INFO, SEVERITIES, WARNING, Finding

STATE_WORDS = {
    "accepted": "Đã nhận, được tính / Accepted",
    "accepted_with_warnings": "Đã nhận, có cảnh báo / Accepted with warnings",
    "held": "Chờ cán bộ Sở quyết định, chưa tính / Waits for a decision, does not count yet",
    "rejected": "Bị trả lại, không được tính / Rejected, does not count",
    "superseded": "Đã được thay bằng bản sau / Superseded by a later revision",
    "withdrawn": "Đã rút / Withdrawn",
}  # fmt: skip
_COUNT_WORDS = {
    CRITICAL: "lỗi / errors",
    HOLD: "chờ quyết định / holds",
    WARNING: "cảnh báo / warnings",
    INFO: "ghi chú / notes",
}
_MESSAGES = 15  # told on the receipt; all of them stand in the annotated workbook


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One submission of the delivery. revision: counted by the office, from 1."""

    form_number: str
    form_title: str
    unit_title: str
    period: str
    revision: int
    state: str
    nil: bool
    deadline: date | None
    late: bool
    findings: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> str:
        """The state in words; a form that was declared nil says so."""
        words = STATE_WORDS.get(self.state, self.state)
        return f"{words} (không phát sinh / nil)" if self.nil else words


@dataclass(frozen=True, slots=True)
class Receipt:
    """A delivery as its sender hears of it. findings: those that belong to no submission; copy: the annotated workbook."""

    file: str
    sha256: str
    size: int
    received_at: datetime
    lines: tuple[ReceiptLine, ...]
    findings: tuple[Finding, ...] = ()
    copy: str | None = None

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        return (*self.findings, *(f for line in self.lines for f in line.findings))


def what_to_do(receipt: Receipt) -> str:
    """One sentence: mend and send again, wait, look, or nothing."""
    severities = {f.severity for f in receipt.all_findings}
    states = {line.state for line in receipt.lines}
    copy = f"“{receipt.copy}”" if receipt.copy else "tệp đã gửi / your file"
    if CRITICAL in severities or "rejected" in states or not receipt.lines:
        return (
            f"Hãy sửa các lỗi nêu dưới đây trong {copy} rồi gửi lại; các biểu khác của tệp không bị ảnh hưởng. / "
            "Mend the errors below and send it again; other forms of the file are not affected."
        )
    if "held" in states:
        return (
            "Chưa cần gửi lại; cán bộ Sở sẽ quyết định hoặc liên hệ. / Nothing to send: an officer will decide or call."
        )
    if WARNING in severities:
        return (
            f"Hãy xem các cảnh báo trong {copy}: sửa, hoặc ghi giải trình ở cột cuối của sheet đầu. / "
            "Look at the warnings: mend them, or answer in the last column of the first sheet."
        )
    return "Không cần làm gì thêm. / Nothing more to do."


def receipt_text(receipt: Receipt) -> str:
    """The receipt as plain text: Vietnamese first, one fact a line."""
    lines = ["BIÊN NHẬN BÁO CÁO / RECEIPT", "", *(f"{name}: {value}" for name, value in _facts(receipt)), ""]
    for line in receipt.lines:
        lines += [
            f"– {name}: {value}" if i == 0 else f"  {name}: {value}" for i, (name, value) in enumerate(_line(line))
        ]
    lines += ["", f"Cần làm / What to do: {what_to_do(receipt)}"]
    told, more = _messages(receipt.all_findings)
    if told:
        lines += ["", "Phát hiện / Findings:", *(f"– {place}{vi} / {en}" for place, vi, en in told)]
    if more:
        lines.append(_more(more))
    return "\n".join(lines) + "\n"


def receipt_html(receipt: Receipt) -> str:
    """The same as a page that needs nothing from outside; every text is escaped."""
    facts = "".join(f"<tr><th>{_(n)}</th><td>{_(v)}</td></tr>" for n, v in _facts(receipt))
    forms = "".join(
        f'<section class="{_(line.state)}">'
        + "".join(f"<p><b>{_(n)}:</b> {_(v)}</p>" for n, v in _line(line))
        + "</section>"
        for line in receipt.lines
    )
    told, more = _messages(receipt.all_findings)
    items = "".join(f"<li>{_(place)}{_(vi)}<br><i>{_(en)}</i></li>" for place, vi, en in told)
    items += f"<li>{_(_more(more))}</li>" if more else ""
    found = f"<h2>Phát hiện / Findings</h2><ul>{items}</ul>" if items else ""
    return (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Biên nhận báo cáo / Receipt</title>'
        f"<style>{_STYLE}</style></head><body><h1>Biên nhận báo cáo / Receipt</h1><table>{facts}</table>{forms}"
        f'<p class="todo"><b>Cần làm / What to do:</b> {_(what_to_do(receipt))}</p>{found}</body></html>\n'
    )


def receipt_files(receipt: Receipt) -> dict[str, bytes]:
    """The receipt in both forms, by file name."""
    return {
        "bien-nhan.html": receipt_html(receipt).encode("utf-8"), "bien-nhan.txt": receipt_text(receipt).encode("utf-8"),
    }  # fmt: skip


def _facts(receipt: Receipt) -> list[tuple[str, str]]:
    forms = ", ".join(dict.fromkeys(line.form_number for line in receipt.lines)) or "không nhận ra / none recognised"
    return [
        ("Tệp / File", receipt.file),
        ("Nhận lúc / Received at", f"{receipt.received_at:%H:%M, %d/%m/%Y}"),
        ("Dung lượng / Size", f"{receipt.size} byte"),
        ("SHA-256", receipt.sha256),
        ("Biểu / Forms", forms),
        ("Phát hiện / Findings", _counts(receipt.all_findings)),
    ]


def _line(line: ReceiptLine) -> list[tuple[str, str]]:
    deadline = f"{line.deadline:%d/%m/%Y}" if line.deadline else "không có / none"
    late = " – nộp muộn / late" if line.late else " – đúng hạn / in time" if line.deadline else ""
    return [
        (f"Biểu {line.form_number}", f"{line.form_title} – {line.unit_title}, {line.period}"),
        ("Kết quả / Verdict", line.verdict),
        ("Lần gửi / Revision", str(line.revision)),
        ("Hạn nộp / Deadline", deadline + late),
        ("Phát hiện / Findings", _counts(line.findings)),
    ]


def _counts(findings: Sequence[Finding]) -> str:
    counts = Counter(f.severity for f in findings)
    return ", ".join(f"{counts[s]} {_COUNT_WORDS[s]}" for s in SEVERITIES if counts[s]) or "không có / none"


def _messages(findings: Sequence[Finding]) -> tuple[list[tuple[str, str, str]], int]:
    """(place, Vietnamese, English) of each cause that asks something of the sender, gravest first; how many are left out."""
    causes: dict[tuple[int, str, str], list[Finding]] = {}
    for finding in findings:
        if finding.severity != INFO:
            key = (SEVERITIES.index(finding.severity), finding.code, finding.sheet or "")
            causes.setdefault(key, []).append(finding)
    told = []
    for _key, group in sorted(causes.items(), key=lambda item: item[0]):
        first = min(group, key=lambda f: (len(f.cell or ""), f.cell or "", f.id))
        place = "!".join(p for p in (first.sheet, first.cell) if p)
        others = f" (và {len(group) - 1} ô khác / and {len(group) - 1} more)" if len(group) > 1 else ""
        told.append((f"{place}{others}: " if place else "", first.message_vi, first.message_en))
    return told[:_MESSAGES], max(0, len(told) - _MESSAGES)


def _more(count: int) -> str:
    return f"… và {count} loại phát hiện khác trong bản đánh dấu / and {count} more kinds in the annotated workbook"


def _(text: str) -> str:
    return html.escape(text)


_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c}"
    "th{text-align:left;padding-right:1rem;vertical-align:top;white-space:nowrap}td,li,p{overflow-wrap:anywhere}"
    "section{border-left:6px solid #8a94a6;padding:.2rem 1rem;margin:1rem 0;background:#f6f7f9}section p{margin:.2rem 0}"
    "section.rejected{border-color:#b3261e}section.held{border-color:#c77700}section.accepted{border-color:#2e7d32}"
    "section.accepted_with_warnings{border-color:#b08900}.todo{padding:.6rem 1rem;background:#e4eaf2}"
)
