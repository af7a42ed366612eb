"""The documents of a release: content → bytes, nothing else. The same content gives the same bytes on every machine."""

from __future__ import annotations

import re

from etl.errors import UsageError
from etl.model.releases import ReleaseContent

__all__ = ["documents"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def documents(content: ReleaseContent) -> dict[str, bytes]:
    """All files of a release: path relative to its folder → bytes.

    figures, findings, status (json and csv), figures.parquet, rows/<table>.parquet, dictionary.csv and codes.csv, rules and
    trace (csv and html), sdmx/, datapackage.json, release.json, RELEASE-NOTES.md, <report id>.xlsx and .docx, the forms
    of higher authorities, the sign-off sheet, and index.html.

    Raises UsageError where a report or table id cannot be a file's name.
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
    begin(content)
    files = data_files(content)
    files[f"{content.report.id}.xlsx"] = workbook(content)
    files[f"{content.report.id}.docx"] = letter(content)
    files |= higher_forms(content)
    files[f"{content.report.id}{SIGN_OFF}"] = sign_off(content, files)
    files["trace.html"] = trace_page(content)
    files["rules.csv"], files["rules.html"] = rules_csv(content.reference), rules_html(content.reference)
    files["RELEASE-NOTES.md"] = release_notes(content)
    files[NAME] = as_json(package(content, files))
    files["index.html"] = page(content, files)
    return dict(sorted(files.items()))
