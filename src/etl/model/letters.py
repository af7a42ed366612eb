"""The fields that a Word template of a report can hold, as `{{ field }}`."""

from __future__ import annotations

import re
import unicodedata

#: filled inside a line
FIELDS = (
    "cơ quan chủ quản", "cơ quan ban hành", "số, ký hiệu", "địa danh", "ngày tháng năm", "tên loại", "tên báo cáo", "kỳ",
    "tình trạng", "quyền hạn ký", "người ký", "số bản công bố",
)  # fmt: skip
#: a paragraph of its own, in whose place a text or a table comes
BLOCKS = (
    "lời văn", "bảng số liệu chính", "nơi nhận", "phụ lục số liệu", "phụ lục theo đơn vị", "phụ lục độ đầy đủ",
    "lời văn tiếng Anh",
)  # fmt: skip

PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)


def field_name(text: str) -> str:
    """A field as it is known: Word and keyboards may decompose letters and double blanks."""
    return " ".join(unicodedata.normalize("NFC", text).split())
