"""How a district's workbook may look: what there is to choose, and strategies that choose.

A `Look` is everything about one form's place and shape on its sheet; a `Book` is one or more submissions with their
looks, and how the file is saved. `tests.property.writing` gives the bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any

from hypothesis import strategies as st

from etl.model.forms import TableSpec
from etl.model.reference import Reference
from tests.property.submissions import Content, Written, contents

SECTIONS = {"nhà nước": "Cấp Nhà nước (quốc gia)", "bộ": "Cấp bộ", "tỉnh": "Cấp tỉnh", "cơ sở": "Cấp cơ sở"}
TOTALS = ("Tổng số", "Tổng cộng", "Cộng", "TỔNG SỐ:", "Cộng toàn huyện", "Tổng số (I+II+III)")
#: a column that no form has, and what clerks write there
REMARKS = "Ghi chú"
SAID = ("", "đang chờ quyết toán", "Lưu ý: chưa đối chiếu", "không phát sinh thêm", "Tổng số hộ tăng", "Cấp tỉnh")


@dataclass(frozen=True, repr=False)
class Look:
    """One form's shape on its sheet.

    order: fields and REMARKS from left to right, () as issued. paths: other headings than the form's own.
    spacers: positions before which a column stays empty. headings: merged | filled (a blank beside a wide heading) |
    repeated | joined (one row). singles: where a heading without a wide one stands. dressed: plain | capitals |
    broken (over lines) | numbered (its code behind it). cover: a heading over all columns.
    codes: text | none | numbers | brackets | swapped (two of them, by mistake). again: the headings stand again
    before this row (a page break). joined_cells: one merged product for the rows below each other.
    total: none | last | first; wrong: right | first (one too many) | thousand.
    title: beside (label and value in one cell) | right | below | across (labels side by side, values under them).
    dropped, twice: a field whose column is missing, or stands a second time with other values.
    """

    order: tuple[str, ...] = ()
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spacers: frozenset[int] = frozenset()
    headings: str = "merged"
    singles: str = "top"
    dressed: str = "plain"
    cover: bool = False
    codes: str = "text"
    again: int = 0
    sections: str = "none"
    numeral: str = "own column"
    blanks: frozenset[int] = frozenset()
    joined_cells: bool = False
    remark: str = ""
    total: str = "none"
    total_label: str = "Tổng số"
    wrong: str = "right"
    title: str = "beside"
    labels: tuple[str, str] = ("Đơn vị báo cáo", "Kỳ báo cáo")
    unit_style: str = "UBND {title}"
    period_style: str = "Năm {year} (từ 01/01/{year} đến 31/12/{year})"
    number_apart: bool = False
    measure: bool = True
    note: bool = False
    footer: bool = True
    numbered: bool = True
    gap: int = 1
    top: int = 0
    left: int = 0
    dropped: str = ""
    twice: str = ""

    def __repr__(self) -> str:
        """Only what differs from the form as issued: this is what a failure shows."""
        plain = Look()
        odd = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != getattr(plain, f.name)}
        return f"Look({', '.join(f'{name}={value!r}' for name, value in odd.items())})"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))

    def columns(self, table: TableSpec) -> list[str]:
        """Fields from left to right."""
        names = [name for name in self.order or [f.id for f in table.fields] if name != self.dropped]
        return [*names, f"{self.twice}*"] if self.twice else names


@dataclass(frozen=True)
class Part:
    """One submission, or a stretch of one, on one sheet.

    text: encoding of the sheet's text. stale: last year's sheet left in the workbook, which must not count.
    """

    content: Content
    look: Look = Look()
    text: str = "nfc"
    hidden: bool = False
    stale: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        return self.content.form, self.content.unit.code, str(self.content.year)


@dataclass(frozen=True)
class Book:
    """Submissions in their looks, and how the file is saved. one_sheet: they stand one below the other.

    extra: a sheet of instructions stands before them. name: of the file.
    """

    parts: tuple[Part, ...]
    kind: str = "xlsx"
    one_sheet: bool = False
    extra: bool = False
    name: str = "bieu"
    separator: str = ";"
    codec: str = "utf-8-sig"


def ordered(content: Content, look: Look) -> tuple[dict[str, Written], ...]:
    """The rows as they stand on the sheet: under their sections where there are some."""
    if look.sections == "none":
        return content.rows
    return tuple(sorted(content.rows, key=lambda row: list(SECTIONS).index(row["cap_quan_ly"].value)))


def one_of(*choices: Any) -> st.SearchStrategy[Any]:
    """The first choice is the form as issued; a failing example comes back to it."""
    return st.sampled_from(choices)


rarely = st.sampled_from((False, False, False, True))
some_rows = st.just(frozenset()) | st.frozensets(st.integers(0, 4), max_size=2)


@st.composite
def looks(draw: st.DrawFn, reference: Reference, content: Content) -> Look:
    """Any look of a form."""
    table = content.table
    own = [f.id for f in table.fields]
    order = draw(st.just([]) | st.permutations(own))
    if draw(rarely):
        at = draw(st.integers(1, len(own)))
        order = [*(order or own)[:at], REMARKS, *(order or own)[at:]]
    records = table.kind == "records"
    return Look(
        order=tuple(order),
        paths=draw(_paths(reference, table)),
        spacers=draw(st.just(frozenset()) | st.frozensets(st.integers(1, 6), max_size=2)),
        headings=draw(one_of("merged", "filled", "repeated", "joined")),
        singles=draw(one_of("top", "bottom")),
        dressed=draw(one_of("plain", "plain", "capitals", "broken", "numbered")),
        cover=draw(rarely),
        codes=draw(one_of("text", "none", "numbers", "brackets", "swapped")),
        again=draw(one_of(0, 0, 0, 1, 2)),
        sections=draw(one_of("none", "plain", "subtotals")) if table.sections else "none",
        numeral=draw(one_of("own column", "joined", "none")),
        blanks=draw(some_rows),
        joined_cells=draw(rarely) and content.form == "sp",
        remark=draw(st.sampled_from(SAID)) if REMARKS in order else "",
        total=draw(one_of("none", "last", "first")) if records else "none",
        total_label=draw(st.sampled_from(TOTALS)),
        wrong=draw(one_of("right", "first", "thousand")),
        footer=draw(st.booleans()),
        note=draw(rarely),
        numbered=draw(st.booleans()),
        gap=draw(st.integers(0, 2)),
        top=draw(one_of(0, 1, 4)),
        left=draw(one_of(0, 1, 3)),
        **draw(_titles(reference)),
    )


@st.composite
def _titles(draw: st.DrawFn, reference: Reference) -> dict[str, Any]:
    def label(name: str) -> str:
        return draw(st.just("") | st.sampled_from([w for _, w in reference.values[f"label:{name}"]]))

    return {
        "title": draw(one_of("beside", "right", "below", "across")),
        "labels": (label("unit") or "Đơn vị báo cáo", label("period") or "Kỳ báo cáo"),
        "unit_style": draw(one_of(
            "UBND {title}", "{title}", "{name}", "UBND H. {name}", "Phòng Kinh tế và Hạ tầng {title}", "{NAME}",
        )),
        "period_style": draw(one_of(
            "Năm {year} (từ 01/01/{year} đến 31/12/{year})", "Năm {year}", "{year}", "từ 01/01/{year} đến 31/12/{year}",
            "năm {year} (chính thức)", "number",
        )),
        "number_apart": draw(rarely),
        "measure": draw(st.booleans()),
    }  # fmt: skip


@st.composite
def _paths(draw: st.DrawFn, reference: Reference, table: TableSpec) -> dict[str, tuple[str, ...]]:
    """Other wordings of some fields' headings that the reference data accepts."""
    chosen = {}
    for spec in table.fields:
        others = [
            tuple(wording.split(" / ")) for form, of, wording, _ in reference.headings
            if of == spec.id and form in (table.form, table.id)
        ]  # fmt: skip
        if others and draw(st.booleans()):
            chosen[spec.id] = draw(st.sampled_from(others))
    return chosen


@st.composite
def damaged_looks(draw: st.DrawFn, reference: Reference, content: Content) -> Look:
    """A look in which one column is missing, or stands twice."""
    look = draw(looks(reference, content))
    names = [f.id for f in content.table.fields if not f.optional and not f.computed]
    how: Callable[[str], Look] = draw(one_of(
        lambda name: replace(look, dropped=name), lambda name: replace(look, twice=name),
    ))  # fmt: skip
    return how(draw(st.sampled_from(names)))


@st.composite
def books(draw: st.DrawFn, reference: Reference, look_of: Any = looks) -> Book:
    """Any workbook that says one or two submissions, cut over sheets or beside last year's or not."""
    kind = draw(one_of("xlsx", "xlsx", "csv"))
    first = draw(contents(reference))
    look = draw(look_of(reference, first))
    parts = [Part(first, replace(look, joined_cells=look.joined_cells and kind == "xlsx"), draw(texts))]
    beside = draw(one_of("nothing", "nothing", "nothing", "another form", "the rest", "last year"))
    if beside == "another form" or (beside == "last year" and kind == "xlsx"):
        parts.append(draw(_another_form(reference, first, parts[0].text if kind == "csv" else "")))
    if beside == "the rest" and kind == "xlsx" and len(first.rows) > 1 and first.table.kind == "records":
        parts = draw(_cut(parts[0]))
    if beside == "last year" and kind == "xlsx":
        parts.append(draw(_last_year(reference, first)))
    alike = len({part.text for part in parts}) == 1 and beside not in ("the rest", "last year")
    return Book(
        parts=tuple(parts),
        kind=kind,
        one_sheet=kind == "csv" or (draw(st.booleans()) and alike),
        extra=draw(rarely),
        name=draw(one_of("bieu", f"BC_{first.year}_{first.unit.name}")) if len(parts) == 1 else "bieu",
        separator=draw(st.sampled_from(";,\t|")),
        codec=draw(one_of("utf-8-sig", "utf-8", "utf-16", "8-bit")),
    )


texts = one_of("nfc", "nfc", "nfd", "tcvn3", "vni", "bare")


@st.composite
def _another_form(draw: st.DrawFn, reference: Reference, first: Content, text: str) -> Part:
    other = draw(contents(reference, tuple(form for form in ("sp", "iso", "nv") if form != first.form)))
    other = replace(other, year=first.year)
    return Part(other, replace(draw(looks(reference, other)), joined_cells=False), text or draw(texts))


@st.composite
def _cut(draw: st.DrawFn, whole: Part) -> list[Part]:
    """The rows go on on a second sheet, under the same title and headings."""
    at = draw(st.integers(1, len(whole.content.rows) - 1))
    look = replace(whole.look, sections="none", total="none", blanks=frozenset())
    rows = whole.content.rows
    return [replace(whole, content=replace(whole.content, rows=part), look=look) for part in (rows[:at], rows[at:])]


@st.composite
def _last_year(draw: st.DrawFn, reference: Reference, first: Content) -> Part:
    old = draw(contents(reference, (first.form,)))
    old = replace(old, unit=first.unit, year=first.year - 1)
    return Part(old, replace(draw(looks(reference, old)), joined_cells=False), draw(texts), draw(st.booleans()), True)
