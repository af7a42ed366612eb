"""The sheet that goes to the head with the report: what moved, what is missing, what was waived, and the files' hashes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from etl.model.clock import LOCAL_TIME
from etl.model.figures import PUBLISHED
from etl.model.findings import HOLD
from etl.model.out import Written
from etl.model.releases import Move, ReleaseContent
from etl.report import blocks, notes, words
from etl.report.letter.filling import Place, filled
from etl.report.letter.form import BODY, HEADING, LISTED, blank_sign_off
from etl.report.letter.report import letter_fields
from etl.report.letter.tables import CENTER, LEFT, RIGHT, Table
from etl.report.titles import Titles, shown
from etl.report.words import joined, period, word

#: rows of one table; the rest is counted, and stands in the data files
_MOST = 60


def sign_off(content: ReleaseContent, files: Mapping[str, Written]) -> bytes:
    """The Word document; files: those of the release that it names by their hash."""
    titles, fields = Titles(content), letter_fields(content)

    def told(place: Place) -> None:
        for number, part in enumerate((_standing, _moved, _missing, _open, _decided, _hashes, _opinion), 1):
            part(content, titles, place, files, f"{number}. ")

    made = content.created_at.astimezone(LOCAL_TIME)
    title = f"Phiếu trình ký: {content.report.title_vi}"
    return filled(blank_sign_off(), fields, {"nội dung": told}, title, fields["cơ quan ban hành"], made)


def _standing(content: ReleaseContent, _: Titles, place: Place, __: Mapping[str, Written], number: str) -> None:
    own = blocks.totals(content)
    counts = Counter(figure.status for figure in own)
    told = "; ".join(f"{word(words.STATUSES, code).vi.lower()}: {counts[code]}" for code in words.STATUSES)
    asked = [row for row in content.status if row.role == "expected"]
    place.paragraph(f"{number}Tình trạng", HEADING)
    place.paragraph(f"Bản này có {len(own)} số liệu của đơn vị lập báo cáo ({told}).", BODY)
    place.paragraph(f"Đã nhận {sum(row.reported for row in asked)}/{len(asked)} báo cáo phải có.", BODY)


def _moved(content: ReleaseContent, titles: Titles, place: Place, _: Mapping[str, Written], number: str) -> None:
    place.paragraph(f"{number}Số liệu thay đổi so với bản trước", HEADING)
    if content.previous is None:
        place.paragraph("Đây là bản đầu tiên của báo cáo này, không có bản trước để so sánh.", BODY)
        return
    first = content.report.unit
    moved = sorted((m for m in content.moved if not m.breakdown), key=lambda m: (m.unit != first, m.unit))
    if not content.moved:
        place.paragraph(f"Không có số liệu nào khác bản số {content.previous}.", BODY)
        return
    place.paragraph(f"Khác bản số {content.previous}: {len(content.moved)} số liệu, kể cả số phân tổ.", BODY)
    table = Table(
        place, ("Chỉ tiêu", "Đơn vị", "Kỳ", "Trước", "Nay"), (63, 34, 24, 22, 22), (LEFT, LEFT, CENTER, RIGHT, RIGHT)
    )
    for move in moved[:_MOST]:
        table.line(_move(move, titles))
    if len(moved) > _MOST:
        table.note(f"Và {len(moved) - _MOST} số liệu khác.")
    table.note(f"Nguyên nhân từng ô: etl diff {content.previous} {content.number}.")


def _move(move: Move, titles: Titles) -> tuple[str, ...]:
    title, unit = titles.indicator(move.indicator).vi, titles.unit(move.unit, move.period)
    return title, unit, period(move.period).vi, words.exact(move.before).vi, words.exact(move.after).vi


def _missing(content: ReleaseContent, titles: Titles, place: Place, _: Mapping[str, Written], number: str) -> None:
    place.paragraph(f"{number}Báo cáo còn thiếu hoặc chưa được tính", HEADING)
    gaps = [row for row in content.status if row.role == "expected" and not row.reported]
    if not gaps:
        place.paragraph("Không thiếu báo cáo nào.", BODY)
        return
    table = Table(place, ("Đơn vị", "Biểu", "Kỳ", "Tình trạng"), (55, 30, 40, 40), (LEFT, CENTER, CENTER, CENTER))
    for row in sorted(gaps, key=lambda r: (r.period, r.form, r.unit))[:_MOST]:
        state = word(words.STATES, row.state).vi
        table.line((titles.unit(row.unit, row.period), titles.form_number(row.form), period(row.period).vi, state))
    if len(gaps) > _MOST:
        table.note(f"Và {len(gaps) - _MOST} báo cáo khác.")


def _open(content: ReleaseContent, titles: Titles, place: Place, _: Mapping[str, Written], number: str) -> None:
    place.paragraph(f"{number}Số liệu chưa trọn", HEADING)
    own = [figure for figure in blocks.totals(content) if figure.status != PUBLISHED]
    if not own:
        place.paragraph("Mọi số liệu của đơn vị lập báo cáo đều đủ điều kiện công bố.", BODY)
        return
    table = Table(
        place,
        ("Chỉ tiêu", "Kỳ", "Giá trị", "Tình trạng", "Còn thiếu"),
        (55, 22, 22, 22, 44),
        (LEFT, CENTER, RIGHT, CENTER, LEFT),
    )
    for figure in own[:_MOST]:
        table.line((
            titles.indicator(figure.indicator).vi, period(figure.period).vi, shown(figure, tidy=True).vi,
            word(words.STATUSES, figure.status).vi,
            joined(titles.missing(figure)).vi or f"{figure.coverage.reported}/{figure.coverage.expected}; chờ quyết định",
        ))  # fmt: skip


def _decided(content: ReleaseContent, titles: Titles, place: Place, _: Mapping[str, Written], number: str) -> None:
    place.paragraph(f"{number}Quyết định và miễn trừ đã dùng", HEADING)
    waived = notes.waivers(content)
    for label, text in waived:
        place.paragraph(f"- {label.vi}: {text.vi}", LISTED)
    holds = [f for f in content.findings if f.severity == HOLD]
    decided = [f for f in holds if f.decision is not None]
    told = f"Điểm chờ quyết định: {len(holds) - len(decided)}; đã quyết định: {len(decided)}"
    place.paragraph(f"{told}{'; miễn trừ: không có' if not waived else ''}.", BODY)
    if decided:
        table = Table(
            place, ("Đơn vị", "Quy tắc", "Giá trị", "Quyết định"), (40, 45, 50, 30), (LEFT, LEFT, LEFT, CENTER)
        )
        for finding in sorted(decided, key=lambda f: (f.unit or "", f.code, f.id))[:_MOST]:
            unit = titles.unit(finding.unit, finding.period) if finding.unit else ""
            table.line((unit, finding.code, finding.value or "", word(words.DECISIONS, finding.decision or "").vi))


def _hashes(content: ReleaseContent, _: Titles, place: Place, files: Mapping[str, Written], number: str) -> None:
    place.paragraph(f"{number}Mã băm sha256 của những gì trình ký", HEADING)
    table = Table(place, ("Tệp", "sha256"), (37, 128), (LEFT, LEFT))
    for name in sorted(files):
        if name.endswith((".docx", ".xlsx")) or name in ("figures.json", "figures.csv"):
            table.line((name, files[name].sha256))
    table.line(("Dữ liệu tham chiếu", content.reference.hash))
    table.line(("Bộ luật kiểm tra", content.reference.suite_hash))
    table.note(f"Vị trí trong sổ cái: {content.ledger_position}; phần mềm: {content.version}. Đối chiếu: etl verify.")


def _opinion(_: ReleaseContent, __: Titles, place: Place, ___: Mapping[str, Written], number: str) -> None:
    place.paragraph(f"{number}Ý kiến của lãnh đạo", HEADING)
    place.paragraph("☐ Đồng ý công bố        ☐ Yêu cầu bổ sung, làm rõ:", BODY)
    for _line in range(2):
        place.paragraph("…" * 28, BODY)
    place.paragraph("Ngày ……… tháng ……… năm …………        Ký, ghi rõ họ tên:", BODY)
