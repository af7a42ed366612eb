"""index.html of the folder of releases."""

from __future__ import annotations

import re
from datetime import datetime

from etl.model.clock import LOCAL_TIME
from etl.report.index import Line, index_pages
from tests.unit.report.sample import reference

AT = datetime(2022, 2, 3, 20, 15, tzinfo=LOCAL_TIME)


def test_the_newest_comes_first_and_a_recalled_one_says_why():
    lines = [
        Line(1, "laichau-st", "2020..2021", "provisional", AT),
        Line(2, "laichau-st", "2020..2021", "official", AT, "sai <b>đơn vị</b>"),
    ]
    text = index_pages(lines, reference().reports)["index.html"].decode()
    assert text.index('href="2/index.html"') < text.index('href="1/index.html"')
    assert "sai &lt;b&gt;đơn vị&lt;/b&gt;" in text
    assert text.count("mới nhất") == 1
    assert "Kết quả hoạt động khoa học và công nghệ tỉnh Lai Châu" in text


def test_without_releases_it_says_so():
    assert "Chưa có bản công bố nào." in index_pages([], {})["index.html"].decode()


def test_no_page_grows_and_each_release_stands_on_one_of_them():
    pages = {count: made(count) for count in (150, 200, 201, 1000)}
    assert [len(found) for found in pages.values()] == [1, 1, 2, 9]
    for count, found in pages.items():
        listed = [number for page in found.values() for number in numbers(page)]
        assert listed == list(range(count, 0, -1))  # the newest first, from page to page
        assert max(len(numbers(page)) for page in found.values()) <= 200
    assert pages[1000]["older-100.html"] == made(1101)["older-100.html"]  # an old page stays as it is
    assert 'href="older-800.html"' in pages[1000]["index.html"]
    assert 'href="index.html"' in pages[1000]["older-800.html"]


def made(count: int) -> dict[str, str]:
    """The pages of so many releases, a period each."""
    lines = [Line(n, "laichau-st", f"{1000 + n}", "provisional", AT) for n in range(1, count + 1)]
    return {name: page.decode() for name, page in index_pages(lines, reference().reports).items()}


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'href="(\d+)/index.html"', page)]
