"""The fixed words of a report in both languages: states, severities, periods, units of measure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from etl.errors import UsageError
from etl.model import figures, findings
from etl.model.clock import LOCAL_TIME
from etl.model.periods import Period, parse_period
from etl.model.releases import MISSING
from etl.text.numbers import format_exact


class Text(NamedTuple):
    """The same thing said in Vietnamese and in English; equal where it has no English."""

    vi: str
    en: str

    @classmethod
    def same(cls, text: str) -> Text:
        return cls(text, text)


NOTHING = Text.same("")

STATUSES: Mapping[str, Text] = {
    figures.PUBLISHED: Text("Công bố", "Published"),
    figures.PROVISIONAL: Text("Tạm tính", "Provisional"),
    figures.WITHHELD: Text("Chưa công bố", "Withheld"),
    figures.NOT_REPORTED: Text("Chưa có báo cáo", "Not reported"),
}
STATUS_MEANINGS: Mapping[str, Text] = {
    figures.PUBLISHED: Text(
        "đủ báo cáo theo quy tắc của chỉ tiêu, không còn điểm chờ quyết định",
        "enough units reported by the indicator's rule, and nothing waits for a decision",
    ),
    figures.PROVISIONAL: Text(
        "còn thiếu báo cáo hoặc còn điểm chờ quyết định; số có thể thay đổi",
        "a report is missing or a decision is due; the number may change",
    ),
    figures.WITHHELD: Text(
        "số báo cáo nhận được dưới mức tối thiểu của chỉ tiêu nên không đưa ra con số",
        "too few units reported for the indicator's rule, so no number is given",
    ),
    figures.NOT_REPORTED: Text(
        "chưa đơn vị nào báo cáo; không phải là số 0", "no unit has reported; this is not a zero"
    ),
}
STAGES: Mapping[str, Text] = {
    "estimated": Text("Ước tính", "Estimated"),
    "preliminary": Text("Sơ bộ", "Preliminary"),
    "official": Text("Chính thức", "Official"),
}
KINDS: Mapping[str, Text] = {
    "provisional": Text("Bản tạm tính", "Provisional release"),
    "official": Text("Bản chính thức", "Official release"),
}
SEVERITIES: Mapping[str, Text] = {
    findings.CRITICAL: Text("Lỗi phải sửa", "Critical"),
    findings.HOLD: Text("Chờ quyết định", "Hold"),
    findings.WARNING: Text("Cảnh báo", "Warning"),
    findings.INFO: Text("Ghi chú", "Note"),
}
STATES: Mapping[str, Text] = {
    findings.ACCEPTED: Text("Đã nhận", "Accepted"),
    findings.ACCEPTED_WITH_WARNINGS: Text("Đã nhận, có cảnh báo", "Accepted, warnings"),
    findings.HELD: Text("Chờ quyết định", "On hold"),
    findings.REJECTED: Text("Bị trả lại", "Rejected"),
    MISSING: Text("Chưa gửi", "Missing"),
    "withdrawn": Text("Đã rút", "Withdrawn"),
    "superseded": Text("Đã thay thế", "Superseded"),
}
ROLES: Mapping[str, Text] = {
    "expected": Text("phải gửi", "expected"),
    "check": Text("để đối chiếu", "check only"),
    "optional": Text("không bắt buộc", "optional"),
}
DECISIONS: Mapping[str, Text] = {
    "accept": Text("chấp nhận", "accepted"),
    "reject": Text("không chấp nhận", "refused"),
    "correct": Text("sửa giá trị", "value corrected"),
    "map": Text("gán tên", "mapped"),
    "waive": Text("được miễn", "waived"),
}
NIL = Text("không phát sinh", "nothing to report")
LATE = Text("muộn", "late")
NOT_ASKED = Text("không yêu cầu", "not asked for")
LEVELS: Mapping[str, Text] = {
    "nation": Text("Cả nước", "Nation"),
    "province": Text("Cấp tỉnh", "Province"),
    "district": Text("Cấp huyện", "District"),
    "commune": Text("Cấp xã", "Commune"),
    "agency": Text("Cơ quan cấp tỉnh", "Provincial agency"),
}

#: English of common units of measure; another one is shown as measures.csv spells it
_MEASURES: Mapping[str, str] = {
    "đồng": "VND", "nghìn đồng": "thousand VND", "triệu đồng": "million VND", "tỷ đồng": "billion VND",
    "đồng/kg": "VND/kg", "nghìn đồng/kg": "thousand VND/kg", "tạ": "quintals", "tấn": "tonnes", "tấn/ha": "tonnes/ha",
    "tạ/ha": "quintals/ha", "nhiệm vụ": "tasks", "nhãn hiệu": "marks", "sản phẩm": "products", "lĩnh vực": "themes",
    "suất": "gifts", "người": "people", "hộ": "households", "mô hình": "models", "cơ quan": "agencies",
    "đơn vị": "units", "đơn": "applications", "văn bằng": "certificates", "ý kiến": "opinions", "xã": "communes",
}  # fmt: skip

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_ROMAN = ("I", "II", "III", "IV")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def word(words: Mapping[str, Text], key: str) -> Text:
    """The words for a code; the code itself where a newer version knows one that this one does not."""
    return words.get(key, Text.same(key))


def measure(name: str) -> Text:
    """A unit of measure as it stands behind a number."""
    return Text(name, _MEASURES.get(name, name))


@lru_cache(maxsize=4096)  # every line of a list of figures says its period
def period(code: str) -> Text:
    """'2021' → 'năm 2021' / '2021'; '2020..2021' → '2020–2021'; an event → its day; what is no period stays as it is."""
    try:
        found = parse_period(code)
    except UsageError:
        return Text.same(code)
    if found.kind == "span":
        first, _, last = code.partition("..")
        return Text(f"{first}–{last}", f"{first}–{last}")
    return _single(found, found.start.year, found.start.month)


def _single(found: Period, year: int, month: int) -> Text:
    kind = found.kind
    if kind == "half":
        return Text(
            f"6 tháng {'đầu' if month == 1 else 'cuối'} năm {year}",
            f"{year}, {'first' if month == 1 else 'second'} half",
        )
    if kind == "quarter":
        number = (month + 2) // 3
        return Text(f"quý {_ROMAN[number - 1]} năm {year}", f"Q{number} {year}")
    if kind == "month":
        return Text(f"tháng {month} năm {year}", f"{_MONTHS[month - 1]} {year}")
    if kind == "event":
        day = found.start
        return Text(f"ngày {day:%d/%m/%Y}", f"{day.day} {_MONTHS[month - 1]} {year}")
    return Text(f"năm {year}", str(year))


def moment(at: datetime) -> Text:
    """A time of the ledger on the office's clock: '20:15 ngày 24/11/2026' / '24 November 2026, 20:15'."""
    local = at.astimezone(LOCAL_TIME)
    return Text(
        f"{local:%H:%M} ngày {local:%d/%m/%Y}", f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"
    )


def exact(text: str | None) -> Text:
    """An exact number, or a range 'a..b', in machine form as its readers write it; another text as it is, none as a dash."""
    if text is None:
        return Text.same("–")
    ends = text.split("..")
    if not all(_NUMBER.fullmatch(end) for end in ends):
        return Text.same(text)
    return joined([Text(*(format_exact(Decimal(end), one) for one in ("vi", "en"))) for end in ends], " – ")


def in_brackets(text: Text, more: Text) -> Text:
    """'100 % (124/124)'; the text alone where there is nothing more."""
    return Text(*(f"{own} ({rest})" if rest else own for own, rest in zip(text, more, strict=True)))


def full_date(at: datetime) -> str:
    """'ngày 05 tháng 02 năm 2022', as Nghị định 30/2020/NĐ-CP writes it: a 0 before days up to 9 and months up to 2."""
    day = at.astimezone(LOCAL_TIME)
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def joined(texts: list[Text], between: str = "; ") -> Text:
    """One text of several."""
    return Text(between.join(t.vi for t in texts), between.join(t.en for t in texts))
