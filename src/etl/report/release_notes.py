"""RELEASE-NOTES.md: what the release says, what changed, what is missing, and how to cite it; for people and for repositories."""

from __future__ import annotations

from collections.abc import Iterable

from etl.model.releases import ReleaseContent
from etl.report import blocks, notes, words
from etl.report.titles import Titles, parts, shown
from etl.report.words import Text, period, word

#: lines of one table; the rest is counted, and stands in the data files
_MOST = 40
_HEADS = (
    ("Chỉ tiêu", "Indicator"), ("Giá trị", "Value"), ("Kỳ", "Period"), ("Tình trạng", "Status"), ("Báo cáo", "Reports"),
)  # fmt: skip
_MARKS = str.maketrans({"|": "\\|", "\n": " ", "<": "&lt;", "*": "\\*", "_": "\\_", "`": "\\`", "[": "\\["})


def release_notes(content: ReleaseContent) -> bytes:
    """Markdown, Vietnamese and then English."""
    titles = Titles(content)
    return "\n".join([*_told(content, titles, 0), "", "---", "", *_told(content, titles, 1)]).encode() + b"\n"


def _told(content: ReleaseContent, titles: Titles, language: int) -> Iterable[str]:
    def say(vi: str, en: str) -> str:
        return (vi, en)[language]

    yield f"# {say(content.report.title_vi, content.report.title_en)}"
    yield from ("", notes.subtitle(content)[language] + ".", "", notes.standing(content)[language])
    yield from ("", f"## {say('Số liệu chính', 'Key figures')}", "")
    yield from _table(
        [say(*head) for head in _HEADS],
        (
            [
                titles.indicator(f.indicator)[language],
                " ".join(filter(None, (shown(f, tidy=True)[language], titles.measure(f)[language], _in_brackets(parts(f)[language])))),
                period(f.period)[language], word(words.STATUSES, f.status)[language], f"{f.coverage.reported}/{f.coverage.expected}",
            ]
            for f in blocks.key_figures(content)
        ),
    )  # fmt: skip
    yield from ("", f"## {say('Thay đổi so với bản trước', 'Changes since the release before')}", "")
    yield from _changes(content, titles, language)
    gaps = [row for row in content.status if row.role == "expected" and not row.reported]
    yield from ("", f"## {say('Còn thiếu', 'Missing')}", "")
    if not gaps:
        yield say("Không thiếu báo cáo nào.", "No report is missing.")
    for row in sorted(gaps, key=lambda r: (r.period, r.unit, r.form))[:_MOST]:
        state = word(words.STATES, row.state)[language]
        yield f"- {_plain(titles.unit(row.unit, row.period))}, {titles.form_number(row.form)}, {period(row.period)[language]}: {state}"
    if len(gaps) > _MOST:
        yield say(f"- và {len(gaps) - _MOST} báo cáo khác (status.csv)", f"- and {len(gaps) - _MOST} more (status.csv)")
    yield from ("", f"## {say('Ghi chú', 'Notes')}", "")
    for label, text in notes.notes(content, titles):
        yield f"- **{_plain(label[language])}**: {_plain(text[language])}"


def _changes(content: ReleaseContent, titles: Titles, language: int) -> Iterable[str]:
    if content.previous is None:
        yield ("Đây là bản đầu tiên của báo cáo này.", "This is the first release of this report.")[language]
        return
    whole = [m for m in content.moved if not m.breakdown]
    if not content.moved:
        text = Text(
            f"Không số liệu nào khác bản số {content.previous}.", f"No figure differs from release {content.previous}."
        )
        yield text[language]
        return
    count = Text(
        f"{len(content.moved)} số liệu khác bản số {content.previous}, kể cả số phân tổ.",
        f"{len(content.moved)} figures differ from release {content.previous}, parts of breakdowns included.",
    )
    yield from (count[language], "")
    own = sorted(whole, key=lambda m: (m.unit != content.report.unit, m.unit))
    yield from _table(
        (("Chỉ tiêu", "Đơn vị", "Kỳ", "Trước", "Nay"), ("Indicator", "Unit", "Period", "Before", "Now"))[language],
        (
            [
                titles.indicator(m.indicator)[language], titles.unit(m.unit, m.period), period(m.period)[language],
                words.exact(m.before)[language], words.exact(m.after)[language],
            ]
            for m in own[:_MOST]
        ),
    )  # fmt: skip
    if len(own) > _MOST:
        more = len(own) - _MOST
        yield from ("", (f"Và {more} số liệu khác.", f"And {more} more figures.")[language])


def _in_brackets(text: str) -> str:
    return f"({text})" if text else ""


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterable[str]:
    given = list(heads)
    yield f"| {' | '.join(given)} |"
    yield f"|{'---|' * len(given)}"
    for row in rows:
        yield f"| {' | '.join(_plain(cell) for cell in row)} |"


def _plain(text: str) -> str:
    """A text that Markdown takes for nothing but text."""
    return text.translate(_MARKS)
