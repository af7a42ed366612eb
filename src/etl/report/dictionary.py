"""The data dictionary: what every column of every data file of a release holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.model.releases import ReleaseContent
from etl.report.words import Text

if TYPE_CHECKING:
    import pyarrow as pa

HEADER = ("file", "column", "type", "title_vi", "title_en", "unit_of_measure")
_NUMBER = "decimal"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type in words that no tool owns, its title, its unit of measure."""

    name: str
    type: str
    title: Text
    measure: str = ""


def _columns(*lines: tuple[str, str, str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, kind, Text(vi, en)) for name, kind, vi, en in lines)


FIGURES = _columns(
    ("indicator", "text", "Mã chỉ tiêu", "Indicator code"),
    ("unit", "text", "Mã đơn vị; số liệu của tỉnh mang mã tỉnh", "Unit code; the province's own code for its figures"),
    ("period", "text", "Kỳ: 2021, 2021-Q1, 2020..2021", "Period: 2021, 2021-Q1, 2020..2021"),
    ("as_at", "date", "Thời điểm của số liệu (số dư, trạng thái)", "The day that a stock is told for"),
    ("breakdown", "text", "Phân tổ: trục=mã, cách nhau bằng ;", "Part of a breakdown: axis=code, separated by ;"),
    ("value", _NUMBER, "Giá trị, chính xác; trống khi không có con số, không phải 0", "Value, exact; empty is no number, never 0"),
    ("names", "list of texts", "Tên của những gì được đếm, cách nhau bằng “; ”", "Names of what was counted, separated by “; ”"),
    ("low", _NUMBER, "Giá trị thấp nhất của khoảng", "Lowest of a range"),
    ("high", _NUMBER, "Giá trị cao nhất của khoảng", "Highest of a range"),
    ("numerator", _NUMBER, "Tử số của tỷ lệ", "Numerator of a ratio"),
    ("denominator", _NUMBER, "Mẫu số của tỷ lệ", "Denominator of a ratio"),
    ("unit_of_measure", "text", "Đơn vị tính của giá trị", "Unit of measure of the value"),
    (
        "status", "text", "Tình trạng: published, provisional, withheld, not_reported",
        "Status: published, provisional, withheld, not_reported",
    ),
    ("stage", "text", "Giai đoạn: estimated, preliminary, official", "Stage: estimated, preliminary, official"),
    ("coverage_reported", "integer", "Số báo cáo đã nhận", "Reports that count"),
    ("coverage_expected", "integer", "Số báo cáo phải có", "Reports expected"),
    (
        "coverage_missing", "list of texts", "Đơn vị còn thiếu: mã, hoặc mã@kỳ, cách nhau bằng ;",
        "Units that are missing: code or code@period, separated by ;",
    ),
    ("release", "integer", "Số của bản công bố", "Number of the release"),
)  # fmt: skip
#: what Parquet has beside these
FIGURE_TITLES = _columns(
    ("title_vi", "text", "Tên chỉ tiêu", "Title of the indicator in Vietnamese"),
    ("title_en", "text", "Tên chỉ tiêu bằng tiếng Anh", "Title of the indicator in English"),
    ("unit_title", "text", "Tên đơn vị", "Name of the unit"),
    ("decimals", "integer", "Số chữ số sau dấu phẩy khi in", "Digits after the mark in print"),
)
FINDINGS = _columns(
    ("id", "text", "Mã ổn định của phát hiện", "Lasting id of the finding"),
    ("code", "text", "Quy tắc", "Rule"),
    ("severity", "text", "Mức độ: critical, hold, warning, info", "Severity: critical, hold, warning, info"),
    ("scope", "text", "Điều phải chờ quyết định: recognition, cell, pair", "What waits for a decision: recognition, cell, pair"),
    ("file", "text", "Tệp đã gửi", "File as it was sent"),
    ("submission", "text", "Lần gửi", "Submission"),
    ("form", "text", "Biểu", "Form"),
    ("unit", "text", "Mã đơn vị", "Unit code"),
    ("period", "text", "Kỳ", "Period"),
    ("sheet", "text", "Trang tính", "Sheet"),
    ("cell", "text", "Ô", "Cell"),
    (
        "value", "text", "Giá trị trong ô; trong CSV, văn bản giống công thức có dấu ' phía trước",
        "Value of the cell; in CSV a text that looks like a formula has a ' before it",
    ),
    ("expected", "text", "Giá trị mong đợi", "What was expected"),
    ("message_vi", "text", "Thông báo", "Message in Vietnamese"),
    ("message_en", "text", "Thông báo bằng tiếng Anh", "Message in English"),
    ("proposal", "text", "Đề xuất cho người quyết định", "Proposal to the person who decides"),
    ("decision", "text", "Quyết định", "Decision"),
)  # fmt: skip
STATUS = _columns(
    ("unit", "text", "Mã đơn vị", "Unit code"),
    ("form", "text", "Biểu", "Form"),
    ("period", "text", "Kỳ", "Period"),
    ("role", "text", "Vai trò: expected, check, optional", "Role: expected, check, optional"),
    (
        "state", "text", "Tình trạng: accepted, accepted_with_warnings, held, rejected, missing, withdrawn",
        "State: accepted, accepted_with_warnings, held, rejected, missing, withdrawn",
    ),
    ("file", "text", "Tệp đang có hiệu lực", "File in force"),
    ("revision", "integer", "Lần sửa", "Revision"),
    ("received_at", "time", "Lúc nhận", "Received at"),
    ("late", "true or false", "Gửi muộn", "Late"),
)  # fmt: skip
TRACE = _columns(
    ("indicator", "text", "Mã chỉ tiêu", "Indicator code"),
    ("unit", "text", "Mã đơn vị của số liệu", "Unit of the figure"),
    ("period", "text", "Kỳ của số liệu", "Period of the figure"),
    ("source_unit", "text", "Mã đơn vị gửi", "Unit that sent the cell"),
    ("submission", "text", "Lần gửi", "Submission"),
    ("file", "text", "Tệp đã gửi", "File as it was sent"),
    ("sheet", "text", "Trang tính", "Sheet"),
    ("cell", "text", "Ô; trống: cả bài nộp", "Cell; empty: the whole submission"),
    ("value", "text", "Giá trị đã đọc, chính xác", "Value that was read, exact"),
    ("revision", "integer", "Lần sửa", "Revision"),
    ("counted", "true or false", "Được tính", "Counted"),
    ("why", "text", "Vì sao được tính hay không", "Why it counts or not"),
)
CLAIMS = _columns(
    ("indicator", "text", "Mã chỉ tiêu", "Indicator code"),
    ("unit", "text", "Mã đơn vị tự báo cáo", "Unit that says it of itself"),
    ("period", "text", "Kỳ", "Period"),
    (
        "verdict", "text", "Kết quả: equal khớp, differs khác, incomplete bên dưới chưa gửi đủ",
        "Verdict: equal, differs, incomplete (not all below have reported)",
    ),
    ("computed_value", _NUMBER, "Giá trị cộng từ bên dưới, được công bố", "Value computed from below, which is published"),
    ("claimed_value", _NUMBER, "Giá trị đơn vị tự ghi", "Value that the unit claims"),
    ("computed_low", _NUMBER, "Thấp nhất, từ bên dưới", "Lowest, from below"),
    ("claimed_low", _NUMBER, "Thấp nhất, đơn vị tự ghi", "Lowest, as claimed"),
    ("computed_high", _NUMBER, "Cao nhất, từ bên dưới", "Highest, from below"),
    ("claimed_high", _NUMBER, "Cao nhất, đơn vị tự ghi", "Highest, as claimed"),
    ("computed_numerator", _NUMBER, "Tử số, từ bên dưới", "Numerator, from below"),
    ("claimed_numerator", _NUMBER, "Tử số, đơn vị tự ghi", "Numerator, as claimed"),
    ("computed_denominator", _NUMBER, "Mẫu số, từ bên dưới", "Denominator, from below"),
    ("claimed_denominator", _NUMBER, "Mẫu số, đơn vị tự ghi", "Denominator, as claimed"),
    ("unit_of_measure", "text", "Đơn vị tính", "Unit of measure"),
    ("coverage_reported", "integer", "Số báo cáo bên dưới đã nhận", "Reports from below that count"),
    ("coverage_expected", "integer", "Số báo cáo bên dưới phải có", "Reports expected from below"),
    ("coverage_missing", "text", "Đơn vị bên dưới còn thiếu, cách nhau bằng ;", "Units below that are missing, separated by ;"),
    ("submission", "text", "Lần gửi của đơn vị", "The unit's submission"),
    ("file", "text", "Tệp đã gửi", "File as it was sent"),
    ("sheet", "text", "Trang tính", "Sheet"),
    ("cell", "text", "Ô; trống khi là tổng nhiều ô", "Cell; empty where it is the sum of several"),
    ("release", "integer", "Số của bản công bố", "Number of the release"),
)  # fmt: skip
CODES = _columns(
    ("list", "text", "Danh mục mã", "Code list"),
    ("code", "text", "Mã dùng trong SDMX", "Code as SDMX has it"),
    ("title_vi", "text", "Tên", "Name in Vietnamese"),
    ("title_en", "text", "Tên tiếng Anh", "Name in English"),
)
SDMX = _columns(
    ("STRUCTURE", "text", "Loại cấu trúc: dataflow", "Kind of structure: dataflow"),
    ("STRUCTURE_ID", "text", "Luồng số liệu trong structure.xml", "The dataflow of structure.xml"),
    ("ACTION", "text", "I: toàn bộ số liệu của bản", "I: information, all figures of the release"),
    ("INDICATOR", "text", "Mã chỉ tiêu (CL_INDICATOR)", "Indicator (CL_INDICATOR)"),
    ("REF_AREA", "text", "Mã đơn vị (CL_AREA)", "Unit (CL_AREA)"),
    ("BREAKDOWN", "text", "Phân tổ (CL_BREAKDOWN); _T là tổng", "Breakdown (CL_BREAKDOWN); _T is the total"),
    ("STATISTIC", "text", "VAL giá trị; MIN, MAX hai đầu của khoảng", "VAL value; MIN and MAX the ends of a range"),
    (
        "TIME_PERIOD",
        "text",
        "Kỳ, theo SDMX; khoảng năm là 2020-01-01/P2Y",
        "Period in SDMX form; a span is 2020-01-01/P2Y",
    ),
    ("OBS_VALUE", _NUMBER, "Giá trị chính xác; trống khi không có con số", "Exact value; empty is no number"),
    (
        "OBS_STATUS",
        "text",
        "A công bố, P tạm tính, Q chưa công bố, O chưa có báo cáo",
        "A published, P provisional, Q withheld, O not reported",
    ),
    ("UNIT_MEASURE", "text", "Đơn vị tính (CL_UNIT_MEASURE)", "Unit of measure (CL_UNIT_MEASURE)"),
    ("DECIMALS", "integer", "Số chữ số sau dấu phẩy khi in", "Digits after the mark in print"),
    ("NUMERATOR", _NUMBER, "Tử số", "Numerator"),
    ("DENOMINATOR", _NUMBER, "Mẫu số", "Denominator"),
    ("NAMES", "text", "Tên của những gì được đếm", "Names of what was counted"),
    ("COVERAGE_REPORTED", "integer", "Số báo cáo đã nhận", "Reports that count"),
    ("COVERAGE_EXPECTED", "integer", "Số báo cáo phải có", "Reports expected"),
    ("COVERAGE_MISSING", "text", "Đơn vị còn thiếu: mã hoặc mã@kỳ", "Missing units: code or code@period"),
    ("STAGE", "text", "Giai đoạn (CL_STAGE)", "Stage (CL_STAGE)"),
)
RELEASE = _columns(
    ("number", "integer", "Số của bản công bố", "Number of the release"),
    ("kind", "text", "Loại: provisional, official", "Kind: provisional, official"),
    ("stage", "text", "Giai đoạn: estimated, preliminary, official", "Stage: estimated, preliminary, official"),
    ("period", "text", "Kỳ", "Period"),
    ("report", "text", "Mã báo cáo", "Report"),
    ("created_at", "time", "Lúc lập", "Made at"),
    ("reference_hash", "text", "Mã băm sha256 của dữ liệu tham chiếu", "sha256 of the reference data"),
    ("suite_hash", "text", "Mã băm sha256 của bộ quy tắc kiểm tra", "sha256 of the expectation suites"),
    ("version", "text", "Phiên bản phần mềm", "Version of the product"),
    ("ledger_position", "integer", "Vị trí trong sổ cái", "Position in the ledger"),
    ("previous", "integer", "Bản công bố trước", "The release before"),
)
_SYSTEM = {
    "unit": Text("Mã đơn vị báo cáo", "Code of the reporting unit"),
    "period": Text("Kỳ báo cáo", "Reporting period"),
    "submission": Text("Lần gửi", "Submission"),
    "row": Text("Dòng của trang tính, từ 1", "Row of the sheet, from 1"),
    "entity": Text("Mã đối tượng mà dòng nói đến", "Id of the thing that the row is about"),
    "owner": Text("Mã đơn vị mà đối tượng được tính cho", "Code of the unit for which the thing counts"),
}
_STATE = "__state"


def dictionary(content: ReleaseContent) -> list[tuple[str, ...]]:
    """Lines of dictionary.csv, in the order of HEADER, for every data file of the release."""
    files: dict[str, tuple[Column, ...]] = {
        "figures.csv": FIGURES,
        "figures.json": tuple(_nested(column) for column in FIGURES),
        "figures.parquet": FIGURES + FIGURE_TITLES,
        "findings.csv": FINDINGS,
        "findings.json": FINDINGS,
        "status.csv": STATUS,
        "status.json": STATUS,
        "trace.csv": TRACE,
        "codes.csv": CODES,
        "sdmx/figures.csv": SDMX,
        "release.json": RELEASE,
    }
    if content.claims:
        files |= {"claims.csv": CLAIMS, "claims.json": CLAIMS}
    files |= {f"rows/{table}.parquet": tuple(_of_rows(rows.schema)) for table, rows in sorted(content.rows.items())}
    return [
        (file, column.name, column.type, column.title.vi, column.title.en, column.measure)
        for file, columns in files.items()
        for column in columns
    ]


def _nested(column: Column) -> Column:
    """The name that a flat column has in JSON: coverage_missing → coverage.missing."""
    return Column(column.name.replace("coverage_", "coverage."), column.type, column.title, column.measure)


def _of_rows(rows: pa.Schema) -> Iterator[Column]:
    told = {field.name: field.metadata or {} for field in rows}
    for field in rows:
        subject = field.name.removesuffix(_STATE)
        title = _title(subject, told.get(subject, {}))
        if field.name != subject:
            title = Text(f"Trạng thái của ô “{title.vi}”", f"State of the cell “{title.en}”")
        yield Column(field.name, str(field.type), title, told[field.name].get(b"unit_of_measure", b"").decode())


def _title(name: str, told: Mapping[bytes, bytes]) -> Text:
    vi, en = told.get(b"title_vi", b"").decode(), told.get(b"title_en", b"").decode()
    return Text(vi or name, en or vi or name) if name not in _SYSTEM else _SYSTEM[name]
