"""reports/<report>.<form>.xlsx and .csv → the forms of a higher authority that a release fills: template and cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

from etl.model.figures import Indicator
from etl.model.grids import from_a1
from etl.model.higher_forms import FilledCell, HigherForm
from etl.model.narratives import parse_slot
from etl.model.reference import Reference, Report
from etl.model.units import Units
from etl.store.reference.cells import Row, read_csv
from etl.store.reference.faults import Faults
from etl.store.reference.slots import slot_faults

COLUMNS = ("sheet", "cell", "figure")


def read_higher_forms(
    files: Mapping[str, bytes], reports: Mapping[str, Report], indicators: Mapping[str, Indicator], units: Units,
    faults: Faults,
) -> dict[str, tuple[HigherForm, ...]]:  # fmt: skip
    """Report id → the forms that its releases fill, by name."""
    found: dict[str, list[HigherForm]] = {}
    for file in sorted(files):
        if file.startswith("reports/") and file.endswith(".csv") and file.removesuffix(".csv") + ".xlsx" not in files:
            faults.add(file, "thiếu mẫu .xlsx cùng tên.", "the template, an .xlsx of the same name, is missing.")
        if not file.startswith("reports/") or not file.endswith((".xlsx", ".xlsm", ".xls")):
            continue
        report, dot, name = file.removeprefix("reports/").removesuffix(".xlsx").partition(".")
        if report not in reports or not dot or not name.isascii() or not name.replace("-", "").isalnum():
            faults.add(
                file, "tên tệp phải là MÃ-BÁO-CÁO.TÊN.xlsx, tên chỉ có chữ không dấu, số, gạch nối.",
                "the file must be called REPORT.NAME.xlsx, the name in plain letters, digits and hyphens.",
            )  # fmt: skip
        elif not zipfile.is_zipfile(io.BytesIO(files[file])):
            faults.add(
                file, "không phải tệp Excel (.xlsx). Mở bằng Excel, lưu lại dạng Excel Workbook.",
                "is no Excel file (.xlsx). Open it in Excel and save it as Excel Workbook.",
            )  # fmt: skip
        else:
            rows = read_csv(file.removesuffix(".xlsx") + ".csv", files, COLUMNS, faults, optional=("note",))
            cells = tuple(_cell(row, reports[report], indicators, units) for row in rows)
            _check_twice(rows, faults)
            found.setdefault(report, []).append(HigherForm(name, files[file], cells))
    return {report: tuple(forms) for report, forms in found.items()}


def _cell(row: Row, report: Report, indicators: Mapping[str, Indicator], units: Units) -> FilledCell:
    cell = row.required("cell")
    try:
        from_a1(cell)
    except ValueError:
        row.tell("cell", f"“{cell}” không phải tên ô (D12).", f"“{cell}” is not the name of a cell (D12).")
    slot = parse_slot(row.required("figure"))
    for vi, en in slot_faults(slot, indicators, units, report):
        row.tell("figure", vi, en)
    if slot.part == "change":
        row.tell("figure", "“change” chỉ dùng trong lời văn.", "“change” is for narratives only.")
    return FilledCell(row.required("sheet"), cell, slot)


def _check_twice(rows: Iterable[Row], faults: Faults) -> None:
    seen: dict[tuple[str, str], str] = {}
    for row in rows:
        at = (row.text("sheet"), row.text("cell"))
        if at in seen:
            row.tell("cell", f"ô {at[1]} đã ghi ở {seen[at]}.", f"cell {at[1]} stands at {seen[at]} already.")
        seen[at] = row.place()


def check_templates(reference: Reference, faults: Faults) -> None:
    """Each cell to fill is one of its template, and holds nothing that filling would destroy. Opens the templates."""
    from openpyxl import load_workbook
    from openpyxl.cell.cell import MergedCell

    for report, forms in sorted(reference.higher_forms.items()):
        for form in forms:
            file = f"reports/{report}.{form.name}"
            try:
                book = load_workbook(io.BytesIO(form.template))
            except Exception as error:  # openpyxl refuses workbooks in many ways
                faults.add(f"{file}.xlsx", f"không mở được: {error}.", f"cannot be opened: {error}.")
                continue
            for one in form.cells:
                place = f"{file}.csv {one.sheet}!{one.cell}"
                if one.sheet not in book.sheetnames:
                    known = ", ".join(book.sheetnames)
                    faults.add(
                        place, f"mẫu không có trang tính này. Có: {known}.", f"the template has no such sheet: {known}."
                    )
                    continue
                cell = book[one.sheet][one.cell]
                if isinstance(cell, MergedCell):
                    faults.add(
                        place,
                        "ô bị gộp che; hãy ghi ô đầu của vùng gộp.",
                        "covered by a merged cell; name its first one.",
                    )
                elif cell.data_type == "f":
                    faults.add(place, "ô đang có công thức của mẫu.", "the cell holds a formula of the template.")
