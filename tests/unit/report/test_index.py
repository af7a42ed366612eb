"""index.html of the folder of releases."""

from __future__ import annotations

from datetime import datetime

from etl.model.clock import LOCAL_TIME
from etl.report.index import Line, index_page
from tests.unit.report.sample import reference

AT = datetime(2022, 2, 3, 20, 15, tzinfo=LOCAL_TIME)


def test_the_newest_comes_first_and_a_recalled_one_says_why():
    lines = [
        Line(1, "laichau-st", "2020..2021", "provisional", AT),
        Line(2, "laichau-st", "2020..2021", "official", AT, "sai <b>đơn vị</b>"),
    ]
    text = index_page(lines, reference().reports).decode()
    assert text.index('href="2/index.html"') < text.index('href="1/index.html"')
    assert "sai &lt;b&gt;đơn vị&lt;/b&gt;" in text
    assert text.count("mới nhất") == 1
    assert "Kết quả hoạt động khoa học và công nghệ tỉnh Lai Châu" in text


def test_without_releases_it_says_so():
    assert "Chưa có bản công bố nào." in index_page([], {}).decode()
