"""reports/*.docx → the Word templates that an office edits: the bytes are kept as they are, and filled when a release is made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from etl.model.reference import Report
from etl.store.reference.faults import Faults

#: the part of a Word document that holds its text
_BODY = "word/document.xml"


def read_letters(files: Mapping[str, bytes], reports: Mapping[str, Report], faults: Faults) -> dict[str, bytes]:
    """Report id → the bytes of its template."""
    found: dict[str, bytes] = {}
    for file in sorted(files):
        if not file.startswith("reports/") or not file.endswith((".docx", ".docm", ".doc", ".dotx")):
            continue
        report = file.removeprefix("reports/").removesuffix(".docx")
        if report not in reports:
            faults.add(
                file, "tên tệp phải là mã báo cáo, đuôi .docx.", "the file must be called as its report, with .docx."
            )
        elif not _is_word(files[file]):
            faults.add(
                file, "không phải tệp Word (.docx). Mở bằng Word, lưu lại dạng Word Document.",
                "is no Word file (.docx). Open it in Word and save it as Word Document.",
            )  # fmt: skip
        else:
            found[report] = files[file]
    return found


def _is_word(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return _BODY in packed.namelist()
    except zipfile.BadZipFile:
        return False
