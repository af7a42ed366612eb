"""The page of a release: it opens anywhere, says the figures in both languages, and runs nothing that a cell brought."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from etl.model.figures import Coverage
from etl.model.findings import Finding
from etl.model.releases import Contribution, Move
from etl.model.series import Figures
from etl.report.page import page
from tests.unit.report.conftest import made
from tests.unit.report.sample import MARKS, SCRIPT, SPAN, sample

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """What a browser sees: tags with their attributes, and the text of each language."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[tuple[str, str]] = []
        self.texts: dict[str, list[str]] = {"vi": [], "en": []}
        self.unbalanced: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = {key: value or "" for key, value in attributes}
        self.tags.append((tag, given))
        if tag not in VOID:
            self.open.append((tag, given.get("class", "")))

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, {key: value or "" for key, value in attributes}))

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            self.unbalanced.append(tag)
        else:
            self.open.pop()

    def handle_data(self, data):
        if {"style", "script"} & {tag for tag, _ in self.open}:
            return
        hidden = {name for _, names in self.open for name in names.split() if name in ("vi", "en")}
        for language in self.texts:
            if not hidden - {language}:
                self.texts[language].append(data)

    def text(self, language: str) -> str:
        return " ".join("".join(self.texts[language]).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [given for name, given in self.tags if name == tag]


@pytest.fixture(scope="module")
def html(files) -> str:
    return files["index.html"].decode()


@pytest.fixture(scope="module")
def seen(html) -> Page:
    return Page(html)


def test_it_asks_nothing_of_any_host(html, seen):
    assert {address for address in re.findall(r"https?://[^\s\"'<>)]+", html)} <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert [tag for tag in ("link", "img", "iframe", "object", "embed", "base") if seen.all(tag)] == []
    assert [given for given in seen.all("script") if "src" in given] == []
    assert not re.search(r"@import|url\(|@font-face", html)


def test_it_is_balanced_and_under_a_megabyte(html, seen):
    assert (seen.unbalanced, seen.open) == ([], [])
    assert len(html.encode()) < 1_000_000


def test_only_its_own_script_may_run(html, seen):
    script = re.search(r"<script>(.*?)</script>", html, re.S)
    policy = next(
        given["content"] for given in seen.all("meta") if given.get("http-equiv") == "Content-Security-Policy"
    )
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert len(seen.all("script")) == 1


def test_what_a_cell_holds_is_shown_and_never_run(html, seen):
    assert SCRIPT not in html
    assert "<script>alert" in seen.text("vi")
    assert [given for _, given in seen.tags if any(name.startswith("on") for name in given)] == []


def test_names_from_the_reference_data_are_escaped_in_charts_too(content):
    indicator = replace(content.reference.indicators["NV.T"], title_vi=f"A & {SCRIPT}", title_en="</svg><b>")
    unit = replace(content.reference.units.all[1], name="<b>Lai</b> & Châu")
    units = replace(
        content.reference.units, all=(content.reference.units.all[0], unit, *content.reference.units.all[2:])
    )
    reference = replace(content.reference, indicators={**content.reference.indicators, "NV.T": indicator}, units=units)
    shown = Page(page(replace(content, reference=reference), {}).decode())
    assert (shown.unbalanced, shown.all("b"), shown.all("img")) == ([], [], [])
    assert "<b>Lai</b> & Châu" in shown.text("vi")


def test_the_key_figures_come_first_with_value_unit_coverage_and_status(seen):
    text = seen.text("vi")
    assert re.search(r"cấp Nhà nước và cấp tỉnh\) 46 nhiệm vụ ✓ Công bố 2020–2021 16/16 báo cáo đã nhận", text)
    assert "Nhãn hiệu được chấp nhận đơn 80 nhãn hiệu" in text
    assert "100% (124/124)" in text
    assert "20% – 30%" in text
    assert text.index("46 nhiệm vụ") < text.index("Tình hình gửi báo cáo", text.index("Ghi chú Tải về"))


def test_the_names_behind_a_count_are_listed(seen):
    text = seen.text("vi")
    assert [name for name in MARKS if name not in text] == []
    assert "Hỗ trợ khoa học và công nghệ trong công nghiệp khai khoáng" in text
    assert "Nếp Tan Co Giàng glutinous rice" in seen.text("en")


def test_provisional_and_withheld_are_said_in_words_and_who_is_missing_by_name(content):
    short = replace(
        content.figures.find("NV.T", SPAN, "12"), status="provisional", coverage=Coverage(15, 16, ("107@2020",))
    )
    rest = tuple(f for f in content.figures if f.order != short.order)
    shown = Page(page(replace(content, figures=Figures.gathered((short, *rest))), {}).decode())
    assert "46 nhiệm vụ ≈ Tạm tính 2020–2021 15/16 báo cáo đã nhận. Còn thiếu: Huyện Mường Tè (năm 2020)" in shown.text(
        "vi"
    )
    assert "Missing: Huyện Mường Tè (2020)" in shown.text("en")
    assert "Không trích dẫn như số liệu chính thức" in shown.text("vi")


def test_an_official_release_says_so(content):
    shown = Page(page(replace(content, kind="official"), {}).decode())
    assert "Bản chính thức. Số liệu đã được duyệt để công bố" in shown.text("vi")
    assert "Do not cite" not in shown.text("en")


def test_numbers_have_the_marks_of_each_language(seen):
    assert "4.014,5" in seen.text("vi")
    assert "4,014.5" not in seen.text("vi")
    assert "4,014.5" in seen.text("en")


def test_every_text_says_its_language_and_the_page_is_vietnamese_without_a_script(html, seen):
    assert seen.all("html")[0]["lang"] == "vi"
    wrong = [
        given
        for _, given in seen.tags
        if {"vi", "en"} & set(given.get("class", "").split()) and given.get("lang") != given["class"].split()[-1]
    ]
    assert wrong == []
    assert 'html[lang="vi"] .en' in html
    assert "hidden" in next(given for given in seen.all("div") if given.get("id") == "languages")
    assert "Số liệu chính" not in seen.text("en")
    assert "Key figures" not in seen.text("vi")


def test_every_download_is_a_file_of_the_release(files, seen):
    links = [given["href"] for given in seen.all("a") if not given["href"].startswith("#")]
    inside = {"index.html", "laichau-st-phieu-trinh.docx"}  # the sign-off sheet stays in the office
    assert sorted(links) == sorted(set(files) - inside)
    assert all("download" in given for given in seen.all("a") if not given["href"].startswith("#"))


def test_every_link_inside_the_page_has_its_target_and_ids_are_unique(seen):
    ids = [given["id"] for _, given in seen.tags if "id" in given]
    assert len(ids) == len(set(ids))
    assert {given["href"][1:] for given in seen.all("a") if given["href"].startswith("#")} <= set(ids)
    labelled = {name for _, given in seen.tags for name in given.get("aria-labelledby", "").split()}
    assert labelled <= set(ids)


def test_headings_follow_each_other_and_tables_name_rows_and_columns(seen):
    levels = [int(tag[1]) for tag, _ in seen.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert [given for given in seen.all("th") if given.get("scope") not in ("row", "col", "rowgroup")] == []
    assert [tag for tag in ("header", "nav", "main", "footer") if len(seen.all(tag)) != 1] == []


def test_coverage_is_a_table_for_each_period_in_words(seen):
    text = seen.text("vi")
    assert "Kỳ năm 2020: đã nhận 49/50 báo cáo" in text
    assert "Kỳ năm 2021: đã nhận 47/50 báo cáo" in text
    assert "Kỳ ngày 22/01/2022: đã nhận 1/1 báo cáo" in text
    for words in (
        "✓ Đã nhận, muộn",
        "! Đã nhận, có cảnh báo",
        "? Chờ quyết định",
        "✕ Bị trả lại",
        "○ Chưa gửi",
        "để đối chiếu",
    ):
        assert words in text


def test_a_very_long_night_still_gives_a_small_page(content):
    many = tuple(
        Finding(
            "V.x",
            "warning",
            "lời " * 200,
            "word " * 200,
            file=f"{n}.xlsx",
            unit="105",
            sheet="A",
            cell=f"A{n}",
            value="v" * 5000,
        )
        for n in range(3000)
    )
    worst = Finding("V.y", "critical", "Điều nặng nhất", "The gravest", file="z.xlsx", unit="112")
    html = page(sample(findings=(*many, worst)), {})
    assert len(html) < 1_000_000
    assert "Điều nặng nhất" in html.decode()
    assert "2701 phát hiện khác" in html.decode()


def test_many_units_still_give_a_small_page(content):
    units = [replace(content.status[0], unit=f"u{n}", state="missing" if n % 2 else "accepted") for n in range(2000)]
    missing = tuple(f"u{n}@2020" for n in range(2000))
    figures = tuple(replace(f, coverage=Coverage(0, 2000, missing)) for f in content.figures)
    spread = tuple(replace(content.figures.find("NV.N", SPAN, "12"), unit=f"u{n}") for n in range(2000))
    html = page(sample(figures=Figures.gathered(figures + spread), status=tuple(units)), {})
    assert len(html) < 1_000_000
    assert "và 1980 tên khác" in html.decode()


def test_a_report_that_names_no_key_figures_or_charts_shows_its_own(content):
    plain = replace(content, report=replace(content.report, options={}))
    files = made(plain)
    shown = Page(files["index.html"].decode())
    assert len([given for given in shown.all("li") if given.get("class", "").startswith("card")]) == len(
        {code for item in content.report.items for code in item.indicators}
    )
    assert 2 <= len(shown.all("figure")) <= 8 + 2  # charts and maps
    assert len(files["index.html"]) < 1_000_000


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_letters_and_bars_stand_out_in_light_and_dark(html, theme):
    blocks = re.findall(r":root \{([^}]*--page:[^}]*--bad-box[^}]*)\}", html)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[theme]))
    letters = [
        ("ink", "page"),
        ("ink", "box"),
        ("quiet", "page"),
        ("quiet", "box"),
        ("quiet", "head"),
        ("ink", "head"),
        ("link", "page"),
    ]
    letters += [(name, f"{name}-box") for name in ("good", "warn", "hold", "bad", "none")] + [
        ("quiet", "none-box"),
        ("box", "link"),
    ]
    assert {pair: round(c, 2) for pair in letters if (c := contrast(*(colours[name] for name in pair))) < 4.5} == {}
    bars = [(f"bar-{n}", "box") for n in (1, 2, 3)]
    assert {pair: round(c, 2) for pair in bars if (c := contrast(*(colours[name] for name in pair))) < 3} == {}


def test_the_text_stands_on_the_page_and_its_numbers_lead_to_their_sources(content):
    own = content.figures.find("NV.T", SPAN, "12")
    cell = Contribution("105", "nv-105", "a.xlsx", "Biểu 01", "B9", "x", "x", 1, True, "")
    told = replace(content, sources={(own.indicator, own.unit, own.period): (cell,)})
    text = page(told, {}).decode()
    assert 'triển khai <a class="source" href="trace.html#NV.T_12_2020..2021">46</a> nhiệm vụ' in text


def test_what_moved_since_the_release_before_is_told(content):
    moved = (Move("NV.T", "108", "2020..2021", (), "6", "5"), Move("SP.HA", "12", "2021", (), "1170.7", None))
    text = page(replace(content, moved=moved), {}).decode()
    assert "Thay đổi so với bản số 2" in text
    assert text.index("1.170,7") < text.index("Huyện Sìn Hồ</td>")
    assert "No figure moved" in page(content, {}).decode()
    assert "Thay đổi so với bản" not in page(replace(content, previous=None), {}).decode()
