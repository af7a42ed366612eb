"""One page of a release that needs nothing else: no address, no font, no file beside it, and no script to be read."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from etl.model.figures import PROVISIONAL, Figure
from etl.model.findings import Finding
from etl.model.out import Written
from etl.model.releases import ReleaseContent, StatusRow
from etl.report import blocks, claims, notes, sources, words
from etl.report.charts import FILLS
from etl.report.letter.form import SIGN_OFF
from etl.report.narrative import narrative
from etl.report.pictures import pictures
from etl.report.titles import Titles, has_number, number, parts, shown
from etl.report.words import Text, word

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

#: what keeps the page under 1 MB whatever arrived; the rest is in the data files beside it
MOST_FINDINGS, MOST_UNITS, MOST_NAMES, MOST_MISSING, LONGEST = 300, 60, 100, 20, 400

MOST_MOVED, MOST_CLAIMS = 60, 60

_FEW_NAMES, _LONG_NAME = 4, 60

#: what each state or status looks like: a sign beside the word, so that colour is never alone
SIGNS: Mapping[str, tuple[str, str]] = {
    "published": ("good", "✓"), "provisional": ("warn", "≈"), "withheld": ("hold", "⊘"), "not_reported": ("none", "○"),
    "accepted": ("good", "✓"), "accepted_with_warnings": ("warn", "!"), "held": ("hold", "?"), "rejected": ("bad", "✕"),
    "missing": ("none", "○"), "critical": ("bad", "✕"), "hold": ("hold", "?"), "warning": ("warn", "!"), "info": ("none", "i"),
    "equal": ("good", "✓"), "differs": ("warn", "≠"), "incomplete": ("none", "○"),
}  # fmt: skip

_ABOUT: Mapping[str, Text] = {
    "figures.csv": Text("Mọi số liệu, mỗi dòng một số", "All figures, one a line"),
    "figures.json": Text("Mọi số liệu, cho phần mềm", "All figures, for programs"),
    "figures.parquet": Text("Mọi số liệu, kiểu số chính xác", "All figures, exact types"),
    "findings.csv": Text("Mọi phát hiện khi kiểm tra", "All findings"),
    "findings.json": Text("Mọi phát hiện, cho phần mềm", "All findings, for programs"),
    "status.csv": Text("Ai đã báo cáo, ai còn thiếu", "Who reported, who is missing"),
    "status.json": Text("Tình trạng báo cáo, cho phần mềm", "Who reported, for programs"),
    "dictionary.csv": Text("Giải thích từng cột của từng tệp", "What each column of each file holds"),
    "trace.html": Text("Nguồn của từng số liệu, đến từng ô", "Where each figure comes from, to the cell"),
    "trace.csv": Text("Nguồn của từng số liệu, dạng bảng", "Where each figure comes from, as a table"),
    "rules.html": Text("Mọi luật kiểm tra", "All rules of the check"),
    "rules.csv": Text("Mọi luật kiểm tra, dạng bảng", "All rules of the check, as a table"),
    "claims.csv": Text("Số cộng từ dưới bên cạnh số đơn vị tự ghi", "Totals beside what units claim of themselves"),
    "claims.json": Text("Số đơn vị tự ghi, cho phần mềm", "What units claim, for programs"),
    "codes.csv": Text("Danh mục mã", "Code lists"),
    "sdmx/figures.csv": Text("Mọi số liệu, SDMX-CSV", "All figures, SDMX-CSV"),
    "sdmx/structure.xml": Text("Cấu trúc SDMX-ML của số liệu", "Their structure, SDMX-ML"),
    "datapackage.json": Text("Gói dữ liệu Frictionless", "Frictionless data package"),
    "RELEASE-NOTES.md": Text("Ghi chú của bản công bố", "Release notes"),
    "release.json": Text("Bản này dựa trên những gì", "On what this release rests"),
}


def page(content: ReleaseContent, beside: Mapping[str, Written]) -> bytes:
    """index.html of a release. beside: the other files of its folder, which the page links to."""
    titles = Titles(content)
    found, drawn = blocks.findings(content), pictures(content)
    told = {
        "content": content,
        "titles": titles,
        "subtitle": notes.subtitle(content),
        "standing": notes.standing(content),
        "kind": word(words.KINDS, content.kind),
        "cards": [_card(content, titles, figure) for figure in blocks.key_figures(content)],
        "totals": blocks.by_period(content),
        "table": blocks.by_unit(content),
        "charts": drawn.charts,
        "maps": drawn.maps,
        "narrative": narrative(content, titles),
        "moved": sorted(
            (m for m in content.moved if not m.breakdown), key=lambda m: (m.unit != content.report.unit, m.unit)
        ),
        "most_moved": MOST_MOVED,
        "fills": FILLS,
        "claimed": claims.ordered(content),
        "most_claims": MOST_CLAIMS,
        "coverage": [_with_gaps(table) for table in blocks.coverage(content)],
        "states": [state for state in words.STATES if any(row.state == state for row in content.status)],
        "short_number": _short_numbers(titles, dict.fromkeys(row.form for row in content.status)),
        "groups": blocks.finding_groups(_gravest(found)),
        "left_out": len(found) - len(_gravest(found)),
        "counts": {code: n for code in words.SEVERITIES if (n := sum(f.severity == code for f in found))},
        "notes": notes.notes(content, titles),
        "downloads": _downloads(content, beside),
        "most_units": MOST_UNITS,
        "source": {sources.anchor(f): f"{sources.PAGE}#{sources.anchor(f)}" for f in sources.shown_figures(content)},
        "anchor": sources.anchor,
    }
    return environment().get_template("page.html.j2").render(told).encode()


def trace_page(content: ReleaseContent) -> bytes:
    """trace.html of a release: what stands behind each figure; every number of index.html leads here."""
    told = {
        "content": content, "titles": Titles(content), "subtitle": notes.subtitle(content),
        "kind": word(words.KINDS, content.kind), "sections": sources.sections(content),
        "claim_of": claims.of_figures(content),
    }  # fmt: skip
    return environment().get_template("trace.html.j2").render(told).encode()


@cache
def environment() -> Environment:
    """Our templates, with what they may call; every text is escaped. Made once: a page takes longer to compile than to fill."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    made = Environment(
        loader=FunctionLoader(_part), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    script = _part("page.js")
    made.globals |= {
        "words": words, "word": word, "signs": SIGNS, "shown": shown, "parts": parts, "has_number": has_number, "period": words.period,
        "style": _trusted(_part("page.css")), "script": _trusted(script), "script_hash": _hash(script), "trusted": _trusted,
        "claims": claims, "cell_state": _cell_state, "cell_remark": _cell_remark,
    }  # fmt: skip
    made.filters["cut"] = _cut
    return made


def _part(name: str) -> str:
    return (files("etl.report") / "templates" / name).read_text("utf-8")


def _trusted(text: str) -> Markup:
    """Our own style, script and drawings: the only texts that go in unescaped."""
    from markupsafe import Markup

    return Markup(text)


def _hash(script: str) -> str:
    """The page's policy lets this one script run, and none that some cell brought along."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _cut(text: str | None) -> str:
    given = text or ""
    return given if len(given) <= LONGEST else given[: LONGEST - 1] + "…"


def _card(content: ReleaseContent, titles: Titles, figure: Figure) -> dict[str, Any]:
    names = titles.names(figure)
    return {
        "figure": figure,
        "title": titles.indicator(figure.indicator),
        "value": shown(figure, tidy=True),
        "has_number": has_number(figure),
        "measure": titles.measure(figure) if has_number(figure) else words.NOTHING,
        "parts": parts(figure),
        "names": _first(names, MOST_NAMES),
        "width": _card_width(names),
        "missing": _first(titles.missing(figure), MOST_MISSING),
        "period": words.period(figure.period),
        "open": figure.status == PROVISIONAL,
    }


def _first(texts: list[Text], most: int) -> list[Text]:
    """The first ones, and how many more there are."""
    more = len(texts) - most
    return texts if more <= 0 else [*texts[:most], Text(f"và {more} tên khác", f"and {more} more")]


def _card_width(names: list[Text]) -> str:
    """A list of names takes two columns, a list of sentences the whole row."""
    if any(len(name.vi) > _LONG_NAME for name in names):
        return "full"
    return "wide" if len(names) > _FEW_NAMES else ""


def _cell_state(row: StatusRow) -> Text:
    """'Đã nhận, có cảnh báo, muộn': what became of one form of one unit."""
    said = [word(words.STATES, row.state)]
    said += [words.NIL] if row.nil and row.reported else []
    said += [words.LATE] if row.late else []
    said += [word(words.ROLES, row.role)] if row.role != "expected" else []
    return words.joined(said, ", ")


def _cell_remark(row: StatusRow) -> Text:
    """'muộn, để đối chiếu': what is said of an accepted form beside its sign."""
    said = [words.LATE] if row.late else []
    said += [word(words.ROLES, row.role)] if row.role != "expected" else []
    return words.joined(said, ", ")


def _short_numbers(titles: Titles, forms: Iterable[str]) -> dict[str, str]:
    """Form → '01' of '01/KHCN-H' for the head of a narrow column; the whole number where that would be said of two forms."""
    numbers = sorted((titles.form_number(form), form) for form in forms)
    counts = Counter(number.partition("/")[0] for number, _ in numbers)
    return {form: short if counts[short := number.partition("/")[0]] == 1 else number for number, form in numbers}


def _with_gaps(table: blocks.CoverageTable) -> dict[str, Any]:
    """A period's table; of very many units only those where something is missing, with the number of the others."""
    gaps = [unit for unit in table.units if any(_is_gap(table.cells.get((unit, form))) for form in table.forms)]
    shown_units = table.units if len(table.units) <= MOST_UNITS else tuple(gaps[:MOST_UNITS])
    expected = [row for row in table.cells.values() if row.role == "expected"]
    return {
        "table": table,
        "units": shown_units,
        "hidden": len(table.units) - len(shown_units),
        "expected": len(expected),
        "reported": sum(row.reported for row in expected),
    }


def _is_gap(row: StatusRow | None) -> bool:
    return row is not None and row.role == "expected" and not row.reported


def _gravest(found: list[Finding]) -> list[Finding]:
    """The findings that the page shows, in canonical order: the gravest of them where there are too many."""
    if len(found) <= MOST_FINDINGS:
        return found
    order = list(words.SEVERITIES)
    ranked = sorted(
        range(len(found)), key=lambda i: (order.index(found[i].severity) if found[i].severity in order else 9, i)
    )
    return [found[i] for i in sorted(ranked[:MOST_FINDINGS])]


def _downloads(content: ReleaseContent, beside: Mapping[str, Written]) -> list[dict[str, Any]]:
    """Every file beside the page that goes out with it."""
    names = (name for name in sorted(beside, key=_download_order) if not name.endswith(SIGN_OFF))
    return [_download(content, name, beside[name].size) for name in names]


def _download(content: ReleaseContent, name: str, size: int) -> dict[str, Any]:
    about = _ABOUT.get(name, words.NOTHING)
    if name.startswith("rows/"):
        table = next((t for t in content.reference.tables if f"rows/{t.id}.parquet" == name), None)
        about = Text(f"Dòng dữ liệu: {table.title_vi}", f"Rows: {table.title_en}") if table else words.NOTHING
    elif name.endswith(".xlsx") and name != f"{content.report.id}.xlsx":
        about = Text("Biểu của cấp trên, đã điền", "The form of a higher authority, filled")
    elif name.endswith(".xlsx"):
        about = Text("Báo cáo bảng tính", "The report as a workbook")
    elif name == f"{content.report.id}.docx":
        about = Text("Báo cáo Word để ký", "The report to be signed, for Word")
    return {"name": name, "about": about, "size": _size(size)}


def _download_order(name: str) -> tuple[bool, bool, str]:
    """Word and Excel first, the rows last."""
    return name.startswith("rows/"), not name.endswith((".docx", ".xlsx")), name


def _size(size: int) -> Text:
    """Bytes as people read them: B under 1000, then KB or MB with one digit."""
    if size < 1000:
        return Text.same(f"{size} B")
    unit, factor = ("KB", 1000) if size < 1_000_000 else ("MB", 1_000_000)
    text = number(Decimal(size) / factor, 1)
    return Text(f"{text.vi} {unit}", f"{text.en} {unit}")
