"""The report in sentences: the published facts, and what is said when a figure is not final."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from etl.model.figures import Coverage
from etl.model.series import Figures
from etl.report.narrative import narrative
from etl.report.titles import Titles
from tests.unit.report.sample import MARKS, SPAN, sample


def told(content) -> dict[str, str]:
    """Heading → its Vietnamese text."""
    sections = narrative(content, Titles(content))
    return {s.heading.vi: "\n".join(p.text.vi for p in s.paragraphs) for s in sections}


def english(content) -> str:
    return "\n".join(p.text.en for s in narrative(content, Titles(content)) for p in s.paragraphs)


def with_figure(content, indicator, period=SPAN, **changes):
    """The same release with one figure of the province changed."""
    own = (indicator, period, "12", None)
    return replace(
        content,
        figures=Figures.gathered(
            replace(f, **changes) if (f.indicator, f.period, f.unit, f.breakdown) == own else f for f in content.figures
        ),
    )


TASKS, MARKS_TOLD, ISO = "Nhiệm vụ khoa học và công nghệ", "Sở hữu trí tuệ", "Áp dụng hệ thống quản lý chất lượng"


def test_it_states_the_published_facts(content):
    text = told(content)
    assert "46 nhiệm vụ khoa học và công nghệ, gồm 8 nhiệm vụ cấp Nhà nước và 38 nhiệm vụ cấp tỉnh" in text[TASKS]
    assert f"7 nhãn hiệu chứng nhận cho nông sản địa phương: {', '.join(MARKS)}." in text[MARKS_TOLD]
    assert "giá trị sản phẩm bán ra tăng 20% – 30%" in text[MARKS_TOLD]
    assert "100% cơ quan hành chính nhà nước cấp tỉnh và cấp huyện (124 trên 124" in text[ISO]
    assert "50 suất quà cho 50 công nhân" in text["Thăm hỏi người lao động"]
    assert "handed 50 gifts to 50 workers" in english(content)


def test_every_number_is_bound_to_its_figure(content):
    runs = [run for s in narrative(content, Titles(content)) for p in s.paragraphs for run in p.vi]
    bound = {(run.figure.indicator, run.text) for run in runs if run.figure}
    assert bound >= {("NV.T", "46"), ("NV.N", "8"), ("NV.P", "38"), ("NH.D", "80"), ("NH.V", "35"), ("GT", "20% – 30%")}
    # what holds a digit and no figure is a period, or the name of a standard that the narrative declares
    loose = {run.text for run in runs if run.figure is None and any(c.isdigit() for c in run.text)}
    assert all(
        "9001" in text or text in ("giai đoạn 2020–2021", "năm 2020", "năm 2021", "ngày 22/01/2022") for text in loose
    )


def test_a_missing_district_changes_the_sentence(content):
    short = with_figure(content, "NV.T", status="provisional", coverage=Coverage(15, 16, ("112@2021",)))
    text = told(short)[TASKS]
    assert text.startswith("Theo các báo cáo đã nhận, trong giai đoạn 2020–2021")
    assert "vì đã nhận 15/16 báo cáo, còn thiếu Huyện Nậm Nhùn (năm 2021)." in text


def test_a_provisional_sentence_without_words_of_its_own_says_so(content):
    text = told(with_figure(content, "NH.C", status="provisional", coverage=Coverage(7, 8, ("109",))))[MARKS_TOLD]
    assert f"{MARKS[-1]}. Đây là số tạm tính: đã nhận 7/8 báo cáo, còn thiếu Huyện Phong Thổ." in text


def test_a_withheld_percentage_is_not_said(content):
    changed = with_figure(
        content, "ISO", status="withheld", value=None, numerator=Decimal(104), denominator=Decimal(104),
        coverage=Coverage(8, 9, ("SKHCN",)),
    )  # fmt: skip
    text = told(changed)[ISO]
    assert "104 trên 104 cơ quan áp dụng" in text
    assert "chưa nêu được tỷ lệ của toàn tỉnh vì đã nhận 8/9 báo cáo" in text
    assert "%" not in text


def test_what_nobody_reported_is_named_and_has_no_number(content):
    gone = with_figure(
        content, "QT", "2022-01-22", status="not_reported", value=None, coverage=Coverage(0, 1, ("LDLD",))
    )
    assert told(gone)["Thăm hỏi người lao động"] == (
        "Chưa đơn vị nào báo cáo về “Suất quà Đoàn công tác trao tặng”; chưa có số liệu để nêu."
    )


@pytest.mark.parametrize(
    ("before", "words"),
    [("30", "34 nhiệm vụ được triển khai, tăng 4 nhiệm vụ so với năm 2020"), ("34", "không đổi so với năm 2020"),
     ("36", "giảm 2 nhiệm vụ so với năm 2020")],
)  # fmt: skip
def test_the_year_is_compared_with_the_one_before_in_words(content, before, words):
    changed = with_figure(content, "NV.T", "2020", value=Decimal(before))
    assert words in told(with_figure(changed, "NV.T", "2021", value=Decimal(34)))[TASKS]


def test_a_release_of_one_year_compares_nothing(content):
    one = replace(content, figures=Figures.gathered(f for f in content.figures if f.period != "2020"))
    assert "so với năm 2020" not in "\n".join(told(one).values())


def test_none_is_said_in_words(content):
    text = told(with_figure(content, "NH.C", value=Decimal(0), names=()))[MARKS_TOLD]
    assert "Chưa có nhãn hiệu chứng nhận nào được cấp văn bằng." in text


def test_proposals_are_a_list_with_the_units_that_make_them(content):
    sections = {s.heading.vi: s for s in narrative(content, Titles(content))}
    items = [p for p in sections["Khó khăn, kiến nghị"].paragraphs if p.listed]
    assert items[0].text.vi.startswith("Hằng năm bố trí tăng kinh phí sự nghiệp khoa học và công nghệ")
    assert len(items) == 8


def test_a_report_without_a_narrative_has_none():
    bare = sample()
    known = replace(bare.reference, narratives={})
    assert narrative(replace(bare, reference=known), Titles(bare)) == []
