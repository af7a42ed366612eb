"""The documents of a whole night: the text says the published facts, and what it says follows the figures."""

from __future__ import annotations

import io
import shutil
from datetime import timedelta
from pathlib import Path

import docx
import pytest

from etl.acts.pdf import as_pdf
from etl.acts.withdraw import withdraw
from etl.pipeline import Stores
from tests.conftest import AT
from tests.samples.conftest import Night, publish

#: what the published report says, in the words of our own narrative
FACTS = (
    "triển khai 46 nhiệm vụ khoa học và công nghệ, gồm 8 nhiệm vụ cấp Nhà nước và 38 nhiệm vụ cấp tỉnh",
    "11 loại cây trồng, vật nuôi: Khoai sọ Nậm Khao, dong diềng, Chè PH8 và PH10, Cây sơn tra, Cây chuối, Cây Sâm Lai Châu, "
    "Lúa Khẩu Hốc và Tả Cù, Lan kim tuyến, Lan, Rau dược liệu, Rau chất lượng cao.",
    "80 nhãn hiệu của tỉnh được Cục Sở hữu trí tuệ chấp nhận đơn, tăng 12 nhãn hiệu so với năm 2020",
    "35 nhãn hiệu được cấp văn bằng bảo hộ, tăng 6 nhãn hiệu so với năm 2020",
    "7 nhãn hiệu chứng nhận cho nông sản địa phương: gạo Séng Cù, gạo Tẻ râu, gạo Khẩu Ký, gạo Nếp Tan Co Giàng, chè Tam Đường, "
    "chè Tân Uyên, Miến dong Bình Lư.",
    "giá trị sản phẩm bán ra tăng 20%\N{NO-BREAK SPACE}–\N{NO-BREAK SPACE}30%",
    "áp dụng tại 100% cơ quan hành chính nhà nước cấp tỉnh và cấp huyện (124 trên 124",
    "Tỉnh kiến nghị Bộ Khoa học và Công nghệ 8 nội dung:",
    "- Hỗ trợ khoa học và công nghệ trong công nghiệp khai khoáng",
    "trao 50 suất quà cho 50 công nhân",
)


def text_of(stores: Stores, number: int, name: str = "laichau-st.docx") -> str:
    document = docx.Document(io.BytesIO(stores.releases.read(number, name)))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def test_the_report_states_the_published_facts(plain: Night) -> None:
    text = text_of(plain.stores, plain.release.number)
    assert [fact for fact in FACTS if fact not in text] == []


def test_a_form_taken_back_changes_the_sentence_and_is_told_to_the_head(copied: Stores) -> None:
    taken = next(s.submission for s in copied.ledger.submissions("iso") if (s.unit, s.period) == ("108", "2021"))
    withdraw(copied, taken, by="Lan", reason="nhầm", at=AT + timedelta(days=1))
    record, _ = publish(copied, at=AT + timedelta(days=2))

    text = text_of(copied, record.number)
    assert "100% cơ quan hành chính" not in text
    assert "chưa nêu được tỷ lệ của toàn tỉnh vì đã nhận 8/9 báo cáo, còn thiếu Huyện Sìn Hồ" in text
    sheet = text_of(copied, record.number, "laichau-st-phieu-trinh.docx")
    assert "Khác bản số 1:" in sheet
    assert "etl diff 1 2" in sheet
    index = (copied.releases.root / "index.html").read_text("utf-8")
    assert index.index('href="2/index.html"') < index.index('href="1/index.html"')


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here")
def test_libreoffice_makes_a_pdf_of_it(plain: Night, tmp_path: Path) -> None:
    made = as_pdf(plain.stores, plain.release.number, tmp_path / "report.pdf")
    assert made.path.read_bytes().startswith(b"%PDF-")
