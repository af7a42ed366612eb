"""An invented country: provinces and communes, as many as the workbooks need, the same ones every time."""

from __future__ import annotations

from dataclasses import dataclass

NATION = "00"
COMMUNES_A_PROVINCE = 100

_NAMES = """
Tân Minh Phú Bình Long Hòa Thanh Vĩnh Đông Nam Bắc Tây Trung Yên Sơn Hưng Quang Kim Mỹ Cẩm
Đại Thạch Xuân Hải Ngọc Liên Phước Thuận Văn Châu Hồng Đức Khánh Lộc Bảo Gia Hiệp Trường Nghĩa Thượng
An Lâm Giang Thịnh Lập Tiến Thắng Lợi Khê Trạch Điền Hà Lương Phong Sinh Dân Tâm Hội Viên Quý
Cường Đồng Mai Thái Trà Bái Ninh Vân Lĩnh Thủy Hiền Nhân Trí Tín Phúc Thọ Khang Vinh Quế Sen
"""
_SYLLABLES = _NAMES.split()
#: forty syllables that names begin with, forty that they end with
FIRST, SECOND = tuple(_SYLLABLES[:40]), tuple(_SYLLABLES[40:])


@dataclass(frozen=True, slots=True)
class Commune:
    """A sender. code: five digits, unique; name: unique in the country, so that it names one unit."""

    code: str
    name: str
    province: str

    @property
    def as_written(self) -> str:
        """As the commune's office writes itself above its form."""
        return f"UBND xã {self.name}"


def communes(count: int) -> list[Commune]:
    """The first `count` communes, a hundred a province. Raises ValueError beyond 1,600 names."""
    names = [f"{first} {second}" for second in SECOND for first in FIRST]
    if count > len(names):
        raise ValueError(f"the country has {len(names)} communes, not {count}")
    return [Commune(f"{100 + i:05}", names[i], province(i // COMMUNES_A_PROVINCE)) for i in range(count)]


def province(index: int) -> str:
    """The code of the province with this index, from 01."""
    return f"{index + 1:02}"


def province_name(code: str) -> str:
    return f"Tỉnh mẫu {int(code)}"
