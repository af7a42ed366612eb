"""reports/*.yaml → which figures a release holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from etl.errors import UsageError
from etl.model.figures import Indicator
from etl.model.periods import Period, parse_period
from etl.model.reference import Expected, Report, ReportItem
from etl.model.units import Units
from etl.store.reference.faults import Faults
from etl.store.reference.narratives import SUFFIX as NARRATIVE
from etl.store.reference.nodes import Node, read_yaml

#: in a report: every period of the calendar inside the report's own
EACH = "each"


def read_reports(
    files: Mapping[str, bytes], indicators: Mapping[str, Indicator], calendar: Sequence[Expected], units: Units,
    faults: Faults,
) -> dict[str, Report]:  # fmt: skip
    """Reports by id, `each` written out."""
    reports: dict[str, Report] = {}
    for file in sorted(files):
        if not file.startswith("reports/") or not file.endswith(".yaml") or file.endswith(NARRATIVE):
            continue
        node = read_yaml(file, files[file], faults)
        if node is None:
            continue
        report = _report(node, indicators, calendar)
        if f"reports/{report.id}.yaml" != file:
            node.tell("report", f"phải trùng tên tệp ({file}).", f"must be the file's name ({file}).")
        if report.unit and not units.known(report.unit):
            node.tell("unit", f"không có đơn vị “{report.unit}”.", f"there is no unit “{report.unit}”.")
        reports[report.id] = report
    return reports


def _report(node: Node, indicators: Mapping[str, Indicator], calendar: Sequence[Expected]) -> Report:
    title = node.node("title")
    code = node.text("period", required=True)
    whole = _period(node, "period", code)
    items = tuple(_item(item, whole, indicators, calendar) for item in node.nodes("items"))
    report = Report(
        id=node.text("report", required=True), title_vi=title.text("vi", required=True),
        title_en=title.text("en", required=True), period=code, unit=node.text("unit", required=True), items=items,
        options=node.mapping("options"),
    )  # fmt: skip
    if not items:
        node.tell("items", "báo cáo không có chỉ tiêu nào.", "the report holds no indicator.")
    for part in (node, title):
        part.close()
    return report


def _period(node: Node, key: str, code: str) -> Period | None:
    try:
        return parse_period(code) if code else None
    except UsageError as error:
        node.tell(key, f"mã kỳ sai: “{code}”.", str(error))
        return None


def _item(
    node: Node, whole: Period | None, indicators: Mapping[str, Indicator], calendar: Sequence[Expected]
) -> ReportItem:
    names = node.texts("indicators")
    for name in names:
        if name not in indicators:
            node.tell("indicators", f"không có chỉ tiêu “{name}”.", f"there is no indicator “{name}”.")
    forms = {indicators[name].form for name in names if name in indicators}
    lines = [expected for expected in calendar if expected.form in forms]
    periods: list[str] = []
    for code in node.texts("periods"):
        periods += _each(whole, lines) if code == EACH else [code]
    for code in periods:
        wanted = _period(node, "periods", code)
        if wanted is not None and forms and not any(wanted.contains(line.period) for line in lines):
            node.tell(
                "periods",
                f"calendar.csv không có kỳ nào của biểu {', '.join(sorted(forms))} trong “{code}”.",
                f"calendar.csv has no period of form {', '.join(sorted(forms))} in “{code}”.",
            )
    if not names or not periods:
        node.tell("periods", "cần có indicators và periods.", "indicators and periods are both needed.")
    node.close()
    return ReportItem(names, tuple(dict.fromkeys(periods)))


def _each(whole: Period | None, lines: Sequence[Expected]) -> list[str]:
    if whole is None:
        return []
    inside = {line.period for line in lines if whole.contains(line.period) and line.period.code != whole.code}
    return [period.code for period in sorted(inside)]
