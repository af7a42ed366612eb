"""The report workbook: the province's figures, the units, who reported, what was found, and on what it rests."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from etl.model import findings as severities
from etl.model.clock import LOCAL_TIME
from etl.model.figures import NOT_REPORTED, PROVISIONAL, PUBLISHED, WITHHELD, Figure, number_text
from etl.model.findings import Finding
from etl.model.releases import MISSING, ReleaseContent, StatusRow
from etl.report import blocks, claims, notes, words
from etl.report.form_sheets import form_sheets
from etl.report.sheets import Number, Painted, Sheet, Styles
from etl.report.titles import Titles
from etl.report.words import Text, joined, period, word
from etl.report.zipped import stored

_PRINTED = 10  # columns of the sheet of figures that fit a page; parts and English stand right of them

_STATUS_PAINTS = {PUBLISHED: "good", PROVISIONAL: "warn", WITHHELD: "hold", NOT_REPORTED: "none"}
_STATE_PAINTS = {
    severities.ACCEPTED: "good",
    severities.ACCEPTED_WITH_WARNINGS: "warn",
    severities.HELD: "hold",
    severities.REJECTED: "bad",
    MISSING: "none",
}
_SEVERITY_PAINTS = {
    severities.CRITICAL: "bad",
    severities.HOLD: "hold",
    severities.WARNING: "warn",
    severities.INFO: "none",
}


#: beyond so many a workbook opens slowly and cannot be mailed: breakdowns of single units then stand in the data files alone
MOST_FIGURES = 20_000
#: and findings, the gravest of them: nobody reads more, and each is some twelve cells that are held until all are written
MOST_FINDINGS = 20_000


def workbook(content: ReleaseContent) -> bytes:
    """The xlsx of a release; the same content gives the same bytes."""
    import xlsxwriter

    sink = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "dd/mm/yyyy",
    }
    with xlsxwriter.Workbook(sink, options) as book:
        made = content.created_at.astimezone(LOCAL_TIME).replace(tzinfo=None)
        book.set_properties({"title": content.report.title_vi, "created": made})
        styles, titles = Styles(book), Titles(content)
        for write in (_figures, _by_unit, _forms, _coverage, _claims, _findings, _trace, _notes):
            write(content, titles, styles)
    return stored(sink.getvalue())


def _forms(content: ReleaseContent, titles: Titles, styles: Styles) -> None:
    form_sheets(content, titles, styles, notes.subtitle(content))


def _sheet(content: ReleaseContent, styles: Styles, name: str, widths: list[float]) -> Sheet:
    title = Text(content.report.title_vi, content.report.title_en)
    return Sheet(styles, name, title, notes.subtitle(content), widths)


def _figures(content: ReleaseContent, titles: Titles, styles: Styles) -> None:
    sheet = _sheet(content, styles, "Số liệu", [40, 20, 16, 12, 12, 11, 9, 24, 14, 38, 11, 11, 11, 11, 44, 16])
    headings = [
        Text("Chỉ tiêu", "Indicator"), Text("Phân tổ", "Breakdown"), Text("Đơn vị", "Unit"), Text("Kỳ", "Period"),
        Text("Giá trị", "Value"), Text("Đơn vị tính", "Unit of measure"), Text("Báo cáo đã nhận", "Reports received"),
        Text("Còn thiếu", "Missing"), Text("Tình trạng", "Status"), Text("Danh sách", "Names"),
        Text("Thấp nhất", "Lowest"), Text("Cao nhất", "Highest"), Text("Tử số", "Numerator"), Text("Mẫu số", "Denominator"),
        Text("Tên tiếng Anh", "Indicator in English"), Text("Đơn vị tính tiếng Anh", "Measure in English"),
    ]  # fmt: skip
    sheet.header(headings, frozen_columns=1)
    few = len(content.figures) <= MOST_FIGURES
    others = (f for f in blocks.wholes(content) if f.unit != content.report.unit)
    shown = list(blocks.ordered(content)) if few else [*blocks.own(content), *others]
    for figure in shown:
        sheet.line(_figure(figure, titles))
    sheet.filtered(printed_columns=_PRINTED)
    if rest := len(content.figures) - len(shown):
        sheet.remark(
            Text(
                f"Còn {rest} số theo phân tổ của từng đơn vị, không ghi ở đây: xem figures.csv và figures.parquet.",
                f"{rest} more figures, the breakdowns of single units, are not listed here: see figures.csv and figures.parquet.",
            )
        )


def _figure(figure: Figure, titles: Titles) -> Iterator[Any]:
    title, of = titles.indicator(figure.indicator), words.measure(figure.unit_of_measure)
    yield title.vi
    yield titles.breakdown(figure).vi
    yield titles.unit(figure.unit, figure.period)
    yield period(figure.period).vi
    yield figure
    yield of.vi
    yield f"{figure.coverage.reported}/{figure.coverage.expected}"
    yield joined(titles.missing(figure)).vi
    yield Painted(word(words.STATUSES, figure.status).vi, _STATUS_PAINTS.get(figure.status, "none"))
    yield joined(titles.names(figure)).vi
    for part in (figure.low, figure.high):
        yield None if part is None else Number(part, figure.decimals)
    for part in (figure.numerator, figure.denominator):
        yield None if part is None else Number(part, _decimals(part))
    yield from (title.en, of.en)


def _decimals(part: Decimal) -> int:
    """Digits that a part of a ratio has after the mark: 118 has none."""
    return len((number_text(part) or "").partition(".")[2])


def _by_unit(content: ReleaseContent, titles: Titles, styles: Styles) -> None:
    table = blocks.by_unit(content)
    sheet = _sheet(content, styles, "Theo đơn vị", [46, 12, 12, *[11.0] * len(table.units)])
    headings = [Text("Chỉ tiêu", "Indicator"), Text("Kỳ", "Period"), Text("Đơn vị tính", "Unit of measure")]
    sheet.header([*headings, *(Text.same(titles.unit(unit)) for unit in table.units)], frozen_columns=3)
    for line in table.lines:
        unit_of_measure = words.measure(line.sample.unit_of_measure)
        sheet.line([titles.indicator(line.indicator), period(line.period).vi, unit_of_measure, *line.figures])
    sheet.filtered()
    legend = Text(
        "* số tạm tính; ô trống: đơn vị không thuộc diện báo cáo chỉ tiêu này",
        "* provisional; empty: the unit does not report this indicator",
    )
    sheet.remark(legend)


def _coverage(content: ReleaseContent, titles: Titles, styles: Styles) -> None:
    tables = blocks.coverage(content)
    units = list(dict.fromkeys(unit for table in tables for unit in table.units))
    pairs = [(table, form) for table in tables for form in table.forms]
    sheet = _sheet(content, styles, "Đầy đủ", [30, *[13.0] * len(pairs)])
    forms = [Text(f"{titles.form_number(form)}\n{period(t.period).vi}", period(t.period).en) for t, form in pairs]
    sheet.header([Text("Đơn vị", "Unit"), *forms], frozen_columns=1)
    for unit in units:
        sheet.line([titles.unit(unit), *(_state(table.cells.get((unit, form))) for table, form in pairs)])
    sheet.filtered()
    for form in sorted({form for _, form in pairs}, key=titles.form_number):
        number, title = titles.form_number(form), titles.form(form)
        sheet.remark(Text(f"{number}: {title.vi}", f"{number}: {title.en}"))


def _claims(content: ReleaseContent, titles: Titles, styles: Styles) -> None:
    """Each level's total beside what it says of itself; no sheet where nobody does."""
    if not content.claims:
        return
    sheet = _sheet(content, styles, claims.SHEET, claims.WIDTHS)
    sheet.header(claims.HEADINGS, frozen_columns=1)
    for claim in claims.ordered(content):
        sheet.line(claims.line(claim, titles))
    sheet.filtered()


def _state(row: StatusRow | None) -> Painted:
    """What became of one form of one unit, in words and a colour."""
    if row is None:
        return Painted("–", "plain")
    said = [word(words.STATES, row.state).vi]
    said += [words.NIL.vi] if row.nil and row.reported else []
    said += [words.LATE.vi] if row.late else []
    said += [words.ROLES[row.role].vi] if row.role in words.ROLES and row.role != "expected" else []
    return Painted(", ".join(said), _STATE_PAINTS.get(row.state, "none"))


def _findings(content: ReleaseContent, titles: Titles, styles: Styles) -> None:
    sheet = _sheet(content, styles, "Phát hiện", [14, 15, 17, 11, 11, 25, 11, 6, 18, 46, 40, 14])
    headings = [
        Text("Mức độ", "Severity"), Text("Quy tắc", "Rule"), Text("Đơn vị", "Unit"), Text("Biểu", "Form"),
        Text("Kỳ", "Period"), Text("Tệp", "File"), Text("Trang tính", "Sheet"), Text("Ô", "Cell"),
        Text("Giá trị", "Value"), Text("Thông báo", "Message in Vietnamese"), Text("Message", "Message in English"),
        Text("Quyết định", "Decision"),
    ]  # fmt: skip
    sheet.header(headings)
    found = blocks.findings(content)
    shown = blocks.gravest(found, MOST_FINDINGS)
    for finding in shown:
        sheet.line(_finding(finding, titles))
    sheet.filtered()
    if rest := len(found) - len(shown):
        sheet.remark(
            Text(
                f"Còn {rest} phát hiện nhẹ hơn, không ghi ở đây: xem findings.csv.",
                f"{rest} more findings of less weight are not listed here: see findings.csv.",
            )
        )


def _finding(finding: Finding, titles: Titles) -> Iterator[Any]:
    yield Painted(word(words.SEVERITIES, finding.severity).vi, _SEVERITY_PAINTS.get(finding.severity, "none"))
    yield finding.code
    yield titles.unit(finding.unit, finding.period) if finding.unit else None
    yield titles.form_number(finding.form)
    yield period(finding.period).vi if finding.period else None
    yield from (finding.file, finding.sheet, finding.cell, finding.value, finding.message_vi, finding.message_en)
    yield word(words.DECISIONS, finding.decision).vi if finding.decision else None


def _trace(content: ReleaseContent, titles: Titles, styles: Styles) -> None:
    """Every cell behind the figures of the report's own unit, and what did not count."""
    sheet = _sheet(content, styles, "Nguồn", [44, 12, 24, 34, 16, 7, 26, 6, 11, 60])
    headings = [
        Text("Chỉ tiêu", "Indicator"), Text("Kỳ", "Period"), Text("Đơn vị gửi", "Sender"), Text("Tệp", "File"),
        Text("Trang tính", "Sheet"), Text("Ô", "Cell"), Text("Giá trị", "Value"), Text("Lần", "Revision"),
        Text("Được tính", "Counted"), Text("Vì sao", "Why"),
    ]  # fmt: skip
    sheet.header(headings, frozen_columns=1)
    for figure in blocks.totals(content):
        title = f"{figure.indicator} {titles.indicator(figure.indicator).vi}"
        for row in content.sources.get((figure.indicator, figure.unit, figure.period), ()):
            sheet.line([
                title, period(figure.period).vi, titles.unit(row.unit), row.file, row.sheet, row.cell, row.value,
                str(row.revision), Painted("có", "good") if row.counted else Painted("không", "none"), row.why,
            ])  # fmt: skip
    sheet.filtered()


def _notes(content: ReleaseContent, titles: Titles, styles: Styles) -> None:
    sheet = _sheet(content, styles, "Ghi chú", [34, 110])
    sheet.header([Text("Mục", "Item"), Text("Nội dung", "Content")])
    for label, text in notes.notes(content, titles):
        sheet.line([label, text])
