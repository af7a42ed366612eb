"""The texts that an operator reads in the UI."""

from __future__ import annotations

import pytest

from etl.model.findings import CRITICAL, HOLD, INFO, WARNING, Finding
from etl.model.reference import Reference
from etl.model.releases import StatusRow
from etl.queries.intake import Intake
from flows import tables
from flows.markdown import plain, wrapped


def finding(severity: str, unit: str | None = "105", **about: str | None) -> Finding:
    said = {"message_vi": "nói", "message_en": "said", "file": "a.xlsx", "period": "2021", **about}
    return Finding("X.rule", severity, unit=unit, **said)  # type: ignore[arg-type]  # any fields


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("a|b", r"a\|b"),
        ("[here](there)", r"\[here\](there)"),
        ("`code` *bold* _it_", r"\`code\` \*bold\* \_it\_"),
        ("http://a.vn, www.a.vn, x@a.vn", r"http\://a.vn, www\.a.vn, x\@a.vn"),
        ("Nghìn đồng\n  hai  dòng", "Nghìn đồng<br>hai dòng"),
    ],
)
def test_what_others_wrote_is_text_and_nothing_else(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_long_text_is_broken_for_a_table() -> None:
    assert wrapped("một hai ba bốn năm", 8) == "một hai<br>ba bốn<br>năm"


def test_the_unit_with_the_gravest_finding_comes_first(reference: Reference) -> None:
    text = tables.findings(
        reference, [finding(WARNING), finding(INFO, "107"), finding(CRITICAL, "107"), finding(HOLD, "109")]
    )

    headings = [line for line in text.splitlines() if line.startswith("###")]
    assert headings == [
        "### Huyện Mường Tè: 1 lỗi phải sửa / critical, 1 ghi chú / notes",
        "### Huyện Phong Thổ: 1 chờ quyết định / holds",
        "### Thành phố Lai Châu: 1 cảnh báo / warnings",
    ]


def test_the_same_words_are_said_once_with_all_places(reference: Reference) -> None:
    text = tables.findings(reference, [finding(WARNING, sheet="B1", cell=cell) for cell in ("C4", "C5")])
    assert "- ! cảnh báo · a.xlsx: B1!C4, B1!C5<br>nói<br>said" in text


def test_a_hold_says_how_it_is_decided_and_a_decided_one_what_was_said(reference: Reference) -> None:
    open_one = finding(HOLD, proposal="105", cell="A1")
    text = tables.findings(reference, [open_one, finding(HOLD, decision="accept", cell="A2")])

    assert f"etl decide {open_one.id} accept" in text
    assert f"`{open_one.id}`, đề xuất / proposed: 105" in text
    assert "Đã quyết định / decided: accept" in text


def test_very_many_findings_are_cut_and_counted(reference: Reference) -> None:
    many = [finding(INFO, cell=f"A{n}", message_vi=str(n)) for n in range(tables.MOST_FINDINGS + 7)]
    text = tables.findings(reference, [*many, finding(CRITICAL)])

    assert text.startswith("1 lỗi phải sửa / critical, 407 ghi chú / notes")
    assert "và 8 phát hiện nhẹ hơn" in text
    assert "✕ LỖI" in text


def test_coverage_is_a_matrix_where_gaps_stand_out(reference: Reference) -> None:
    rows = [
        StatusRow("105", "nv", "2021", "expected", "accepted", late=True),
        StatusRow("105", "gt", "2021", "expected", "accepted", nil=True),
        StatusRow("107", "nv", "2021", "expected", "missing"),
        StatusRow("107", "qt", "2021", "check", "missing"),
    ]
    lines = tables.coverage(reference, rows).splitlines()

    assert lines[:6] == [
        "### 2021: 2/3 đã nhận / accepted",
        "",
        "| Đơn vị / unit | 01 | 04 | Muộn / late |",
        "| --- | --- | --- | --- |",
        "| Thành phố Lai Châu | ✓ | ✓ – | 1 |",
        "| Huyện Mường Tè | **chưa gửi** | · |  |",
    ]


def test_a_period_that_nobody_is_asked_for_says_so(reference: Reference) -> None:
    assert tables.coverage(reference, []).startswith("Lịch báo cáo không yêu cầu gì")


def figure(indicator: str, period: str, **about: object) -> dict[str, object]:
    empty = dict.fromkeys(("value", "names", "low", "high", "numerator", "denominator", "breakdown"))
    told = {
        "coverage": {"reported": 8, "expected": 8, "missing": []},
        "unit_of_measure": "nhiệm vụ",
        "status": "published",
    }
    return {**empty, **told, "indicator": indicator, "period": period, **about}


def test_key_figures_of_the_main_period_come_first(reference: Reference) -> None:
    report = reference.reports["laichau-st"]
    gaps = {"coverage": {"reported": 7, "expected": 8, "missing": ["107"]}, "status": "provisional"}
    found = [
        figure("NV.T", "2020", value="30"),
        figure("NV.T", "2020..2021", value="46", **gaps),
        figure("NH.C", "2020..2021", value="2", names=["gạo Séng Cù", "chè"], unit_of_measure="nhãn hiệu"),
        figure("ISO", "2020..2021", value="100", numerator="124", denominator="124", unit_of_measure="%"),
        figure("GT", "2020..2021", low="20", high="30", unit_of_measure="%"),
        figure("QT", "2022-01-22", value="50", unit_of_measure="suất"),
    ]
    key, _, every = tables.figures(reference, report, "2020..2021", found).partition("## Mọi chỉ tiêu")

    assert "| **46 (tạm tính) nhiệm vụ** | 7/8<br>thiếu: Huyện Mường Tè |" in key
    assert "**2 nhãn hiệu**<br>– gạo Séng Cù<br>– chè" in key
    assert "**100% (124/124)**" in key
    assert "**20% – 30%**" in key
    assert "(2022-01-22)" in key
    assert "| Chỉ tiêu / indicator | 2020..2021 | 2020 | 2022-01-22 |" in every
    assert "**NV.T**" in every


def test_a_night_in_short_says_where_there_is_more() -> None:
    intake = Intake(2, 0, 0, {}, ())
    mail = ["a mailbox"]
    text = tables.summary(tables.Summary("NeedsPerson", "1 bài\n<b>", intake, [], 3, 5, mail), None)
    assert text.startswith("## NeedsPerson\n\n1 bài<br>&lt;b&gt;\n\n")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()[6:]]
    assert rows == [
        ["Tệp mới / new files", "2", "intake, findings"], ["Bản công bố mới / new releases", "–", "release-page, figures"],
        ["Việc chờ quyết định / holds", "3", "todo → **decide**"], ["Biểu còn nợ / forms owed", "5", "reminders"],
        ["Thư / mail", "1", "intake"],
    ]  # fmt: skip
    assert "### Thư / mail\n\n- a mailbox" in tables.intake(intake, mail)
