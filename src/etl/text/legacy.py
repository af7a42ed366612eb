"""Latin-1 mojibake of the two font encodings of before Unicode: TCVN3 (.VnTime, "ABC") and VNI-Windows.

Source of both tables: TCVN 5712:1993 (its VN3 set) and the VNI-Windows character set, as domain.md's pairs confirm.
"""

from __future__ import annotations

import re

_TCVN3_BYTES = (
    "a1 a2 a3 a4 a5 a6 a7 a8 a9 aa ab ac ad ae "
    "b5 b6 b7 b8 b9 bb bc bd be c6 c7 c8 c9 ca cb "
    "cc ce cf d0 d1 d2 d3 d4 d5 d6 d7 d8 dc dd de "
    "df e1 e2 e3 e4 e5 e6 e7 e8 e9 ea eb ec ed ee "
    "ef f1 f2 f3 f4 f5 f6 f7 f8 f9 fa fb fc fd fe"
)
_TCVN3_LETTERS = (
    "ĂÂÊÔƠƯĐăâêôơưđ" "àảãáạằẳẵắặầẩẫấậ" "èẻẽéẹềểễếệìỉĩíị" "òỏõóọồổỗốộờởỡớợ" "ùủũúụừửữứựỳỷỹýỵ"
)  # fmt: skip
#: one byte a letter; ư is U+00AD, the soft hyphen; there are no capitals with a tone (.VnTimeH draws them)
_TCVN3 = dict(zip(bytes.fromhex(_TCVN3_BYTES), _TCVN3_LETTERS, strict=True))

#: base letter of VNI → the letters that its marks make of it, in the order of _VNI_TONES
_VNI_TONES = "øûõùï"  # huyền hỏi ngã sắc nặng, after a e o u y ô ö
_VNI_HATS = "âàåãáä"  # ^ alone, then with the five tones, after a e o
_VNI_BREVES = "êèúüéë"  # ˘ alone, then with the five tones, after a
_VNI_SERIES = (
    ("a", _VNI_TONES, "àảãáạ"), ("a", _VNI_HATS, "âầẩẫấậ"), ("a", _VNI_BREVES, "ăằẳẵắặ"),
    ("e", _VNI_TONES, "èẻẽéẹ"), ("e", _VNI_HATS, "êềểễếệ"),
    ("o", _VNI_TONES, "òỏõóọ"), ("o", _VNI_HATS, "ôồổỗốộ"), ("ô", _VNI_TONES, "ờởỡớợ"),
    ("u", _VNI_TONES, "ùủũúụ"), ("ö", _VNI_TONES, "ừửữứự"), ("y", _VNI_TONES[:4], "ỳỷỹý"),
)  # fmt: skip
_VNI_ALONE = dict(zip("ôöñìæóíòî", "ơưđìỉĩíịỵ", strict=True))


def _vni_table() -> dict[str, str]:
    """Every VNI sequence → its letter. The base letter's case decides, a capital may bear a small mark."""
    table = dict(_VNI_ALONE)
    for base, marks, made in _VNI_SERIES:
        table |= {base + mark: letter for mark, letter in zip(marks, made, strict=True)}
    table |= {key.upper(): letter.upper() for key, letter in table.items()}
    table |= {key[0] + key[1].lower(): letter for key, letter in table.items() if len(key) == 2 and key[0].isupper()}
    return table


_VNI = _vni_table()
_VNI_SEQUENCE = re.compile("|".join(sorted(_VNI, key=len, reverse=True)))


def from_tcvn3(text: str) -> str:
    """Unicode of TCVN3 mojibake: 'HuyÖn Tam §\\xadêng' is 'Huyện Tam Đường'."""
    return text.translate(_TCVN3)


def from_vni(text: str) -> str:
    """Unicode of VNI mojibake: 'Toång soá' is 'Tổng số'."""
    return _VNI_SEQUENCE.sub(lambda found: _VNI[found[0]], text)
