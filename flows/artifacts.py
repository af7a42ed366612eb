"""What an operator reads in the Prefect UI after a run: figures, coverage, findings, a link to the release page."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact

from etl.model.findings import Finding
from etl.model.releases import StatusRow
from etl.pipeline import Stores
from etl.queries.figures import STATUS_VI, figures_of, missing_text, value_text
from etl.queries.findings import SEVERITY_VI
from etl.queries.intake import Intake
from etl.queries.status import STATE_VI, unit_title
from etl.store.ledger import ReleaseRecord

#: where `make serve` shows release folders; set by flows/serve.py
PAGES_URL = "ETL_PAGES_URL"


def publish_intake(intake: Intake) -> None:
    """What came and what became of it, as a short text."""
    create_markdown_artifact(f"```\n{intake.text()}\n```", key="intake", description="Đã nhận / taken in")


def publish_findings(stores: Stores, findings: Iterable[Finding]) -> None:
    """One line a finding, the gravest first."""
    order = {"critical": 0, "hold": 1, "warning": 2, "info": 3}
    rows = [
        {
            "Mức": SEVERITY_VI[f.severity],
            "Đơn vị": unit_title(stores.reference, f.unit, f.period) if f.unit and f.period else "",
            "Tệp": f.file,
            "Ô": "!".join(p for p in (f.sheet, f.cell) if p),
            "Nội dung": f.message_vi,
            "English": f.message_en,
        }
        for f in sorted(findings, key=lambda f: (order[f.severity], f.file, f.sheet or "", f.cell or ""))
    ]
    create_table_artifact(rows or [{"Mức": "không có / none"}], key="findings", description="Phát hiện / findings")


def publish_figures(stores: Stores, release: int, unit: str) -> None:
    """The province's figures of a release."""
    rows = [
        {
            "Kỳ": f["period"], "Chỉ tiêu": f["indicator"], "Tên": stores.reference.indicators[f["indicator"]].title_vi,
            "Giá trị": value_text(f), "Đơn vị tính": f["unit_of_measure"],
            "Báo cáo": f"{f['coverage']['reported']}/{f['coverage']['expected']}",
            "Còn thiếu": missing_text(f, stores.reference), "Ghi chú": STATUS_VI[f["status"]],
        }
        for f in figures_of(stores, release, unit=unit) if f["breakdown"] is None
    ]  # fmt: skip
    create_table_artifact(rows, key="figures", description=f"Số liệu của bản {release} / figures of release {release}")


def publish_coverage(stores: Stores, status: Sequence[StatusRow]) -> None:
    """Unit × form for each period, and how many of how many."""
    parts = []
    for period in sorted({row.period for row in status}):
        rows = [row for row in status if row.period == period and row.role == "expected"]
        if rows:
            parts.append(_matrix(stores, period, rows))
    create_markdown_artifact("\n\n".join(parts), key="coverage", description="Tình hình nộp / completeness")


def _matrix(stores: Stores, period: str, rows: Sequence[StatusRow]) -> str:
    forms = sorted({row.form for row in rows}, key=lambda form: stores.reference.forms[form].number)
    units = sorted({row.unit for row in rows})
    cells = {(row.unit, row.form): row for row in rows}
    counts = Counter(row.reported for row in rows)
    lines = [
        f"### Kỳ {period}: {counts[True]}/{len(rows)}",
        "| Đơn vị | " + " | ".join(stores.reference.forms[form].number for form in forms) + " |",
        "|---" * (len(forms) + 1) + "|",
    ]
    for unit in units:
        words = [_word(cells.get((unit, form))) for form in forms]
        lines.append(f"| {unit_title(stores.reference, unit, period)} | " + " | ".join(words) + " |")
    return "\n".join(lines)


def _word(row: StatusRow | None) -> str:
    if row is None:
        return "·"
    if row.reported:
        return "✓ không phát sinh" if row.nil else "✓"
    return f"**{STATE_VI.get(row.state, row.state)}**"


def publish_link(record: ReleaseRecord) -> None:
    """A link that opens the release page, where pages are served; else where it lies."""
    base = os.environ.get(PAGES_URL)
    if base:
        link, text = f"{base}/{record.number}/index.html", f"Bản công bố {record.number} / release {record.number}"
        create_link_artifact(link, link_text=text, key="release-page", description="Trang công bố / release page")
    else:
        create_markdown_artifact(
            f"Bản công bố {record.number} / release {record.number}: `{record.folder}`", key="release-page",
            description="Nơi lưu / where it lies",
        )  # fmt: skip
