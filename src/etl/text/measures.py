"""Units of measure as people write them, made comparable."""

from __future__ import annotations

from etl.text.names import fold


def measure_key(text: str) -> str:
    """Comparison form of a unit of measure: 'Triệu đồng' = 'TRIỆU ĐỒNG'; '%', '²' and '/' keep their meaning."""
    spelled = text.replace("%", " phan tram ").replace("²", "2").replace("³", "3").replace("/", " tren ")
    return fold(spelled) or text.strip()
