"""The list of all rules: of the suites, over other units and periods, at release, and the messages of the other stages."""

from __future__ import annotations

import csv
import html
import io
from dataclasses import astuple, dataclass, fields

from etl.model.checks import Check
from etl.model.findings import SEVERITIES
from etl.model.forms import TableSpec
from etl.model.reference import Reference

SEVERITY_WORDS = {
    "critical": "Lỗi: bị trả lại / critical: rejected",
    "hold": "Chờ quyết định / hold",
    "warning": "Cảnh báo / warning",
    "info": "Ghi chú / info",
}

_WHERE = {
    "F": "Khi mở tệp / opening the file",
    "S": "Khi nhận ra biểu / recognising the form",
    "T": "Khi nhận ra biểu / recognising the form",
    "N": "Khi đọc ô / reading cells",
    "R": "Khi đọc ô / reading cells",
    "U": "Khi đọc ô / reading cells",
    "V": "Khi đọc ô / reading cells",
    "L": "Khi tổng hợp, không trả lại / consolidation, never rejects",
    "M": "Khi ghép các đơn vị, không trả lại / matching over units, never rejects",
}
_SUITE = "Khi kiểm tra / validation"
_ACROSS = "Khi tổng hợp, không trả lại / consolidation, never rejects"
_RELEASE = "Khi công bố / release"
_HEAD = ("Mã / Id", "Nghĩa / Meaning", "Mức / Severity", "Ví dụ / Example", "Xét ở đâu / Judged")


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be told. where: the stage that judges it, with the file that a statistician edits."""

    id: str
    form: str
    severity: str
    scope: str
    meaning_vi: str
    meaning_en: str
    expected: str
    example: str
    where: str


def rules_of(reference: Reference) -> tuple[Rule, ...]:
    """Every rule of the suites and over others, form by form; then the other stages' messages and the checks by their ids."""
    found: list[Rule] = []
    for form in sorted(reference.forms.values(), key=lambda f: f.number):
        for table in form.tables:
            found += _of_table(reference, table, form.number)
    for message in sorted(reference.messages.values(), key=lambda m: m.code):
        where = _WHERE.get(message.code[0], _WHERE["V"])
        found.append(Rule(
            message.code, "", message.severity, message.scope or "", message.message_vi, message.message_en, "", "",
            f"{where}: data/reference/messages.csv",
        ))  # fmt: skip
    found += (_of_check(check) for check in sorted(reference.checks, key=lambda c: c.id))
    return tuple(found)


def _of_table(reference: Reference, table: TableSpec, number: str) -> list[Rule]:
    suite = [one["meta"] for one in reference.suites.get(table.id, {}).get("expectations", ())]
    across = [rule.meta for rule in reference.across if rule.table == table.id]
    places = (
        (suite, f"{_SUITE}: expectations/{table.id}.json"),
        (across, f"{_ACROSS}: data/reference/across/{table.id}.yaml"),
    )
    return [
        Rule(
            meta["rule"], number, meta["severity"], meta.get("scope") or "", meta["message_vi"], meta["message_en"],
            str(meta.get("expected", "")), str(meta.get("example", "")), where,
        )
        for metas, where in places for meta in metas
    ]  # fmt: skip


def _of_check(check: Check) -> Rule:
    meaning = f"{check.formula}: {check.note}" if check.note else check.formula
    place = f"{_RELEASE}: data/reference/checks.csv"
    return Rule(f"C.{check.id}", "", check.severity, "", meaning, check.formula, "", "", place)


def rules_markdown(reference: Reference) -> str:
    """docs/rules.md: a table a form, then one for the other stages."""
    rules = rules_of(reference)
    counts = ", ".join(f"{sum(r.severity == s for r in rules)} {s}" for s in SEVERITIES)
    lines = [
        "# Các luật kiểm tra / The rules", "",
        "Trang này được tạo từ `expectations/*.json`, `across/*.yaml`, `checks.csv` và `messages.csv` trong `data/reference`; đừng sửa",
        "tay. Luật nào của biểu cũng có trường hợp đúng và sai trong `tests/cases/`. `{…}` được thay bằng nội dung của dòng.", "",
        "*Generated from the suites, the rules over other units and periods, the checks and the messages; do not edit. Every rule of",
        "a form has an accept and a reject case in `tests/cases/`. Words in braces are filled in from the row.*", "",
        f"{len(rules)}: {counts}.",
    ]  # fmt: skip
    titles = {form.number: form.title_vi for form in reference.forms.values()}
    for number in dict.fromkeys(rule.form for rule in rules):
        title = f"Biểu {number}: {titles[number]}" if number else "Các bước khác / Other stages"
        lines += ["", f"## {title}", "", _row(_HEAD), _row(("---",) * len(_HEAD))]
        lines += [_row(_cells(rule)) for rule in rules if rule.form == number]
    return "\n".join(lines) + "\n"


def _cells(rule: Rule) -> tuple[str, ...]:
    severity = rule.severity + (f" ({rule.scope})" if rule.scope else "")
    example = rule.example + (f" → {rule.expected}" if rule.expected else "")
    return f"`{rule.id}`", f"{rule.meaning_vi}<br>*{rule.meaning_en}*", severity, example, rule.where


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def rules_csv(reference: Reference) -> bytes:
    """rules.csv of a release: UTF-8 with BOM, so that Excel shows the letters; no cell can become a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([field.name for field in fields(Rule)])
    for rule in rules_of(reference):
        writer.writerow([f"'{text}" if text[:1] in ("=", "+", "-", "@") else text for text in astuple(rule)])
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def rules_html(reference: Reference) -> bytes:
    """rules.html of a release: one page, nothing from outside."""
    head = "".join(f"<th>{html.escape(word)}</th>" for word in _HEAD)
    rows = "".join(
        f'<tr id="{html.escape(rule.id)}"><td><code>{html.escape(rule.id)}</code></td>'
        f"<td>{html.escape(rule.meaning_vi)}<br><i>{html.escape(rule.meaning_en)}</i></td>"
        f"<td>{html.escape(SEVERITY_WORDS[rule.severity])}</td><td>{html.escape(_cells(rule)[3])}</td>"
        f"<td>{html.escape(rule.where)}</td></tr>"
        for rule in rules_of(reference)
    )
    page = (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Các luật kiểm tra / The rules</title><style>'
        "body{font:15px/1.45 sans-serif;margin:1.5rem}table{border-collapse:collapse}td,th{border:1px solid #c9ced6;"
        "padding:.3rem .5rem;vertical-align:top;text-align:left}th{background:#e4eaf2}</style></head><body>"
        f"<h1>Các luật kiểm tra / The rules</h1><table><tr>{head}</tr>{rows}</table></body></html>\n"
    )
    return page.encode("utf-8")
