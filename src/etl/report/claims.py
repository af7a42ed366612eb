"""Each level's total beside what that level's own submission claims; parts of a release only where there are claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from etl.model.claims import DIFFERS, EQUAL, INCOMPLETE, VERDICTS, Claim
from etl.model.releases import ReleaseContent
from etl.report.sheets import Painted
from etl.report.titles import Titles, parts, shown
from etl.report.words import Text, in_brackets, period, word

TABLE = "claims.csv"

WORDS: Mapping[str, Text] = {
    EQUAL: Text("Khớp", "Equal"),
    DIFFERS: Text("Khác nhau", "They differ"),
    INCOMPLETE: Text("Chưa đủ báo cáo bên dưới", "Not all below have reported"),
}
PAINTS: Mapping[str, str] = {EQUAL: "good", DIFFERS: "warn", INCOMPLETE: "none"}

SHEET = "Đối chiếu"
WIDTHS = [44.0, 24, 16, 18, 18, 13, 24, 11, 40, 44]
HEADINGS = [
    Text("Chỉ tiêu", "Indicator"), Text("Đơn vị", "Unit"), Text("Kỳ", "Period"),
    Text("Cộng từ bên dưới", "Computed from below"), Text("Đơn vị tự ghi", "The unit's own claim"),
    Text("Đơn vị tính", "Unit of measure"), Text("Kết quả", "Verdict"), Text("Báo cáo đã nhận", "Reports received"),
    Text("Còn thiếu", "Missing"), Text("Tệp, ô", "File, cell"),
]  # fmt: skip


def ordered(content: ReleaseContent) -> list[Claim]:
    """The report's own unit first, then those that differ, then by unit and indicator."""
    return sorted(
        content.claims,
        key=lambda c: (c.figure.unit != content.report.unit, VERDICTS.index(c.verdict), c.figure.unit, c.figure.order),
    )


def data(content: ReleaseContent) -> list[dict[str, Any]]:
    """What claims.csv and claims.json hold."""
    return [claim.as_json(content.number) for claim in content.claims]


def of_figures(content: ReleaseContent) -> Mapping[tuple[str, str, str], Claim]:
    """Indicator, unit and period → the claim."""
    return {(c.figure.indicator, c.figure.unit, c.figure.period): c for c in content.claims}


def computed(claim: Claim) -> Text:
    """'1.234 (5/6)': the number from below as it is printed, with its parts."""
    return in_brackets(shown(claim.figure), parts(claim.figure))


def claimed(claim: Claim) -> Text:
    """The same of the unit's own submission."""
    return in_brackets(shown(claim.claimed), parts(claim.claimed))


def place(claim: Claim) -> str:
    """'12.xlsx · Sheet1!E8'"""
    at = "!".join(part for part in (claim.sheet, claim.cell) if part)
    return f"{claim.file} · {at}" if at else claim.file


def line(claim: Claim, titles: Titles) -> Iterator[Any]:
    """One line of the workbook's sheet."""
    figure = claim.figure
    yield titles.indicator(figure.indicator).vi
    yield titles.unit(figure.unit, figure.period)
    yield period(figure.period).vi
    yield computed(claim).vi
    yield claimed(claim).vi
    yield figure.unit_of_measure
    yield Painted(word(WORDS, claim.verdict).vi, PAINTS[claim.verdict])
    yield f"{figure.coverage.reported}/{figure.coverage.expected}"
    yield "; ".join(text.vi for text in titles.missing(figure))
    yield place(claim)
