"""The report as a Word document: the office's own template, filled with the text and the figures of a release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from etl.model.clock import LOCAL_TIME
from etl.model.figures import PROVISIONAL, Figure
from etl.model.releases import ReleaseContent, StatusRow
from etl.report import blocks, notes, words
from etl.report.letter.filling import Place, filled, legal
from etl.report.letter.form import BODY, HEADING, LISTED, blank_letter
from etl.report.letter.tables import CENTER, LEFT, RIGHT, Table
from etl.report.narrative import narrative
from etl.report.titles import Titles, parts, shown
from etl.report.words import joined, period, word

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_NO_SPACE = "\N{NO-BREAK SPACE}"
#: what stands where the report's option `letter` says nothing: a place to write by hand
_BLANK = "…………………"


def letter(content: ReleaseContent) -> bytes:
    """<report>.docx of a release; the same content gives the same bytes."""
    titles = Titles(content)
    template = content.reference.letters.get(content.report.id) or blank_letter()
    told = {
        "lời văn": lambda place: _text(content, titles, place, "vi"),
        "lời văn tiếng Anh": lambda place: _text(content, titles, place, "en"),
        "bảng số liệu chính": lambda place: _key_figures(content, titles, place),
        "nơi nhận": lambda place: _recipients(content, place),
        "phụ lục số liệu": lambda place: _all_figures(content, titles, place),
        "phụ lục theo đơn vị": lambda place: _by_unit(content, titles, place),
        "phụ lục độ đầy đủ": lambda place: _coverage(content, titles, place),
    }
    fields = letter_fields(content)
    return filled(
        template,
        fields,
        told,
        content.report.title_vi,
        fields["cơ quan ban hành"],
        content.created_at.astimezone(LOCAL_TIME),
    )


def _options(content: ReleaseContent) -> Mapping[str, Any]:
    """The report's option `letter`: who issues it, its number, place, signer and recipients."""
    given = content.report.options.get("letter")
    return given if isinstance(given, dict) else {}


def letter_fields(content: ReleaseContent) -> dict[str, str]:
    """What stands in the place of each field."""
    given, kind = _options(content), word(words.KINDS, content.kind)
    said = period(content.period).vi
    standing = "" if content.kind == "official" else f". {notes.standing(content).vi.rstrip('.')}"
    return {
        "cơ quan chủ quản": str(given.get("parent", _BLANK)).upper(),
        "cơ quan ban hành": str(given.get("agency", _BLANK)).upper(),
        "số, ký hiệu": str(given.get("symbol", "")),
        "địa danh": str(given.get("place", _BLANK)),
        "ngày tháng năm": words.full_date(content.created_at),
        "tên loại": str(given.get("kind", "BÁO CÁO")).upper(),
        "tên báo cáo": content.report.title_vi,
        "kỳ": f"{'giai đoạn ' if '..' in content.period else ''}{said}",
        "tình trạng": f"({kind.vi} số {content.number}{standing})",
        "quyền hạn ký": str(given.get("authority", _BLANK)).upper(),
        "người ký": str(given.get("signer", "")),
        "số bản công bố": str(content.number),
    }


def _text(content: ReleaseContent, titles: Titles, place: Place, language: str) -> None:
    """The narrative, its headings numbered; a number and what it counts are not parted at the end of a line."""
    if language == "en":
        place.paragraph(f"{content.report.title_en}. {notes.subtitle(content).en}", BODY)
    for number, section in enumerate(narrative(content, titles)):
        place.paragraph(f"{_ROMAN[number % len(_ROMAN)]}. {getattr(section.heading, language).upper()}", HEADING)
        for at, told in enumerate(section.paragraphs):
            paragraph = place.paragraph("- " if told.listed else "", LISTED if told.listed else BODY)
            for run in getattr(told, language):
                text = run.text.replace(" – ", f"{_NO_SPACE}–{_NO_SPACE}") if run.figure else run.text
                paragraph.add_run(legal(text))
            if told.listed:
                follows = at + 1 < len(section.paragraphs) and section.paragraphs[at + 1].listed
                paragraph.add_run(";" if follows else ".")


def _recipients(content: ReleaseContent, place: Place) -> None:
    given = _options(content).get("recipients") or [_BLANK]
    for number, one in enumerate(given, 1):
        place.paragraph(f"- {one}{'.' if number == len(given) else ';'}")


def _number(figure: Figure | None) -> str:
    """The figure as a cell says it: a provisional one bears a star."""
    if figure is None:
        return ""
    of = parts(figure).vi
    star = "*" if figure.status == PROVISIONAL else ""
    return f"{shown(figure, tidy=True).vi}{star}" + (f" ({of})" if of else "")


def _key_figures(content: ReleaseContent, titles: Titles, place: Place) -> None:
    place.paragraph("Bảng số liệu chính", HEADING)
    table = Table(
        place, ("STT", "Chỉ tiêu", "Đơn vị tính", "Kỳ", "Giá trị", "Báo cáo đã nhận"), (13, 62, 22, 23, 26, 19),
        (CENTER, LEFT, CENTER, CENTER, RIGHT, CENTER),
    )  # fmt: skip
    for number, figure in enumerate(blocks.key_figures(content), 1):
        table.line((
            str(number), titles.indicator(figure.indicator).vi, words.measure(figure.unit_of_measure).vi, period(figure.period).vi,
            _number(figure), f"{figure.coverage.reported}/{figure.coverage.expected}",
        ))  # fmt: skip
    table.note(_LEGEND)


_LEGEND = (
    "* Số tạm tính. Báo cáo đã nhận: số báo cáo được tính trên số báo cáo phải có. Số chưa có không được thay bằng 0."
)


def _all_figures(content: ReleaseContent, titles: Titles, place: Place) -> None:
    """Every figure of the report's own unit, by form, a column for each period."""
    told = blocks.by_period(content)
    wide = 252 - 78 - 26
    width = wide / max(len(told.periods), 1)
    table = Table(
        place, ("Chỉ tiêu", "Đơn vị tính", *(period(code).vi for code in told.periods)),
        (78, 26, *[width] * len(told.periods)), (LEFT, CENTER, *[RIGHT] * len(told.periods)),
    )  # fmt: skip
    for form, lines in told.forms:
        table.heading(f"Biểu {titles.form_number(form)}: {titles.form(form).vi}" if form else "Chỉ tiêu khác")
        for line in lines:
            table.line((
                titles.indicator(line.indicator).vi, words.measure(line.sample.unit_of_measure).vi,
                *(_with_coverage(figure) for figure in line.figures),
            ))  # fmt: skip
    table.note(f"{_LEGEND} Trong ngoặc: tử số/mẫu số; độ đầy đủ chỉ ghi nơi còn thiếu báo cáo.")
    if any(form.synthetic for form in content.reference.forms.values()):
        table.note("Các biểu là biểu làm việc, không phải biểu do Nhà nước ban hành.")


def _with_coverage(figure: Figure | None) -> str:
    if figure is None or figure.coverage.reported == figure.coverage.expected:
        return _number(figure)
    return f"{_number(figure)} [{figure.coverage.reported}/{figure.coverage.expected}]"


def _by_unit(content: ReleaseContent, titles: Titles, place: Place) -> None:
    told = blocks.by_unit(content)
    if not told.units or len(told.units) > 14:
        place.paragraph("Xem trang “Theo đơn vị” của bảng tính kèm theo.", BODY)
        return
    first = max(40, min(62, 252 - 18 * len(told.units)))  # mm: 39.912,4* needs 17.6 and never breaks before its star
    width = (252 - first) / len(told.units)
    table = Table(
        place, ("Chỉ tiêu (kỳ)", *(titles.unit(unit) for unit in told.units)), (first, *[width] * len(told.units)),
        (LEFT, *[RIGHT] * len(told.units)),
    )  # fmt: skip
    for line in told.lines:
        title, of = titles.indicator(line.indicator).vi, words.measure(line.sample.unit_of_measure).vi
        table.line((f"{title} ({of}, {period(line.period).vi})", *(_short(figure) for figure in line.figures)))
    table.note("* Số tạm tính; ○ chưa có báo cáo; ⊘ chưa công bố; ô trống: đơn vị không báo cáo chỉ tiêu này.")


def _short(figure: Figure | None) -> str:
    if figure is None:
        return ""
    signs = {"not_reported": "○", "withheld": "⊘"}
    star = "*" if figure.status == PROVISIONAL else ""
    return signs.get(figure.status) or f"{shown(figure, tidy=True).vi}{star}"


def _coverage(content: ReleaseContent, titles: Titles, place: Place) -> None:
    """Who sent what, a table for each period, and by name who did not."""
    for told in blocks.coverage(content):
        asked = [row for row in told.cells.values() if row.role == "expected"]
        got = sum(row.reported for row in asked)
        place.paragraph(f"Kỳ {period(told.period).vi}: đã nhận {got}/{len(asked)} báo cáo", HEADING)
        width = (252 - 52) / max(len(told.forms), 1)
        table = Table(
            place, ("Đơn vị", *(titles.form_number(form) for form in told.forms)), (52, *[width] * len(told.forms)),
            (LEFT, *[CENTER] * len(told.forms)),
        )  # fmt: skip
        for unit in told.units:
            cells = (_state(told.cells.get((unit, form))) for form in told.forms)
            table.line((titles.unit(unit, told.period), *cells))
        missing = sorted((row for row in asked if not row.reported), key=lambda row: (row.unit, row.form))
        if missing:
            named = (f"{titles.unit(r.unit, r.period)} – {titles.form_number(r.form)}" for r in missing)
            table.note("Còn thiếu hoặc chưa được tính: " + "; ".join(named) + ".")


def _state(row: StatusRow | None) -> str:
    """What became of one form, in words: black print knows no colours."""
    if row is None:
        return "–"
    said = [word(words.STATES, row.state)]
    said += [words.NIL] if row.nil and row.reported else []
    said += [words.LATE] if row.late else []
    said += [word(words.ROLES, row.role)] if row.role != "expected" else []
    return joined(said, ", ").vi
