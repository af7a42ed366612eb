"""reports/*.docx → the Word templates that an office edits: the bytes are kept as they are, and filled when a release is made."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Mapping

from etl.model.letters import BLOCKS, FIELDS, PLACEHOLDER, field_name
from etl.model.reference import Report
from etl.store.reference.faults import Faults

#: the part of a Word document that holds its text
_BODY = "word/document.xml"
_TEXT = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")


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
        elif (body := _body(files[file])) is None:
            faults.add(
                file, "không phải tệp Word (.docx). Mở bằng Word, lưu lại dạng Word Document.",
                "is no Word file (.docx). Open it in Word and save it as Word Document.",
            )  # fmt: skip
        else:
            found[report] = files[file]
            _check_fields(file, body, faults)
    return found


def _check_fields(file: str, body: str, faults: Faults) -> None:
    """A field that nobody fills would be printed as it stands."""
    known = ", ".join((*FIELDS, *BLOCKS))
    for text in PLACEHOLDER.findall(body):
        if field_name(text) not in (*FIELDS, *BLOCKS):
            faults.add(
                f"{file} {{{{ {text} }}}}", f"không có trường này. Các trường: {known}.",
                f"there is no such field. The fields are: {known}.",
            )  # fmt: skip


def _body(data: bytes) -> str | None:
    """The text of a Word file, a paragraph a line; None where it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            told = packed.read(_BODY).decode()
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError):
        return None
    return "\n".join(html.unescape("".join(_TEXT.findall(part))) for part in told.split("</w:p>"))
