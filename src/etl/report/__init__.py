"""The documents of a release: content → files, nothing else. The same content gives the same bytes on every machine."""

from __future__ import annotations

import re

from etl.errors import UsageError
from etl.model.out import Out
from etl.model.releases import ReleaseContent

__all__ = ["documents"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def documents(content: ReleaseContent, out: Out) -> None:
    """Write all files of a release, each under its path relative to the release's folder, as soon as it is made.

    figures, findings, status (json and csv), figures.parquet, rows/<table>.parquet, dictionary.csv and codes.csv, rules and
    trace (csv and html), sdmx/, datapackage.json, release.json, RELEASE-NOTES.md, <report id>.xlsx and .docx, the forms
    of higher authorities, the sign-off sheet, and index.html.

    Raises UsageError where a report or table id cannot be a file's name, StoreError where the disk refuses.
    """
    from etl.report.data import data_files
    from etl.report.formats import as_json
    from etl.report.higher_forms import higher_forms
    from etl.report.letter import letter, sign_off
    from etl.report.letter.form import SIGN_OFF
    from etl.report.package import NAME, package
    from etl.report.page import page, trace_page
    from etl.report.pictures import begin
    from etl.report.release_notes import release_notes
    from etl.report.rules import rules_csv, rules_html
    from etl.report.workbook import workbook

    for name in (content.report.id, *content.rows):
        if not _NAME.fullmatch(name):
            raise UsageError(f"Không dùng làm tên tệp được / cannot be the name of a file: {name!r}")
    report = content.report.id
    begin(content)
    data_files(content, out)
    out.put(f"{report}.xlsx", workbook(content))
    out.put(f"{report}.docx", letter(content))
    for name, data in higher_forms(content).items():
        out.put(name, data)
    out.put(f"{report}{SIGN_OFF}", sign_off(content, out.files))
    out.put("trace.html", trace_page(content))
    out.put("rules.csv", rules_csv(content.reference))
    out.put("rules.html", rules_html(content.reference))
    out.put("RELEASE-NOTES.md", release_notes(content))
    out.put(NAME, as_json(package(content, out.files)))
    out.put("index.html", page(content, out.files))
