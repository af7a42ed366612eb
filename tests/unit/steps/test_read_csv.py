"""A csv in whatever way it was saved; what may be damaged is refused, not mended."""

from __future__ import annotations

import pytest

from etl.errors import WorkbookUnreadable
from etl.steps.read import read
from etl.steps.read.csv_text import separator

ROWS = [["STT", "Tên nhiệm vụ", "Kinh phí"], ["1", "Trồng sâm; chè, rau", "1.234,5"], ["2", "Nuôi cá\nnước lạnh", ""]]


def text(mark: str, end: str = "\r\n") -> str:
    def quoted(cell: str) -> str:
        return f'"{cell}"' if any(sign in cell for sign in (mark, "\n", '"')) else cell

    return end.join(mark.join(map(quoted, row)) for row in ROWS) + end


@pytest.mark.parametrize("mark", ";,\t|")
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom"])
def test_separators_and_encodings(mark: str, codec: str) -> None:
    data = b"\xff\xfe" + text(mark).encode("utf-16-le") if codec == "utf-16-le-bom" else text(mark).encode(codec)
    book = read("Bieu01.csv", data)

    assert [list(row) for row in book.grids[0].rows] == ROWS
    assert (book.kind, book.encoding) == ("csv", codec.removesuffix("-le-bom"))


def test_lines_that_end_as_on_an_old_mac() -> None:
    assert list(read("a.csv", b"STT;Ten\r1;Sam\r").grids[0].rows) == [["STT", "Ten"], ["1", "Sam"]]


def test_the_separator_is_what_splits_most_lines_alike() -> None:
    assert separator("Biểu số: 02, ban hành 2021\na;b;c\n1;2,5;3\n4;5,5;6\n") == ";"
    assert separator("không có gì") == ";"


def test_nul_bytes_are_told() -> None:
    """Every csv library takes them in silence: the code '01' and a NUL is no longer '01'."""
    with pytest.raises(WorkbookUnreadable) as refused:
        read("nul.csv", b"ma;ten\n01\x00;Lai Chau\n")

    assert refused.value.code == "nul_bytes"


def test_a_cell_too_long_for_any_form_is_damage() -> None:
    with pytest.raises(WorkbookUnreadable) as refused:
        read("a.csv", b"ma;ten\n01;" + b"x" * (1 << 21))

    assert refused.value.code == "damaged"


def test_too_many_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.steps.read.csv_text.MAX_CELLS", 10)

    with pytest.raises(WorkbookUnreadable) as refused:
        read("a.csv", b"1;2;3\n" * 4)

    assert refused.value.code == "too_many_cells"
